// Floats that programs compute from open sizes: `S / 2`, `float(S) * 0.5`, `math.sqrt(S)`. They are
// numbers that the graph computes; rounded to integers they are sizes again where they are exact
// fractions of sizes.
#include <cmath>

#include "t2n/alias/tensor_ref.h"
#include "t2n/script/builtins.h"

namespace t2n::script {
namespace {

bool IsOpenSize(const IValue& v) {
  const Dim* d = v.If<Dim>();
  return d && !d->is_const();
}

// A size, an integer or a float as rank-0 f32; null for anything else.
Val AsFloat(Builder& b, const IValue& v) {
  if (const Dim* d = v.If<Dim>()) return b.Cast(b.DimScalar(*d), DType::kF32);
  if (const double* d = v.If<double>()) return b.Scalar(DType::kF32, *d);
  return Val();
}

// numerator / denominator, the latter positive.
struct Ratio {
  Dim numerator;
  int64_t denominator = 1;
};

// A constant with few bits behind the point.
std::optional<Ratio> ConstantRatio(const Value& v) {
  if (!v.constant || v.constant->numel() != 1) return std::nullopt;
  const auto read = ReadDoubles(*v.constant);
  if (!read.ok()) return std::nullopt;
  double value = (*read)[0];
  int64_t denominator = 1;
  while (value != std::floor(value) && denominator < 1024) value *= 2, denominator *= 2;
  if (value != std::floor(value) || std::fabs(value) > 1e9) return std::nullopt;
  return Ratio{Dim(static_cast<int64_t>(value)), denominator};
}

std::optional<Ratio> Combine(Op op, const Ratio& a, const Ratio& b) {
  if (a.denominator > (1 << 20) || b.denominator > (1 << 20)) return std::nullopt;
  const Dim left = a.numerator * b.denominator, right = b.numerator * a.denominator;
  const int64_t common = a.denominator * b.denominator;
  switch (op) {
    case Op::kAdd:
      return Ratio{left + right, common};
    case Op::kSub:
      return Ratio{left - right, common};
    case Op::kMul:
      return Ratio{a.numerator * b.numerator, common};
    case Op::kDiv: {
      const std::optional<int64_t> divisor = b.numerator.constant();
      if (!divisor || *divisor < 1 || *divisor > (1 << 20)) return std::nullopt;
      return Ratio{a.numerator * b.denominator, a.denominator * *divisor};
    }
    default:
      return std::nullopt;
  }
}

// What a float of the graph is as a fraction of sizes.
std::optional<Ratio> RatioOf(const Value& v, int depth = 16) {
  if (v.dims && v.dims->size() == 1) return Ratio{(*v.dims)[0], 1};
  if (v.constant) return ConstantRatio(v);
  if (depth == 0 || NumElements(v.shape()) != Dim(1)) return std::nullopt;
  const Node& node = *v.node;
  if (node.op == Op::kCast && IsFloat(v.dtype())) return RatioOf(*node.inputs[0], depth - 1);
  if (node.inputs.size() != 2 || !IsFloat(v.dtype())) return std::nullopt;
  const auto a = RatioOf(*node.inputs[0], depth - 1), b = RatioOf(*node.inputs[1], depth - 1);
  if (!a || !b) return std::nullopt;
  return Combine(node.op, *a, *b);
}

BuiltinResult Float(const BuiltinCall& c) {
  if (c.args.size() != 1 || !IsOpenSize(c.args[0])) return std::nullopt;
  return NewOpenNumber(AsFloat(c.builder, c.args[0]));
}

// Arithmetic of a size and a number whose result is a float.
template <Op op>
BuiltinResult Arithmetic(const BuiltinCall& c) {
  if (c.args.size() != 2 || !(IsOpenSize(c.args[0]) || IsOpenSize(c.args[1]))) return std::nullopt;
  const bool ints = c.args[0].If<Dim>() && c.args[1].If<Dim>();
  const bool negative_power = op == Op::kPow && ints && Less(*c.args[1].If<Dim>(), 0) == true;
  if (ints && c.name != "div" && !negative_power) return std::nullopt;
  Val a = AsFloat(c.builder, c.args[0]), b = AsFloat(c.builder, c.args[1]);
  if (!a || !b) return std::nullopt;
  Val result = c.builder.Binary(op, a, b);
  if (c.name == "floordiv") result = c.builder.Unary(Op::kFloor, result);
  return NewOpenNumber(result);
}

template <Op op>
BuiltinResult Function(const BuiltinCall& c) {
  if (c.args.size() != 1 || !IsOpenSize(c.args[0])) return std::nullopt;
  return NewOpenNumber(c.builder.Unary(op, AsFloat(c.builder, c.args[0])));
}

// Rounding to an integer that is a size again.
enum class Rounding { kFloor, kCeil, kTrunc };

template <Rounding rounding>
BuiltinResult Round(const BuiltinCall& c) {
  const auto t = c.args.size() == 1 ? c.args[0].tensor() : nullptr;
  const Val v = t && t->is_number() ? t->Read() : Val();
  if (!v || !IsFloat(v.dtype()) || v.is_constant()) return std::nullopt;
  const std::optional<Ratio> ratio = RatioOf(*v.get());
  if (!ratio) return std::nullopt;
  switch (rounding) {
    case Rounding::kFloor:
      return IValue(FloorDiv(ratio->numerator, ratio->denominator));
    case Rounding::kCeil:
      return IValue(CeilDiv(ratio->numerator, ratio->denominator));
    case Rounding::kTrunc:
      if (const auto q = TruncDiv(ratio->numerator, ratio->denominator)) return IValue(*q);
      return std::nullopt;
  }
  return std::nullopt;
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::add", Arithmetic<Op::kAdd>},
    {"aten::sub", Arithmetic<Op::kSub>},
    {"aten::mul", Arithmetic<Op::kMul>},
    {"aten::div", Arithmetic<Op::kDiv>},
    {"aten::floordiv", Arithmetic<Op::kDiv>},
    {"aten::pow", Arithmetic<Op::kPow>},
    {"prim::min", Arithmetic<Op::kMin>},
    {"prim::max", Arithmetic<Op::kMax>},
    {"aten::sqrt", Function<Op::kSqrt>},
    {"aten::exp", Function<Op::kExp>},
    {"aten::log", Function<Op::kLog>},
    {"aten::floor", Round<Rounding::kFloor>},
    {"aten::ceil", Round<Rounding::kCeil>},
    {"aten::trunc", Round<Rounding::kTrunc>},
    {"python::int", Round<Rounding::kTrunc>},
    {"aten::Int", Round<Rounding::kTrunc>},
    {"aten::IntImplicit", Round<Rounding::kTrunc>},
    {"prim::Int", Round<Rounding::kTrunc>},
    {"python::float", Float},
    {"aten::Float", Float},
    {"aten::FloatImplicit", Float},
};

}  // namespace

absl::Span<const BuiltinEntry> OpenFloatBuiltins() { return kBuiltins; }

}  // namespace t2n::script
