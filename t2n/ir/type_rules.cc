#include "t2n/ir/type_rules.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "t2n/base/status.h"
#include "t2n/ir/rule_families.h"

namespace t2n {

using rules::Bad;
using rules::Inputs;
using rules::Types;

namespace {

constexpr char kNotForAll[] = " for all values of the symbols, so that axis cannot stay open";

absl::StatusOr<Shape> BroadcastShapes(Op op, Inputs in) {
  Shape shape = in[0].shape;
  for (const ValueType& t : in.subspan(1)) {
    if (t.shape.size() != shape.size()) return Bad(op, "operands of different rank");
    for (size_t i = 0; i < shape.size(); ++i) {
      std::optional<Dim> d = BroadcastSize(shape[i], t.shape[i]);
      if (!d) {
        return Bad(op,
                   absl::StrCat("shapes ", ShapeToString(shape), " and ", ShapeToString(t.shape),
                                " do not broadcast",
                                ConstantShape(shape) && ConstantShape(t.shape) ? "" : kNotForAll));
      }
      shape[i] = *d;
    }
  }
  return shape;
}

absl::StatusOr<int64_t> AxisOf(Op op, const Attrs& attrs, const ValueType& x) {
  int64_t axis = attrs.Int("axis");
  if (axis < 0 || axis >= static_cast<int64_t>(x.shape.size())) {
    return Bad(op, absl::StrCat("axis ", axis, " of ", TypeToString(x)));
  }
  return axis;
}

absl::StatusOr<Types> Elementwise(Op op, const Attrs& attrs, Inputs in) {
  T2N_ASSIGN_OR_RETURN(Shape shape, BroadcastShapes(op, in));
  DType dtype = in[op == Op::kSelect ? 1 : 0].dtype;
  for (size_t i = op == Op::kSelect ? 1 : 0; i < in.size(); ++i) {
    if (in[i].dtype != dtype) {
      return Bad(op,
                 absl::StrCat("operands of ", DTypeName(dtype), " and ", DTypeName(in[i].dtype)));
    }
  }
  if (op == Op::kCast) dtype = attrs.Type("dtype");
  if (op == Op::kIsNan || op == Op::kIsInf || (op >= Op::kEq && op <= Op::kGe)) {
    dtype = DType::kBool;
  }
  if (op == Op::kAbs) dtype = RealType(dtype);
  if (IsQuantized(dtype)) return Bad(op, "arithmetic on a quantized tensor");
  return Types{{dtype, std::move(shape), nullptr}};
}

absl::StatusOr<Types> Reduce(Op op, const Attrs& attrs, Inputs in) {
  ValueType t = in[0];
  for (int64_t axis : attrs.Ints("axes")) {
    if (axis < 0 || axis >= static_cast<int64_t>(t.shape.size()))
      return Bad(op, "axis out of range");
    t.shape[axis] = 1;
  }
  return Types{t};
}

absl::StatusOr<Types> ArgReduce(Op op, const Attrs& attrs, Inputs in) {
  T2N_ASSIGN_OR_RETURN(int64_t axis, AxisOf(op, attrs, in[0]));
  Shape shape = in[0].shape;
  shape[axis] = 1;
  return Types{{DType::kI64, std::move(shape), nullptr}};
}

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

QuantPtr MapQuantAxis(const QuantPtr& quant, absl::Span<const int64_t> perm) {
  if (!quant || quant->axis < 0) return quant;
  auto mapped = std::make_shared<QuantParams>(*quant);
  mapped->axis = std::find(perm.begin(), perm.end(), quant->axis) - perm.begin();
  return mapped;
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

absl::StatusOr<Types> Gather(Op op, const Attrs& attrs, Inputs in) {
  T2N_ASSIGN_OR_RETURN(int64_t axis, AxisOf(op, attrs, in[0]));
  const Shape &data = in[0].shape, &indices = in[1].shape;
  Shape shape(data.begin(), data.begin() + axis);
  shape.insert(shape.end(), indices.begin(), indices.end());
  shape.insert(shape.end(), data.begin() + axis + 1, data.end());
  return Types{{in[0].dtype, std::move(shape), in[0].quant}};
}

// GatherElements and the scatters.
absl::StatusOr<Types> ByIndices(Op op, const Attrs& attrs, Inputs in) {
  const Shape &data = in[0].shape, &indices = in[1].shape;
  bool scatter = op != Op::kGatherElements;
  if (scatter && in[2].dtype != in[0].dtype) return Bad(op, "updates of another dtype");
  if (op == Op::kScatterNd) {
    std::optional<int64_t> k = indices.empty() ? std::nullopt : indices.back().constant();
    if (!k || *k > static_cast<int64_t>(data.size())) return Bad(op, "index depth");
    return Types{in[0]};
  }
  T2N_RETURN_IF_ERROR(AxisOf(op, attrs, in[0]).status());
  if (indices.size() != data.size() || (scatter && in[2].shape.size() != data.size())) {
    return Bad(op, "operands of different rank");
  }
  return Types{{in[0].dtype, scatter ? data : indices, in[0].quant}};
}

absl::StatusOr<Types> GatherNd(Op op, const Attrs&, Inputs in) {
  const Shape &data = in[0].shape, &indices = in[1].shape;
  std::optional<int64_t> k = indices.empty() ? std::nullopt : indices.back().constant();
  if (!k || *k > static_cast<int64_t>(data.size())) return Bad(op, "index depth");
  Shape shape(indices.begin(), indices.end() - 1);
  shape.insert(shape.end(), data.begin() + *k, data.end());
  return Types{{in[0].dtype, std::move(shape), in[0].quant}};
}

absl::StatusOr<Types> TopK(Op op, const Attrs& attrs, Inputs in) {
  T2N_ASSIGN_OR_RETURN(int64_t axis, AxisOf(op, attrs, in[0]));
  ValueType t = in[0];
  if (Less(t.shape[axis], attrs.Size("k")) == true) {
    return Bad(op, absl::StrCat(attrs.Size("k").ToString(), " of ", t.shape[axis].ToString()));
  }
  t.shape[axis] = attrs.Size("k");
  return Types{t, {DType::kI64, t.shape, nullptr}};
}

absl::StatusOr<Types> Einsum(Op op, const Attrs& attrs, Inputs in) {
  EinsumTerms terms = ParseEinsum(attrs.Str("equation"));
  if (terms.inputs.size() != in.size()) return Bad(op, "number of operands");
  std::map<char, Dim> sizes;
  for (size_t i = 0; i < in.size(); ++i) {
    if (terms.inputs[i].size() != in[i].shape.size()) {
      return Bad(op, absl::StrCat(attrs.Str("equation"), " on ", TypeToString(in[i])));
    }
    if (in[i].dtype != in[0].dtype) return Bad(op, "operands of different dtypes");
    for (size_t a = 0; a < in[i].shape.size(); ++a) {
      auto [it, fresh] = sizes.try_emplace(terms.inputs[i][a], in[i].shape[a]);
      if (fresh) continue;
      std::optional<Dim> d = BroadcastSize(it->second, in[i].shape[a]);
      if (!d) {
        return Bad(op,
                   absl::StrCat(attrs.Str("equation"), ": axis ", std::string(1, it->first), " is ",
                                it->second.ToString(), " and ", in[i].shape[a].ToString()));
      }
      it->second = *d;
    }
  }
  Shape shape;
  for (char c : terms.output) {
    auto it = sizes.find(c);
    if (it == sizes.end()) return Bad(op, "output axis without an operand");
    shape.push_back(it->second);
  }
  return Types{{in[0].dtype, std::move(shape), nullptr}};
}

}  // namespace

std::optional<Dim> BroadcastSize(const Dim& a, const Dim& b) {
  if (a == Dim(1)) return b;
  if (b == Dim(1)) return a;
  std::optional<bool> equal = Equal(a, b);
  // An open size is a number for some values of the symbols only.
  bool sometimes = !equal && a.is_const() != b.is_const();
  if (equal == false || sometimes) return std::nullopt;
  return a;
}

EinsumTerms ParseEinsum(absl::string_view equation) {
  std::pair<absl::string_view, absl::string_view> sides = absl::StrSplit(equation, "->");
  EinsumTerms terms;
  terms.inputs = absl::StrSplit(sides.first, ',');
  terms.output = std::string(sides.second);
  return terms;
}

namespace {

absl::StatusOr<Types> OutputTypes(Op op, const Attrs& attrs, Inputs in) {
  int arity = OpArity(op);
  if (arity >= 0 && arity != static_cast<int>(in.size())) return Bad(op, "number of operands");
  T2N_RETURN_IF_ERROR(rules::CheckQuantized(op, in));
  if (IsElementwise(op)) return Elementwise(op, attrs, in);
  switch (op) {
    case Op::kDims: {
      Shape shape;
      for (int64_t s : attrs.Ints("shape")) shape.push_back(s);
      for (const Dim& d : attrs.Sizes("values")) {
        if (d.IsOvergrown()) return Bad(op, "a number that is too long an expression");
      }
      return Types{{DType::kI64, std::move(shape), nullptr}};
    }
    case Op::kIota:
      return Types{{attrs.Type("dtype"), {attrs.Size("length")}, nullptr}};
    case Op::kReduceSum:
    case Op::kReduceMean:
    case Op::kReduceProd:
    case Op::kReduceMax:
    case Op::kReduceMin:
    case Op::kReduceAny:
    case Op::kReduceAll:
      return Reduce(op, attrs, in);
    case Op::kArgMax:
    case Op::kArgMin:
      return ArgReduce(op, attrs, in);
    case Op::kReverse:
      T2N_RETURN_IF_ERROR(Reduce(op, attrs, in).status());
      return Types{in[0]};
    case Op::kCumulative:
    case Op::kFft:
      T2N_RETURN_IF_ERROR(AxisOf(op, attrs, in[0]).status());
      return Types{in[0]};
    case Op::kGatherElements:
    case Op::kScatterElements:
    case Op::kScatterNd:
      return ByIndices(op, attrs, in);
    case Op::kReshape:
      return Reshape(op, attrs, in);
    case Op::kTranspose:
      return Transpose(op, attrs, in);
    case Op::kBroadcast:
      return Broadcast(op, attrs, in);
    case Op::kSlice:
      return Slice(op, attrs, in);
    case Op::kConcat:
      return Concat(op, attrs, in);
    case Op::kPad:
      return Pad(op, attrs, in);
    case Op::kGather:
      return Gather(op, attrs, in);
    case Op::kGatherNd:
      return GatherNd(op, attrs, in);
    case Op::kTopK:
      return TopK(op, attrs, in);
    case Op::kEinsum:
      return Einsum(op, attrs, in);
    case Op::kConv:
    case Op::kConvTranspose:
      return rules::Conv(op, attrs, in);
    case Op::kMaxPool:
    case Op::kAvgPool:
      return rules::Pool(op, attrs, in);
    case Op::kResize:
      return Types{{in[0].dtype, attrs.Sizes("shape"), in[0].quant}};
    case Op::kMakeComplex: {
      T2N_ASSIGN_OR_RETURN(Shape shape, BroadcastShapes(op, in));
      return Types{{ComplexType(in[0].dtype), std::move(shape), nullptr}};
    }
    case Op::kReal:
    case Op::kImag:
      return Types{{RealType(in[0].dtype), in[0].shape, nullptr}};
    case Op::kQuantize:
    case Op::kFromIntRepr:
      T2N_RETURN_IF_ERROR(rules::CheckParameters(op, attrs, in[0]));
      return Types{{attrs.Type("dtype"), in[0].shape, attrs.Quant("quant")}};
    case Op::kDequantize:
      return Types{{DType::kF32, in[0].shape, nullptr}};
    case Op::kIntRepr:
      return Types{{StorageType(in[0].dtype), in[0].shape, nullptr}};
    default:
      return Bad(op, "has no type rule");
  }
}

}  // namespace

absl::StatusOr<std::vector<ValueType>> InferTypes(Op op, const Attrs& attrs, Inputs in) {
  T2N_ASSIGN_OR_RETURN(Types types, OutputTypes(op, attrs, in));
  for (const ValueType& t : types) T2N_RETURN_IF_ERROR(rules::CheckSizes(op, t.shape));
  return types;
}

}  // namespace t2n
