#include "emit/nnef/document.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace t2n::nnef {
namespace {

template <typename T>
std::string ShortestDigits(T value) {
  char digits[64];
  std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), value);
  return std::string(digits, end.ptr);
}

void AppendString(absl::string_view value, std::string* out) {
  *out += '"';
  for (char c : value) {
    if (c == '"' || c == '\'' || c == '\\') *out += '\\';
    *out += c;
  }
  *out += '"';
}

void Append(const Expr& expr, std::string* out);

void AppendItems(const std::vector<Argument>& items, std::string* out) {
  const char* separator = "";
  for (const Argument& item : items) {
    *out += separator;
    separator = ", ";
    if (!item.name.empty()) absl::StrAppend(out, item.name, " = ");
    Append(item.value, out);
  }
}

void Append(const Expr& expr, std::string* out) {
  switch (expr.kind) {
    case Expr::Kind::kText:
      *out += expr.text;
      return;
    case Expr::Kind::kString:
      AppendString(expr.text, out);
      return;
    case Expr::Kind::kArray:
    case Expr::Kind::kTuple:
    case Expr::Kind::kCall: {
      bool array = expr.kind == Expr::Kind::kArray;
      absl::StrAppend(out, expr.text, array ? "[" : "(");
      AppendItems(expr.items, out);
      *out += array ? "]" : ")";
      return;
    }
  }
}

void AppendBody(const std::vector<Assignment>& body, std::string* out) {
  *out += "{\n";
  for (const Assignment& assignment : body) {
    absl::StrAppend(out, "    ", absl::StrJoin(assignment.results, ", "), " = ");
    Append(assignment.value, out);
    *out += ";\n";
  }
  *out += "}\n";
}

std::string Join(const std::vector<Typed>& list) {
  return absl::StrJoin(list, ", ", [](std::string* out, const Typed& t) {
    absl::StrAppend(out, t.name, ": ", t.type);
  });
}

Expr Group(Expr::Kind kind, std::vector<Expr> items) {
  Expr e(kind);
  for (Expr& item : items) e.items.push_back({"", std::move(item)});
  return e;
}

}  // namespace

bool Expr::is_identifier() const {
  return kind == Kind::kText && !text.empty() && (absl::ascii_isalpha(text[0]) || text[0] == '_') &&
         text != "true" && text != "false" && text != "inf";
}

Expr Id(absl::string_view name) { return Expr(Expr::Kind::kText, std::string(name)); }

Expr Int(int64_t value) { return Id(absl::StrCat(value)); }

Expr Float(double value, bool is_double) {
  if (std::isinf(value)) return Id(value > 0 ? "inf" : "-inf");
  std::string text = is_double ? ShortestDigits(value) : ShortestDigits(static_cast<float>(value));
  // Parsers of tract before 0.23 know no plus sign in an exponent.
  text.erase(std::remove(text.begin(), text.end(), '+'), text.end());
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return Id(text);
}

Expr Bool(bool value) { return Id(value ? "true" : "false"); }

Expr Str(absl::string_view value) { return Expr(Expr::Kind::kString, std::string(value)); }

Expr Array(std::vector<Expr> items) { return Group(Expr::Kind::kArray, std::move(items)); }

Expr Tuple(std::vector<Expr> items) { return Group(Expr::Kind::kTuple, std::move(items)); }

Expr Ints(absl::Span<const int64_t> values) {
  std::vector<Expr> items;
  for (int64_t v : values) items.push_back(Int(v));
  return Array(std::move(items));
}

Expr Call(absl::string_view op, std::vector<Expr> operands,
          std::vector<std::pair<std::string, Expr>> named) {
  Expr e = Group(Expr::Kind::kCall, std::move(operands));
  e.text = std::string(op);
  for (auto& [name, value] : named) e.items.push_back({std::move(name), std::move(value)});
  return e;
}

std::string ToText(const Expr& expr) {
  std::string out;
  Append(expr, &out);
  return out;
}

std::string ToText(const Fragment& fragment) {
  if (!fragment.source.empty()) return absl::StrCat(fragment.source, "\n");
  std::string out = absl::StrCat("fragment ", fragment.name, "(", Join(fragment.parameters),
                                 ")\n-> (", Join(fragment.results), ")\n");
  AppendBody(fragment.body, &out);
  return out;
}

std::string ToText(const Document& document) {
  std::string out = "version 1.0;\n\n";
  for (const std::string& extension : document.extensions) {
    absl::StrAppend(&out, "extension ", extension, ";\n");
  }
  if (!document.extensions.empty()) out += "\n";
  for (const Fragment& fragment : document.fragments) {
    absl::StrAppend(&out, ToText(fragment), "\n");
  }
  absl::StrAppend(&out, "graph ", document.graph_name, "(", absl::StrJoin(document.inputs, ", "),
                  ") -> (", absl::StrJoin(document.outputs, ", "), ")\n");
  AppendBody(document.body, &out);
  return out;
}

}  // namespace t2n::nnef
