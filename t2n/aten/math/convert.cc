// Changes of dtype, and operators that give their operand back (devices, memory formats, autograd).
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

Arg Same(OpCall& c) {
  c.ignore({"memory_format"});
  return c.tensor("self");
}

// Between real and complex dtypes too: an imaginary part is dropped, or 0.
Val CastNumbers(Builder& b, const Val& x, DType dtype) {
  if (IsComplex(x.dtype()) == IsComplex(dtype)) return b.Cast(x, dtype);
  if (IsComplex(x.dtype())) return b.Cast(b.Real(x), dtype);
  Val re = b.Cast(x, RealType(dtype));
  return b.MakeComplex(re, b.ScalarLike(re, 0));
}

// `to` in all its forms. Without a dtype the operand stays as it is.
Arg To(OpCall& c) {
  c.ignore({"device", "layout", "pin_memory", "non_blocking", "copy", "memory_format"});
  Val x = c.tensor("self");
  DType dtype = c.has("other") ? c.tensor("other").dtype() : c.dtype("dtype", x.dtype());
  return CastNumbers(c.b, x, dtype);
}

Arg RequiresGrad(OpCall& c) {
  c.ignore({"requires_grad"});
  return c.tensor("self");
}

template <DType dtype>
Arg CastTo(OpCall& c) {
  c.ignore({"non_blocking"});
  return c.b.Cast(c.tensor("self"), dtype);
}

constexpr OpEntry kOps[] = {
    {"aten::to.device(Tensor(a) self, Device device, ScalarType dtype, bool non_blocking=False, "
     "bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)",
     To, &kItselfIfUnchanged},
    {"aten::to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, "
     "MemoryFormat? memory_format=None) -> Tensor(a)",
     To, &kItselfIfUnchanged},
    {"aten::to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None, bool non_blocking=False, bool copy=False, "
     "MemoryFormat? memory_format=None) -> Tensor(a)",
     To, &kItselfIfUnchanged},
    {"aten::to.other(Tensor(a) self, Tensor other, bool non_blocking=False, bool copy=False, "
     "MemoryFormat? memory_format=None) -> Tensor(a)",
     To, &kItselfIfUnchanged},
    {"aten::to.prim_Device(Tensor(a) self, Device? device, int? dtype=None, "
     "bool non_blocking=False, bool copy=False) -> Tensor(a)",
     To, &kItselfIfUnchanged},
    {"aten::to.prim_dtype(Tensor(a) self, int? dtype=None, bool non_blocking=False, "
     "bool copy=False) -> Tensor(a)",
     To, &kItselfIfUnchanged},
    {"aten::to.prim_other(Tensor(a) self, bool non_blocking=False, bool copy=False) -> Tensor(a)",
     To, &kItselfIfUnchanged},
    {"aten::_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None, bool non_blocking=False, "
     "MemoryFormat? memory_format=None) -> Tensor",
     To, &kAsFirst},
    {"aten::type_as(Tensor(a) self, Tensor other) -> Tensor(a)", To, &kItselfIfUnchanged},
    {"aten::_cast_Byte(Tensor self, bool non_blocking=False) -> Tensor", CastTo<DType::kU8>,
     &kUnmarkedView},
    {"aten::_cast_Char(Tensor self, bool non_blocking=False) -> Tensor", CastTo<DType::kI8>,
     &kUnmarkedView},
    {"aten::_cast_Short(Tensor self, bool non_blocking=False) -> Tensor", CastTo<DType::kI16>,
     &kUnmarkedView},
    {"aten::_cast_Int(Tensor self, bool non_blocking=False) -> Tensor", CastTo<DType::kI32>,
     &kUnmarkedView},
    {"aten::_cast_Long(Tensor self, bool non_blocking=False) -> Tensor", CastTo<DType::kI64>,
     &kUnmarkedView},
    {"aten::_cast_Half(Tensor self, bool non_blocking=False) -> Tensor", CastTo<DType::kF16>,
     &kUnmarkedView},
    {"aten::_cast_Float(Tensor self, bool non_blocking=False) -> Tensor", CastTo<DType::kF32>,
     &kUnmarkedView},
    {"aten::_cast_Double(Tensor self, bool non_blocking=False) -> Tensor", CastTo<DType::kF64>,
     &kUnmarkedView},
    {"aten::contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> Tensor(a)", Same,
     &kItselfIfContiguous},
    {"aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", Same, &kAsFirst},
    {"aten::detach(Tensor(a) self) -> Tensor(a)", Same},
    {"aten::detach_copy(Tensor self) -> Tensor", Same, &kInRows},
    {"aten::requires_grad_(Tensor(a) self, bool requires_grad=True) -> Tensor(a)", RequiresGrad,
     &kItselfOrView},
    {"aten::alias(Tensor(a) self) -> Tensor(a)", Same},
    {"aten::alias_copy(Tensor self) -> Tensor", Same, &kInRows},
    {"aten::lift(Tensor self) -> Tensor", Same, &kUnmarkedItself},
    {"aten::lift_fresh(Tensor(a) self) -> Tensor(a)", Same, &kItselfOrView},
    {"aten::lift_fresh_copy(Tensor self) -> Tensor", Same, &kInRows},
    {"aten::cpu(Tensor(a) self) -> Tensor(a)", Same, &kItselfOrView},
    {"aten::cuda(Tensor(a) self) -> Tensor(a)", Same, &kItselfOrView},
    {"aten::positive(Tensor(a) self) -> Tensor(a)", Same, &kItselfOrView},
    {"aten::resolve_neg(Tensor(a) self) -> Tensor(a)", Same, &kItselfIfUnchanged},
};

}  // namespace

absl::Span<const OpEntry> ConvertOps() { return kOps; }

}  // namespace t2n
