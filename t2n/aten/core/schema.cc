#include "t2n/aten/core/schema.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "t2n/base/status.h"
#include "t2n/builder/dim_values.h"

namespace t2n {
namespace {

// Splits at `separator` outside of brackets.
std::vector<absl::string_view> SplitTop(absl::string_view text, char separator) {
  std::vector<absl::string_view> parts;
  int depth = 0;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"' || c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (c == separator && depth == 0) {
      parts.push_back(absl::StripAsciiWhitespace(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  absl::string_view last = absl::StripAsciiWhitespace(text.substr(begin));
  if (!last.empty()) parts.push_back(last);
  return parts;
}

SchemaType::Kind BaseKind(absl::string_view name) {
  using K = SchemaType::Kind;
  if (name == "Tensor") return K::kTensor;
  if (name == "int" || name == "SymInt" || name == "ScalarType" || name == "Layout" ||
      name == "MemoryFormat" || name == "QScheme") {
    return K::kInt;
  }
  if (name == "float" || name == "SymFloat") return K::kFloat;
  if (name == "bool" || name == "SymBool") return K::kBool;
  if (name == "complex") return K::kComplex;
  if (name == "Scalar" || name == "number") return K::kScalar;
  if (name == "str" || name == "Device") return K::kString;
  return K::kAny;
}

SchemaType ParseType(absl::string_view text) {
  SchemaType type;
  text = absl::StripAsciiWhitespace(text);
  while (!text.empty()) {
    if (absl::ConsumeSuffix(&text, "?")) {
      type.optional = true;
      continue;
    }
    if (absl::EndsWith(text, "]")) {
      size_t open = text.rfind('[');
      if (open == absl::string_view::npos) break;
      type.list = true;
      type.broadcasts = text.size() - open > 2;
      text = text.substr(0, open);
      if (absl::ConsumeSuffix(&text, "?")) type.optional_items = true;
      continue;
    }
    if (absl::EndsWith(text, ")")) {
      size_t open = text.find('(');
      if (open == 0 || open == absl::string_view::npos) break;
      absl::string_view base = text.substr(0, open);
      if (base == "Dict" || base == "Tuple" || base == "Future" || base == "RRef") break;
      absl::string_view alias = text.substr(open + 1, text.size() - open - 2);
      alias = alias.substr(0, alias.find(' '));
      type.written = absl::ConsumeSuffix(&alias, "!");
      type.alias = std::string(alias);
      text = base;
      continue;
    }
    break;
  }
  type.kind = BaseKind(text);
  return type;
}

std::optional<Arg> ParseDefault(absl::string_view text, const SchemaType& type) {
  int64_t i;
  double d;
  if (text == "None") return Arg();
  if (text == "True") return Arg(true);
  if (text == "False") return Arg(false);
  if (text == "contiguous_format") return Arg(0);
  if (text == "long") return Arg(4);
  if (text == "Mean") return Arg(1);
  if (text == "inf") return Arg(std::numeric_limits<double>::infinity());
  if (text == "-inf") return Arg(-std::numeric_limits<double>::infinity());
  if (text.size() >= 2 && (text[0] == '"' || text[0] == '\'')) {
    return Arg(std::string(text.substr(1, text.size() - 2)));
  }
  if (absl::ConsumePrefix(&text, "[")) {
    absl::ConsumeSuffix(&text, "]");
    ArgList items;
    SchemaType item = type;
    item.list = false;
    for (absl::string_view part : SplitTop(text, ',')) {
      std::optional<Arg> a = ParseDefault(part, item);
      if (!a) return std::nullopt;
      items.push_back(*std::move(a));
    }
    return Arg::List(std::move(items));
  }
  if (absl::SimpleAtoi(text, &i)) {
    if (type.kind == SchemaType::Kind::kFloat) return Arg(static_cast<double>(i));
    return Arg(i);
  }
  if (absl::SimpleAtod(text, &d)) return Arg(d);
  return std::nullopt;
}

absl::Status Bad(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("schema '", text, "': ", what));
}

// A tensor of one known integer, as that: what traced programs compute sizes with.
std::optional<Arg> SizeOfTensor(const Arg& value) {
  if (!value.is_tensor() || !value.tensor() || value.tensor().rank() != 0) return std::nullopt;
  if (!IsInteger(value.tensor().dtype())) return std::nullopt;
  const std::optional<Shape> elements = DimElements(*value.tensor().get(), 1);
  if (!elements || elements->size() != 1) return std::nullopt;
  return Arg((*elements)[0]);
}

// `value` as `type`'s item; nullopt if it is none.
std::optional<Arg> ConvertItem(const SchemaType& type, bool optional, const Arg& value,
                               bool convert_numbers) {
  using K = SchemaType::Kind;
  if (value.is_none()) {
    if (optional || type.kind == K::kAny) return value;
    return std::nullopt;
  }
  switch (type.kind) {
    case K::kTensor:
      if (value.is_tensor() || (convert_numbers && value.is_number())) return value;
      return std::nullopt;
    case K::kInt:
      if (value.is_int()) return value;
      if (value.is_bool() && convert_numbers) return Arg(value.boolean() ? 1 : 0);
      if (convert_numbers) return SizeOfTensor(value);
      return std::nullopt;
    case K::kFloat:
      if (value.is_float()) return value;
      if (value.is_int() && value.integer().is_const()) return Arg(value.AsDouble());
      return std::nullopt;
    case K::kBool:
      if (value.is_bool()) return value;
      if (value.is_int() && value.integer().is_const() && convert_numbers) {
        return Arg(value.integer().value() != 0);
      }
      return std::nullopt;
    case K::kComplex:
      if (value.is_complex()) return value;
      if (value.is_number()) return Arg(std::complex<double>(value.AsDouble()));
      return std::nullopt;
    case K::kScalar:
      if (value.is_number()) return value;
      if (convert_numbers && value.is_tensor() && value.tensor().rank() == 0) {
        return Arg(value.tensor(), Origin::kNumber);
      }
      return std::nullopt;
    case K::kString:
      if (value.is_string()) return value;
      return std::nullopt;
    case K::kAny:
      return value;
  }
  return std::nullopt;
}

std::optional<Arg> Convert(const SchemaType& type, const Arg& value, bool convert_numbers) {
  if (!type.list) return ConvertItem(type, type.optional, value, convert_numbers);
  if (value.is_none()) {
    if (type.optional) return value;
    return std::nullopt;
  }
  if (type.kind == SchemaType::Kind::kAny) return value;
  if (!value.is_list() && !value.is_tuple()) {
    if (!type.broadcasts) return std::nullopt;
    std::optional<Arg> item = ConvertItem(type, false, value, convert_numbers);
    if (!item) return std::nullopt;
    return Arg::List(ArgList{*item});
  }
  ArgList items;
  for (const Arg& a : value.items()) {
    std::optional<Arg> item = ConvertItem(type, type.optional_items, a, convert_numbers);
    if (!item) return std::nullopt;
    items.push_back(*std::move(item));
  }
  return Arg::List(std::move(items));
}

}  // namespace

std::string Schema::FullName() const {
  return overload.empty() ? name : absl::StrCat(name, ".", overload);
}

int Schema::IndexOf(absl::string_view arg) const {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].name == arg) return static_cast<int>(i);
  }
  return -1;
}

absl::string_view SchemaBaseName(absl::string_view text) {
  text = text.substr(0, text.find('('));
  return text.substr(0, text.find('.'));
}

absl::string_view SchemaOverloadName(absl::string_view text) {
  text = text.substr(0, text.find('('));
  const size_t dot = text.find('.');
  return dot == absl::string_view::npos ? absl::string_view() : text.substr(dot + 1);
}

absl::StatusOr<Schema> ParseSchema(absl::string_view text) {
  Schema schema;
  size_t open = text.find('(');
  size_t arrow = text.rfind(" -> ");
  if (open == absl::string_view::npos || arrow == absl::string_view::npos || arrow < open) {
    return Bad(text, "no parameters or no result");
  }
  schema.name = std::string(SchemaBaseName(text));
  schema.overload = std::string(SchemaOverloadName(text));
  absl::string_view params = absl::StripAsciiWhitespace(text.substr(open + 1, arrow - open - 1));
  if (!absl::ConsumeSuffix(&params, ")")) return Bad(text, "unbalanced parameters");
  bool keyword_only = false;
  for (absl::string_view part : SplitTop(params, ',')) {
    if (part == "*") {
      keyword_only = true;
      continue;
    }
    SchemaArg arg;
    arg.keyword_only = keyword_only;
    absl::string_view value;
    size_t space = part.rfind(' ');
    size_t equals = part.find('=');
    if (equals != absl::string_view::npos) {
      value = part.substr(equals + 1);
      part = part.substr(0, equals);
      space = part.rfind(' ');
    }
    if (space == absl::string_view::npos) return Bad(text, "a parameter without a name");
    arg.type = ParseType(part.substr(0, space));
    arg.name = std::string(part.substr(space + 1));
    if (equals != absl::string_view::npos) {
      arg.default_value = ParseDefault(value, arg.type);
      if (!arg.default_value) return Bad(text, absl::StrCat("default '", value, "'"));
      if (arg.type.list && arg.default_value->is_int()) {
        arg.default_value = Arg::List(ArgList{*arg.default_value});
      }
    }
    schema.args.push_back(std::move(arg));
  }
  absl::string_view results = absl::StripAsciiWhitespace(text.substr(arrow + 4));
  if (absl::ConsumePrefix(&results, "(")) absl::ConsumeSuffix(&results, ")");
  for (absl::string_view part : SplitTop(results, ',')) {
    // A result may be named: `Tensor values`.
    size_t space = part.rfind(' ');
    if (space != absl::string_view::npos && part.back() != ')') part = part.substr(0, space);
    schema.returns.push_back(ParseType(part));
  }
  return schema;
}

std::optional<std::vector<Arg>> MatchArgs(const Schema& schema, absl::Span<const Arg> positional,
                                          absl::Span<const NamedArg> keywords, bool convert_numbers,
                                          std::string* why) {
  std::vector<Arg> out;
  size_t next = 0, used_keywords = 0;
  for (const SchemaArg& formal : schema.args) {
    const Arg* given = nullptr;
    if (!formal.keyword_only && next < positional.size()) {
      given = &positional[next++];
    } else {
      for (const NamedArg& k : keywords) {
        if (k.name == formal.name) given = &k.value, ++used_keywords;
      }
    }
    if (!given) {
      if (!formal.default_value) {
        *why = absl::StrCat("argument '", formal.name, "' is missing");
        return std::nullopt;
      }
      out.push_back(*formal.default_value);
      continue;
    }
    std::optional<Arg> value = Convert(formal.type, *given, convert_numbers);
    if (!value) {
      *why = absl::StrCat("argument '", formal.name, "' cannot be ", given->ToString());
      return std::nullopt;
    }
    out.push_back(*std::move(value));
  }
  if (next < positional.size() || used_keywords < keywords.size()) {
    *why = "too many arguments";
    return std::nullopt;
  }
  return out;
}

}  // namespace t2n
