#include "tools/help.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "t2n/base/version.h"
#include "t2n/convert/flags.h"
#include "tools/commands.h"
#include "tools/help_topics.h"

namespace t2n {
namespace {

constexpr size_t kIndent = 27, kWidth = 100;
constexpr char kAbout[] =
    "PyTorch archives (torch.export.save, torch.jit.save) to NNEF models, without PyTorch";

constexpr char kExamples[] = R"(Examples:
  pt2nnef resnet18.pt2 resnet18
  pt2nnef --inputs "ids=i64[1,S]" bert.pt bert.nnef.tgz
  pt2nnef --report report.json model.pt2 model.nnef.tgz
  pt2nnef --jobs 4 a.pt2 b.pt2 c.pt models/
  pt2nnef inspect model.pt2
)";

constexpr char kExit[] =
    R"(Exit status: 0 done; 1 refused or failed (the last line of stderr says why); 2 wrong usage;
3 a check or diff found a difference.
)";

struct Group {
  proto::FlagGroup group;
  const char* title;
};

constexpr Group kGroups[] = {{proto::INPUTS, "Inputs"}, {proto::MODEL, "What is converted"},
                             {proto::OUTPUT, "Output"}, {proto::CHECKS, "Checks"},
                             {proto::LIMITS, "Limits"}, {proto::COMMAND, "The command"}};

std::string Dashed(const FlagRow& row) {
  std::string text = absl::StrCat("--", row.name);
  if (row.flag.also().size() == 1) text = absl::StrCat("-", row.flag.also(), ", ", text);
  return row.flag.value().empty() ? text : absl::StrCat(text, " ", row.flag.value());
}

// `text` in lines of words, each behind `indent` columns; the first follows `begin`.
std::string Wrap(std::string begin, absl::string_view text, size_t indent) {
  std::string out;
  if (begin.size() + 1 > indent) {
    absl::StrAppend(&out, begin, "\n");
    begin.clear();
  }
  std::string line = begin + std::string(indent - begin.size(), ' ');
  bool fresh = true;
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipWhitespace())) {
    if (!fresh && line.size() + 1 + word.size() > kWidth) {
      absl::StrAppend(&out, line, "\n");
      line.assign(indent, ' ');
      fresh = true;
    }
    absl::StrAppend(&line, fresh ? "" : " ", word);
    fresh = false;
  }
  return absl::StrCat(out, line, "\n");
}

std::string FlagsText(bool all) {
  std::string text;
  for (const Group& group : kGroups) {
    std::string lines;
    for (const FlagRow& row : AllFlags()) {
      if (row.flag.group() != group.group || !(all || row.flag.common())) continue;
      lines += Wrap("  " + Dashed(row), row.flag.help(), kIndent);
    }
    if (!lines.empty()) absl::StrAppend(&text, "\n", group.title, ":\n", lines);
  }
  return text;
}

std::string Synopsis(const CommandRow& row) {
  const bool default_one = &row == &AllCommands().front();
  return absl::StrCat("pt2nnef ", default_one ? "[convert]" : row.name,
                      row.takes_flags ? " [flags] " : " ", row.arguments);
}

// The names of all flags, dashed.
std::vector<std::string> FlagWords() {
  std::vector<std::string> words = {"--help", "--version"};
  for (const FlagRow& row : AllFlags()) {
    words.push_back(absl::StrCat("--", row.name));
    if (row.flag.also().size() > 1) words.push_back(absl::StrCat("--", row.flag.also()));
  }
  return words;
}

std::vector<std::string> CommandWords() {
  std::vector<std::string> words;
  for (const CommandRow& row : AllCommands()) words.push_back(row.name);
  return words;
}

// What stands behind a command that takes words; nothing for the others, which take paths.
std::vector<std::string> ArgumentWords(absl::string_view command) {
  std::vector<std::string> words;
  if (command == "completion") words = {"bash", "zsh", "fish"};
  if (command != "help") return words;
  for (const HelpTopic& topic : AllTopics()) words.push_back(topic.name);
  for (const char* page : {"all", "man", "markdown"}) words.push_back(page);
  for (const FlagRow& row : AllFlags()) words.push_back(row.name);
  return words;
}

// Bash takes `--flag=value` for three words.
constexpr char kBash[] = R"(_pt2nnef() {
  local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]} first=
  if [[ $word == = ]]; then word=
  elif [[ $last == = ]]; then last=${COMP_WORDS[COMP_CWORD-2]}
  fi
)";

std::string BashScript() {
  std::string cases;
  const auto add = [&](absl::string_view last, const std::vector<std::string>& words) {
    absl::StrAppend(&cases, "    ", last, ") COMPREPLY=($(compgen -W \"", absl::StrJoin(words, " "),
                    "\" -- \"$word\")); return ;;\n");
  };
  for (const FlagRow& row : AllFlags()) {
    const auto& words = row.flag.words();
    if (!words.empty()) add(absl::StrCat("--", row.name), {words.begin(), words.end()});
  }
  for (const CommandRow& row : AllCommands()) {
    const std::vector<std::string> words = ArgumentWords(row.name);
    if (!words.empty()) add(row.name, words);
  }
  return absl::StrCat(kBash, "  ((COMP_CWORD == 1)) && first='", absl::StrJoin(CommandWords(), " "),
                      "'\n  case $last in\n", cases,
                      "  esac\n  case $word in\n    -*) COMPREPLY=($(compgen -W \"",
                      absl::StrJoin(FlagWords(), " "), "\" -- \"$word\")) ;;\n",
                      "    *) COMPREPLY=($(compgen -f -W \"$first\" -- \"$word\")) ;;\n",
                      "  esac\n}\ncomplete -o filenames -F _pt2nnef pt2nnef\n");
}

std::string ZshText(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"'", ""}, {"[", "("}, {"]", ")"}, {":", ";"}});
}

std::string ZshScript() {
  std::string commands, cases, flags;
  for (const CommandRow& row : AllCommands()) {
    absl::StrAppend(&commands, "    '", row.name, ":", ZshText(row.help), "'\n");
    const std::vector<std::string> words = ArgumentWords(row.name);
    if (words.empty()) continue;
    absl::StrAppend(&cases, "    ", row.name, ") compadd -- ", absl::StrJoin(words, " "), " ;;\n");
  }
  for (const FlagRow& row : AllFlags()) {
    absl::StrAppend(&flags, "    '--", row.name, row.is_switch() ? "" : "=", "[",
                    ZshText(row.flag.help()), "]",
                    row.is_switch() ? ""
                    : row.flag.words().empty()
                        ? absl::StrCat(":value:_files")
                        : absl::StrCat(":value:(", absl::StrJoin(row.flag.words(), " "), ")"),
                    "' \\\n");
  }
  return absl::StrCat("#compdef pt2nnef\n_pt2nnef_first() {\n  local -a commands=(\n", commands,
                      "  )\n  _describe command commands\n  _files\n}\n",
                      "_pt2nnef_rest() {\n  case $words[2] in\n", cases, "    *) _files ;;\n",
                      "  esac\n}\n_pt2nnef() {\n  _arguments -s \\\n", flags,
                      "    '1:command or model:_pt2nnef_first' '*:file:_pt2nnef_rest'\n}\n",
                      "compdef _pt2nnef pt2nnef\n");
}

std::string FishScript() {
  std::string text;
  for (const CommandRow& row : AllCommands()) {
    absl::StrAppend(&text, "complete -c pt2nnef -n __fish_use_subcommand -a ", row.name, " -d '",
                    absl::StrReplaceAll(row.help, {{"'", "\\'"}}), "'\n");
    const std::vector<std::string> words = ArgumentWords(row.name);
    if (words.empty()) continue;
    absl::StrAppend(&text, "complete -c pt2nnef -f -n '__fish_seen_subcommand_from ", row.name,
                    "' -a '", absl::StrJoin(words, " "), "'\n");
  }
  for (const FlagRow& row : AllFlags()) {
    absl::StrAppend(&text, "complete -c pt2nnef -l ", row.name, row.is_switch() ? "" : " -r",
                    row.flag.words().empty()
                        ? ""
                        : absl::StrCat(" -f -a '", absl::StrJoin(row.flag.words(), " "), "'"),
                    " -d '", absl::StrReplaceAll(row.flag.help(), {{"\\", "\\\\"}, {"'", "\\'"}}),
                    "'\n");
  }
  return text;
}

std::string Roff(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"'", "\\(aq"}});
}

std::string ManPage() {
  std::string text = absl::StrCat(".TH PT2NNEF 1 \"\" \"", VersionText(), "\"\n.SH NAME\n",
                                  "pt2nnef \\- ", Roff(kAbout), "\n.SH SYNOPSIS\n");
  for (const CommandRow& row : AllCommands()) {
    absl::StrAppend(&text, ".TP\n.B ", Roff(Synopsis(row)), "\n", Roff(row.help), "\n");
  }
  for (const Group& group : kGroups) {
    absl::StrAppend(&text, ".SH ", group.title, "\n");
    for (const FlagRow& row : AllFlags()) {
      if (row.flag.group() != group.group) continue;
      absl::StrAppend(&text, ".TP\n.B ", Roff(Dashed(row)), "\n", Roff(row.flag.help()), "\n");
    }
  }
  for (const HelpTopic& topic : AllTopics()) {
    absl::StrAppend(&text, ".SH ", topic.name, "\n.nf\n", Roff(topic.text), ".fi\n");
  }
  return absl::StrCat(text, ".SH EXAMPLES\n.nf\n", Roff(kExamples), ".fi\n.SH EXIT STATUS\n",
                      Roff(kExit));
}

// Text as Markdown shows it.
std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"<", "&lt;"}, {"*", "\\*"}, {"`", "\\`"}});
}

// The help of a flag as sentences, in lines.
std::string Sentences(const FlagRow& row) {
  std::string text = Escaped(row.flag.help());
  text[0] = absl::ascii_toupper(text[0]);
  if (text.back() != '.') text += '.';
  return Wrap("", text, 0);
}

// What values a flag takes, and where else it may stand.
std::string Facts(const FlagRow& row) {
  std::vector<std::string> facts;
  const bool of_spec = row.field->containing_type() == proto::ConversionSpec::descriptor();
  facts.push_back(of_spec ? absl::StrCat("In a spec: `", row.field->name(), "`.")
                          : "Of the command alone.");
  if (row.flag.also().size() > 1) facts.push_back(absl::StrCat("Also `--", row.flag.also(), "`."));
  if (row.is_switch()) facts.push_back("A switch.");
  if (row.field->is_repeated()) {
    facts.push_back(row.flag.whole() ? "A list: given again for each entry."
                                     : "A list: entries with commas between them.");
  }
  if (!row.flag.words().empty()) {
    facts.push_back(absl::StrCat("One of `", absl::StrJoin(row.flag.words(), "`, `"), "`."));
  }
  if (row.flag.most() > 0) {
    facts.push_back(absl::StrCat("From ", row.flag.least(), " to ", row.flag.most(), "."));
  }
  return absl::StrJoin(facts, " ");
}

// docs/options.md.
std::string MarkdownPage() {
  std::string text =
      "# Options\n\nWritten by `pt2nnef help markdown` from the fields of\n"
      "[ConversionSpec](../proto/conversion.proto); a test keeps it fresh. A spec (`--spec FILE`, "
      "`nnef_model`,\nC++) has the same under the names of its fields.\n\n## Commands\n\n";
  for (const CommandRow& row : AllCommands()) {
    absl::StrAppend(&text, "- `", Synopsis(row), "`: ", Escaped(row.help), "\n");
  }
  for (const Group& group : kGroups) {
    absl::StrAppend(&text, "\n## ", group.title, "\n");
    for (const FlagRow& row : AllFlags()) {
      if (row.flag.group() != group.group) continue;
      absl::StrAppend(&text, "\n### `", Dashed(row), "`\n", Sentences(row), "\n", Facts(row), "\n");
    }
  }
  return absl::StrCat(text, "\n## Exit status\n\n", absl::StripPrefix(kExit, "Exit status: "));
}

}  // namespace

std::string VersionText() { return absl::StrCat("pt2nnef ", kVersion); }

std::string HelpText(bool all) {
  std::string text = absl::StrCat("pt2nnef: ", kAbout, "\n\n");
  for (const CommandRow& row : AllCommands()) {
    text += Wrap("  " + Synopsis(row), row.help, 38);
  }
  absl::StrAppend(&text, "\nFlags (--name=value or --name value)",
                  all ? "" : "; --help=all lists all of them", ".\n", FlagsText(all));
  std::vector<std::string> topics;
  for (const HelpTopic& topic : AllTopics()) topics.push_back(topic.name);
  return absl::StrCat(text, "  --help, --help=all, --version\n\n'pt2nnef help TOPIC' explains ",
                      absl::StrJoin(topics, ", "), ".\n\n", kExamples, "\n", kExit);
}

absl::StatusOr<std::string> TopicText(absl::string_view asked) {
  const std::string topic = absl::StrReplaceAll(asked, {{" ", "_"}, {"-", "_"}});
  if (topic == "all") return HelpText(true);
  if (topic == "man") return ManPage();
  if (topic == "markdown") return MarkdownPage();
  std::vector<std::string> names;
  for (const HelpTopic& row : AllTopics()) {
    if (row.name == topic) return std::string(row.text);
    names.push_back(row.name);
  }
  for (const FlagRow& row : AllFlags()) {
    const bool named = row.name == topic || row.flag.also() == topic;
    if (named) return Wrap(Dashed(row), row.flag.help(), kIndent);
  }
  for (const CommandRow& row : AllCommands()) {
    if (row.name == topic) return Wrap(Synopsis(row), row.help, kIndent);
  }
  return absl::InvalidArgumentError(absl::StrCat("no topic is called '", topic, "'; there are ",
                                                 absl::StrJoin(names, ", "),
                                                 ", all, man, the commands and the flags"));
}

std::string InColors(absl::string_view text) {
  std::string colored;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!colored.empty()) absl::StrAppend(&colored, "\n");
    std::string one(line);
    // `Inputs:`, or the title of a topic.
    RE2::Replace(&one, R"(^([A-Z][^.:(]*:?)$)", "\033[1m\\1\033[0m");
    RE2::GlobalReplace(&one, R"((^|[ (,'])(--?[a-z][a-z_]*))", "\\1\033[36m\\2\033[0m");
    absl::StrAppend(&colored, one);
  }
  return colored;
}

absl::StatusOr<std::string> CompletionScript(absl::string_view shell) {
  if (shell == "bash") return BashScript();
  if (shell == "zsh") return ZshScript();
  if (shell == "fish") return FishScript();
  return absl::InvalidArgumentError(
      absl::StrCat("no completion for '", shell, "': bash, zsh or fish"));
}

}  // namespace t2n
