// Expressions of sizes as text.
#include <cmath>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parsers/exported/expression.h"
#include "parsers/exported/expression_operators.h"

namespace t2n::exported {
namespace {

using Kind = Expression::Kind;
using Args = std::vector<Expression>;

// A name that stands for itself: printed bare it is read as a symbol again.
bool IsPlainSymbol(absl::string_view name) {
  size_t i = 0;
  while (i < name.size() && absl::ascii_islower(name[i])) ++i;
  const size_t letters = i;
  while (i < name.size() && absl::ascii_isdigit(name[i])) ++i;
  return letters > 0 && i > letters && i == name.size();
}

// A float as Python's repr: the shortest text that is read back as the same.
std::string Real(double value) {
  if (value != value) return "nan";
  if (value == HUGE_VAL || value == -HUGE_VAL) return value > 0 ? "inf" : "-inf";
  std::string text;
  for (int digits = 15; digits <= 17; ++digits) {
    text = absl::StrFormat("%.*g", digits, value);
    if (std::strtod(text.c_str(), nullptr) == value) break;
  }
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// Text that binds as tightly as a name.
std::string Atom(const Expression& e) {
  const bool atom = e.kind == Kind::kSymbol || e.kind == Kind::kCall || e.kind == Kind::kMax ||
                    e.kind == Kind::kMin || e.kind == Kind::kBool || e.kind == Kind::kSize ||
                    e.kind == Kind::kArgument || (e.kind == Kind::kInt && e.number >= 0);
  return atom ? ToString(e) : absl::StrCat("(", ToString(e), ")");
}

std::string Join(const Args& args, absl::string_view between,
                 std::string (*print)(const Expression&)) {
  std::string out;
  for (size_t i = 0; i < args.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : between, print(args[i]));
  }
  return out;
}

std::string Product(const Expression& e) {
  if (e.args[0].kind != Kind::kInt) return Join(e.args, "*", Atom);
  const Args rest(e.args.begin() + 1, e.args.end());
  if (e.args[0].number == -1) return absl::StrCat("-", Join(rest, "*", Atom));
  return absl::StrCat(e.args[0].number, "*", Join(rest, "*", Atom));
}

// Of a term of a sum: products need no parentheses.
std::string Term(const Expression& e) {
  return e.kind == Kind::kMul || e.kind == Kind::kInt ? ToString(e) : Atom(e);
}

std::string Sum(const Args& terms) {
  std::string out;
  for (const Expression& term : terms) {
    std::string text = Term(term);
    const bool negative = text[0] == '-';
    if (out.empty()) {
      out = std::move(text);
    } else {
      absl::StrAppend(&out, negative ? " - " : " + ", text.substr(negative ? 1 : 0));
    }
  }
  return out;
}

}  // namespace

std::string ToString(const Expression& e) {
  switch (e.kind) {
    case Kind::kInt:
      return absl::StrCat(e.number);
    case Kind::kFloat:
      return Real(e.real);
    case Kind::kBool:
      return e.number ? "True" : "False";
    case Kind::kSymbol:
      return IsPlainSymbol(e.name) ? e.name : absl::StrCat("Symbol('", e.name, "')");
    case Kind::kArgument:
      return absl::StrCat("L['", e.name, "']");
    case Kind::kSize:
      return absl::StrCat(ToString(e.args[0]), ".size()[", e.number, "]");
    case Kind::kAdd:
      return Sum(e.args);
    case Kind::kMul:
      return Product(e);
    case Kind::kNot:
      return absl::StrCat("not ", Atom(e.args[0]));
    case Kind::kMax:
      return absl::StrCat("Max(", Join(e.args, ", ", ToString), ")");
    case Kind::kMin:
      return absl::StrCat("Min(", Join(e.args, ", ", ToString), ")");
    case Kind::kCall:
      return absl::StrCat(e.name, "(", Join(e.args, ", ", ToString), ")");
    default:
      break;
  }
  for (const ExpressionOperator& o : kExpressionOperators) {
    if (o.kind == e.kind) return Join(e.args, o.text, Atom);
  }
  return "";
}

}  // namespace t2n::exported
