// Questions whose answer a program branches on: of sizes, dtypes and tensors that are known.
#include <optional>

#include "t2n/aten/core/common.h"
#include "t2n/aten/math/ops.h"

namespace t2n {
namespace {

// The one element of a bool tensor; refuses what the inputs decide.
Arg Answer(OpCall& c, const Val& condition) {
  if (!condition) return false;
  std::optional<std::vector<int64_t>> known = KnownInts(condition);
  if (known && known->size() == 1) return (*known)[0] != 0;
  c.Refuse(
      "the answer depends on the inputs' values, but a graph has no branches: choose with "
      "torch.where, or give the input that decides it a value with --args");
  return false;
}

Val All(Builder& b, const Val& condition) {
  if (!condition) return condition;
  Val numbers = b.Cast(condition, DType::kI64);
  return b.Eq(b.Reduce(Op::kReduceMin, numbers, IntRange(0, numbers.rank()), false), 1.0);
}

Arg EqualTensors(OpCall& c) {
  Val x = c.tensor("self"), y = c.tensor("other");
  if (!c.b.ok()) return false;
  if (x.rank() != y.rank()) return false;
  for (int64_t i = 0; i < x.rank(); ++i) {
    std::optional<bool> same = Equal(x.dim(i), y.dim(i));
    if (same == false) return false;
    if (!same) return c.Refuse("of tensors whose sizes may differ"), false;
  }
  if (x.numel() == Dim(0)) return true;
  if (x.dtype() != y.dtype()) return c.Refuse("of two dtypes"), false;
  return Answer(c, All(c.b, c.b.Eq(x, y)));
}

Arg AllClose(OpCall& c) {
  std::vector<NamedArg> keywords;
  for (const char* name : {"rtol", "atol", "equal_nan"}) keywords.push_back({name, c.arg(name)});
  Val close = c.Call("aten::isclose", {c.arg("self"), c.arg("other")}, keywords);
  if (close && close.numel() == Dim(0)) return true;
  return Answer(c, All(c.b, close));
}

Arg IsNonzero(OpCall& c) {
  Val x = c.tensor("self");
  if (x.numel() != Dim(1)) return c.Refuse("of a tensor that has not one element"), false;
  return Answer(c, c.b.Ne(c.b.Reshape(x, {}), 0.0));
}

// c10::canCast: never to a narrower kind of complex, float, integer, bool.
Arg CanCast(OpCall& c) {
  DType from = c.dtype("from_", DType::kF32), to = c.dtype("to", DType::kF32);
  auto kind = [](DType t) { return IsComplex(t) ? 3 : IsFloat(t) ? 2 : t == DType::kBool ? 0 : 1; };
  return kind(from) <= kind(to);
}

Arg BroadcastShapes(OpCall& c) {
  Shape shape = BroadcastShape(c, {c.dims("a"), c.dims("b")});
  return Arg::List(ArgList(shape.begin(), shape.end()));
}

constexpr OpEntry kOps[] = {
    {"aten::equal(Tensor self, Tensor other) -> bool", EqualTensors},
    {"aten::allclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float "
     "atol=1e-08, bool equal_nan=False) -> bool",
     AllClose},
    {"aten::is_nonzero(Tensor self) -> bool", IsNonzero},
    {"aten::can_cast(ScalarType from_, ScalarType to) -> bool", CanCast},
    {"aten::broadcast_shapes(int[] a, int[] b) -> int[]", BroadcastShapes},
};

}  // namespace

absl::Span<const OpEntry> QuestionOps() { return kOps; }

}  // namespace t2n
