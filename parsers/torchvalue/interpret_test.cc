#include "parsers/torchvalue/interpret.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/pickle/reader.h"
#include "parsers/testing/pickle_builder.h"
#include "parsers/testing/zip_builder.h"
#include "t2n/base/limits.h"

namespace t2n::torchvalue {
namespace {

namespace p = ::t2n::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class InterpretTest : public ::testing::Test {
 protected:
  InterpretTest()
      : archive_(*Archive::FromMemory(
            p::BuildZip({{"t/data/0", std::string(48, '\1')}, {"t/data/1", std::string(16, '\2')}}),
            "m.pt")) {
    options_.archive = archive_.get();
    options_.storage_folder = "data/";
  }

  absl::StatusOr<const Value*> Run(const std::string& value) {
    const std::string bytes = p::Pickle(value);
    const auto document =
        pickle::Parse(absl::MakeSpan(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
    EXPECT_TRUE(document.ok()) << document.status();
    if (!document.ok()) return document.status();
    return Interpret(*document, options_, &arena_);
  }
  template <typename T>
  T Get(const std::string& value) {
    const auto result = Run(value);
    EXPECT_TRUE(result.ok()) << result.status();
    const T* got = result.ok() ? (*result)->As<T>() : nullptr;
    EXPECT_NE(got, nullptr) << (result.ok() ? (*result)->KindName() : "");
    return got ? *got : T();
  }
  std::string Why(const std::string& value) {
    return std::string(Get<Unusable>(value).status.message());
  }

  static std::string Tensor(int64_t offset, const std::string& sizes, const std::string& strides,
                            const std::string& storage = p::Storage("FloatStorage", "0", 12)) {
    return p::Call("torch._utils", "_rebuild_tensor_v2",
                   {storage, p::Int(offset), sizes, strides, "\x89",
                    p::Call("collections", "OrderedDict", {})});
  }
  static std::string QTensor(const std::string& quantizer) {
    return p::Call("torch._utils", "_rebuild_qtensor",
                   {p::Storage("QInt8Storage", "0", 6), p::Int(0), p::Tuple({p::Int(2), p::Int(3)}),
                    p::Tuple({p::Int(3), p::Int(1)}), quantizer, "\x89",
                    p::Call("collections", "OrderedDict", {})});
  }

  std::shared_ptr<const Archive> archive_;
  InterpretOptions options_;
  Arena arena_;
};

TEST_F(InterpretTest, ATensorIsAViewOfItsEntry) {
  const auto tensor = Get<TensorRecord>(
      Tensor(4, p::Tuple({p::Int(2), p::Int(4)}), p::Tuple({p::Int(4), p::Int(1)})));
  EXPECT_EQ(tensor.entry, "data/0");
  EXPECT_EQ(tensor.dtype, ScalarType::kFloat);
  EXPECT_EQ(tensor.device, "cpu");
  EXPECT_EQ(tensor.storage_offset, 4);
  EXPECT_THAT(tensor.sizes, ElementsAre(2, 4));
  EXPECT_THAT(tensor.strides, ElementsAre(4, 1));
  EXPECT_EQ(tensor.numel(), 8);
  EXPECT_FALSE(tensor.requires_grad);
  EXPECT_TRUE(tensor.has_data);
}

TEST_F(InterpretTest, ATensorThatDoesNotFitItsStorageIsUnusable) {
  const auto one = [](int64_t i) { return p::Tuple({p::Int(i)}); };
  EXPECT_EQ(Get<TensorRecord>(Tensor(0, one(12), one(1))).numel(), 12);
  EXPECT_THAT(Why(Tensor(0, one(13), one(1))), HasSubstr("needs 52 bytes"));
  EXPECT_THAT(Why(Tensor(1, one(12), one(1))), HasSubstr("needs 52 bytes"));
  EXPECT_THAT(Why(Tensor(0, one(5), one(3))), HasSubstr("needs 52 bytes"));
  EXPECT_THAT(Why(Tensor(-1, one(1), one(1))), HasSubstr("offset is negative"));
  EXPECT_THAT(Why(Tensor(0, one(-1), one(1))), HasSubstr("size is negative"));
  EXPECT_THAT(Why(Tensor(0, one(2), one(-1))), HasSubstr("stride is negative"));
  EXPECT_THAT(Why(Tensor(0, one(1), p::Tuple({}))), HasSubstr("differ in number"));
  const std::string huge = p::Tuple({p::Int(int64_t{1} << 40), p::Int(int64_t{1} << 40)});
  EXPECT_THAT(Why(Tensor(0, huge, huge)), HasSubstr("63 bits"));
  EXPECT_THAT(Why(Tensor(INT64_MAX, one(2), one(INT64_MAX))), HasSubstr("63 bits"));
  EXPECT_THAT(Why(Tensor(0, one(1), one(1), p::Storage("FloatStorage", "9", 1))),
              HasSubstr("no entry 'data/9'"));
  EXPECT_THAT(Why(Tensor(0, one(1), one(1), p::Storage("FunnyStorage", "0", 1))),
              HasSubstr("FunnyStorage"));
}

TEST_F(InterpretTest, EmptyAndExpandedTensorsNeedLittleStorage) {
  EXPECT_EQ(Get<TensorRecord>(Tensor(0, p::Tuple({p::Int(0), p::Int(INT64_MAX)}),
                                     p::Tuple({p::Int(1), p::Int(1)})))
                .numel(),
            0);
  EXPECT_EQ(Get<TensorRecord>(Tensor(0, p::Tuple({p::Int(1000)}), p::Tuple({p::Int(0)}))).numel(),
            1000);
}

TEST_F(InterpretTest, ExampleInputsNeedNoPayload) {
  options_.payloads_optional = true;
  options_.storage_folder = "traced_inputs/";
  EXPECT_FALSE(
      Get<TensorRecord>(Tensor(0, p::Tuple({p::Int(99)}), p::Tuple({p::Int(1)}))).has_data);
}

TEST_F(InterpretTest, QuantizersPerTensorAndPerChannel) {
  const auto per_tensor =
      Get<TensorRecord>(QTensor(p::Tuple({p::Global("torch", "per_tensor_affine"),
                                          std::string("G\x3f\xe0\0\0\0\0\0\0", 9), p::Int(3)})));
  ASSERT_TRUE(per_tensor.quantizer.has_value());
  EXPECT_EQ(per_tensor.quantizer->scale, 0.5);
  EXPECT_EQ(per_tensor.quantizer->zero_point, 3);
  const std::string scales =
      Tensor(0, p::Tuple({p::Int(2)}), p::Tuple({p::Int(1)}), p::Storage("DoubleStorage", "1", 2));
  const std::string zeros =
      Tensor(0, p::Tuple({p::Int(2)}), p::Tuple({p::Int(1)}), p::Storage("LongStorage", "1", 2));
  const auto channel = [&](int64_t axis) {
    return QTensor(
        p::Tuple({p::Global("torch", "per_channel_affine"), scales, zeros, p::Int(axis)}));
  };
  const auto per_channel = Get<TensorRecord>(channel(0));
  ASSERT_TRUE(per_channel.quantizer.has_value());
  EXPECT_EQ(per_channel.quantizer->scheme, Quantizer::Scheme::kPerChannelAffine);
  EXPECT_EQ(per_channel.quantizer->scales->dtype, ScalarType::kDouble);
  EXPECT_EQ(per_channel.quantizer->zero_points->dtype, ScalarType::kLong);
  EXPECT_THAT(Why(channel(1)), HasSubstr("one tensor element a channel"));
  EXPECT_THAT(Why(channel(2)), HasSubstr("axis is out of range"));
  EXPECT_THAT(Why(QTensor(p::Tuple({p::Global("torch", "other_scheme")}))),
              HasSubstr("other_scheme"));
  EXPECT_THAT(Why(Tensor(0, p::Tuple({p::Int(2)}), p::Tuple({p::Int(1)}),
                         p::Storage("QInt8Storage", "1", 2))),
              HasSubstr("disagree"));
}

TEST_F(InterpretTest, ParametersKeepTheirTensor) {
  const std::string data = Tensor(0, p::Tuple({p::Int(3)}), p::Tuple({p::Int(1)}));
  EXPECT_TRUE(Get<TensorRecord>(p::Call("torch._utils", "_rebuild_parameter", {data, "\x88", "}"}))
                  .requires_grad);
  EXPECT_TRUE(Get<TensorRecord>(p::Call("torch._utils", "_rebuild_parameter_with_state",
                                        {data, "\x88", "}", "}"}))
                  .requires_grad);
}

TEST_F(InterpretTest, VersionThreeTensorsNameTheirDtype) {
  const auto tensor = Get<TensorRecord>(
      p::Call("torch._utils", "_rebuild_tensor_v3",
              {p::Storage("UntypedStorage", "0", 48), p::Int(0), p::Tuple({p::Int(3)}),
               p::Tuple({p::Int(1)}), "\x89", "}", p::Global("torch", "uint16")}));
  EXPECT_EQ(tensor.dtype, ScalarType::kUInt16);
}

TEST_F(InterpretTest, SparseAndNestedTensorsAreRefusedByNameWhenUsed) {
  EXPECT_THAT(Why(p::Call("torch._utils", "_rebuild_sparse_tensor", {})), HasSubstr("sparse"));
  EXPECT_THAT(Why(p::Call("torch._utils", "_rebuild_nested_tensor", {})), HasSubstr("nested"));
}

TEST_F(InterpretTest, ConjugateBitsAreRefusedByName) {
  const std::string tensor =
      p::Call("torch._utils", "_rebuild_tensor_v2",
              {p::Storage("ComplexFloatStorage", "0", 6), p::Int(0), p::Tuple({p::Int(2)}),
               p::Tuple({p::Int(1)}), "\x89", "}", p::Dict({p::Str("conj"), "\x88"})});
  EXPECT_THAT(Why(tensor), HasSubstr("'conj' bit"));
}

TEST_F(InterpretTest, ListsKeepTheirType) {
  EXPECT_EQ(Get<List>(p::Call("torch.jit._pickle", "build_intlist", {p::List({p::Int(1)})})).type,
            "List[int]");
}

TEST_F(InterpretTest, TypeTagsNameTheValue) {
  const auto dict = Run(p::Call("torch.jit._pickle", "restore_type_tag",
                                {p::Dict({p::Str("a"), p::Int(1)}), p::Str("Dict[str, int]")}));
  ASSERT_TRUE(dict.ok());
  ASSERT_NE((*dict)->As<Dict>(), nullptr);
  EXPECT_EQ((*dict)->As<Dict>()->type, "Dict[str, int]");
}

TEST_F(InterpretTest, DevicesComplexNumbersAndEnums) {
  EXPECT_EQ(Get<Device>(p::Call("torch", "device", {p::Str("cuda"), p::Int(1)})).name, "cuda:1");
  const std::string half("G\x3f\xe0\0\0\0\0\0\0", 9);
  EXPECT_EQ(Get<std::complex<double>>(p::Call("builtins", "complex", {half, half})),
            std::complex<double>(0.5, 0.5));
  const auto member = Get<EnumRecord>(p::Global("__torch__", "Color") + p::Int(2) + "R");
  EXPECT_EQ(member.class_name, "__torch__.Color");
  EXPECT_EQ(*member.value->As<int64_t>(), 2);
}

TEST_F(InterpretTest, ObjectsHaveAttributesOrAState) {
  const auto module = Run(p::Object("__torch__.a", "M", p::Dict({p::Str("x"), p::Int(1)})));
  ASSERT_TRUE(module.ok());
  const auto* object = (*module)->As<ObjectRecord>();
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->class_name, "__torch__.a.M");
  ASSERT_NE(object->Find("x"), nullptr);
  EXPECT_EQ(*object->Find("x")->As<int64_t>(), 1);
  EXPECT_EQ(object->Find("y"), nullptr);
  const auto packed = Run(p::Object("__torch__.torch.classes.quantized", "LinearPackedParamsBase",
                                    p::Tuple({p::Int(1), p::Int(2)})));
  ASSERT_TRUE(packed.ok());
  object = (*packed)->As<ObjectRecord>();
  ASSERT_NE(object, nullptr);
  EXPECT_TRUE(object->attributes.empty());
  EXPECT_EQ(object->state->As<Tuple>()->items.size(), 2);
}

TEST_F(InterpretTest, UnknownNamesAreValues) {
  const auto call = Run(p::Call("os", "system", {p::Str("ls")}));
  ASSERT_TRUE(call.ok());
  ASSERT_NE((*call)->As<CallRecord>(), nullptr);
  EXPECT_EQ((*call)->As<CallRecord>()->callable, "os.system");
  EXPECT_EQ(Get<GlobalName>(p::Global("torch", "float32")).name, "torch.float32");
}

TEST_F(InterpretTest, SharingIsKept) {
  const std::string once = Tensor(0, p::Tuple({p::Int(3)}), p::Tuple({p::Int(1)})) + "q\x01";
  const auto pair = Run(p::Tuple({once, "h\x01"}));
  ASSERT_TRUE(pair.ok());
  const auto* tuple = (*pair)->As<Tuple>();
  ASSERT_NE(tuple, nullptr);
  EXPECT_EQ(tuple->items[0], tuple->items[1]);
}

TEST_F(InterpretTest, ACycleIsRefused) {
  EXPECT_THAT(std::string(Run("]q\x01h\x01"
                              "a")
                              .status()
                              .message()),
              HasSubstr("contains itself"));
  EXPECT_THAT(std::string(Run("c__torch__\nM\n)\x81q\x01}(U\x01sh\x01ub").status().message()),
              HasSubstr("contains itself"));
}

TEST_F(InterpretTest, DepthIsLimited) {
  const auto nested = [](int depth) { return "N" + std::string(depth, '\x85'); };
  EXPECT_TRUE(Run(nested(limits::kMaxValueDepth - 1)).ok());
  EXPECT_THAT(std::string(Run(nested(limits::kMaxValueDepth)).status().message()),
              HasSubstr("deeper than"));
  EXPECT_FALSE(Run(nested(1000000)).ok());
}

TEST_F(InterpretTest, SharingThatExplodesIsRefused) {
  std::string value = "K\x01";
  for (int i = 0; i < 40; ++i) absl::StrAppend(&value, "q\x01h\x01\x86");
  EXPECT_THAT(std::string(Run(value).status().message()), HasSubstr("stands for more than"));
}

TEST(ScalarTypeTest, CodesAreTorchs) {
  EXPECT_EQ(ScalarTypeFromCode(6), ScalarType::kFloat);
  EXPECT_EQ(ScalarTypeFromCode(15), ScalarType::kBFloat16);
  EXPECT_EQ(ScalarTypeFromCode(99), std::nullopt);
  EXPECT_EQ(ScalarTypeFromStorage("ByteStorage"), ScalarType::kByte);
  EXPECT_EQ(ScalarTypeFromStorage("Byte"), std::nullopt);
  EXPECT_EQ(ScalarTypeFromPythonName("float8_e5m2"), ScalarType::kFloat8_e5m2);
  EXPECT_STREQ(ShortName(ScalarType::kComplexDouble), "c128");
  EXPECT_EQ(ElementBits(ScalarType::kQUInt4x2), 4);
}

}  // namespace
}  // namespace t2n::torchvalue
