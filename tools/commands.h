// The commands of pt2nnef.
#ifndef TOOLS_COMMANDS_H_
#define TOOLS_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/conversion.pb.h"

namespace t2n {

struct CommandLine {
  std::string command;  // `convert`, `check`, `inspect`
  proto::ConversionSpec spec;
  std::string io;  // check
  double rtol = 1e-3;
  double atol = 1e-4;
};

// InvalidArgument with the reason on wrong usage.
absl::Status ParseCommandLine(const std::vector<std::string>& args, CommandLine* command);

// Runs it, prints, and returns the exit status.
int RunCommand(const CommandLine& command);

}  // namespace t2n

#endif  // TOOLS_COMMANDS_H_
