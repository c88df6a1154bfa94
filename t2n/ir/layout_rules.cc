// Type rules of the primitives that move elements.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/ir/rule_families.h"
#include "t2n/ir/type_rules.h"

namespace t2n::rules {
namespace {

// Parameters per channel follow their axis; null if it is split or merged.
QuantPtr ReshapeQuant(const QuantPtr& quant, const Shape& from, const Shape& to) {
  if (!quant || quant->axis < 0) return quant;
  Dim before = NumElements(Shape(from.begin(), from.begin() + quant->axis)), passed = 1;
  for (size_t i = 0; i < to.size(); ++i) {
    if (passed == before && to[i] == from[quant->axis]) {
      auto mapped = std::make_shared<QuantParams>(*quant);
      mapped->axis = i;
      return mapped;
    }
    passed *= to[i];
  }
  return nullptr;
}

QuantPtr MapQuantAxis(const QuantPtr& quant, absl::Span<const int64_t> perm) {
  if (!quant || quant->axis < 0) return quant;
  auto mapped = std::make_shared<QuantParams>(*quant);
  mapped->axis = std::find(perm.begin(), perm.end(), quant->axis) - perm.begin();
  return mapped;
}

}  // namespace

absl::StatusOr<int64_t> AxisOf(Op op, const Attrs& attrs, const ValueType& x) {
  int64_t axis = attrs.Int("axis");
  if (axis < 0 || axis >= static_cast<int64_t>(x.shape.size())) {
    return Bad(op, absl::StrCat("axis ", axis, " of ", TypeToString(x)));
  }
  return axis;
}

absl::StatusOr<Types> Reshape(Op op, const Attrs& attrs, Inputs in) {
  const Shape& shape = attrs.Sizes("shape");
  const Dim before = NumElements(in[0].shape), after = NumElements(shape);
  if (Equal(before, after) != true) {
    const Dim difference = before - after;
    std::string why;
    if (!difference.is_const()) {
      why = ": the sizes do not agree for all values of the symbols, so that axis cannot stay open";
    }
    // Of one symbol, an equation would give it a number.
    if (!difference.is_const() && !AsLine(difference)) {
      const std::string question = absl::StrCat(before.ToString(), "==", after.ToString());
      absl::StrAppend(&why, "; ", HowToSettle(question, difference));
    }
    return Bad(op, absl::StrCat(ShapeToString(in[0].shape), " to ", ShapeToString(shape), why));
  }
  QuantPtr quant = ReshapeQuant(in[0].quant, in[0].shape, shape);
  if (in[0].quant && !quant) return Bad(op, "the axis of a tensor quantized per channel");
  return Types{{in[0].dtype, shape, std::move(quant)}};
}

absl::StatusOr<Types> Transpose(Op op, const Attrs& attrs, Inputs in) {
  const std::vector<int64_t>& perm = attrs.Ints("perm");
  if (perm.size() != in[0].shape.size()) return Bad(op, "perm of the wrong length");
  Shape shape;
  std::vector<bool> seen(perm.size());
  for (int64_t p : perm) {
    if (p < 0 || p >= static_cast<int64_t>(perm.size()) || seen[p]) return Bad(op, "not a perm");
    seen[p] = true;
    shape.push_back(in[0].shape[p]);
  }
  return Types{{in[0].dtype, std::move(shape), MapQuantAxis(in[0].quant, perm)}};
}

absl::StatusOr<Types> Broadcast(Op op, const Attrs& attrs, Inputs in) {
  const Shape& shape = attrs.Sizes("shape");
  if (shape.size() != in[0].shape.size()) return Bad(op, "rank changes");
  for (size_t i = 0; i < shape.size(); ++i) {
    if (in[0].shape[i] != Dim(1) && Equal(in[0].shape[i], shape[i]) == false) {
      return Bad(op, absl::StrCat(ShapeToString(in[0].shape), " to ", ShapeToString(shape)));
    }
  }
  return Types{{in[0].dtype, shape, in[0].quant}};
}

absl::StatusOr<Types> Slice(Op op, const Attrs& attrs, Inputs in) {
  T2N_ASSIGN_OR_RETURN(int64_t axis, AxisOf(op, attrs, in[0]));
  int64_t step = attrs.Int("step");
  Dim begin = attrs.Size("begin"), end = attrs.Size("end");
  if (step < 1) return Bad(op, "step must be at least 1");
  if (Less(begin, 0) == true || Less(end, begin) == true || Less(in[0].shape[axis], end) == true) {
    return Bad(op, absl::StrCat("[", begin.ToString(), ":", end.ToString(), "] of axis ", axis,
                                " of ", ShapeToString(in[0].shape)));
  }
  ValueType t = in[0];
  t.shape[axis] = CeilDiv(end - begin, step);
  if (t.quant && t.quant->axis == axis) {
    if (!begin.is_const() || !end.is_const()) return Bad(op, "an open slice of channels");
    auto part = std::make_shared<QuantParams>(QuantParams{{}, {}, axis});
    for (int64_t i = begin.value(); i < end.value(); i += step) {
      part->scale.push_back(t.quant->scale[i]);
      part->zero_point.push_back(t.quant->zero_point[i]);
    }
    t.quant = std::move(part);
  }
  return Types{t};
}

absl::StatusOr<Types> Concat(Op op, const Attrs& attrs, Inputs in) {
  if (in.empty()) return Bad(op, "nothing to concatenate");
  T2N_ASSIGN_OR_RETURN(int64_t axis, AxisOf(op, attrs, in[0]));
  ValueType t = in[0];
  for (const ValueType& other : in.subspan(1)) {
    bool same_quant = !t.quant || (other.quant && *other.quant == *t.quant);
    if (t.quant && other.quant && t.quant->axis == axis && other.quant->axis == axis) {
      auto joined = std::make_shared<QuantParams>(*t.quant);
      const auto& scale = other.quant->scale;
      const auto& zero_point = other.quant->zero_point;
      joined->scale.insert(joined->scale.end(), scale.begin(), scale.end());
      joined->zero_point.insert(joined->zero_point.end(), zero_point.begin(), zero_point.end());
      t.quant = std::move(joined);
      same_quant = true;
    }
    if (other.dtype != t.dtype || other.shape.size() != t.shape.size() || !same_quant) {
      return Bad(op, absl::StrCat(TypeToString(t), " with ", TypeToString(other)));
    }
    for (size_t i = 0; i < t.shape.size(); ++i) {
      if (static_cast<int64_t>(i) == axis) {
        t.shape[i] += other.shape[i];
        continue;
      }
      const std::optional<bool> equal = Equal(t.shape[i], other.shape[i]);
      const bool sometimes = !equal && t.shape[i].is_const() != other.shape[i].is_const();
      if (equal == false || sometimes) {
        return Bad(
            op, absl::StrCat(TypeToString(t), " with ", TypeToString(other), " along axis ", axis,
                             sometimes ? absl::StrCat(": they do not fit", kNotForAll) : ""));
      }
    }
  }
  return Types{t};
}

absl::StatusOr<Types> Pad(Op op, const Attrs& attrs, Inputs in) {
  const Shape &before = attrs.Sizes("before"), &after = attrs.Sizes("after");
  ValueType t = in[0];
  if (before.size() != t.shape.size() || after.size() != t.shape.size()) {
    return Bad(op, "one padding an axis expected");
  }
  bool within = attrs.Str("mode") == "reflect" || attrs.Str("mode") == "circular";
  for (size_t i = 0; i < t.shape.size(); ++i) {
    // Both read the padding from the tensor itself: reflect leaves out its edge.
    Dim most = t.shape[i] - (attrs.Str("mode") == "reflect" ? 1 : 0);
    if (within && (Less(most, before[i]) == true || Less(most, after[i]) == true)) {
      return Bad(op, absl::StrCat(attrs.Str("mode"), " by ", before[i].ToString(), " and ",
                                  after[i].ToString(), " of an axis of ", t.shape[i].ToString()));
    }
    t.shape[i] += before[i] + after[i];
  }
  return Types{t};
}

}  // namespace t2n::rules
