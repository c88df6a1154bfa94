// What moves elements and changes none: axes, slices, joins, gathers and scatters.
#include <algorithm>
#include <numeric>

#include "t2n/builder/builder.h"

namespace t2n {

Val Builder::Reshape(const Val& x, Shape shape) {
  if (!x.get() || x.shape() == shape) return x;
  return Make(Op::kReshape, {{"shape", std::move(shape)}}, {x});
}

Val Builder::Transpose(const Val& x, std::vector<int64_t> perm) {
  std::vector<int64_t> same(x.rank());
  std::iota(same.begin(), same.end(), 0);
  if (perm == same) return x;
  return Make(Op::kTranspose, {{"perm", std::move(perm)}}, {x});
}

Val Builder::SwapAxes(const Val& x, int64_t a, int64_t b) {
  std::vector<int64_t> perm(x.rank());
  std::iota(perm.begin(), perm.end(), 0);
  if (std::max(a, b) >= x.rank()) return NoAxis(std::max(a, b), x);
  if (std::min(a, b) < 0) return NoAxis(std::min(a, b), x);
  std::swap(perm[a], perm[b]);
  return Transpose(x, std::move(perm));
}

Val Builder::Unsqueeze(const Val& x, int64_t axis) {
  if (!x.get()) return x;
  if (axis < 0 || axis > x.rank()) return NoAxis(axis, x);
  Shape shape = x.shape();
  shape.insert(shape.begin() + axis, Dim(1));
  return Reshape(x, std::move(shape));
}

Val Builder::Squeeze(const Val& x, int64_t axis) {
  if (!x.get()) return x;
  if (axis < 0 || axis >= x.rank()) return NoAxis(axis, x);
  Shape shape = x.shape();
  shape.erase(shape.begin() + axis);
  return Reshape(x, std::move(shape));
}

Val Builder::Slice(const Val& x, int64_t axis, const Dim& begin, const Dim& end, int64_t step) {
  if (!x.get() || (begin == Dim(0) && end == x.dim(axis) && step == 1)) return x;
  // Of one element there is no step: tract cannot take every other of an axis it has just added.
  if (step > 1 && CeilDiv(end - begin, step) == Dim(1)) return Slice(x, axis, begin, begin + 1);
  return Make(Op::kSlice, {{"axis", axis}, {"begin", begin}, {"end", end}, {"step", step}}, {x});
}

Val Builder::SelectIndex(const Val& x, int64_t axis, const Dim& index) {
  return Squeeze(Slice(x, axis, index, index + 1), axis);
}

Val Builder::Reverse(const Val& x, std::vector<int64_t> axes) {
  std::sort(axes.begin(), axes.end());
  return axes.empty() ? x : Make(Op::kReverse, {{"axes", std::move(axes)}}, {x});
}

Val Builder::Concat(absl::Span<const Val> xs, int64_t axis) {
  std::vector<Val> parts;
  for (const Val& x : xs) {
    if (x.dim(axis) != Dim(0) || !x) parts.push_back(x);
  }
  if (parts.empty() && !xs.empty()) return xs[0];
  return parts.size() == 1 ? parts[0] : Make(Op::kConcat, {{"axis", axis}}, parts);
}

Val Builder::Stack(absl::Span<const Val> xs, int64_t axis) {
  std::vector<Val> parts;
  for (const Val& x : xs) parts.push_back(Unsqueeze(x, axis));
  return Concat(parts, axis);
}

Val Builder::Pad(const Val& x, Shape before, Shape after, absl::string_view mode, double value) {
  auto is_zero = [](const Dim& d) { return d == Dim(0); };
  if (std::all_of(before.begin(), before.end(), is_zero) &&
      std::all_of(after.begin(), after.end(), is_zero)) {
    return x;
  }
  if (x && x->type.quant && mode == "constant") {
    // The value is a real number.
    QuantPtr quant = x->type.quant;
    if (quant->axis >= 0) return Fail("padding of a tensor that is quantized per channel");
    Val number = IntRepr(Quantize(Scalar(DType::kF32, value), x.dtype(), quant));
    if (!number.is_constant()) return Fail("padding with a number that is not known");
    auto integers = ReadInts(*number->constant);
    if (!integers.ok()) return Fail(integers.status());
    Val padded = Pad(IntRepr(x), std::move(before), std::move(after), mode,
                     static_cast<double>(integers->front()));
    return FromIntRepr(padded, x.dtype(), quant);
  }
  return Make(Op::kPad,
              {{"before", std::move(before)},
               {"after", std::move(after)},
               {"mode", std::string(mode)},
               {"value", value}},
              {x});
}

Val Builder::Gather(const Val& x, int64_t axis, const Val& indices) {
  return Make(Op::kGather, {{"axis", axis}}, {x, indices});
}
Val Builder::GatherElements(const Val& x, int64_t axis, const Val& indices) {
  return Make(Op::kGatherElements, {{"axis", axis}}, {x, indices});
}
Val Builder::GatherNd(const Val& x, const Val& indices) {
  return Make(Op::kGatherNd, {}, {x, indices});
}
Val Builder::ScatterElements(const Val& x, int64_t axis, const Val& indices, const Val& updates,
                             absl::string_view mode) {
  return Make(Op::kScatterElements, {{"axis", axis}, {"mode", std::string(mode)}},
              {x, indices, updates});
}
Val Builder::ScatterNd(const Val& x, const Val& indices, const Val& updates,
                       absl::string_view mode) {
  return Make(Op::kScatterNd, {{"mode", std::string(mode)}}, {x, indices, updates});
}

}  // namespace t2n
