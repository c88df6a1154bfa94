#include "t2n/passes/real_types.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/builder/builder.h"
#include "t2n/builder/custom.h"
#include "t2n/ir/type_rules.h"
#include "t2n/passes/complex_math.h"
#include "t2n/passes/converted_tensors.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

constexpr double kTwoPi = 6.28318530717958647692;

// bfloat16 -> f32, others unchanged.
DType Widened(DType dtype) { return dtype == DType::kBF16 ? DType::kF32 : dtype; }

ValueType RealValueType(ValueType type) {
  if (IsComplex(type.dtype)) type.shape.push_back(2);
  type.dtype = Widened(RealType(type.dtype));
  return type;
}

// The same bytes: a complex element is two real ones.
Tensor RealView(Tensor t) {
  if (!IsComplex(t.dtype)) return t;
  t.dtype = RealType(t.dtype);
  for (int64_t& stride : t.strides) stride *= 2;
  t.sizes.push_back(2);
  t.strides.push_back(1);
  t.offset *= 2;
  return t;
}

// Sums over k of x[k] exp(-+ 2 pi i j k / n) along `axis` of pairs.
Val DiscreteFourier(Builder& b, const Val& x, int64_t axis, bool inverse) {
  Dim n = x.dim(axis);
  DType dtype = x.dtype();
  Val at = b.Iota(n), size = b.DimScalar(n);
  Val turns = b.Rem(b.Mul(b.Unsqueeze(at, 1), at), size);
  Val angle = b.Mul(b.Div(b.Cast(turns, dtype), b.Cast(size, dtype)), inverse ? kTwoPi : -kTwoPi);
  Val cosine = b.Cos(angle), sine = b.Sin(angle);
  std::string axes = std::string("abcdefghijklmnop").substr(0, x.rank() - 1), result = axes;
  result[axis] = 'z';
  std::string equation = absl::StrCat(axes, ",z", axes.substr(axis, 1), "->", result);
  auto times = [&](const Val& part, const Val& w) { return b.Einsum(equation, {part, w}); };
  Val re = b.SelectIndex(x, x.rank() - 1, 0), im = b.SelectIndex(x, x.rank() - 1, 1);
  return b.Stack(
      {b.Sub(times(re, cosine), times(im, sine)), b.Add(times(re, sine), times(im, cosine))},
      x.rank() - 1);
}

bool IsComplexValue(const Value& v) { return IsComplex(v.dtype()); }

class Rebuilder : public GraphRewriter {
 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override;
  ValueType RewriteInputType(const ValueType& type) override { return RealValueType(type); }
  Tensor RewriteConstant(const Tensor& t) override {
    return t.dtype == DType::kBF16 ? widened_.Get(t, DType::kF32) : RealView(t);
  }
  Val RebuildComplex(const Node& node, const std::vector<Val>& in);
  Val Elementwise(const Node& node, const std::vector<Val>& in);
  Val Cast(const Node& node, const Val& x);
  Val Complex(const Node& node, const std::vector<Val>& in);
  Val Layout(const Node& node, const std::vector<Val>& in);
  Val Indexing(const Node& node, const std::vector<Val>& in);
  Val Einsum(const Node& node, const std::vector<Val>& in);
  Val Comparison(const Node& node, const Parts& x, const Parts& y);

  Parts Split(const Val& pair) {
    return {b().SelectIndex(pair, pair.rank() - 1, 0), b().SelectIndex(pair, pair.rank() - 1, 1)};
  }
  Val Join(const Parts& z) {
    if (!z.re || !z.im) return Val();
    Shape shape = z.re.shape(), other = z.im.shape();
    if (other.size() > shape.size()) shape.swap(other);
    size_t ahead = shape.size() - other.size();
    for (size_t i = 0; i < other.size(); ++i) {
      Dim& size = shape[ahead + i];
      size = BroadcastSize(size, other[i]).value_or(size);
    }
    return b().Stack({b().BroadcastTo(z.re, shape), b().BroadcastTo(z.im, shape)}, shape.size());
  }
  Val Undefined(const Node& node) {
    return b().Fail(absl::StrCat(OpName(node.op), node.place ? " at " + node.place->ToString() : "",
                                 ": not defined on complex numbers here"));
  }

  ConvertedTensors widened_;
};

GraphRewriter::Vals Rebuilder::RewriteNode(const Node& node, const Vals& inputs) {
  Attrs attrs = node.attrs;
  if (IsCustom(node)) return Copy(node, attrs, inputs);
  // By another name if it computes with pairs: targets' own operators do not.
  if (node.op == Op::kComposite && AnyValue(*node.bodies[0], IsComplexValue)) {
    attrs.Set("name", "complex_" + attrs.Str("name"));
  }
  if (!node.bodies.empty()) return Copy(node, attrs, inputs);
  bool complex = IsComplex(node.output()->dtype());
  for (const Value* v : node.inputs) complex |= IsComplex(v->dtype());
  if (complex) return {RebuildComplex(node, inputs)};
  if (attrs.Has("dtype")) attrs.Set("dtype", Widened(attrs.Type("dtype")));
  bool same = node.op == Op::kCast && inputs[0].dtype() == attrs.Type("dtype");
  return same ? inputs : Copy(node, attrs, inputs);
}

Val Rebuilder::Comparison(const Node& node, const Parts& x, const Parts& y) {
  if (node.op == Op::kEq) return b().And(b().Eq(x.re, y.re), b().Eq(x.im, y.im));
  return b().Or(b().Ne(x.re, y.re), b().Ne(x.im, y.im));
}

Val Rebuilder::RebuildComplex(const Node& node, const std::vector<Val>& in) {
  switch (KindOf(node.op)) {
    case OpKind::kUnary:
    case OpKind::kPredicate:
    case OpKind::kBinary:
    case OpKind::kComparison:
      return Elementwise(node, in);
    case OpKind::kCast:
      return Cast(node, in[0]);
    case OpKind::kSelect:
      return b().Select(b().Unsqueeze(in[0], in[0].rank()), in[1], in[2]);
    case OpKind::kSource: {
      if (node.op != Op::kIota) return Undefined(node);
      Val re = b().Iota(node.attrs.Size("length"), RealType(node.output()->dtype()));
      return Join({re, b().ScalarLike(re, 0)});
    }
    case OpKind::kReduction:
      if (node.op != Op::kReduceSum && node.op != Op::kReduceMean) return Undefined(node);
      return b().Reduce(node.op, in[0], node.attrs.Ints("axes"), true);
    case OpKind::kAxisWise: {
      const bool sums = node.op == Op::kCumulative && node.attrs.Str("mode") == "sum";
      return sums ? b().Make(node.op, node.attrs, in) : Undefined(node);
    }
    case OpKind::kLayout:
      return Layout(node, in);
    case OpKind::kGather:
    case OpKind::kScatter:
      return Indexing(node, in);
    case OpKind::kProduct:
      return Einsum(node, in);
    case OpKind::kComplex:
      return Complex(node, in);
    case OpKind::kWindow:
    case OpKind::kResize:
    case OpKind::kQuantized:
    case OpKind::kBody:
      break;
  }
  return Undefined(node);
}

Val Rebuilder::Elementwise(const Node& node, const std::vector<Val>& in) {
  const Op op = node.op;
  const Parts x = Split(in[0]);
  if (op == Op::kAbs) return ComplexAbs(b(), x);
  if (op == Op::kNeg) return b().Neg(in[0]);
  if (KindOf(op) == OpKind::kPredicate) return b().Or(b().Unary(op, x.re), b().Unary(op, x.im));
  if (op == Op::kEq || op == Op::kNe) return Comparison(node, x, Split(in[1]));
  if (op == Op::kAdd || op == Op::kSub) return b().Binary(op, in[0], in[1]);
  std::optional<Parts> result =
      in.size() == 1 ? ComplexUnary(b(), op, x) : ComplexBinary(b(), op, x, Split(in[1]));
  return result ? Join(*result) : Undefined(node);
}

Val Rebuilder::Cast(const Node& node, const Val& x) {
  DType to = node.output()->dtype();
  if (to == DType::kBool) {
    Parts z = Split(x);
    return b().Or(b().Ne(z.re, 0), b().Ne(z.im, 0));
  }
  if (!IsComplex(to)) return b().Cast(Split(x).re, Widened(to));
  if (IsComplex(node.inputs[0]->dtype())) return b().Cast(x, RealType(to));
  Val re = b().Cast(x, RealType(to));
  return Join({re, b().ScalarLike(re, 0)});
}

Val Rebuilder::Complex(const Node& node, const std::vector<Val>& in) {
  if (node.op == Op::kMakeComplex) return Join({in[0], in[1]});
  if (node.op == Op::kReal) return Split(in[0]).re;
  if (node.op == Op::kImag) return Split(in[0]).im;
  if (node.op != Op::kFft) return Undefined(node);
  const int64_t axis = node.attrs.Int("axis");
  const bool inverse = node.attrs.Bool("inverse");
  Val y = b().Composite(
      "fft", {{"axis", axis}, {"inverse", inverse}}, {in[0]},
      [&](Builder& b, absl::Span<const Val> x) { return DiscreteFourier(b, x[0], axis, inverse); });
  if (!inverse || !y) return y;
  return b().Div(y, b().Cast(b().DimScalar(y.dim(axis)), y.dtype()));
}

Val Rebuilder::Layout(const Node& node, const std::vector<Val>& in) {
  Attrs attrs = node.attrs;
  auto extend = [&attrs](absl::string_view name, const Dim& last) {
    Shape dims = attrs.Sizes(name);
    dims.push_back(last);
    attrs.Set(name, dims);
  };
  if (node.op == Op::kReshape || node.op == Op::kBroadcast) {
    extend("shape", 2);
    return b().Make(node.op, attrs, in);
  }
  if (node.op == Op::kTranspose) {
    std::vector<int64_t> perm = attrs.Ints("perm");
    perm.push_back(perm.size());
    return b().Transpose(in[0], std::move(perm));
  }
  if (node.op == Op::kPad) {
    extend("before", 0);
    extend("after", 0);
    if (attrs.Str("mode") != "constant" || attrs.Float("value") == 0) {
      return b().Make(node.op, attrs, in);
    }
    Attrs re = node.attrs, im = node.attrs;
    im.Set("value", 0.0);
    Parts z = Split(in[0]);
    return Join({b().Make(node.op, re, {z.re}), b().Make(node.op, im, {z.im})});
  }
  return WorksAlongAxis(node.op) ? b().Make(node.op, attrs, in) : Undefined(node);
}

Val Rebuilder::Indexing(const Node& node, const std::vector<Val>& in) {
  const Attrs& attrs = node.attrs;
  if (node.op == Op::kGather || node.op == Op::kGatherNd) return b().Make(node.op, attrs, in);
  if (node.op == Op::kGatherElements) {
    Parts z = Split(in[0]);
    return Join({b().Make(node.op, attrs, {z.re, in[1]}), b().Make(node.op, attrs, {z.im, in[1]})});
  }
  const std::string& mode = attrs.Str("mode");
  if (mode != "set" && mode != "add") return Undefined(node);  // they do not act by parts
  if (node.op == Op::kScatterNd) return b().Make(node.op, attrs, in);
  if (node.op != Op::kScatterElements) return Undefined(node);
  Parts z = Split(in[0]), u = Split(in[2]);
  return Join({b().Make(node.op, attrs, {z.re, in[1], u.re}),
               b().Make(node.op, attrs, {z.im, in[1], u.im})});
}

// The product of sums of parts: 2^n products, each with a power of i.
Val Rebuilder::Einsum(const Node& node, const std::vector<Val>& in) {
  if (in.size() > 4) return Undefined(node);
  Parts sum;
  for (size_t choice = 0; choice < size_t{1} << in.size(); ++choice) {
    std::vector<Val> factors;
    int imaginary = 0;
    for (size_t i = 0; i < in.size(); ++i) {
      bool im = choice >> i & 1;
      imaginary += im;
      factors.push_back(im ? Split(in[i]).im : Split(in[i]).re);
    }
    Val product = b().Einsum(node.attrs.Str("equation"), factors);
    if (imaginary % 4 >= 2) product = b().Neg(product);
    Val& part = imaginary % 2 == 0 ? sum.re : sum.im;
    part = part ? b().Add(part, product) : product;
  }
  return Join(sum);
}

}  // namespace

bool NeedsRealTypes(const Graph& graph) {
  return AnyValue(graph,
                  [](const Value& v) { return IsComplex(v.dtype()) || v.dtype() == DType::kBF16; });
}

absl::Status LowerToRealTypes(const Graph& graph, Graph* real) {
  return Rebuilder().Rewrite(graph, real);
}

}  // namespace t2n
