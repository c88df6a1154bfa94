// The small languages of --inputs, --args, --assert and --dynamic_axes.
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parsers/torchscript/parser.h"
#include "re2/re2.h"
#include "t2n/base/status.h"
#include "t2n/script/signature.h"

namespace t2n::script {
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

absl::StatusOr<Dim> SizeOf(const ts::Expr& e, const SymbolRanges& ranges, absl::string_view text) {
  if (const auto* i = e.If<ts::IntExpr>(); i && !i->overflow) return Dim(i->value);
  if (const auto* n = e.If<ts::NameExpr>()) {
    auto it = ranges.find(std::string(n->name));
    return it == ranges.end() ? Dim::Symbol(n->name) : Dim::Symbol(n->name, it->second);
  }
  if (const auto* b = e.If<ts::BinaryExpr>()) {
    T2N_ASSIGN_OR_RETURN(Dim d, SizeOf(*b->first, ranges, text));
    for (const auto& operand : b->rest) {
      T2N_ASSIGN_OR_RETURN(Dim r, SizeOf(*operand.value, ranges, text));
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
          d = FloorDiv(d, r);
          break;
        default:
          return BadFlag("inputs", text, "sizes are numbers, names, and + - * // of them");
      }
    }
    return d;
  }
  return BadFlag("inputs", text, "sizes are numbers, names, and + - * // of them");
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

}  // namespace

absl::StatusOr<std::vector<InputSpec>> ParseInputs(absl::string_view text,
                                                   const SymbolRanges& ranges) {
  static const RE2* const kEntry =
      new RE2(R"(\s*(?:([A-Za-z_][\w.]*)\s*=)?\s*([a-z]+\d*)\s*(?:\[(.*)\])?\s*)");
  std::vector<InputSpec> specs;
  for (absl::string_view part : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
    InputSpec spec;
    std::string dtype, sizes;
    if (!RE2::FullMatch(std::string(part), *kEntry, &spec.name, &dtype, &sizes)) {
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
    for (absl::string_view size : absl::StrSplit(sizes, ',', absl::SkipWhitespace())) {
      T2N_ASSIGN_OR_RETURN(Parsed parsed, ParseExpression("inputs", size));
      T2N_ASSIGN_OR_RETURN(Dim d, SizeOf(*parsed.expr, ranges, part));
      if (Less(d, 0) == true) return BadFlag("inputs", part, "a size is negative");
      spec.type.shape.push_back(std::move(d));
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

absl::Status ParseAssertion(absl::string_view text, SymbolRanges* ranges) {
  static const RE2* const kForm = new RE2(R"(\s*([A-Za-z_]\w*)\s*(>=|<=|==|>|<)\s*(-?\d+)\s*)");
  std::string name, sign;
  int64_t value;
  if (!RE2::FullMatch(std::string(text), *kForm, &name, &sign, &value)) {
    return BadFlag("assert", text, "expected SYMBOL>=NUMBER (also <=, ==, >, <)");
  }
  Range& r = ranges->emplace(name, Range{1, std::nullopt}).first->second;
  if (sign == ">=" || sign == "==") r.min = value;
  if (sign == ">") r.min = value + 1;
  if (sign == "<=" || sign == "==") r.max = value;
  if (sign == "<") r.max = value - 1;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::pair<std::string, IValue>>> ParseArgs(absl::string_view text) {
  std::vector<std::pair<std::string, IValue>> args;
  for (absl::string_view part : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
    std::pair<absl::string_view, absl::string_view> sides =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (sides.second.empty()) return BadFlag("args", part, "expected NAME=VALUE");
    T2N_ASSIGN_OR_RETURN(Parsed parsed, ParseExpression("args", sides.second));
    T2N_ASSIGN_OR_RETURN(IValue value, Literal(*parsed.expr, part));
    args.emplace_back(std::string(absl::StripAsciiWhitespace(sides.first)), std::move(value));
  }
  return args;
}

absl::StatusOr<std::vector<DynamicAxis>> ParseDynamicAxes(absl::string_view text) {
  static const RE2* const kForm = new RE2(R"(\s*([\w.]+)\s*:\s*(-?\d+)\s*=\s*([A-Za-z_]\w*)\s*)");
  std::vector<DynamicAxis> axes;
  for (absl::string_view part :
       absl::StrSplit(text, absl::ByAnyChar(",;"), absl::SkipWhitespace())) {
    DynamicAxis axis;
    if (!RE2::FullMatch(std::string(part), *kForm, &axis.input, &axis.axis, &axis.symbol)) {
      return BadFlag("dynamic_axes", part, "expected INPUT:AXIS=SYMBOL, such as x:0=B");
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

}  // namespace t2n::script
