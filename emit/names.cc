#include "emit/names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace t2n {
namespace {

// Long names stay readable and valid as file names.
constexpr size_t kMaxName = 120;

const absl::flat_hash_set<absl::string_view>& Keywords() {
  static const auto* const kWords = new absl::flat_hash_set<absl::string_view>{
      "version", "extension", "graph",    "fragment", "tensor",   "integer",
      "scalar",  "logical",   "string",   "if",       "else",     "for",
      "in",      "yield",     "lengthof", "shape_of", "range_of", "length_of"};
  return *kWords;
}

// Names that tract's parser takes for the beginning of a literal.
bool LooksLikeLiteral(absl::string_view name) {
  return absl::StartsWith(name, "inf") || absl::StartsWith(name, "true") ||
         absl::StartsWith(name, "false");
}

// `hidden_states` as `hiddenStates`.
std::string ToCamel(absl::string_view snake) {
  std::string camel;
  bool raise = false;
  for (char c : snake) {
    if (c == '_' || c == '.') {
      raise = !camel.empty();
      continue;
    }
    camel += raise ? absl::ascii_toupper(c) : c;
    raise = false;
  }
  return camel;
}

// The same for each part of a module's path: `self_attn.q_proj` is `selfAttn_qProj`.
std::string PathToCamel(absl::string_view path) {
  return absl::StrJoin(absl::StrSplit(path, '.'), "_",
                       [](std::string* out, absl::string_view part) { *out += ToCamel(part); });
}

// `_12`: a temporary of traced code, no name that anyone chose.
bool IsTemporary(absl::string_view name) {
  absl::ConsumePrefix(&name, "_");
  return name.find_first_not_of("0123456789") == absl::string_view::npos;
}

}  // namespace

std::string NameTable::Unique(absl::string_view wanted) {
  std::string name(wanted);
  for (int& n = next_[wanted]; !used_.insert(name).second;) name = absl::StrCat(wanted, "_", ++n);
  return name;
}

std::string ToIdentifier(absl::string_view text) {
  std::string name;
  for (char c : text.substr(0, kMaxName)) {
    bool good = absl::ascii_isalnum(c) || c == '_';
    if (good || (!name.empty() && name.back() != '_')) name += good ? c : '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty()) return "x";
  if (absl::ascii_isdigit(name[0]) || LooksLikeLiteral(name)) name = absl::StrCat("_", name);
  if (Keywords().contains(name)) name += "_";
  return name;
}

std::string ToLabel(absl::string_view text) {
  std::string label;
  for (char c : text.substr(0, kMaxName)) {
    if (absl::ascii_isalnum(c) || c == '_' || c == '-') {
      label += c;
    } else if (!label.empty() && label.back() != '.' && c == '.') {
      label += c;
    } else if (c != '.') {
      label += '_';
    }
  }
  while (!label.empty() && label.back() == '.') label.pop_back();
  return label.empty() ? "variable" : label;
}

std::string ValueName(const Value& value, Naming naming) {
  const Node& node = *value.node;
  if (naming == Naming::kNumeric) return "v";
  bool named = !value.name.empty() && !IsTemporary(value.name);
  const bool composite = node.op == Op::kComposite;
  std::string own = named       ? value.name
                    : composite ? node.attrs.Str(node.attrs.Has("fragment") ? "fragment" : "name")
                                : absl::AsciiStrToLower(OpName(node.op));
  std::string path = node.place && naming != Naming::kLocal ? node.place->module_path : "";
  // The end of a long path says most.
  constexpr size_t kMaxPath = 80;
  if (path.size() > kMaxPath) path = path.substr(path.size() - kMaxPath);
  if (naming == Naming::kCamel) {
    own = ToCamel(own);
    path = PathToCamel(path);
  }
  return ToIdentifier(path.empty() ? own : absl::StrCat(path, "_", own));
}

}  // namespace t2n
