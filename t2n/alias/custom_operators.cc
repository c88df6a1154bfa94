#include "t2n/alias/custom_operators.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/unread.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

constexpr MemoryRule kDefaultRule;
constexpr absl::string_view kExtensionUrl = "pt2nnef/extension";

// The type of a value in a schema, and what a person wants to know of it.
std::string TypeText(const Arg& value) {
  switch (value.kind()) {
    case Arg::Kind::kTensor:
      return "Tensor";
    case Arg::Kind::kBool:
      return "bool";
    case Arg::Kind::kInt:
      return "int";
    case Arg::Kind::kFloat:
      return "float";
    case Arg::Kind::kComplex:
      return "complex";
    case Arg::Kind::kString:
      return "str";
    case Arg::Kind::kNone:
      return "Tensor?";
    case Arg::Kind::kList:
    case Arg::Kind::kTuple:
      return value.items().empty() ? "int[]" : absl::StrCat(TypeText(value.items()[0]), "[]");
    default:
      return "Any";
  }
}

}  // namespace

absl::Status CustomOperators::Add(Schema schema, Fn fn) {
  for (size_t i = 1; i < schema.args.size(); ++i) {
    if (!schema.args[i].type.written) continue;
    return absl::UnimplementedError(absl::StrCat(schema.FullName(), " writes to its argument '",
                                                 schema.args[i].name,
                                                 "'; only the first may be written"));
  }
  for (const SchemaArg& arg : schema.args) {
    if (arg.type.alias.empty() || arg.type.written) continue;
    return absl::UnimplementedError(absl::StrCat(schema.FullName(),
                                                 ": results that are views of arguments (",
                                                 arg.name, ") are not carried"));
  }
  auto& overloads = operators_[schema.name];
  for (const auto& o : overloads) {
    if (o->schema.overload != schema.overload) continue;
    return absl::AlreadyExistsError(absl::StrCat(schema.FullName(), " is there twice"));
  }
  overloads.push_back(std::make_unique<const Overload>(Overload{std::move(schema), std::move(fn)}));
  return absl::OkStatus();
}

std::vector<std::string> CustomOperators::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, overloads] : operators_) names.push_back(name);
  return names;
}

absl::StatusOr<CustomOperators::Choice> CustomOperators::Choose(
    absl::string_view name, std::optional<absl::string_view> overload,
    absl::Span<const Arg> positional, absl::Span<const NamedArg> keywords) const {
  const auto found = operators_.find(name);
  if (found == operators_.end()) {
    return absl::NotFoundError(absl::StrCat("operator ", name, " is not known"));
  }
  std::string why = absl::StrCat("it has no overload '", overload.value_or(""), "'");
  for (bool convert : {false, true}) {
    for (const auto& o : found->second) {
      if (overload && o->schema.overload != *overload && found->second.size() > 1) continue;
      auto args = MatchArgs(o->schema, positional, keywords, convert, &why);
      if (!args) continue;
      return Choice{&o->fn, {nullptr, &kDefaultRule, &o->schema, false, *std::move(args)}};
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the operator ", name, " of --extend does not take the call: ", why));
}

absl::StatusOr<Arg> CustomOperators::Run(const Choice& choice, Builder* builder, const OpEnv& env) {
  OpCall call(builder, choice.choice.schema, choice.choice.args, &env, &Registry::Get());
  Arg value = (*choice.fn)(call);
  RefuseUnread(call);
  T2N_RETURN_IF_ERROR(builder->status());
  return value;
}

std::string ExtensionToBegin(absl::string_view name, absl::string_view overload,
                             absl::Span<const Arg> positional,
                             absl::Span<const NamedArg> keywords) {
  std::vector<std::string> args, seen;
  std::string like;
  const auto add = [&](const std::string& arg, const Arg& value) {
    args.push_back(absl::StrCat(TypeText(value), " ", arg));
    seen.push_back(absl::StrCat("  #   ", arg, " = ", value.ToString()));
    if (like.empty() && value.is_tensor()) like = arg;
  };
  for (size_t i = 0; i < positional.size(); ++i) add(absl::StrCat("x", i), positional[i]);
  for (const NamedArg& k : keywords) add(k.name, k.value);
  const absl::string_view own = name.substr(name.rfind(':') + 1);
  return absl::StrCat(
      "fragments: \"my.nnef\"  # has: fragment ", own, "(...) -> (y: tensor<scalar>) { ... }\n",
      "op {\n  # seen with:\n", absl::StrJoin(seen, "\n"), seen.empty() ? "" : "\n", "  schema: \"",
      name, overload.empty() ? "" : absl::StrCat(".", overload), "(", absl::StrJoin(args, ", "),
      ") -> Tensor\"\n  fragment: \"", own, "\"\n  result { ",
      like.empty() ? "dtype: \"f32\" shape: \"[1]\"" : absl::StrCat("like: \"", like, "\""),
      " }\n}\n");
}

absl::Status WithExtensionToBegin(absl::Status status, absl::string_view text) {
  status.SetPayload(kExtensionUrl, absl::Cord(text));
  return status;
}

std::string ExtensionToBeginOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kExtensionUrl);
  return payload ? std::string(*payload) : "";
}

}  // namespace t2n
