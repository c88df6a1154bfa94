#include "t2n/exported/symbols.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

using Kind = Expression::Kind;

constexpr int64_t kMaxPower = 8;

absl::Status NoSize(const Expression& e) {
  return absl::UnimplementedError(absl::StrCat(
      "'", ToString(e), "' is no sum, product, quotient, minimum or maximum of sizes"));
}

void CollectSymbols(const Expression& e, std::set<std::string>* names) {
  if (e.kind == Kind::kSymbol) names->insert(e.name);
  for (const Expression& arg : e.args) CollectSymbols(arg, names);
}

// An operation on sizes that are known, or open.
absl::StatusOr<Dim> Apply(const Expression& e, absl::Span<const Dim> args) {
  Dim value = args.empty() ? Dim(0) : args[0];
  switch (e.kind) {
    case Kind::kAdd:
      for (const Dim& arg : args.subspan(1)) value += arg;
      return value;
    case Kind::kMul:
      for (const Dim& arg : args.subspan(1)) value *= arg;
      return value;
    case Kind::kMax:
      for (const Dim& arg : args) value = Max(value, arg);
      return value;
    case Kind::kMin:
      for (const Dim& arg : args) value = Min(value, arg);
      return value;
    case Kind::kPow: {
      const std::optional<int64_t> power = args[1].constant();
      if (!power || *power < 0 || *power > kMaxPower) return NoSize(e);
      Dim product = 1;
      for (int64_t i = 0; i < *power; ++i) product *= value;
      return product;
    }
    case Kind::kFloorDiv:
    case Kind::kMod:
      if (args[1] == Dim(0)) return NoSize(e);
      return e.kind == Kind::kMod ? Mod(value, args[1]) : FloorDiv(value, args[1]);
    default:
      return NoSize(e);
  }
}

using Leaf = std::function<absl::StatusOr<Dim>(const Expression&)>;

// `leaf` gives the value of what is no operation on sizes.
absl::StatusOr<Dim> Evaluate(const Expression& e, const Leaf& leaf) {
  switch (e.kind) {
    case Kind::kInt:
      return Dim(e.number);
    case Kind::kSymbol:
    case Kind::kSize:
    case Kind::kArgument:
      return leaf(e);
    default:
      break;
  }
  // int() of a quotient.
  const bool truncated = e.kind == Kind::kCall && e.name == "TruncToInt" && e.args.size() == 1 &&
                         e.args[0].kind == Kind::kTrueDiv;
  std::vector<Dim> args;
  for (const Expression& arg : truncated ? e.args[0].args : e.args) {
    T2N_ASSIGN_OR_RETURN(Dim value, Evaluate(arg, leaf));
    args.push_back(std::move(value));
  }
  if (!truncated) return Apply(e, args);
  const std::optional<Dim> quotient = args[1] == Dim(0) ? std::nullopt : TruncDiv(args[0], args[1]);
  return quotient ? absl::StatusOr<Dim>(*quotient) : NoSize(e);
}

// `slope * symbol + offset` of the symbols that are not bound.
std::optional<Line> LineOf(const Expression& e) {
  const auto d = Evaluate(e, [](const Expression& leaf) -> absl::StatusOr<Dim> {
    if (leaf.kind != Kind::kSymbol) return NoSize(leaf);
    return Dim::Symbol(leaf.name, {std::nullopt, std::nullopt});
  });
  return d.ok() ? AsLine(*d) : std::nullopt;
}

absl::Status Refuse(const UserTensor& tensor, size_t axis, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("axis ", axis, " of input ", tensor.name,
                                                 " cannot be ", tensor.asked[axis]->ToString(),
                                                 ": ", why));
}

}  // namespace

Dim Symbols::Of(const std::string& symbol) const {
  const auto it = bound_.find(symbol);
  return it == bound_.end() ? OpenSize(symbol, *facts_) : it->second;
}

absl::StatusOr<Dim> Symbols::Value(const Expression& e) const {
  return Evaluate(e, [this](const Expression& leaf) -> absl::StatusOr<Dim> {
    if (leaf.kind != Kind::kSymbol) return NoSize(leaf);
    return Of(leaf.name);
  });
}

absl::StatusOr<Dim> Symbols::Size(const SymInt& size) const {
  if (size.is_number()) return Dim(*size.value);
  T2N_ASSIGN_OR_RETURN(const Expression e, ParseExpression(size.expression));
  return Value(e);
}

absl::Status Symbols::BindAxis(const UserTensor& tensor, size_t axis, const Expression& e) {
  const Dim& asked = *tensor.asked[axis];
  const std::optional<Line> line = LineOf(e);
  if (line && !bound_.count(line->symbol)) {
    const Dim value = FloorDiv(asked - line->offset, line->slope);
    if (value * line->slope + line->offset != asked) {
      return Refuse(tensor, axis, absl::StrCat("in the program it is ", ToString(e)));
    }
    bound_[line->symbol] = value;
    return absl::OkStatus();
  }
  T2N_ASSIGN_OR_RETURN(const Dim is, Value(e));
  if (is == asked) return absl::OkStatus();
  return Refuse(tensor, axis,
                absl::StrCat("in the program it is ", ToString(e), ", which is ", is.ToString(),
                             " by other sizes"));
}

absl::StatusOr<Symbols> Symbols::Bind(const std::vector<UserTensor>& tensors,
                                      const SymbolFacts& facts) {
  Symbols symbols(&facts);
  struct Axis {
    const UserTensor* tensor;
    size_t axis;
    Expression expression;
  };
  std::vector<Axis> lines, others;  // others may need what the former bind
  for (const UserTensor& tensor : tensors) {
    for (size_t i = 0; i < tensor.asked.size(); ++i) {
      if (!tensor.asked[i]) continue;
      const SymInt& size = tensor.meta->sizes[i];
      if (size.is_number()) {
        if (*tensor.asked[i] == Dim(*size.value)) continue;
        return Refuse(tensor, i,
                      absl::StrCat("the program was exported for ", *size.value,
                                   " there; let it be open in torch.export (dynamic_shapes)"));
      }
      T2N_ASSIGN_OR_RETURN(Expression e, ParseExpression(size.expression));
      (LineOf(e) ? lines : others).push_back({&tensor, i, std::move(e)});
    }
  }
  for (const auto* group : {&lines, &others}) {
    for (const Axis& a : *group) {
      T2N_RETURN_IF_ERROR(symbols.BindAxis(*a.tensor, a.axis, a.expression));
    }
  }
  return symbols;
}

namespace {

// Takes what a program says into facts, as far as facts can say it.
class FactTaker {
 public:
  FactTaker(const std::vector<UserTensor>& tensors, SymbolFacts* facts)
      : tensors_(tensors), facts_(*facts) {}

  void TakeDivisors() {
    for (const UserTensor& tensor : tensors_) {
      for (size_t i = 0; i < tensor.asked.size(); ++i) {
        const SymInt& size = tensor.meta->sizes[i];
        if (!tensor.asked[i] || tensor.asked[i]->is_const() || size.is_number()) continue;
        const auto e = ParseExpression(size.expression);
        const std::optional<Line> line = e.ok() ? LineOf(*e) : std::nullopt;
        if (!line || line->slope < 2) continue;
        Try([&](SymbolFacts* facts) {
          return AddDivisor(*tensor.asked[i], line->slope, Mod(line->offset, line->slope).value(),
                            facts);
        });
      }
    }
  }

  absl::Status TakeRanges(const ExportedProgram& program, const Symbols& symbols) {
    std::set<std::string> known;
    for (const UserTensor& tensor : tensors_) {
      for (const SymInt& size : tensor.meta->sizes) {
        if (const auto e = ParseExpression(size.expression); e.ok()) CollectSymbols(*e, &known);
      }
    }
    for (const RangeConstraint& range : program.ranges) {
      const auto e = ParseExpression(range.expression);
      if (!e.ok()) continue;
      std::set<std::string> names;
      CollectSymbols(*e, &names);
      if (!std::includes(known.begin(), known.end(), names.begin(), names.end())) continue;
      const absl::StatusOr<Dim> size = symbols.Value(*e);
      if (size.ok()) T2N_RETURN_IF_ERROR(TakeRange(range, *size));
    }
    return absl::OkStatus();
  }

  // Adds what is not known already; what cannot be said is left.
  void TakeGuard(const Expression& guard, const Symbols& symbols) {
    if (guard.kind == Kind::kAnd) {
      for (const Expression& part : guard.args) TakeGuard(part, symbols);
      return;
    }
    if (guard.kind == Kind::kEq && TakeRemainder(guard, symbols)) return;
    constexpr std::pair<Kind, absl::string_view> kSigns[] = {{Kind::kEq, "=="},
                                                             {Kind::kLt, "<"},
                                                             {Kind::kLe, "<="},
                                                             {Kind::kGt, ">"},
                                                             {Kind::kGe, ">="}};
    for (const auto& [kind, sign] : kSigns) {
      if (kind != guard.kind) continue;
      const absl::StatusOr<Dim> left = GuardValue(guard.args[0], symbols);
      const absl::StatusOr<Dim> right = GuardValue(guard.args[1], symbols);
      if (!left.ok() || !right.ok() || Known(*left, kind, *right)) return;
      Try([&, s = sign](SymbolFacts* facts) { return AddBound(*left, s, *right, facts); });
    }
  }

 private:
  // Keeps what `add` adds unless it fails, or contradicts what is known.
  void Try(const std::function<absl::Status(SymbolFacts*)>& add) {
    SymbolFacts facts = facts_;
    if (add(&facts).ok() && CheckFacts(facts).ok()) facts_ = std::move(facts);
  }

  absl::Status TakeRange(const RangeConstraint& range, const Dim& size) {
    if (const std::optional<int64_t> number = size.constant()) {
      if (*number >= range.min.value_or(*number) && *number <= range.max.value_or(*number)) {
        return absl::OkStatus();
      }
      return absl::InvalidArgumentError(
          absl::StrCat("a size is to be ", *number, ", but the program was exported for ",
                       range.min ? absl::StrCat("at least ", *range.min) : "",
                       range.min && range.max ? " and " : "",
                       range.max ? absl::StrCat("at most ", *range.max) : "", " there (",
                       range.expression, ")"));
    }
    const auto bound = [&](absl::string_view sign, std::optional<int64_t> limit) {
      if (!limit) return;
      Try([&](SymbolFacts* facts) { return AddBound(size, sign, *limit, facts); });
    };
    bound(">=", range.min);
    bound("<=", range.max);
    return absl::OkStatus();
  }

  // `size % 4 == 0`; whether it is that.
  bool TakeRemainder(const Expression& guard, const Symbols& symbols) {
    const Expression &left = guard.args[0], &right = guard.args[1];
    if (left.kind != Kind::kMod || left.args[1].kind != Kind::kInt || right.kind != Kind::kInt) {
      return false;
    }
    const absl::StatusOr<Dim> size = GuardValue(left.args[0], symbols);
    if (!size.ok() || size->is_const()) return true;
    Try([&](SymbolFacts* facts) {
      return AddDivisor(*size, left.args[1].number, right.number, facts);
    });
    return true;
  }

  absl::StatusOr<Dim> GuardValue(const Expression& e, const Symbols& symbols) const {
    return Evaluate(e, [&](const Expression& leaf) -> absl::StatusOr<Dim> {
      if (leaf.kind != Kind::kSize) return NoSize(leaf);
      for (const UserTensor& tensor : tensors_) {
        const bool named = leaf.args[0].name == tensor.name ||
                           leaf.args[0].name == absl::StrCat("flat_args_", tensor.position);
        if (!named || leaf.number >= static_cast<int64_t>(tensor.meta->sizes.size())) continue;
        return symbols.Size(tensor.meta->sizes[leaf.number]);
      }
      return NoSize(leaf);
    });
  }

  static bool Known(const Dim& left, Kind kind, const Dim& right) {
    switch (kind) {
      case Kind::kEq:
        return Equal(left, right).has_value();
      case Kind::kLt:
        return Less(left, right).has_value();
      case Kind::kLe:
        return LessEqual(left, right).has_value();
      case Kind::kGt:
        return Less(right, left).has_value();
      default:
        return LessEqual(right, left).has_value();
    }
  }

  const std::vector<UserTensor>& tensors_;
  SymbolFacts& facts_;
};

}  // namespace

void AddDivisors(const std::vector<UserTensor>& tensors, SymbolFacts* facts) {
  FactTaker(tensors, facts).TakeDivisors();
}

absl::Status AddProgramFacts(const ExportedProgram& program, const std::vector<UserTensor>& tensors,
                             SymbolFacts* facts) {
  T2N_ASSIGN_OR_RETURN(const Symbols symbols, Symbols::Bind(tensors, *facts));
  FactTaker taker(tensors, facts);
  T2N_RETURN_IF_ERROR(taker.TakeRanges(program, symbols));
  for (const absl::string_view text : program.guards) {
    const auto guard = ParseExpression(text);
    if (guard.ok()) taker.TakeGuard(*guard, symbols);
  }
  return absl::OkStatus();
}

}  // namespace t2n::exported
