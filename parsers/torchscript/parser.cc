#include "parsers/torchscript/parser.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "parsers/torchscript/limits.h"
#include "parsers/torchscript/parser_state.h"
#include "parsers/torchscript/stmt_parser.h"

namespace t2n::torchscript {

absl::StatusOr<std::unique_ptr<SourceFile>> ParseSource(std::string entry_name, std::string text,
                                                        const Margin& margin) {
  if (text.size() > kMaxSourceBytes) {
    return absl::InvalidArgumentError(absl::StrCat(entry_name, ":1:1: expected at most ",
                                                   kMaxSourceBytes, " bytes of source, found ",
                                                   text.size()));
  }
  auto file = std::make_unique<SourceFile>(std::move(entry_name), std::move(text));
  ParserState state(*file, margin.lines, margin.columns);
  if (!StmtParser(state).ParseFile(file->body)) {
    return absl::InvalidArgumentError(absl::StrCat(file->entry, ":", state.error()));
  }
  return file;
}

}  // namespace t2n::torchscript
