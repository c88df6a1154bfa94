#include "t2n/kernels/testing.h"

#include <cstring>

#include "gtest/gtest.h"
#include "t2n/base/status.h"
#include "t2n/ir/type_rules.h"

namespace t2n::testing {

Tensor Make(DType dtype, std::vector<int64_t> sizes, const std::vector<double>& values) {
  uint8_t* p;
  Tensor t = Tensor::Allocate(dtype, std::move(sizes), &p);
  for (double v : values) {
    Tensor one = Tensor::Scalar(dtype, v);
    std::memcpy(p, *ContiguousData(one), ItemSize(dtype));
    p += ItemSize(dtype);
  }
  return t;
}

Tensor MakeComplex(std::vector<int64_t> sizes, const std::vector<std::complex<double>>& values) {
  uint8_t* p;
  Tensor t = Tensor::Allocate(DType::kC128, std::move(sizes), &p);
  std::memcpy(p, values.data(), values.size() * sizeof(values[0]));
  return t;
}

Tensor F(const std::vector<double>& values) {
  return Make(DType::kF32, {static_cast<int64_t>(values.size())}, values);
}

Tensor I(const std::vector<int64_t>& values) { return Tensor::Ints(values); }

absl::StatusOr<std::vector<Tensor>> Call(Op op, Attrs attrs, const std::vector<Tensor>& inputs,
                                         QuantPtr input_quant) {
  std::vector<ValueType> types;
  std::vector<QuantPtr> quants;
  for (const Tensor& t : inputs) {
    quants.push_back(IsQuantized(t.dtype) ? input_quant : nullptr);
    types.push_back({t.dtype, Shape(t.sizes.begin(), t.sizes.end()), quants.back()});
  }
  T2N_ASSIGN_OR_RETURN(std::vector<ValueType> outputs, InferTypes(op, attrs, types));
  Kernel kernel = FindKernel(op);
  if (!kernel) return absl::UnimplementedError("no kernel");
  T2N_ASSIGN_OR_RETURN(auto results, kernel({op, attrs, inputs, outputs, quants}));
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].dtype, outputs[i].dtype) << OpName(op);
    EXPECT_EQ(results[i].sizes, *ConstantShape(outputs[i].shape)) << OpName(op);
  }
  return results;
}

namespace {

template <typename Read>
auto First(Op op, Attrs attrs, const std::vector<Tensor>& inputs, Read read)
    -> std::decay_t<decltype(*read(inputs[0]))> {
  auto results = Call(op, std::move(attrs), inputs);
  EXPECT_TRUE(results.ok()) << results.status();
  if (!results.ok()) return {};
  return *read((*results)[0]);
}

}  // namespace

std::vector<double> Doubles(Op op, Attrs attrs, const std::vector<Tensor>& inputs) {
  return First(op, std::move(attrs), inputs, ReadDoubles);
}
std::vector<int64_t> Ints(Op op, Attrs attrs, const std::vector<Tensor>& inputs) {
  return First(op, std::move(attrs), inputs, ReadInts);
}
std::vector<std::complex<double>> Complexes(Op op, Attrs attrs, const std::vector<Tensor>& inputs) {
  return First(op, std::move(attrs), inputs, ReadComplex);
}

}  // namespace t2n::testing
