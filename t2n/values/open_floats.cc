// Floats that programs compute from open sizes: `S / 2`, `float(S) * 0.5`, `math.sqrt(S)`. They are
// numbers that the graph computes; rounded to integers they are sizes again where they are exact
// fractions of sizes.
#include "t2n/alias/tensor_ref.h"
#include "t2n/builder/dim_values.h"
#include "t2n/values/builtins.h"

namespace t2n {
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
template <Op rounding>
BuiltinResult Round(const BuiltinCall& c) {
  const auto t = c.args.size() == 1 ? c.args[0].tensor() : nullptr;
  const Val v = t ? t->Read() : Val();
  if (!v || !IsFloat(v.dtype()) || v.is_constant()) return std::nullopt;
  // int() takes any tensor of one element, math.floor() and the like only numbers.
  const bool converts = c.name == "Int" || c.name == "int" || c.name == "IntImplicit";
  if (!converts && !t->is_number()) return std::nullopt;
  const std::optional<Ratio> ratio = RatioOf(*v.get());
  const std::optional<Dim> rounded = ratio ? Rounded(*ratio, rounding) : std::nullopt;
  return rounded ? std::make_optional(IValue(*rounded)) : std::nullopt;
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
    {"aten::floor", Round<Op::kFloor>},
    {"aten::ceil", Round<Op::kCeil>},
    {"aten::trunc", Round<Op::kTrunc>},
    {"python::int", Round<Op::kTrunc>},
    {"aten::Int", Round<Op::kTrunc>},
    {"aten::IntImplicit", Round<Op::kTrunc>},
    {"prim::Int", Round<Op::kTrunc>},
    {"python::float", Float},
    {"aten::Float", Float},
    {"aten::FloatImplicit", Float},
};

}  // namespace

absl::Span<const BuiltinEntry> OpenFloatBuiltins() { return kBuiltins; }

}  // namespace t2n
