// The commands of pt2nnef.
#ifndef TOOLS_COMMANDS_H_
#define TOOLS_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/conversion.pb.h"

namespace t2n {

// A command as the help shows it.
struct CommandRow {
  const char* name;
  const char* arguments;
  const char* help;
  size_t least, most;  // arguments
  bool takes_flags;
};

// `convert` comes first: it is meant where none is named.
const std::vector<CommandRow>& AllCommands();

struct CommandLine {
  std::string command;  // a row's name
  std::vector<std::string> arguments;
  proto::ConversionSpec spec;  // model and out are those of the arguments, if there are any
  proto::CommandOptions options;
};

// InvalidArgument with the reason on wrong usage.
absl::Status ParseCommandLine(const std::vector<std::string>& args, CommandLine* command);

// Exit statuses: refused or failed, wrong usage, a check or diff found a difference.
constexpr int kDone = 0, kFailed = 1, kUsage = 2, kDifferent = 3;

// Runs it, prints, and returns the exit status.
int RunCommand(const CommandLine& command);

}  // namespace t2n

#endif  // TOOLS_COMMANDS_H_
