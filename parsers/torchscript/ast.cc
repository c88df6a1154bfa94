#include "parsers/torchscript/ast.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace t2n::torchscript {

std::string SourcePos::ToString() const {
  return absl::StrCat(entry != nullptr ? *entry : "?", ":", line, ":", column);
}

std::optional<std::string> DottedName(const Expr& expr) {
  if (const auto* name = expr.If<NameExpr>()) return std::string(name->name);
  const auto* attribute = expr.If<AttributeExpr>();
  if (attribute == nullptr) return std::nullopt;
  std::optional<std::string> object = DottedName(*attribute->object);
  if (object.has_value()) absl::StrAppend(&*object, ".", attribute->name);
  return object;
}

bool IsIdentifier(absl::string_view name) {
  if (name.empty() || absl::ascii_isdigit(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

}  // namespace t2n::torchscript
