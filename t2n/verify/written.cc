#include "t2n/verify/written.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

// What numbers of the type are stored as in a model.
DType WrittenType(DType dtype) {
  if (dtype == DType::kC64 || dtype == DType::kBF16) return DType::kF32;
  return dtype == DType::kC128 ? DType::kF64 : dtype;
}

bool SameKind(DType a, DType b) {
  return a == b || (IsFloat(a) && IsFloat(b)) || (IsInteger(a) && IsInteger(b));
}

bool SameType(DType got, DType declared, bool widths) {
  const bool as_the_target_has_it = IsQuantized(declared) || IsQuantized(got);
  return as_the_target_has_it || got == declared || (!widths && SameKind(got, declared));
}

std::string TypeText(DType dtype, const std::vector<int64_t>& sizes) {
  return absl::StrCat(DTypeName(dtype), "[", absl::StrJoin(sizes, ","), "]");
}

}  // namespace

absl::StatusOr<Tensor> AsWritten(const Tensor& tensor) {
  if (tensor.dtype == DType::kBF16) return CastTensor(tensor, DType::kF32);
  if (!IsComplex(tensor.dtype)) return tensor;
  T2N_ASSIGN_OR_RETURN(Tensor t, MakeContiguous(tensor));
  t.dtype = WrittenType(t.dtype);
  t.sizes.push_back(2);
  t.strides = ContiguousStrides(t.sizes);
  t.offset *= 2;
  return t;
}

absl::StatusOr<std::vector<Tensor>> AllAsWritten(absl::Span<const Tensor> tensors) {
  std::vector<Tensor> written;
  for (const Tensor& t : tensors) {
    T2N_ASSIGN_OR_RETURN(Tensor one, AsWritten(t));
    written.push_back(std::move(one));
  }
  return written;
}

absl::StatusOr<ValueType> AtSizes(const ValueType& type, const SymbolBinding& symbols) {
  ValueType fixed{type.dtype, {}, type.quant};
  for (const Dim& d : type.shape) {
    const std::optional<int64_t> size =
        d.Eval([&](absl::string_view name) -> std::optional<int64_t> {
          const auto it = symbols.find(std::string(name));
          return it == symbols.end() ? std::nullopt : std::make_optional(it->second);
        });
    if (!size) return absl::InvalidArgumentError(absl::StrCat("no value for ", d.ToString()));
    fixed.shape.push_back(*size);
  }
  return fixed;
}

std::string TypeDifference(const Tensor& got, const ValueType& declared, bool widths) {
  std::vector<int64_t> sizes;
  for (const Dim& d : declared.shape) sizes.push_back(d.value());
  if (IsComplex(declared.dtype)) sizes.push_back(2);
  const DType dtype = WrittenType(declared.dtype);
  if (got.sizes == sizes && SameType(got.dtype, dtype, widths)) return "";
  return absl::StrCat(TypeText(got.dtype, got.sizes), ", declared ", TypeText(dtype, sizes));
}

EmitSpec InFolder(const EmitSpec& emit, const std::string& folder) {
  EmitSpec own = emit;
  own.path = folder;
  own.memory = nullptr;
  own.opened = nullptr;
  own.container = ContainerKind::kFolder;
  own.initial_values.clear();
  return own;
}

}  // namespace t2n
