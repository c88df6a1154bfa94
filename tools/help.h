// What the command says of itself: help, topics, a man page and completion scripts, made of the
// tables of commands and flags.
#ifndef TOOLS_HELP_H_
#define TOOLS_HELP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n {

// `--help`: the common flags; all of them with `all`.
std::string HelpText(bool all);

// `help TOPIC`: one of the topics, `all`, `man` (a man page, roff), `markdown` (docs/options.md), a
// flag or a command; blanks and dashes in it are as `_`. InvalidArgument with the topics there are.
absl::StatusOr<std::string> TopicText(absl::string_view asked);

// A completion script for `bash`, `zsh` or `fish`; InvalidArgument for other shells.
absl::StatusOr<std::string> CompletionScript(absl::string_view shell);

// A help text with its titles bold and its flags in a colour.
std::string InColors(absl::string_view text);

// `pt2nnef 1.0.0`
std::string VersionText();

}  // namespace t2n

#endif  // TOOLS_HELP_H_
