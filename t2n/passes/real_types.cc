#include "t2n/passes/real_types.h"

#include <cstring>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/ir/builder.h"
#include "t2n/ir/type_rules.h"
#include "t2n/passes/complex_math.h"

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

// A bfloat16 tensor's elements as f32, dense; converted when they are read.
class WidenedBuffer : public Buffer {
 public:
  explicit WidenedBuffer(Tensor source) : source_(std::move(source)) {}
  size_t size() const override { return source_.numel() * sizeof(float); }
  absl::StatusOr<absl::Span<const uint8_t>> Bytes() const override {
    if (bytes_.empty() && source_.numel() > 0) {
      T2N_ASSIGN_OR_RETURN(Tensor dense, MakeContiguous(source_));
      T2N_ASSIGN_OR_RETURN(const uint8_t* data, ContiguousData(dense));
      bytes_.resize(size());
      for (int64_t i = 0; i < dense.numel(); ++i) {
        uint16_t half;
        std::memcpy(&half, data + 2 * i, sizeof(half));
        float wide = BFloat16ToFloat(half);
        std::memcpy(bytes_.data() + 4 * i, &wide, sizeof(wide));
      }
      source_.buffer->Release();
    }
    return absl::MakeConstSpan(bytes_);
  }
  void Release() const override { std::vector<uint8_t>().swap(bytes_); }

 private:
  Tensor source_;
  mutable std::vector<uint8_t> bytes_;
};

Tensor WidenedView(const Tensor& t) {
  Tensor wide = t;
  wide.dtype = DType::kF32;
  wide.offset = 0;
  wide.strides = ContiguousStrides(t.sizes);
  wide.buffer = std::make_shared<WidenedBuffer>(t);
  return wide;
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
  Val re = b.SelectIndex(x, -1 + x.rank(), 0), im = b.SelectIndex(x, x.rank() - 1, 1);
  return b.Stack(
      {b.Sub(times(re, cosine), times(im, sine)), b.Add(times(re, sine), times(im, cosine))},
      x.rank() - 1);
}

bool AnyValue(const Graph& graph, bool (*is)(DType)) {
  for (const auto& node : graph.nodes()) {
    for (const auto& v : node->outputs) {
      if (is(v->dtype())) return true;
    }
    for (const auto& body : node->bodies) {
      if (AnyValue(*body, is)) return true;
    }
  }
  return false;
}

class Rebuilder {
 public:
  using WidenedTensors = absl::flat_hash_map<std::string, Tensor>;
  Rebuilder(Builder* builder, WidenedTensors* widened) : b_(*builder), widened_(widened) {}

  void Bind(const Value* value, Val real) { values_[value] = std::move(real); }
  Val Get(const Value* value);
  absl::Status Run(const Graph& graph);

 private:
  std::vector<Val> Rebuild(const Node& node);
  std::vector<Val> RebuildBody(const Node& node, const std::vector<Val>& inputs);
  Val RebuildComplex(const Node& node, const std::vector<Val>& in);
  Val Layout(const Node& node, const std::vector<Val>& in);
  Val Indexing(const Node& node, const std::vector<Val>& in);
  Val Einsum(const Node& node, const std::vector<Val>& in);
  Val Comparison(const Node& node, const Parts& x, const Parts& y);

  Parts Split(const Val& pair) {
    return {b_.SelectIndex(pair, pair.rank() - 1, 0), b_.SelectIndex(pair, pair.rank() - 1, 1)};
  }
  Val Join(const Parts& z) {
    if (!z.re || !z.im) return Val();
    Shape shape = z.re.shape();
    for (size_t i = 0; i < shape.size(); ++i) {
      shape[i] = BroadcastSize(shape[i], z.im.shape()[i]).value_or(shape[i]);
    }
    return b_.Stack({b_.BroadcastTo(z.re, shape), b_.BroadcastTo(z.im, shape)}, z.re.rank());
  }
  Val Undefined(const Node& node) {
    return b_.Fail(absl::StrCat(OpName(node.op), node.place ? " at " + node.place->ToString() : "",
                                ": not defined on complex numbers here"));
  }

  Tensor Wide(const Tensor& t);

  Builder& b_;
  absl::flat_hash_map<const Value*, Val> values_;
  WidenedTensors* widened_;
};

Val Rebuilder::Get(const Value* value) {
  Val& known = values_[value];
  if (!known && value->constant) {
    const Tensor& t = *value->constant;
    Tensor real = t.dtype == DType::kBF16 ? Wide(t) : RealView(t);
    known = b_.Constant(std::move(real), value->type.quant);
    if (known) known->name = value->name;
  }
  return known;
}

// One widened tensor for each view, so that tied weights stay tied.
Tensor Rebuilder::Wide(const Tensor& t) {
  std::string key = absl::StrCat(reinterpret_cast<uintptr_t>(t.buffer.get()), " ", t.offset, " ",
                                 absl::StrJoin(t.sizes, ","), " ", absl::StrJoin(t.strides, ","));
  auto [it, is_new] = widened_->insert({key, Tensor()});
  if (is_new) it->second = WidenedView(t);
  return it->second;
}

absl::Status Rebuilder::Run(const Graph& graph) {
  for (const auto& node : graph.nodes()) {
    if (node->op == Op::kInput) continue;
    bool constant = true;
    for (const auto& v : node->outputs) constant &= v->is_constant();
    if (constant) continue;
    b_.set_place(node->place);
    std::vector<Val> results = Rebuild(*node);
    T2N_RETURN_IF_ERROR(b_.status());
    for (size_t i = 0; i < node->outputs.size(); ++i) {
      Value* rebuilt = results[i].get();
      if (rebuilt->name.empty()) rebuilt->name = node->output(i)->name;
      Bind(node->output(i), results[i]);
    }
  }
  return b_.status();
}

std::vector<Val> Rebuilder::Rebuild(const Node& node) {
  std::vector<Val> inputs;
  bool complex = IsComplex(node.output()->dtype());
  for (const Value* v : node.inputs) {
    inputs.push_back(Get(v));
    complex |= IsComplex(v->dtype());
  }
  if (!node.bodies.empty()) return RebuildBody(node, inputs);
  if (!complex) {
    Attrs attrs = node.attrs;
    if (attrs.Has("dtype")) attrs.Set("dtype", Widened(attrs.Type("dtype")));
    bool same = node.op == Op::kCast && inputs[0].dtype() == attrs.Type("dtype");
    return same ? inputs : b_.MakeAll(node.op, std::move(attrs), inputs);
  }
  return {RebuildComplex(node, inputs)};
}

std::vector<Val> Rebuilder::RebuildBody(const Node& node, const std::vector<Val>& inputs) {
  const Graph& body = *node.bodies[0];
  auto build = [&](Builder& b, absl::Span<const Val> params) {
    Rebuilder inner(&b, widened_);
    for (size_t i = 0; i < params.size(); ++i) inner.Bind(body.inputs()[i], params[i]);
    absl::Status status = inner.Run(body);
    if (!status.ok()) b.Fail(status);
    std::vector<Val> results;
    for (const Value* v : body.outputs()) results.push_back(inner.Get(v));
    return results;
  };
  const Attrs& attrs = node.attrs;
  if (node.op == Op::kComposite) {
    // By another name if it computes with pairs: targets' own operators do not.
    std::string name =
        AnyValue(body, IsComplex) ? "complex_" + attrs.Str("name") : attrs.Str("name");
    return b_.CompositeAll(name, attrs, inputs, build);
  }
  Builder::ScanSpec spec;
  auto scanned = inputs.begin() + attrs.Int("scan_inputs");
  auto states = scanned + attrs.Int("states");
  spec.length = attrs.Size("length");
  spec.scanned.assign(inputs.begin(), scanned);
  spec.states.assign(scanned, states);
  spec.full.assign(states, inputs.end());
  spec.scan_axes = attrs.Ints("scan_axes");
  spec.output_axes = attrs.Ints("output_axes");
  spec.reverse = attrs.Bool("reverse");
  return b_.Scan(spec, build);
}

Val Rebuilder::Comparison(const Node& node, const Parts& x, const Parts& y) {
  if (node.op == Op::kEq) return b_.And(b_.Eq(x.re, y.re), b_.Eq(x.im, y.im));
  return b_.Or(b_.Ne(x.re, y.re), b_.Ne(x.im, y.im));
}

Val Rebuilder::RebuildComplex(const Node& node, const std::vector<Val>& in) {
  const Attrs& attrs = node.attrs;
  switch (node.op) {
    case Op::kMakeComplex:
      return Join({in[0], in[1]});
    case Op::kReal:
      return Split(in[0]).re;
    case Op::kImag:
      return Split(in[0]).im;
    case Op::kAbs:
      return ComplexAbs(b_, Split(in[0]));
    case Op::kIsNan:
    case Op::kIsInf: {
      Parts z = Split(in[0]);
      return b_.Or(b_.Unary(node.op, z.re), b_.Unary(node.op, z.im));
    }
    case Op::kEq:
    case Op::kNe:
      return Comparison(node, Split(in[0]), Split(in[1]));
    case Op::kAdd:
    case Op::kSub:
      return b_.Binary(node.op, in[0], in[1]);
    case Op::kNeg:
      return b_.Neg(in[0]);
    case Op::kSelect:
      return b_.Select(b_.Unsqueeze(in[0], in[0].rank()), in[1], in[2]);
    case Op::kCast: {
      DType to = node.output()->dtype();
      if (to == DType::kBool) {
        Parts z = Split(in[0]);
        return b_.Or(b_.Ne(z.re, 0), b_.Ne(z.im, 0));
      }
      if (!IsComplex(to)) return b_.Cast(Split(in[0]).re, Widened(to));
      if (IsComplex(node.inputs[0]->dtype())) return b_.Cast(in[0], RealType(to));
      Val re = b_.Cast(in[0], RealType(to));
      return Join({re, b_.ScalarLike(re, 0)});
    }
    case Op::kIota: {
      Val re = b_.Iota(attrs.Size("length"), RealType(node.output()->dtype()));
      return Join({re, b_.ScalarLike(re, 0)});
    }
    case Op::kFft: {
      int64_t axis = attrs.Int("axis");
      bool inverse = attrs.Bool("inverse");
      Val y = b_.Composite("fft", {{"axis", axis}, {"inverse", inverse}}, {in[0]},
                           [&](Builder& b, absl::Span<const Val> x) {
                             return DiscreteFourier(b, x[0], axis, inverse);
                           });
      if (!inverse || !y) return y;
      return b_.Div(y, b_.Cast(b_.DimScalar(y.dim(axis)), y.dtype()));
    }
    case Op::kEinsum:
      return Einsum(node, in);
    case Op::kReduceSum:
    case Op::kReduceMean:
      return b_.Reduce(node.op, in[0], attrs.Ints("axes"), true);
    case Op::kCumulative:
      return attrs.Str("mode") == "sum" ? b_.Make(node.op, attrs, in) : Undefined(node);
    default:
      break;
  }
  if (OpArity(node.op) == 1 && IsElementwise(node.op)) {
    std::optional<Parts> result = ComplexUnary(b_, node.op, Split(in[0]));
    return result ? Join(*result) : Undefined(node);
  }
  if (OpArity(node.op) == 2 && IsElementwise(node.op)) {
    std::optional<Parts> result = ComplexBinary(b_, node.op, Split(in[0]), Split(in[1]));
    return result ? Join(*result) : Undefined(node);
  }
  return Layout(node, in);
}

Val Rebuilder::Layout(const Node& node, const std::vector<Val>& in) {
  Attrs attrs = node.attrs;
  auto extend = [&attrs](absl::string_view name, const Dim& last) {
    Shape dims = attrs.Sizes(name);
    dims.push_back(last);
    attrs.Set(name, dims);
  };
  switch (node.op) {
    case Op::kReshape:
    case Op::kBroadcast:
      extend("shape", 2);
      return b_.Make(node.op, attrs, in);
    case Op::kTranspose: {
      std::vector<int64_t> perm = attrs.Ints("perm");
      perm.push_back(perm.size());
      return b_.Transpose(in[0], std::move(perm));
    }
    case Op::kSlice:
    case Op::kReverse:
    case Op::kConcat:
      return b_.Make(node.op, attrs, in);
    case Op::kPad: {
      extend("before", 0);
      extend("after", 0);
      if (attrs.Str("mode") != "constant" || attrs.Float("value") == 0) {
        return b_.Make(node.op, attrs, in);
      }
      Attrs re = node.attrs, im = node.attrs;
      im.Set("value", 0.0);
      Parts z = Split(in[0]);
      return Join({b_.Make(node.op, re, {z.re}), b_.Make(node.op, im, {z.im})});
    }
    default:
      return Indexing(node, in);
  }
}

Val Rebuilder::Indexing(const Node& node, const std::vector<Val>& in) {
  const Attrs& attrs = node.attrs;
  const std::string& mode = attrs.Str("mode");
  bool by_parts = mode == "set" || mode == "add";
  switch (node.op) {
    case Op::kGather:
    case Op::kGatherNd:
      return b_.Make(node.op, attrs, in);
    case Op::kGatherElements: {
      Parts z = Split(in[0]);
      return Join({b_.Make(node.op, attrs, {z.re, in[1]}), b_.Make(node.op, attrs, {z.im, in[1]})});
    }
    case Op::kScatterNd:
      return by_parts ? b_.Make(node.op, attrs, in) : Undefined(node);
    case Op::kScatterElements: {
      if (!by_parts) return Undefined(node);
      Parts z = Split(in[0]), u = Split(in[2]);
      return Join({b_.Make(node.op, attrs, {z.re, in[1], u.re}),
                   b_.Make(node.op, attrs, {z.im, in[1], u.im})});
    }
    default:
      return Undefined(node);
  }
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
    Val product = b_.Einsum(node.attrs.Str("equation"), factors);
    if (imaginary % 4 >= 2) product = b_.Neg(product);
    Val& part = imaginary % 2 == 0 ? sum.re : sum.im;
    part = part ? b_.Add(part, product) : product;
  }
  return Join(sum);
}

}  // namespace

bool NeedsRealTypes(const Graph& graph) {
  return AnyValue(graph, [](DType t) { return IsComplex(t) || t == DType::kBF16; });
}

absl::Status LowerToRealTypes(const Graph& graph, Graph* real) {
  Builder builder(real);
  Rebuilder::WidenedTensors widened;
  Rebuilder rebuilder(&builder, &widened);
  for (const Value* input : graph.inputs()) {
    builder.set_place(input->node->place);
    rebuilder.Bind(input, builder.Input(input->name, RealValueType(input->type)));
  }
  T2N_RETURN_IF_ERROR(rebuilder.Run(graph));
  for (const Value* output : graph.outputs()) {
    Val rebuilt = rebuilder.Get(output);
    T2N_RETURN_IF_ERROR(builder.status());
    real->outputs().push_back(rebuilt.get());
  }
  real->output_names() = graph.output_names();
  real->EliminateDeadCode();
  return absl::OkStatus();
}

}  // namespace t2n
