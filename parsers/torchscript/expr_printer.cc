#include "parsers/torchscript/expr_printer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace t2n::torchscript {
namespace {

// `1.+2.j` rather than `2.j`.
bool HasRealPart(absl::string_view complex) {
  for (size_t i = 1; i < complex.size(); ++i) {
    const bool exponent = complex[i - 1] == 'e' || complex[i - 1] == 'E';
    if ((complex[i] == '+' || complex[i] == '-') && !exponent) return true;
  }
  return false;
}

Precedence PrecedenceOf(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kTernary:
      return Precedence::kTernary;
    case ExprKind::kBinary:
      return PrecedenceOf(expr.As<BinaryExpr>().rest[0].op);
    case ExprKind::kUnary:
      return PrecedenceOf(expr.As<UnaryExpr>().op);
    case ExprKind::kInt:
      return expr.As<IntExpr>().text[0] == '-' ? Precedence::kUnary : Precedence::kAtom;
    case ExprKind::kFloat:
      return expr.As<FloatExpr>().text[0] == '-' ? Precedence::kUnary : Precedence::kAtom;
    case ExprKind::kComplex:
      // `1.+2.j` is one literal only where no operator binds its ends.
      return HasRealPart(expr.As<ComplexExpr>().text) ? Precedence::kTernary : Precedence::kAtom;
    case ExprKind::kTuple:
      return expr.As<TupleExpr>().items.empty() ? Precedence::kAtom : Precedence::kList;
    default:
      return Precedence::kAtom;
  }
}

absl::string_view Comma(TrailingComma comma) {
  switch (comma) {
    case TrailingComma::kNone:
      return "";
    case TrailingComma::kTight:
      return ",";
    case TrailingComma::kSpaced:
      return ", ";
  }
  return "";
}

void PrintTuple(const TupleExpr& tuple, std::string& out) {
  PrintExprs(tuple.items, out);
  const bool single = tuple.items.size() == 1;
  out.append(single && tuple.trailing_comma == TrailingComma::kNone
                 ? ","
                 : std::string(Comma(tuple.trailing_comma)));
}

void PrintList(const ListExpr& list, std::string& out) {
  out += '[';
  PrintExprs(list.items, out);
  absl::StrAppend(&out, Comma(list.trailing_comma), "]");
}

void PrintDict(const DictExpr& dict, std::string& out) {
  out += '{';
  for (size_t i = 0; i < dict.keys.size(); ++i) {
    if (i > 0) out += ", ";
    PrintExpr(*dict.keys[i], Precedence::kTernary, out);
    out += ": ";
    PrintExpr(*dict.values[i], Precedence::kTernary, out);
  }
  out += '}';
}

void PrintAttribute(const AttributeExpr& attribute, std::string& out) {
  if (IsIdentifier(attribute.name)) return PrintDotted(attribute, out);
  out += "getattr(";
  PrintExpr(*attribute.object, Precedence::kTernary, out);
  out += ", ";
  PrintQuoted(attribute.name, out);
  out += ')';
}

void PrintSlice(const SliceExpr& slice, std::string& out) {
  if (slice.start != nullptr) PrintExpr(*slice.start, Precedence::kTernary, out);
  out += ':';
  if (slice.stop != nullptr) PrintExpr(*slice.stop, Precedence::kTernary, out);
  if (slice.step == nullptr) return;
  out += ':';
  PrintExpr(*slice.step, Precedence::kTernary, out);
}

void PrintCall(const CallExpr& call, std::string& out) {
  PrintExpr(*call.callee, Precedence::kAtom, out);
  out += '(';
  PrintExprs(call.args, out);
  const char* separator = call.args.empty() ? "" : ", ";
  for (const KeywordArg& keyword : call.kwargs) {
    absl::StrAppend(&out, separator, keyword.name, "=");
    PrintExpr(*keyword.value, Precedence::kTernary, out);
    separator = ", ";
  }
  absl::StrAppend(&out, Comma(call.trailing_comma), ")");
}

void PrintBinary(const BinaryExpr& binary, std::string& out) {
  const Precedence own = PrecedenceOf(binary.rest[0].op);
  PrintExpr(*binary.first, Next(own), out);
  for (const BinaryExpr::Operand& operand : binary.rest) {
    absl::StrAppend(&out, " ", Spelling(operand.op), " ");
    const bool power = operand.op == BinaryOp::kPow;
    PrintExpr(*operand.value, power ? Precedence::kUnary : Next(own), out);
  }
}

void PrintTernary(const TernaryExpr& ternary, std::string& out) {
  PrintExpr(*ternary.if_true, Precedence::kOr, out);
  out += " if ";
  PrintExpr(*ternary.condition, Precedence::kOr, out);
  out += " else ";
  PrintExpr(*ternary.if_false, Precedence::kTernary, out);
}

void PrintAnnotate(const AnnotateExpr& annotate, std::string& out) {
  const char* comma = annotate.space_after_comma ? ", " : ",";
  absl::StrAppend(&out, "annotate(", ToString(*annotate.type), comma);
  PrintExpr(*annotate.value, Precedence::kTernary, out);
  out += ')';
}

void PrintUncheckedCast(const UncheckedCastExpr& cast, std::string& out) {
  absl::StrAppend(&out, "unchecked_cast(", ToString(*cast.type), ", ");
  PrintExpr(*cast.value, Precedence::kTernary, out);
  out += ')';
}

void PrintSubscript(const SubscriptExpr& subscript, std::string& out) {
  PrintExpr(*subscript.object, Precedence::kAtom, out);
  out += '[';
  PrintExpr(*subscript.index, Precedence::kList, out);
  out += ']';
}

void PrintUninitialized(const UninitializedExpr& value, std::string& out) {
  absl::StrAppend(&out, "uninitialized(", ToString(*value.type), ")");
}

void PrintIsInstance(const IsInstanceExpr& test, std::string& out) {
  out += "isinstance(";
  PrintExpr(*test.value, Precedence::kTernary, out);
  out += ", ";
  const bool bare = test.bracket == 0 && test.types.size() == 1;
  if (!bare) out += test.bracket == '[' ? '[' : '(';
  for (size_t i = 0; i < test.types.size(); ++i) {
    absl::StrAppend(&out, i > 0 ? ", " : "", ToString(*test.types[i]));
  }
  if (!bare) out += test.bracket == '[' ? ']' : ')';
  out += ')';
}

void PrintUnary(const UnaryExpr& unary, std::string& out) {
  absl::StrAppend(&out, Spelling(unary.op));
  PrintExpr(*unary.operand, PrecedenceOf(unary.op), out);
}

// Names and literals.
void PrintWord(const Expr& expr, std::string& out) {
  switch (expr.kind) {
    case ExprKind::kName:
      absl::StrAppend(&out, expr.As<NameExpr>().name);
      break;
    case ExprKind::kInt:
      absl::StrAppend(&out, expr.As<IntExpr>().text);
      break;
    case ExprKind::kFloat:
      absl::StrAppend(&out, expr.As<FloatExpr>().text);
      break;
    case ExprKind::kComplex:
      absl::StrAppend(&out, expr.As<ComplexExpr>().text);
      break;
    case ExprKind::kString:
      PrintQuoted(expr.As<StringExpr>().value, out);
      break;
    case ExprKind::kBool:
      out += expr.As<BoolExpr>().value ? "True" : "False";
      break;
    case ExprKind::kNone:
      out += "None";
      break;
    default:
      break;
  }
}

void PrintBare(const Expr& expr, std::string& out) {
  switch (expr.kind) {
    case ExprKind::kTuple:
      return PrintTuple(expr.As<TupleExpr>(), out);
    case ExprKind::kList:
      return PrintList(expr.As<ListExpr>(), out);
    case ExprKind::kDict:
      return PrintDict(expr.As<DictExpr>(), out);
    case ExprKind::kAttribute:
      return PrintAttribute(expr.As<AttributeExpr>(), out);
    case ExprKind::kSubscript:
      return PrintSubscript(expr.As<SubscriptExpr>(), out);
    case ExprKind::kSlice:
      return PrintSlice(expr.As<SliceExpr>(), out);
    case ExprKind::kCall:
      return PrintCall(expr.As<CallExpr>(), out);
    case ExprKind::kUnary:
      return PrintUnary(expr.As<UnaryExpr>(), out);
    case ExprKind::kBinary:
      return PrintBinary(expr.As<BinaryExpr>(), out);
    case ExprKind::kTernary:
      return PrintTernary(expr.As<TernaryExpr>(), out);
    case ExprKind::kAnnotate:
      return PrintAnnotate(expr.As<AnnotateExpr>(), out);
    case ExprKind::kUncheckedCast:
      return PrintUncheckedCast(expr.As<UncheckedCastExpr>(), out);
    case ExprKind::kUninitialized:
      return PrintUninitialized(expr.As<UninitializedExpr>(), out);
    case ExprKind::kIsInstance:
      return PrintIsInstance(expr.As<IsInstanceExpr>(), out);
    default:
      PrintWord(expr, out);
  }
}

}  // namespace

void PrintDotted(const AttributeExpr& attribute, std::string& out) {
  const ExprKind kind = attribute.object->kind;
  const bool number = kind == ExprKind::kInt || kind == ExprKind::kFloat;
  const bool parens = number && attribute.object->parens == 0;  // `1.real` would be a number
  if (parens) out += '(';
  PrintExpr(*attribute.object, Precedence::kAtom, out);
  absl::StrAppend(&out, parens ? ")." : ".", attribute.name);
}

void PrintExpr(const Expr& expr, Precedence loosest, std::string& out) {
  const int needed = PrecedenceOf(expr) < loosest ? 1 : 0;
  const int parens = std::max<int>(expr.parens, needed);
  out.append(parens, '(');
  PrintBare(expr, out);
  out.append(parens, ')');
}

void PrintExprs(ExprList exprs, std::string& out) {
  const char* separator = "";
  for (const Expr* expr : exprs) {
    out += separator;
    PrintExpr(*expr, Precedence::kTernary, out);
    separator = ", ";
  }
}

void PrintQuoted(absl::string_view value, std::string& out) {
  static constexpr absl::string_view kEscaped = "\\'\"\a\b\f\n\r\t\v";
  static constexpr absl::string_view kLetters = "\\'\"abfnrtv";
  out += '"';
  for (const char c : value) {
    const size_t escape = kEscaped.find(c);
    if (escape != absl::string_view::npos) {
      out += '\\';
      out += kLetters[escape];
    } else if (absl::ascii_isprint(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '\\';
      for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + ((byte >> shift) & 7));
    }
  }
  out += '"';
}

}  // namespace t2n::torchscript
