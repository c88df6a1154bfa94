#include <algorithm>
#include <map>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "t2n/base/status.h"
#include "t2n/convert.h"
#include "t2n/convert/flags.h"
#include "t2n/verify/verify.h"
#include "tools/commands.h"
#include "tools/spec_file.h"

namespace t2n {
namespace {

constexpr size_t kAny = 1 << 20;

absl::Status Bad(absl::string_view what) { return absl::InvalidArgumentError(what); }

std::string Dashed(absl::string_view name) {
  return absl::StrCat(name.size() == 1 ? "-" : "--", name);
}

// What CLI11 found, by flag, and what is no flag.
struct Found {
  std::map<std::string, std::vector<std::string>> values;
  std::vector<std::string> arguments;
};

// A flag without its value, or an argument that nothing takes.
absl::Status Explain(const CLI::ParseError& error) {
  const std::string what = error.what();
  if (error.get_name() != "ArgumentMismatch") return Bad(what);
  return Bad(absl::StrCat(what.substr(0, what.find(':')), " needs a value"));
}

absl::Status Unknown(const std::string& given) {
  absl::string_view name = absl::StripPrefix(absl::StripPrefix(given, "-"), "-");
  name = name.substr(0, name.find('='));
  const std::string nearest = NearestFlag(name);
  return Bad(absl::StrCat("unknown flag ", Dashed(name),
                          nearest.empty() ? "" : absl::StrCat("; did you mean --", nearest, "?")));
}

absl::StatusOr<Found> Parse(const std::vector<std::string>& args) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<std::string, CLI::Option*> options;
  for (const FlagRow& row : AllFlags()) {
    std::string names = Dashed(row.name);
    if (!row.flag.also().empty()) absl::StrAppend(&names, ",", Dashed(row.flag.also()));
    options[row.name] = row.is_switch() ? app.add_flag(names) : app.add_option(names)->take_all();
  }
  Found found;
  try {
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::ParseError& error) {
    return Explain(error);
  }
  bool ended = false;
  for (const std::string& rest : app.remaining()) {
    if (!ended && rest == "--") {
      ended = true;
    } else if (!ended && rest.size() > 1 && rest[0] == '-') {
      return Unknown(rest);
    } else {
      found.arguments.push_back(rest);
    }
  }
  for (const auto& [name, option] : options) {
    if (option->count() > 0) found.values[name] = option->results();
  }
  return found;
}

absl::Status SetFlags(const Found& found, CommandLine* command) {
  for (const FlagRow& row : AllFlags()) {
    const auto it = found.values.find(row.name);
    if (it == found.values.end()) continue;
    const bool of_spec = row.field->containing_type() == proto::ConversionSpec::descriptor();
    google::protobuf::Message* message = &command->options;
    if (of_spec) message = &command->spec;
    T2N_RETURN_IF_ERROR(SetFlag(row, it->second, message));
  }
  return absl::OkStatus();
}

const CommandRow* FindCommand(absl::string_view name) {
  for (const CommandRow& row : AllCommands()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

// MODEL and OUT; a spec file may have them.
absl::Status SetPaths(const CommandRow& row, CommandLine* command) {
  const size_t given = command->arguments.size();
  proto::ConversionSpec& spec = command->spec;
  const bool one_model =
      row.name != std::string("diff") && row.least > 0 && command->options.jobs() == 0;
  if (one_model && given > 0) spec.set_model(command->arguments[0]);
  if (one_model && given > 1) spec.set_out(command->arguments[1]);
  const bool needs_out = row.least == 2 && spec.print_graph().empty();
  const bool from_spec = one_model && !spec.model().empty() && (!needs_out || !spec.out().empty());
  const size_t most = command->options.jobs() > 0 ? kAny : row.most;
  if ((given >= row.least || from_spec) && given <= most) return absl::OkStatus();
  return Bad(absl::StrCat(row.name, " takes ", absl::StrReplaceAll(row.arguments, {{" ", " and "}}),
                          ", ", given, " given"));
}

absl::Status CheckSandbox(const CommandLine& command) {
  if (!command.options.sandbox()) return absl::OkStatus();
  if (command.command != "convert") return Bad("--sandbox is of convert alone");
  if (!command.spec.print_graph().empty()) {
    return Bad("--sandbox is for what writes a model, which --print_graph does not");
  }
  if (!command.spec.check_same_io_as_tract()) return absl::OkStatus();
  return Bad(
      "--sandbox: --check starts a process that runs tract, which a sandbox forbids; convert with "
      "--sandbox, and check in a run without");
}

// What inspect makes besides what it prints.
absl::Status ValidatePages(const CommandLine& command) {
  const proto::CommandOptions& options = command.options;
  if (command.command != "inspect") {
    if (options.json()) return Bad("--json is of inspect alone; --report tells of a conversion");
    if (!options.graph().empty()) return Bad("--graph is of inspect alone");
    if (!options.html().empty()) return Bad("--html is of inspect alone");
    if (options.tensors()) return Bad("--tensors is of inspect alone; --cut ends a model at one");
    if (options.open()) return Bad("--open is of inspect alone; --dynamic_axes opens sizes");
  }
  const bool drawn = absl::EndsWith(options.graph(), ".dot") ||
                     absl::EndsWith(options.graph(), ".svg") || options.graph().empty();
  return drawn ? absl::OkStatus() : Bad("--graph writes a .dot or an .svg");
}

absl::Status Validate(CommandLine* command) {
  T2N_RETURN_IF_ERROR(SettleTarget(&command->spec));
  T2N_RETURN_IF_ERROR(CheckSandbox(*command));
  if (command->options.quiet()) command->spec.set_log_level("error");
  if (command->options.jobs() > 0 && command->command != "convert") {
    return Bad("--jobs is of convert alone");
  }
  if (!command->spec.print_graph().empty()) {
    const bool alone = command->options.jobs() == 0 && !command->spec.check_same_io_as_tract();
    if (command->command != "convert" || !alone) {
      return Bad("--print_graph is of convert alone, without --jobs and --check");
    }
  }
  T2N_RETURN_IF_ERROR(ValidatePages(*command));
  if (command->command == "check") {
    if (!command->spec.io().empty()) return CheckSpec(command->spec);
    return Bad("check needs --io FILE.npz with in0, in1, ... and out0, out1, ...");
  }
  T2N_RETURN_IF_ERROR(CheckVerification(command->spec));
  return CheckSpec(command->spec);
}

}  // namespace

const std::vector<CommandRow>& AllCommands() {
  static const auto* const kRows = new std::vector<CommandRow>{
      {"convert", "MODEL OUT", "convert MODEL; OUT: a folder, NAME.nnef.tar or NAME.nnef.tgz", 2, 2,
       true},
      {"check", "MODEL OUT", "run MODEL's graph on --io and compare with what torch gave", 2, 2,
       true},
      {"inspect", "MODEL",
       "modules, methods, operators and weights of the archive; with --graph or --html the "
       "converted "
       "graph",
       1, 1, true},
      {"diff", "A B", "what changed between two converted models", 2, 2, false},
      {"completion", "bash|zsh|fish", "print a script that completes flags in that shell", 1, 1,
       false},
      {"help", "[TOPIC]", "explain a topic, a command or a flag", 0, kAny, false},
  };
  return *kRows;
}

absl::Status ParseCommandLine(const std::vector<std::string>& args, CommandLine* command) {
  if (!args.empty() && args[0] == "help") {  // of a flag, too: `help --io`
    command->command = args[0];
    for (size_t i = 1; i < args.size(); ++i) {
      const absl::string_view topic = args[i];
      command->arguments.emplace_back(
          topic.substr(std::min(topic.find_first_not_of('-'), topic.size())));
    }
    return absl::OkStatus();
  }
  T2N_ASSIGN_OR_RETURN(Found found, Parse(args));
  for (const std::string& path : found.values["spec"]) {
    T2N_RETURN_IF_ERROR(ReadSpecFile(path, &command->spec));
  }
  T2N_RETURN_IF_ERROR(SetFlags(found, command));
  const CommandRow* row = &AllCommands().front();
  if (!found.arguments.empty()) {
    if (const CommandRow* named = FindCommand(found.arguments[0])) {
      row = named;
      found.arguments.erase(found.arguments.begin());
    }
  }
  command->command = row->name;
  command->arguments = std::move(found.arguments);
  T2N_RETURN_IF_ERROR(SetPaths(*row, command));
  if (command->command == "completion") return absl::OkStatus();
  return Validate(command);
}

}  // namespace t2n
