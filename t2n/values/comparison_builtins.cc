// Comparisons of numbers and of what holds them; `not`, `is`.
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/builder/selection.h"
#include "t2n/values/numbers.h"
#include "t2n/values/outline.h"

namespace t2n {
namespace {

using Complex = std::complex<double>;

BuiltinResult Known(Builder& builder, Op op, std::optional<bool> answer, const Dim& a,
                    absl::string_view sign, const Dim& b) {
  const auto decides_as_it_runs = [](const Dim& d) { return IsLoopDim(d) || HasSelectionCount(d); };
  if (!answer && (decides_as_it_runs(a) || decides_as_it_runs(b))) {
    return NewOpenNumber((builder.Binary(op, builder.DimScalar(a), builder.DimScalar(b))));
  }
  if (!answer) return Undecided(absl::StrCat(a.ToString(), sign, b.ToString()), a - b);
  return IValue(*answer);
}

// Comparisons, by the table below.
enum class Cmp { kEq, kNe, kLt, kLe, kGt, kGe };

template <Cmp cmp>
BuiltinResult Compare(const BuiltinCall& c) {
  if (!AllNumbers(c, 2)) return std::nullopt;
  std::optional<Dim> x = AsInt(c.args[0]), y = AsInt(c.args[1]);
  if (x && y) {
    auto negate = [](std::optional<bool> r) -> std::optional<bool> {
      if (!r) return r;
      return !*r;
    };
    switch (cmp) {
      case Cmp::kEq:
        return Known(c.builder, Op::kEq, Equal(*x, *y), *x, "==", *y);
      case Cmp::kNe:
        return Known(c.builder, Op::kNe, negate(Equal(*x, *y)), *x, "!=", *y);
      case Cmp::kLt:
        return Known(c.builder, Op::kLt, Less(*x, *y), *x, "<", *y);
      case Cmp::kLe:
        return Known(c.builder, Op::kLe, LessEqual(*x, *y), *x, "<=", *y);
      case Cmp::kGt:
        return Known(c.builder, Op::kGt, Less(*y, *x), *x, ">", *y);
      case Cmp::kGe:
        return Known(c.builder, Op::kGe, LessEqual(*y, *x), *x, ">=", *y);
    }
  }
  if (c.args[0].If<Complex>() || c.args[1].If<Complex>()) {
    std::optional<bool> same = Equals(c.args[0], c.args[1]);
    return IValue((cmp == Cmp::kEq) == same.value_or(false));
  }
  T2N_ASSIGN_OR_RETURN(double a, AsFloat(c.args[0]));
  T2N_ASSIGN_OR_RETURN(double b, AsFloat(c.args[1]));
  switch (cmp) {
    case Cmp::kEq:
      return IValue(a == b);
    case Cmp::kNe:
      return IValue(a != b);
    case Cmp::kLt:
      return IValue(a < b);
    case Cmp::kLe:
      return IValue(a <= b);
    case Cmp::kGt:
      return IValue(a > b);
    case Cmp::kGe:
      return IValue(a >= b);
  }
  return std::nullopt;
}

// Equality of what are no numbers.
template <bool equal>
BuiltinResult CompareAny(const BuiltinCall& c) {
  if (c.args.size() != 2 || c.args[0].tensor() || c.args[1].tensor()) return std::nullopt;
  std::optional<bool> same = Equals(c.args[0], c.args[1]);
  if (!same) {
    return Undecided(absl::StrCat(Str(c.args[0]), equal ? "==" : "!=", Str(c.args[1])), 0);
  }
  return IValue(*same == equal);
}

BuiltinResult Not(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (Val open = OpenNumber(c.args[0], DType::kBool)) {
    return NewOpenNumber(c.builder.Not(open));
  }
  T2N_ASSIGN_OR_RETURN(bool truth, Truth(c.args[0]));
  return IValue(!truth);
}

template <bool same>
BuiltinResult Is(const BuiltinCall& c) {
  if (c.args.size() != 2) return std::nullopt;
  if (c.args[0].tensor() && c.args[1].tensor())
    return IValue((c.args[0].tensor() == c.args[1].tensor()) == same);
  bool none = c.args[0].is_none() || c.args[1].is_none();
  bool equal =
      none ? c.args[0].is_none() && c.args[1].is_none() : Equals(c.args[0], c.args[1]) == true;
  return IValue(equal == same);
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::eq", Compare<Cmp::kEq>, kNoTraits, Op::kEq},
    {"aten::eq", CompareAny<true>},
    {"aten::ne", Compare<Cmp::kNe>, kNoTraits, Op::kNe},
    {"aten::ne", CompareAny<false>},
    {"aten::lt", Compare<Cmp::kLt>, kNoTraits, Op::kLt},
    {"aten::le", Compare<Cmp::kLe>, kNoTraits, Op::kLe},
    {"aten::gt", Compare<Cmp::kGt>, kNoTraits, Op::kGt},
    {"aten::ge", Compare<Cmp::kGe>, kNoTraits, Op::kGe},
    {"aten::__not__", Not},
    {"aten::__is__", Is<true>},
    {"aten::__isnot__", Is<false>},
};

}  // namespace

absl::Span<const BuiltinEntry> ComparisonBuiltins() { return kBuiltins; }

}  // namespace t2n
