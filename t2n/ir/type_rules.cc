#include "t2n/ir/type_rules.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "t2n/base/status.h"
#include "t2n/ir/op_table.h"
#include "t2n/ir/rule_families.h"

namespace t2n {

using rules::AxisOf;
using rules::Bad;
using rules::Inputs;
using rules::Types;

namespace {

absl::StatusOr<Shape> BroadcastShapes(Op op, Inputs in) {
  Shape shape = in[0].shape;
  for (const ValueType& t : in.subspan(1)) {
    if (t.shape.size() != shape.size()) return Bad(op, "operands of different rank");
    for (size_t i = 0; i < shape.size(); ++i) {
      std::optional<Dim> d = BroadcastSize(shape[i], t.shape[i]);
      if (!d) {
        return Bad(
            op,
            absl::StrCat("shapes ", ShapeToString(shape), " and ", ShapeToString(t.shape),
                         " do not broadcast",
                         ConstantShape(shape) && ConstantShape(t.shape) ? "" : rules::kNotForAll));
      }
      shape[i] = *d;
    }
  }
  return shape;
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
  if (KindOf(op) == OpKind::kPredicate || IsComparison(op)) dtype = DType::kBool;
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

absl::StatusOr<Types> Dims(Op op, const Attrs& attrs, Inputs) {
  Shape shape;
  for (int64_t s : attrs.Ints("shape")) shape.push_back(s);
  for (const Dim& d : attrs.Sizes("values")) {
    if (d.IsOvergrown()) return Bad(op, "a number that is too long an expression");
  }
  return Types{{DType::kI64, std::move(shape), nullptr}};
}

absl::StatusOr<Types> Iota(Op, const Attrs& attrs, Inputs) {
  return Types{{attrs.Type("dtype"), {attrs.Size("length")}, nullptr}};
}

absl::StatusOr<Types> SameAlongAxes(Op op, const Attrs& attrs, Inputs in) {
  T2N_RETURN_IF_ERROR(Reduce(op, attrs, in).status());
  return Types{in[0]};
}

absl::StatusOr<Types> SameAlongAxis(Op op, const Attrs& attrs, Inputs in) {
  T2N_RETURN_IF_ERROR(AxisOf(op, attrs, in[0]).status());
  return Types{in[0]};
}

absl::StatusOr<Types> Resize(Op, const Attrs& attrs, Inputs in) {
  return Types{{in[0].dtype, attrs.Sizes("shape"), in[0].quant}};
}

absl::StatusOr<Types> MakeComplex(Op op, const Attrs&, Inputs in) {
  T2N_ASSIGN_OR_RETURN(Shape shape, BroadcastShapes(op, in));
  return Types{{ComplexType(in[0].dtype), std::move(shape), nullptr}};
}

absl::StatusOr<Types> Part(Op, const Attrs&, Inputs in) {
  return Types{{RealType(in[0].dtype), in[0].shape, nullptr}};
}

absl::StatusOr<Types> ToQuantized(Op op, const Attrs& attrs, Inputs in) {
  T2N_RETURN_IF_ERROR(rules::CheckParameters(op, attrs, in[0]));
  return Types{{attrs.Type("dtype"), in[0].shape, attrs.Quant("quant")}};
}

absl::StatusOr<Types> Dequantize(Op, const Attrs&, Inputs in) {
  return Types{{DType::kF32, in[0].shape, nullptr}};
}

absl::StatusOr<Types> IntRepr(Op, const Attrs&, Inputs in) {
  return Types{{StorageType(in[0].dtype), in[0].shape, nullptr}};
}

// Inputs and constants are given their types, and bodies have them.
absl::StatusOr<Types> None(Op op, const Attrs&, Inputs) { return Bad(op, "has no type rule"); }

using Rule = absl::StatusOr<Types> (*)(Op, const Attrs&, Inputs);

constexpr OpTable<Rule> kRules({{Elementwise,
                                 {OpKind::kUnary, OpKind::kPredicate, OpKind::kCast,
                                  OpKind::kBinary, OpKind::kComparison, OpKind::kSelect}},
                                {Reduce, {OpKind::kReduction}},
                                {None, {OpKind::kBody}}},
                               {{None, {Op::kInput, Op::kConstant}},
                                {Dims, {Op::kDims}},
                                {Iota, {Op::kIota}},
                                {ArgReduce, {Op::kArgMax, Op::kArgMin}},
                                {SameAlongAxes, {Op::kReverse}},
                                {SameAlongAxis, {Op::kCumulative, Op::kFft}},
                                {ByIndices,
                                 {Op::kGatherElements, Op::kScatterElements, Op::kScatterNd}},
                                {rules::Reshape, {Op::kReshape}},
                                {rules::Transpose, {Op::kTranspose}},
                                {rules::Broadcast, {Op::kBroadcast}},
                                {rules::Slice, {Op::kSlice}},
                                {rules::Concat, {Op::kConcat}},
                                {rules::Pad, {Op::kPad}},
                                {Gather, {Op::kGather}},
                                {GatherNd, {Op::kGatherNd}},
                                {TopK, {Op::kTopK}},
                                {Einsum, {Op::kEinsum}},
                                {rules::Conv, {Op::kConv, Op::kConvTranspose}},
                                {rules::Pool, {Op::kMaxPool, Op::kAvgPool}},
                                {Resize, {Op::kResize}},
                                {MakeComplex, {Op::kMakeComplex}},
                                {Part, {Op::kReal, Op::kImag}},
                                {ToQuantized, {Op::kQuantize, Op::kFromIntRepr}},
                                {Dequantize, {Op::kDequantize}},
                                {IntRepr, {Op::kIntRepr}}});
static_assert(IsWhole<kRules.Fault()>());

}  // namespace

absl::StatusOr<std::vector<ValueType>> InferTypes(Op op, const Attrs& attrs, Inputs in) {
  const int arity = OpArity(op);
  if (arity >= 0 && arity != static_cast<int>(in.size())) return Bad(op, "number of operands");
  T2N_RETURN_IF_ERROR(rules::CheckQuantized(op, in));
  T2N_ASSIGN_OR_RETURN(Types types, kRules[op](op, attrs, in));
  for (const ValueType& t : types) T2N_RETURN_IF_ERROR(rules::CheckSizes(op, t.shape));
  return types;
}

}  // namespace t2n
