// Questions about a tensor that its type answers: sizes, dtype and the like.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/shape/ops.h"

namespace t2n {
namespace {

Arg DimList(const Shape& shape) { return Arg::List(ArgList(shape.begin(), shape.end())); }

Arg Sizes(OpCall& c) { return DimList(c.tensor("self").shape()); }

Arg SizeOf(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() == 0) return c.Refuse("a rank-0 tensor has no sizes");
  return x.dim(c.axis("dim", x.rank()));
}

Arg Numel(OpCall& c) { return c.tensor("self").numel(); }
Arg Rank(OpCall& c) { return c.tensor("self").rank(); }
Arg Length(OpCall& c) {
  Val x = c.tensor("t");
  return x.rank() == 0 ? Arg(c.Refuse("of a rank-0 tensor")) : Arg(x.dim(0));
}
Arg ShapeTensor(OpCall& c) { return c.b.DimVector(c.tensor("self").shape()); }

constexpr absl::string_view kNotKnown = "how the tensor lies in memory is not known";

Arg Strides(OpCall& c) {
  c.ignore({"self"});
  return c.memory() ? DimList(c.memory()->strides) : Arg(c.Refuse(kNotKnown));
}

Arg StrideOf(OpCall& c) {
  Val x = c.tensor("self");
  if (!c.memory()) return c.Refuse(kNotKnown);
  if (x.rank() == 0) return c.Refuse("a rank-0 tensor has no strides");
  return c.memory()->strides[c.axis("dim", x.rank())];
}

Arg StorageOffset(OpCall& c) {
  c.ignore({"self"});
  return c.memory() ? Arg(c.memory()->offset) : Arg(c.Refuse(kNotKnown));
}

Arg IsContiguous(OpCall& c) {
  c.ignore({"self"});
  auto format = MemoryFormat::kContiguous;
  if (c.has("memory_format")) format = static_cast<MemoryFormat>(c.integer("memory_format"));
  const auto answer = c.memory() ? t2n::IsContiguous(*c.memory(), format) : std::nullopt;
  return answer ? Arg(*answer) : Arg(c.Refuse(kNotKnown));
}

Arg ElementSize(OpCall& c) { return ItemSize(c.tensor("self").dtype()); }
Arg IsFloatingPoint(OpCall& c) { return IsFloat(c.tensor("self").dtype()); }
Arg IsComplexTensor(OpCall& c) { return IsComplex(c.tensor("self").dtype()); }
Arg IsSignedTensor(OpCall& c) { return IsSigned(c.tensor("self").dtype()); }
Arg AlwaysFalse(OpCall& c) {
  for (const SchemaArg& a : c.schema().args) c.ignore({a.name});
  return false;
}

Arg IsSameSize(OpCall& c) {
  Val a = c.tensor("self"), b = c.tensor("other");
  if (a.rank() != b.rank()) return false;
  bool known = true;
  for (int64_t i = 0; i < a.rank(); ++i) {
    std::optional<bool> same = Equal(a.dim(i), b.dim(i));
    if (same == false) return false;
    known &= same.has_value();
  }
  if (!known) return c.Refuse("whether symbolic sizes agree is not known");
  return true;
}

Arg DeviceIndex(OpCall& c) {
  c.ignore({"self"});
  return -1;
}

Arg ResultTypeOf(OpCall& c) {
  return TorchCode(ResultType({c.arg(c.schema().args[0].name), c.arg(c.schema().args[1].name)}));
}

Arg PromotedTypes(OpCall& c) {
  return TorchCode(PromoteTypes(c.dtype("type1", DType::kF32), c.dtype("type2", DType::kF32)));
}

constexpr OpEntry kOps[] = {
    {"aten::size(Tensor self) -> int[]", Sizes},
    {"aten::size.int(Tensor self, int dim) -> int", SizeOf},
    {"aten::sym_size(Tensor self) -> SymInt[]", Sizes},
    {"aten::sym_size.int(Tensor self, int dim) -> SymInt", SizeOf},
    {"aten::numel(Tensor self) -> int", Numel},
    {"aten::sym_numel(Tensor self) -> SymInt", Numel},
    {"aten::dim(Tensor self) -> int", Rank},
    {"aten::ndimension(Tensor self) -> int", Rank},
    {"aten::len.Tensor(Tensor t) -> int", Length},
    {"aten::_shape_as_tensor(Tensor self) -> Tensor", ShapeTensor},
    {"aten::stride(Tensor self) -> int[]", Strides, &kAsksMemory},
    {"aten::stride.int(Tensor self, int dim) -> int", StrideOf, &kAsksMemory},
    {"aten::sym_stride(Tensor self) -> SymInt[]", Strides, &kAsksMemory},
    {"aten::sym_stride.int(Tensor self, int dim) -> SymInt", StrideOf, &kAsksMemory},
    {"aten::storage_offset(Tensor self) -> int", StorageOffset, &kAsksMemory},
    {"aten::sym_storage_offset(Tensor self) -> SymInt", StorageOffset, &kAsksMemory},
    {"aten::is_contiguous(Tensor self) -> bool", IsContiguous, &kAsksMemory},
    {"aten::is_contiguous.memory_format(Tensor self, MemoryFormat memory_format) -> bool",
     IsContiguous, &kAsksMemory},
    {"aten::element_size(Tensor self) -> int", ElementSize},
    {"aten::is_floating_point(Tensor self) -> bool", IsFloatingPoint},
    {"aten::is_complex(Tensor self) -> bool", IsComplexTensor},
    {"aten::is_signed(Tensor self) -> bool", IsSignedTensor},
    {"aten::is_same_size(Tensor self, Tensor other) -> bool", IsSameSize},
    {"aten::is_conj(Tensor self) -> bool", AlwaysFalse},
    {"aten::is_neg(Tensor self) -> bool", AlwaysFalse},
    {"aten::is_inference(Tensor self) -> bool", AlwaysFalse},
    {"aten::is_pinned(Tensor self, Device? device=None) -> bool", AlwaysFalse},
    {"aten::is_coalesced(Tensor self) -> bool", AlwaysFalse},
    {"aten::get_device(Tensor self) -> int", DeviceIndex},
    {"aten::result_type.Tensor(Tensor tensor, Tensor other) -> ScalarType", ResultTypeOf},
    {"aten::result_type.Scalar(Tensor tensor, Scalar other) -> ScalarType", ResultTypeOf},
    {"aten::result_type.Scalar_Tensor(Scalar scalar, Tensor tensor) -> ScalarType", ResultTypeOf},
    {"aten::result_type.Scalar_Scalar(Scalar scalar1, Scalar scalar2) -> ScalarType", ResultTypeOf},
    {"aten::promote_types(ScalarType type1, ScalarType type2) -> ScalarType", PromotedTypes},
};

}  // namespace

absl::Span<const OpEntry> ShapeOps() { return kOps; }

}  // namespace t2n
