#include "t2n/aten/core/promote.h"

#include <optional>

namespace t2n {
namespace {

int Category(DType t) {
  if (t == DType::kBool) return 0;
  if (IsInteger(t)) return 1;
  if (IsFloat(t)) return 2;
  return 3;
}

std::optional<DType> Merge(std::optional<DType> a, DType b) { return a ? PromoteTypes(*a, b) : b; }

// `lower` counts only if it is of a higher category than `higher`; a complex one makes real numbers
// complex of their own width (c10's toComplexType).
std::optional<DType> Combine(std::optional<DType> higher, std::optional<DType> lower) {
  if (!higher) return lower;
  if (!lower) return higher;
  if (Category(*lower) <= Category(*higher)) return higher;
  if (IsFloat(*higher)) return *higher == DType::kF64 ? DType::kC128 : DType::kC64;
  return PromoteTypes(*higher, *lower);
}

// The dtype of a number of this category.
DType NumberType(DType t) {
  constexpr DType kTypes[] = {DType::kBool, DType::kI64, DType::kF32, DType::kC64};
  return kTypes[Category(t)];
}

}  // namespace

DType ResultType(absl::Span<const Arg> operands) {
  std::optional<DType> with_axes, rank0, numbers;
  for (const Arg& a : operands) {
    switch (a.kind()) {
      case Arg::Kind::kTensor: {
        const DType dtype = a.tensor().dtype();
        if (a.tensor().rank() > 0) {
          with_axes = Merge(with_axes, dtype);
        } else if (a.origin() == Origin::kNumber) {
          numbers = Merge(numbers, NumberType(dtype));
        } else {
          rank0 = Merge(rank0, dtype);
        }
        break;
      }
      case Arg::Kind::kBool:
        numbers = Merge(numbers, DType::kBool);
        break;
      case Arg::Kind::kInt:
        numbers = Merge(numbers, DType::kI64);
        break;
      case Arg::Kind::kFloat:
        numbers = Merge(numbers, DType::kF32);
        break;
      case Arg::Kind::kComplex:
        numbers = Merge(numbers, DType::kC64);
        break;
      default:
        break;
    }
  }
  return Combine(Combine(with_axes, rank0), numbers).value_or(DType::kF32);
}

Arg SecondOperand(const Arg& other) {
  if (!other.is_tensor() || other.origin() != Origin::kConstant) return other;
  return other.tensor().rank() == 0 ? Arg(other.tensor(), Origin::kNumber) : other;
}

Val AsTensor(Builder& b, const Arg& operand, DType dtype) {
  switch (operand.kind()) {
    case Arg::Kind::kTensor:
      return b.Cast(operand.tensor(), dtype);
    case Arg::Kind::kBool:
      return b.Scalar(dtype, static_cast<int64_t>(operand.boolean()));
    case Arg::Kind::kInt:
      if (operand.integer().is_const()) return b.Scalar(dtype, operand.integer().value());
      return b.Cast(b.DimScalar(operand.integer()), dtype);
    case Arg::Kind::kFloat:
      return b.Scalar(dtype, operand.real());
    case Arg::Kind::kComplex:
      return b.Scalar(dtype, operand.complex());
    default:
      return b.Fail("a tensor or a number was expected");
  }
}

std::vector<Val> Promote(Builder& b, absl::Span<const Arg> operands) {
  DType dtype = ResultType(operands);
  std::vector<Val> out;
  for (const Arg& a : operands) out.push_back(AsTensor(b, a, dtype));
  return out;
}

DType FloatType(DType t) { return IsInteger(t) || t == DType::kBool ? DType::kF32 : t; }

Val ToFloat(Builder& b, const Val& x) { return b.Cast(x, FloatType(x.dtype())); }

}  // namespace t2n
