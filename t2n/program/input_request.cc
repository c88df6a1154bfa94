// The small languages of --inputs, --args, --assert and --dynamic_axes.
#include "t2n/program/input_request.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parsers/torchscript/parser.h"
#include "re2/re2.h"
#include "t2n/base/status.h"
#include "t2n/program/input_path.h"

namespace t2n {
namespace {

namespace ts = torchscript;

absl::Status BadFlag(absl::string_view flag, absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, " '", text, "': ", what));
}

// `text` as one Python expression; the file owns it.
struct Parsed {
  std::unique_ptr<ts::SourceFile> file;
  const ts::Expr* expr = nullptr;
};

absl::StatusOr<Parsed> ParseExpression(absl::string_view flag, absl::string_view text) {
  auto file = ts::ParseSource(absl::StrCat("--", flag),
                              absl::StrCat("def f(self):\n  return ", text, "\n"));
  if (!file.ok()) return BadFlag(flag, text, "is no expression");
  const auto* def = (*file)->body.empty() ? nullptr : (*file)->body[0]->If<ts::FunctionDef>();
  const auto* ret = def && def->body.size() == 1 ? def->body[0]->If<ts::ReturnStmt>() : nullptr;
  if (!ret || !ret->value) return BadFlag(flag, text, "is no expression");
  return Parsed{*std::move(file), ret->value};
}

// `e` as a size; `symbol` gives what a name stands for. InvalidArgument without a message for
// others.
absl::StatusOr<Dim> SizeOf(const ts::Expr& e, const std::function<Dim(absl::string_view)>& symbol) {
  if (const auto* i = e.If<ts::IntExpr>(); i && !i->overflow) return Dim(i->value);
  if (const auto* n = e.If<ts::NameExpr>()) return symbol(n->name);
  if (const auto* u = e.If<ts::UnaryExpr>(); u && u->op == ts::UnaryOp::kNegate) {
    T2N_ASSIGN_OR_RETURN(const Dim d, SizeOf(*u->operand, symbol));
    return -d;
  }
  const auto* b = e.If<ts::BinaryExpr>();
  if (!b) return absl::InvalidArgumentError("");
  T2N_ASSIGN_OR_RETURN(Dim d, SizeOf(*b->first, symbol));
  for (const auto& operand : b->rest) {
    T2N_ASSIGN_OR_RETURN(Dim r, SizeOf(*operand.value, symbol));
    switch (operand.op) {
      case ts::BinaryOp::kAdd:
        d = d + r;
        break;
      case ts::BinaryOp::kSub:
        d = d - r;
        break;
      case ts::BinaryOp::kMul:
        d = d * r;
        break;
      case ts::BinaryOp::kFloorDiv:
      case ts::BinaryOp::kDiv:  // as tract writes it
        d = FloorDiv(d, r);
        break;
      default:
        return absl::InvalidArgumentError("");
    }
  }
  return d;
}

absl::StatusOr<IValue> Literal(const ts::Expr& e, absl::string_view text) {
  switch (e.kind) {
    case ts::ExprKind::kInt:
      return IValue(e.As<ts::IntExpr>().value);
    case ts::ExprKind::kFloat:
      return IValue(e.As<ts::FloatExpr>().value);
    case ts::ExprKind::kBool:
      return IValue(e.As<ts::BoolExpr>().value);
    case ts::ExprKind::kString:
      return IValue(std::string(e.As<ts::StringExpr>().value));
    case ts::ExprKind::kNone:
      return IValue();
    case ts::ExprKind::kName: {
      absl::string_view name = e.As<ts::NameExpr>().name;
      if (name == "true") return IValue(true);
      if (name == "false") return IValue(false);
      return IValue(std::string(name));
    }
    case ts::ExprKind::kList:
    case ts::ExprKind::kTuple: {
      ts::ExprList exprs =
          e.kind == ts::ExprKind::kList ? e.As<ts::ListExpr>().items : e.As<ts::TupleExpr>().items;
      std::vector<IValue> items;
      for (const ts::Expr* item : exprs) {
        T2N_ASSIGN_OR_RETURN(IValue v, Literal(*item, text));
        items.push_back(std::move(v));
      }
      return e.kind == ts::ExprKind::kList ? IValue::NewList(std::move(items))
                                           : IValue::NewTuple(std::move(items));
    }
    case ts::ExprKind::kDict: {
      const auto& d = e.As<ts::DictExpr>();
      auto dict = std::make_shared<Dict>();
      for (size_t i = 0; i < d.keys.size(); ++i) {
        T2N_ASSIGN_OR_RETURN(IValue key, Literal(*d.keys[i], text));
        T2N_ASSIGN_OR_RETURN(IValue value, Literal(*d.values[i], text));
        dict->Set(key, std::move(value));
      }
      return IValue(dict);
    }
    default:
      return BadFlag("args", text,
                     "values are numbers, True, False, None, strings, lists and dicts");
  }
}

// The shortest form of a path, so that the same are equal.
absl::StatusOr<std::string> Path(absl::string_view flag, absl::string_view text) {
  const absl::StatusOr<InputPath> path = ParseInputPath(text);
  if (!path.ok()) return BadFlag(flag, text, path.status().message());
  return path->ToString();
}

// `d.key=REST`: the path, empty if there is none, and what follows.
absl::StatusOr<std::pair<std::string, std::string>> PathAndRest(absl::string_view flag,
                                                                const std::string& text) {
  const std::vector<std::string> sides = SplitOutsideQuotes(text, '=');
  if (sides.size() < 2) return {{"", text}};
  T2N_ASSIGN_OR_RETURN(std::string path, Path(flag, sides[0]));
  const size_t rest = text.find(sides[0]) + sides[0].size();
  return {{std::move(path), text.substr(text.find('=', rest) + 1)}};
}

}  // namespace

absl::StatusOr<std::vector<InputSpec>> ParseInputs(absl::string_view text,
                                                   const SymbolFacts& facts) {
  const auto symbol = [&](absl::string_view name) { return OpenSize(std::string(name), facts); };
  static const RE2* const kType = new RE2(R"(\s*([a-z]+\d*)\s*(?:\[(.*)\])?\s*)");
  std::vector<InputSpec> specs;
  for (const std::string& part : SplitOutsideQuotes(text, ';')) {
    InputSpec spec;
    std::string dtype, sizes;
    T2N_ASSIGN_OR_RETURN(const auto sides, PathAndRest("inputs", part));
    spec.name = sides.first;
    if (!RE2::FullMatch(sides.second, *kType, &dtype, &sizes)) {
      return BadFlag("inputs", part, "expected NAME=TYPE[SIZES], such as x=f32[1,3,224,224]");
    }
    std::optional<DType> t = ParseDType(dtype);
    if (!t || IsQuantized(*t)) {
      return BadFlag("inputs", part,
                     absl::StrCat("'", dtype,
                                  "' is no type; types are f32, f16, f64, bf16, i64, "
                                  "i32, i16, i8, u8, bool, c64"));
    }
    spec.type.dtype = *t;
    spec.sizes_of_example = absl::StripAsciiWhitespace(sizes) == "...";
    if (spec.sizes_of_example) sizes.clear();
    for (absl::string_view size : absl::StrSplit(sizes, ',', absl::SkipWhitespace())) {
      T2N_ASSIGN_OR_RETURN(Parsed parsed, ParseExpression("inputs", size));
      absl::StatusOr<Dim> d = SizeOf(*parsed.expr, symbol);
      if (!d.ok()) {
        return BadFlag("inputs", part, "sizes are numbers, names, and + - * // of them");
      }
      if (Less(*d, 0) == true) return BadFlag("inputs", part, "a size is negative");
      spec.type.shape.push_back(*std::move(d));
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

namespace {

constexpr char kAssertions[] =
    "expected a bound of sizes or a divisor: S>=1, 2*S+1<=64, 8<=S<=64, S<=T, S==T, S%4==0";

Dim Unbounded(absl::string_view name) { return Dim::Symbol(name, {std::nullopt, std::nullopt}); }

// `S % 4` if it is one.
std::optional<std::pair<Dim, int64_t>> AsRemainder(const ts::Expr& e) {
  const auto* b = e.If<ts::BinaryExpr>();
  if (!b || b->rest.size() != 1 || b->rest[0].op != ts::BinaryOp::kMod) return std::nullopt;
  const auto* divisor = b->rest[0].value->If<ts::IntExpr>();
  absl::StatusOr<Dim> size = SizeOf(*b->first, Unbounded);
  if (!size.ok() || !divisor || divisor->overflow) return std::nullopt;
  return {{*std::move(size), divisor->value}};
}

absl::Status AddFact(const ts::Expr& left, absl::string_view sign, const ts::Expr& right,
                     SymbolFacts* facts) {
  if (auto remainder = AsRemainder(left)) {
    const auto* residue = right.If<ts::IntExpr>();
    if (!residue || sign != "==") return absl::InvalidArgumentError(kAssertions);
    return AddDivisor(remainder->first, remainder->second, residue->value, facts);
  }
  absl::StatusOr<Dim> a = SizeOf(left, Unbounded), b = SizeOf(right, Unbounded);
  if (!a.ok() || !b.ok()) return absl::InvalidArgumentError(kAssertions);
  return AddBound(*a, sign, *b, facts);
}

}  // namespace

absl::Status ParseAssertion(absl::string_view text, SymbolFacts* facts) {
  static const RE2* const kSign = new RE2("([^<>=]*)(<=|>=|==|<|>)");
  re2::StringPiece rest(text.data(), text.size());
  std::vector<std::string> signs;
  std::vector<Parsed> sides;
  std::string side, sign;
  while (RE2::Consume(&rest, *kSign, &side, &sign)) {
    T2N_ASSIGN_OR_RETURN(Parsed parsed, ParseExpression("assert", side));
    sides.push_back(std::move(parsed));
    signs.push_back(sign);
  }
  if (signs.empty()) return BadFlag("assert", text, kAssertions);
  T2N_ASSIGN_OR_RETURN(Parsed last, ParseExpression("assert", std::string(rest)));
  sides.push_back(std::move(last));
  for (size_t i = 0; i < signs.size(); ++i) {
    absl::Status added = AddFact(*sides[i].expr, signs[i], *sides[i + 1].expr, facts);
    if (!added.ok()) return BadFlag("assert", text, added.message());
  }
  return absl::OkStatus();
}

bool IsAboutElements(absl::string_view text) { return absl::StrContains(text, "max("); }

absl::StatusOr<std::pair<std::string, Dim>> ParseLargest(absl::string_view text,
                                                         const SymbolFacts& facts) {
  static const RE2* const kLargest = new RE2(R"(\s*max\((.*)\)\s*==(.*))");
  const absl::Status bad =
      BadFlag("assert", text, "of elements the largest of an input may be a size: max(lengths)==S");
  std::string input, size;
  if (!RE2::FullMatch(std::string(text), *kLargest, &input, &size)) return bad;
  T2N_ASSIGN_OR_RETURN(input, Path("assert", input));
  T2N_ASSIGN_OR_RETURN(Parsed parsed, ParseExpression("assert", size));
  absl::StatusOr<Dim> d = SizeOf(
      *parsed.expr, [&](absl::string_view name) { return OpenSize(std::string(name), facts); });
  if (!d.ok()) return bad;
  return {{input, *std::move(d)}};
}

absl::StatusOr<std::vector<std::pair<std::string, IValue>>> ParseArgs(absl::string_view text) {
  std::vector<std::pair<std::string, IValue>> args;
  for (const std::string& part : SplitOutsideQuotes(text, ';')) {
    T2N_ASSIGN_OR_RETURN(auto sides, PathAndRest("args", part));
    if (sides.first.empty()) return BadFlag("args", part, "expected NAME=VALUE");
    T2N_ASSIGN_OR_RETURN(Parsed parsed, ParseExpression("args", sides.second));
    T2N_ASSIGN_OR_RETURN(IValue value, Literal(*parsed.expr, part));
    args.emplace_back(std::move(sides.first), std::move(value));
  }
  return args;
}

namespace {

// A key or value of a dict as text: `"x"`, `x`, `2`, `-1`.
std::optional<std::string> Text(const ts::Expr& e) {
  if (const auto* s = e.If<ts::StringExpr>()) return std::string(s->value);
  if (const auto* n = e.If<ts::NameExpr>()) return std::string(n->name);
  if (const auto* i = e.If<ts::IntExpr>()) return absl::StrCat(i->value);
  return std::nullopt;
}

// `{"x": {0: "B", 2: "S"}}` as x:0=B, x:2=S.
absl::StatusOr<std::vector<std::string>> AxesOfDict(absl::string_view text) {
  const absl::Status bad = BadFlag(
      "dynamic_axes", text, "expected {\"INPUT\": {AXIS: \"SYMBOL\"}}, a name for every axis");
  absl::StatusOr<Parsed> parsed = ParseExpression("dynamic_axes", text);
  const auto* dict = parsed.ok() ? parsed->expr->If<ts::DictExpr>() : nullptr;
  if (!dict) return bad;
  std::vector<std::string> axes;
  for (size_t i = 0; i < dict->keys.size(); ++i) {
    const std::optional<std::string> input = Text(*dict->keys[i]);
    const auto* named = dict->values[i]->If<ts::DictExpr>();
    if (!input || !named) return bad;
    for (size_t k = 0; k < named->keys.size(); ++k) {
      const auto axis = Text(*named->keys[k]), symbol = Text(*named->values[k]);
      if (!axis || !symbol) return bad;
      axes.push_back(absl::StrCat(*input, ":", *axis, "=", *symbol));
    }
  }
  return axes;
}

}  // namespace

absl::StatusOr<std::vector<DynamicAxis>> ParseDynamicAxes(absl::string_view text) {
  static const RE2* const kForm = new RE2(R"((.*):\s*(-?\d+)\s*=\s*([A-Za-z_]\w*)\s*)");
  std::vector<std::string> parts;
  for (const std::string& some : SplitOutsideQuotes(text, ';')) {
    for (std::string& part : SplitOutsideQuotes(some, ',')) parts.push_back(std::move(part));
  }
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")) {
    T2N_ASSIGN_OR_RETURN(parts, AxesOfDict(text));
  }
  std::vector<DynamicAxis> axes;
  for (const std::string& part : parts) {
    DynamicAxis axis;
    if (!RE2::FullMatch(part, *kForm, &axis.input, &axis.axis, &axis.symbol)) {
      return BadFlag("dynamic_axes", part, "expected INPUT:AXIS=SYMBOL, such as x:0=B");
    }
    T2N_ASSIGN_OR_RETURN(axis.input, Path("dynamic_axes", axis.input));
    axes.push_back(std::move(axis));
  }
  return axes;
}

std::string AstrayAxis(const InputRequest& request, absl::string_view input) {
  const auto& renamed = request.input_names;
  const bool is_new = std::find(renamed.begin(), renamed.end(), input) != renamed.end();
  return absl::StrCat("--dynamic_axes '", input, "'",
                      is_new ? " (a name that --input_names gives; say the argument's own)" : "");
}

}  // namespace t2n
