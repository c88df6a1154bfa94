// The layouts in which torch has written the parameters of quantized layers.
#include "t2n/aten/core/packed_params.h"

#include <memory>

#include "gtest/gtest.h"
#include "t2n/aten/core/quantization.h"
#include "t2n/aten/registry.h"

namespace t2n {
namespace {

constexpr char kConv[] = "quantized.Conv2dPackedParamsBase";

class PackedParams : public ::testing::Test {
 protected:
  Val Weight(std::vector<int64_t> sizes) {
    int64_t n = 1;
    for (int64_t s : sizes) n *= s;
    return b_.Constant(Tensor::Dense(DType::kQI8, std::move(sizes), std::vector<uint8_t>(n, 3)),
                       PerTensor(0.5, 0));
  }
  Arg Ints(std::vector<int64_t> values) { return b_.Ints(values); }
  Arg Tensors(std::vector<Arg> items) { return Arg::List(std::move(items)); }

  std::shared_ptr<const ConvParams> Conv(const Arg& state) {
    auto value = FromPackedState(kConv, state);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? std::dynamic_pointer_cast<const ConvParams>(value->opaque()) : nullptr;
  }

  Graph graph_;
  Builder b_{&graph_};
};

// As engines hand out weights [8, 4, 3, 3] and [8, 1, 3, 3] (torch 1.5 to 2.15).
TEST_F(PackedParams, TellEnginesByTheOrderOfWeights) {
  auto packers = [&](std::vector<int64_t> sizes, std::vector<int64_t> strides, bool bias) {
    ConvParams p;
    p.weight = Weight(sizes);
    Tensor t = *p.weight->constant;
    t.strides = std::move(strides);
    p.weight = b_.Constant(t, PerTensor(0.5, 0));
    if (bias) p.bias = b_.Doubles(DType::kF32, std::vector<double>(8, 0));
    Packers by = PackersOf(p);
    return std::vector<bool>{by.fbgemm, by.onednn, by.qnnpack};
  };
  using Found = std::vector<bool>;
  EXPECT_EQ(packers({8, 4, 3, 3}, {36, 1, 12, 4}, true), (Found{true, false, true}));
  EXPECT_EQ(packers({8, 4, 3, 3}, {36, 1, 12, 4}, false), (Found{true, false, false}));
  EXPECT_EQ(packers({8, 4, 3, 3}, {36, 9, 3, 1}, true), (Found{false, true, false}));
  EXPECT_EQ(packers({8, 1, 3, 3}, {9, 1, 3, 1}, true), (Found{true, false, false}));
  EXPECT_EQ(packers({8, 1, 3, 3}, {9, 9, 3, 1}, true), (Found{false, true, true}));
}

// Seen in archives of torch 1.4 to 2.15.
TEST(QuantizedEngine, IsToldByWhatElseOwnedTheWeights) {
  constexpr bool kAlone = false, kOwned = true;
  auto engine = [](std::vector<std::pair<int64_t, bool>> layers, bool per_channel) {
    QuantizedTraits traits;
    traits.weights_per_channel = per_channel;
    for (auto [rank, owned] : layers) {
      traits.packers.Intersect(PackersOfSaved(rank, owned));
      if (rank == 2 && owned) traits.linear_with_owners = true;
    }
    return EngineFrom(traits);
  };
  EXPECT_EQ(engine({{2, kAlone}}, true), QuantizedEngine::kFbgemm);
  EXPECT_EQ(engine({{2, kOwned}}, false), QuantizedEngine::kQnnpack);
  EXPECT_EQ(engine({{2, kOwned}}, true), QuantizedEngine::kOneDnn);
  EXPECT_EQ(engine({{4, kOwned}, {2, kOwned}}, true), QuantizedEngine::kQnnpack);
  EXPECT_EQ(engine({{4, kAlone}}, true), std::nullopt);
  EXPECT_EQ(engine({{3, kAlone}}, true), std::nullopt);
}

TEST_F(PackedParams, ReadsConvolutionsOfTorch14) {
  Arg state = Arg::Tuple(ArgList{Weight({4, 2, 3, 3}), Arg(), Tensors({Ints({2}), Ints({1})}),
                                 Tensors({Ints({1}), Ints({0})}), Tensors({Ints({1}), Ints({1})}),
                                 Ints({2})});
  auto p = Conv(state);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->stride, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(p->padding, (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(p->output_padding, (std::vector<int64_t>{0, 0}));
  EXPECT_EQ(p->groups, 2);
  EXPECT_FALSE(p->transposed);
  EXPECT_FALSE(p->bias);
}

TEST_F(PackedParams, ReadsConvolutionsOfVersionTwo) {
  Arg config = Ints({2, 2, 1, 1, 0, 1, 3, 0, 1, 1, 1});
  auto p = Conv(Arg::Tuple(ArgList{"2", Tensors({config, Weight({4, 2, 3, 3})}),
                                   Arg::List(ArgList{b_.Doubles(DType::kF32, {1, 2, 3, 4})})}));
  ASSERT_TRUE(p);
  EXPECT_EQ(p->dilation, (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(p->output_padding, (std::vector<int64_t>{0, 1}));
  EXPECT_TRUE(p->transposed);
  EXPECT_TRUE(p->bias);
}

TEST_F(PackedParams, ReadsConvolutionsOfVersionThree) {
  Arg config = Arg::List(ArgList{2, 2, 1, 1, 0, 1, 3, 0, 0, 5, 0});
  auto p =
      Conv(Arg::Tuple(ArgList{3, config, Arg::List(ArgList{Arg(), Weight({4, 2, 3, 3}), Arg()})}));
  ASSERT_TRUE(p);
  EXPECT_EQ(p->groups, 5);
  EXPECT_FALSE(p->transposed);
}

TEST_F(PackedParams, RefusesStatesOfNoLayout) {
  Val weight = Weight({4, 2, 3, 3});
  const Arg states[] = {
      Arg(), Arg::Tuple(ArgList{}), Arg::Tuple(ArgList{"4", Arg(), Arg()}),
      Arg::Tuple(ArgList{"2", Tensors({Ints({2, 1}), weight}), Arg::List(ArgList{Arg()})}),
      // Two axes claimed, one there.
      Arg::Tuple(ArgList{"2", Tensors({Ints({2, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0}), Weight({4, 2, 3})}),
                         Arg::List(ArgList{Arg()})})};
  for (const Arg& state : states) {
    EXPECT_EQ(FromPackedState(kConv, state).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(FromPackedState("quantized.Other", Arg::Tuple(ArgList{weight})).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(PackedParams, UnpackGivesWhatWasPacked) {
  OpEnv env;
  auto call = [&](absl::string_view name, std::vector<Arg> args) {
    auto choice = Registry::Get().Choose(name, std::nullopt, args, {});
    EXPECT_TRUE(choice.ok()) << choice.status();
    auto result = choice.ok() ? Registry::Get().Run(*choice, &b_, env) : choice.status();
    EXPECT_TRUE(result.ok()) << result.status();
    return result.value_or(Arg());
  };
  Val weight = Weight({4, 2, 3});
  Arg packed = call("quantized::conv1d_prepack", {weight, Arg(), Arg::List(ArgList{2}),
                                                  Arg::List(ArgList{1}), Arg::List(ArgList{1}), 1});
  Arg unpacked = call("quantized::conv1d_unpack", {packed});
  ASSERT_TRUE(unpacked.is_tuple());
  EXPECT_EQ(unpacked.items()[0].tensor().shape(), weight.shape());
  EXPECT_TRUE(unpacked.items()[1].is_none());
}

}  // namespace
}  // namespace t2n
