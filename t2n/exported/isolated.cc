#include "t2n/exported/isolated.h"

#include <utility>
#include <vector>

#include "t2n/alias/tensor_ref.h"

namespace t2n::exported {

namespace {

IValue Isolated(const IValue& value) {
  const auto tensor = value.tensor();
  if (!tensor) return value;
  auto own = TensorRef::New(tensor->Read(), tensor->Order());
  if (tensor->is_number()) own->set_is_number();
  return IValue(std::move(own));
}

}  // namespace

std::vector<IValue> Isolated(const std::vector<IValue>& values) {
  std::vector<IValue> out;
  for (const IValue& value : values) out.push_back(Isolated(value));
  return out;
}

std::vector<IValue> Join(std::vector<IValue> a, const std::vector<IValue>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Val Tensorial(Builder& b, const IValue& value) {
  if (value.tensor()) return value.tensor()->Read();
  if (const bool* v = value.If<bool>()) return b.Scalar(DType::kBool, int64_t{*v});
  if (const Dim* v = value.If<Dim>()) return b.DimScalar(*v);
  if (const double* v = value.If<double>()) return b.Scalar(DType::kF32, *v);
  return Val();
}

}  // namespace t2n::exported
