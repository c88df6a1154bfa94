#include "t2n/extend/snippet.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "parsers/torchscript/children.h"
#include "parsers/torchscript/parser.h"
#include "t2n/base/status.h"
#include "t2n/ir/failure.h"
#include "t2n/torchscript/evaluator.h"

namespace t2n {
namespace {

namespace ts = torchscript;

using Names = absl::flat_hash_set<std::string>;

void AddNames(const ts::Expr& expr, Names* names) {
  if (const auto* name = expr.If<ts::NameExpr>()) names->insert(std::string(name->name));
  ts::ForEachChild(expr, [&](const ts::Expr& child) { AddNames(child, names); });
}

void AddNames(ts::Block block, Names* names) {
  for (const ts::Stmt* stmt : block) {
    ts::ForEachExpr(*stmt, [&](const ts::Expr& expr) { AddNames(expr, names); });
    ts::ForEachBlock(*stmt, [&](ts::Block inner) { AddNames(inner, names); });
  }
}

}  // namespace

absl::StatusOr<Snippet> Snippet::Parse(const std::string& place,
                                       const std::vector<std::string>& parameters,
                                       const std::string& body, uint32_t indented) {
  const std::string text =
      absl::StrCat("def of_user(", absl::StrJoin(parameters, ", "), "):\n", body, "\n");
  Snippet snippet;
  T2N_ASSIGN_OR_RETURN(snippet.file_, ts::ParseSource(place, text, {1, indented}));
  const ts::Block& block = snippet.file_->body;
  snippet.function_ = block.size() == 1 ? block[0]->If<ts::FunctionDef>() : nullptr;
  if (!snippet.function_) {
    return absl::InvalidArgumentError(absl::StrCat(place, ": not indented as one function's body"));
  }
  AddNames(snippet.function_->body, &snippet.names_);
  return snippet;
}

absl::StatusOr<Snippet> Snippet::Expression(const std::string& place,
                                            const std::vector<std::string>& parameters,
                                            absl::string_view text) {
  constexpr absl::string_view kReturn = "  return ";
  return Parse(place, parameters, absl::StrCat(kReturn, text), kReturn.size());
}

absl::StatusOr<Snippet> Snippet::Statements(const std::string& place,
                                            const std::vector<std::string>& parameters,
                                            absl::string_view text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  constexpr absl::string_view kIndent = "  ";
  for (std::string& line : lines) line = line.empty() ? line : absl::StrCat(kIndent, line);
  return Parse(place, parameters, absl::StrJoin(lines, "\n"), kIndent.size());
}

absl::StatusOr<IValue> Snippet::Run(std::vector<IValue> args, script::Code* code, Builder* builder,
                                    const OpEnv& env) const {
  script::Code none(nullptr);
  script::Evaluator evaluator(code ? code : &none, builder, &env);
  absl::StatusOr<IValue> value = evaluator.CallOutside(*function_, std::move(args));
  if (value.ok() && !builder->ok()) return builder->status();
  if (value.ok()) return value;
  const std::string place = PlaceOf(value.status());
  return absl::Status(value.status().code(),
                      absl::StrCat(value.status().message(), place.empty() ? "" : ", at ", place));
}

}  // namespace t2n
