// Padding in every mode.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// torch's pad list by axis; what is negative takes away.
struct Padding {
  Shape before, after;
};

std::optional<Padding> ReadPadding(OpCall& c, absl::string_view name, int64_t rank) {
  Shape pad = c.dims(name);
  if (pad.size() % 2 != 0 || static_cast<int64_t>(pad.size()) > 2 * rank) {
    c.RefuseArg(name, absl::StrCat("does not fit rank ", rank));
    return std::nullopt;
  }
  Padding p{Shape(rank, Dim(0)), Shape(rank, Dim(0))};
  for (size_t i = 0; i < pad.size(); ++i) {
    int64_t axis = rank - 1 - static_cast<int64_t>(i / 2);
    (i % 2 == 0 ? p.before : p.after)[axis] = pad[i];
  }
  return p;
}

Val Crop(Builder& b, Val x, const Padding& p) {
  for (size_t i = 0; i < p.before.size(); ++i) {
    x = b.Slice(x, i, Max(-p.before[i], 0), x.dim(i) - Max(-p.after[i], 0));
  }
  return x;
}

Shape NotNegative(Shape amounts) {
  for (Dim& d : amounts) d = Max(d, 0);
  return amounts;
}

// The least number that `d` is known never to be above, from 0 on; nullopt if that is large.
std::optional<int64_t> LeastBound(const Dim& d) {
  constexpr int64_t kMost = 512;
  if (LessEqual(d, kMost) != true) return std::nullopt;
  int64_t no = -1, yes = kMost;
  while (yes - no > 1) {
    const int64_t middle = (no + yes) / 2;
    (LessEqual(d, middle) == true ? yes : no) = middle;
  }
  return yes;
}

// By amounts that depend on open sizes, but not without bound: padded by as much as they can be,
// and what is too much taken away. The result's size is then no sum that a reader must understand.
// Null where there is no bound.
Val PadByBounds(Builder& b, Val x, const Padding& p, absl::string_view mode, double fill) {
  if (ConstantShape(p.before) && ConstantShape(p.after)) return Val();
  Padding most = p;
  for (Shape* side : {&most.before, &most.after}) {
    for (Dim& amount : *side) {
      const std::optional<int64_t> bound = LeastBound(amount);
      if (!bound) return Val();
      amount = *bound;
    }
  }
  const Shape sizes = x.shape();
  x = b.Pad(x, most.before, most.after, mode, fill);
  for (size_t i = 0; i < sizes.size(); ++i) {
    x = b.Slice(x, i, most.before[i] - p.before[i], most.before[i] + sizes[i] + p.after[i]);
  }
  return x;
}

Val Pad(OpCall& c, absl::string_view name, absl::string_view mode, const Arg& value) {
  Val x = c.tensor("self");
  std::optional<Padding> p = ReadPadding(c, name, x.rank());
  if (!p) return Val();
  double fill = value.is_none() ? 0 : value.AsDouble();
  const Shape before = NotNegative(p->before), after = NotNegative(p->after);
  if (mode != "constant" && fill != 0) {
    return c.Refuse(absl::StrCat("mode ", mode, " with a value"));
  }
  if (mode == "constant" || mode == "replicate") {
    if (const Val padded = PadByBounds(c.b, x, *p, mode, fill)) return padded;
  }
  // torch wraps around what a negative padding leaves, but mirrors and repeats before it crops.
  if (mode == "constant" || mode == "circular") {
    return c.b.Pad(Crop(c.b, x, *p), before, after, mode, fill);
  }
  return Crop(c.b, c.b.Pad(x, before, after, mode), *p);
}

Arg ConstantPad(OpCall& c) { return Pad(c, "pad", "constant", c.arg("value")); }

Arg PadMode(OpCall& c) {
  std::string mode = c.str("mode");
  for (const char* known : {"constant", "reflect", "replicate", "circular"}) {
    if (mode == known) return Pad(c, "pad", mode, c.arg("value"));
  }
  return c.RefuseArg("mode");
}
Arg PadEnum(OpCall& c) {
  constexpr const char* kModes[] = {"constant", "reflect", "replicate", "circular"};
  int64_t mode = c.integer("mode");
  if (mode < 0 || mode > 3) return c.RefuseArg("mode");
  return Pad(c, "pad", kModes[mode], c.arg("value"));
}
Arg ReflectionPad(OpCall& c) { return Pad(c, "padding", "reflect", Arg()); }
Arg ReplicationPad(OpCall& c) { return Pad(c, "padding", "replicate", Arg()); }
Arg CircularPad(OpCall& c) { return Pad(c, "pad", "circular", Arg()); }

// Sequences [len, ...] filled up to the longest: [batch, longest, ...] or [longest, batch, ...].
Arg PadSequence(OpCall& c) {
  std::vector<Val> xs = c.tensors("sequences");
  double value = c.number("padding_value");
  std::string side = c.str("padding_side");
  if (side != "right" && side != "left") return c.RefuseArg("padding_side");
  if (xs.empty()) return c.Refuse("of no tensors");
  Dim longest = xs[0].dim(0);
  for (const Val& x : xs) {
    if (x.rank() == 0 || x.rank() != xs[0].rank()) return c.Refuse("ranks of the sequences");
    longest = Max(longest, x.dim(0));
  }
  for (Val& x : xs) {
    Shape before(x.rank(), 0), after(x.rank(), 0);
    (side == "left" ? before : after)[0] = longest - x.dim(0);
    x = c.b.Pad(x, before, after, "constant", value);
  }
  return c.Call("aten::stack", {Arg::List(xs), c.boolean("batch_first") ? 0 : 1});
}

constexpr OpEntry kOps[] = {
    {"aten::pad_sequence(Tensor[] sequences, bool batch_first=False, float padding_value=0., str "
     "padding_side=\"right\") -> Tensor",
     PadSequence},
    {"aten::constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor", ConstantPad,
     &kFormatOfFirst, OnQuantized::kReal},
    {"aten::pad(Tensor self, SymInt[] pad, str mode=\"constant\", float? value=None) -> Tensor",
     PadMode, &kRowsUnlessFormat, OnQuantized::kReal},
    {"aten::_pad_enum(Tensor self, SymInt[] pad, int mode, float? value=None) -> Tensor", PadEnum},
    {"aten::reflection_pad1d(Tensor self, SymInt[2] padding) -> Tensor", ReflectionPad,
     &kFormatOfFirst, OnQuantized::kSteps},
    {"aten::reflection_pad2d(Tensor self, SymInt[4] padding) -> Tensor", ReflectionPad,
     &kFormatOfFirst, OnQuantized::kSteps},
    {"aten::reflection_pad3d(Tensor self, SymInt[6] padding) -> Tensor", ReflectionPad, nullptr,
     OnQuantized::kSteps},
    {"aten::replication_pad1d(Tensor self, SymInt[2] padding) -> Tensor", ReplicationPad,
     &kFormatOfFirst, OnQuantized::kSteps},
    {"aten::replication_pad2d(Tensor self, SymInt[4] padding) -> Tensor", ReplicationPad,
     &kFormatOfFirst, OnQuantized::kSteps},
    {"aten::replication_pad3d(Tensor self, SymInt[6] padding) -> Tensor", ReplicationPad, nullptr,
     OnQuantized::kSteps},
    {"aten::_pad_circular(Tensor self, SymInt[] pad) -> Tensor", CircularPad},
};

}  // namespace

absl::Span<const OpEntry> PaddingOps() { return kOps; }

}  // namespace t2n
