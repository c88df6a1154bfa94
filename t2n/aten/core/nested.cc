#include "t2n/aten/core/nested.h"

#include <utility>

#include "t2n/aten/core/common.h"
#include "t2n/builder/selection.h"

namespace t2n {
namespace {

constexpr char kLeftAligned[] = "left_aligned";

// True at as many of the first positions as `mask` [N, L] has true ones.
Val FirstPositions(Builder& b, const Val& mask) {
  const Val lengths = b.Reduce(Op::kReduceSum, b.Cast(mask, DType::kI64), {1}, true);
  return b.Lt(IotaAlong(b, mask.dim(1), 1, 2), lengths);
}

Val AllLeftAligned(Builder& b, const Val& mask) {
  return b.Reduce(Op::kReduceAll, b.Eq(mask, FirstPositions(b, mask)), {0, 1}, false);
}

// What the program has asked of this mask before it nests by it; null if nothing.
Val AskedOf(Builder& b, const Val& mask) {
  for (const auto& node : b.graph()->nodes()) {
    if (node->op != Op::kComposite || node->attrs.Str("name") != kLeftAligned) continue;
    if (SameComputation(*node->inputs[0], *mask.get())) return Val(&b, node->output());
  }
  return Val();
}

bool IsMaskOf(OpCall& c, const Val& t, const Val& mask) {
  const bool fits = t.rank() == 3 && mask.rank() == 2 && mask.dtype() == DType::kBool &&
                    Equal(t.dim(0), mask.dim(0)) != false && Equal(t.dim(1), mask.dim(1)) != false;
  if (!fits) c.Refuse("the mask must be bool [N, L] for elements [N, L, D]");
  return fits;
}

}  // namespace

std::shared_ptr<const NestedTensor> Nested(OpCall& c, absl::string_view name) {
  const Arg& a = c.arg(name);
  auto nested = a.kind() == Arg::Kind::kOpaque
                    ? std::dynamic_pointer_cast<const NestedTensor>(a.opaque())
                    : nullptr;
  if (!nested) c.RefuseArg(name, "is no nested tensor");
  return nested;
}

Arg WithElements(const NestedTensor& nested, const Val& padded) {
  auto other = std::make_shared<NestedTensor>(nested);
  other->padded = padded;
  return Arg(std::shared_ptr<const Opaque>(std::move(other)));
}

Arg IsLeftAligned(OpCall& c) {
  const Val t = c.tensor("t"), mask = c.tensor("mask");
  if (!IsMaskOf(c, t, mask)) return false;
  const auto known = KnownInts(AllLeftAligned(c.b, mask));
  if (known && known->size() == 1) return (*known)[0] != 0;
  c.b.Composite(kLeftAligned, {}, {mask},
                [](Builder& b, absl::Span<const Val> in) { return AllLeftAligned(b, in[0]); });
  return true;
}

Arg NestedFromMask(OpCall& c) {
  const Val t = c.tensor("t"), mask = c.tensor("mask");
  c.ignore({"mask_check"});  // torch raises where it fails
  if (!IsMaskOf(c, t, mask)) return Arg();
  NestedTensor nested;
  nested.nests = AskedOf(c.b, mask);
  // torch takes as many of the first elements as the mask has true ones, wherever these are.
  nested.visible = nested.nests ? mask : FirstPositions(c.b, mask);
  return WithElements(nested, t);
}

Arg NestedToPadded(OpCall& c) {
  const auto nested = Nested(c, "self");
  if (!nested) return Arg();
  Builder& b = c.b;
  Val x = nested->padded, kept = nested->visible;
  if (!c.has("output_size")) {
    return c.Refuse(
        "the length of the longest sequence depends on the inputs' values; give output_size, the "
        "size before nesting");
  }
  if (nested->nests) kept = b.Or(kept, b.Not(nested->nests));
  x = b.Select(b.Unsqueeze(kept, 2), x, b.ScalarLike(x, c.number("padding")));
  const Shape size = c.dims("output_size");
  if (size.size() != 3) return c.RefuseArg("output_size");
  for (int64_t axis = 0; axis < 3; ++axis) {
    const Dim now = x.dim(axis);
    if (size[axis] == now) continue;
    // Smaller than what is visible it may not be.
    if (LessEqual(size[axis], now) == true) {
      x = b.Slice(x, axis, 0, size[axis]);
    } else if (LessEqual(now, size[axis]) == true) {
      Shape before(3, 0), after(3, 0);
      after[axis] = size[axis] - now;
      x = b.Pad(x, before, after, "constant", c.number("padding"));
    } else {
      return c.RefuseArg("output_size", "is larger or smaller than the padded size");
    }
  }
  return x;
}

}  // namespace t2n
