#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "t2n/base/status.h"
#include "t2n/convert.h"
#include "tools/commands.h"
#include "tools/spec_file.h"

namespace t2n {
namespace {

constexpr char kStrictTarget[] = "khronos";

absl::Status Bad(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status Number(absl::string_view flag, const std::string& text, double* out) {
  if (absl::SimpleAtod(text, out)) return absl::OkStatus();
  return Bad(absl::StrCat("--", flag, ": '", text, "' is no number"));
}

// Flags are the fields of ConversionSpec; `assert` is `assertions`. The first of a repeated one
// takes the place of what a spec file has; `seen` are the flags before.
absl::Status SetField(const std::string& flag, const std::string& value,
                      std::set<std::string>* seen, proto::ConversionSpec* spec) {
  const auto* field =
      spec->GetDescriptor()->FindFieldByName(flag == "assert" ? "assertions" : flag);
  if (!field || flag == "model" || flag == "out") return Bad(absl::StrCat("unknown flag --", flag));
  const auto* reflection = spec->GetReflection();
  if (field->is_repeated()) {
    if (seen->insert(flag).second) reflection->ClearField(spec, field);
    std::vector<std::string> parts = absl::StrSplit(value, ',', absl::SkipWhitespace());
    if (absl::StrContains(value, '{')) parts = {value};  // a dict of axes
    for (const std::string& part : parts) {
      reflection->AddString(spec, field, std::string(absl::StripAsciiWhitespace(part)));
    }
  } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT32) {
    int32_t number;
    if (!absl::SimpleAtoi(value, &number) || number < 1 || number > 9) {
      return Bad(absl::StrCat("--", flag, ": '", value, "' is not 1 to 9"));
    }
    reflection->SetInt32(spec, field, number);
  } else {
    reflection->SetString(spec, field, value);
  }
  return absl::OkStatus();
}

absl::Status SetFlag(const std::string& flag, const std::string& value, std::set<std::string>* seen,
                     CommandLine* command) {
  if (flag == "spec" || flag == "strict") return absl::OkStatus();  // see ParseCommandLine
  if (flag == "io") {
    command->io = value;
    return absl::OkStatus();
  }
  if (flag == "rtol") return Number(flag, value, &command->rtol);
  if (flag == "atol") return Number(flag, value, &command->atol);
  return SetField(flag, value, seen, &command->spec);
}

using Flags = std::vector<std::pair<std::string, std::string>>;

absl::Status Split(const std::vector<std::string>& args, Flags* flags,
                   std::vector<std::string>* positional) {
  bool ended = false;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (!ended && arg == "--") {
      ended = true;
    } else if (!ended && arg.size() > 1 && arg[0] == '-') {
      const size_t dashes = arg.find_first_not_of('-');
      std::string name = arg.substr(dashes == std::string::npos ? arg.size() : dashes);
      if (name == "strict") {
        flags->emplace_back(name, "");
        continue;
      }
      std::string value;
      const size_t equals = name.find('=');
      if (equals != std::string::npos) {
        value = name.substr(equals + 1);
        name = name.substr(0, equals);
      } else if (++i < args.size()) {
        value = args[i];
      } else {
        return Bad(absl::StrCat("--", name, " needs a value"));
      }
      flags->emplace_back(name, value);
    } else {
      positional->push_back(arg);
    }
  }
  return absl::OkStatus();
}

// MODEL and OUT; a spec file may have them.
absl::Status SetPaths(const std::vector<std::string>& positional, CommandLine* command) {
  const bool takes_out = command->command != "inspect";
  proto::ConversionSpec& spec = command->spec;
  if (!positional.empty()) spec.set_model(positional[0]);
  if (positional.size() > 1) spec.set_out(positional[1]);
  const bool missing = spec.model().empty() || (takes_out && spec.out().empty());
  if (!missing && positional.size() <= (takes_out ? 2 : 1)) return absl::OkStatus();
  return Bad(absl::StrCat(command->command, takes_out ? " takes MODEL and OUT" : " takes MODEL",
                          ", ", positional.size(), " given"));
}

absl::Status SetStrict(proto::ConversionSpec* spec) {
  if (!spec->target().empty() && spec->target() != kStrictTarget) {
    return Bad(
        absl::StrCat("--strict is --target ", kStrictTarget, ", but --target is ", spec->target()));
  }
  spec->set_target(kStrictTarget);
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseCommandLine(const std::vector<std::string>& args, CommandLine* command) {
  Flags flags;
  std::vector<std::string> positional;
  T2N_RETURN_IF_ERROR(Split(args, &flags, &positional));
  for (const auto& [name, value] : flags) {
    if (name == "spec") T2N_RETURN_IF_ERROR(ReadSpecFile(value, &command->spec));
  }
  std::set<std::string> seen;
  for (const auto& [name, value] : flags) {
    T2N_RETURN_IF_ERROR(SetFlag(name, value, &seen, command));
  }
  for (const auto& [name, value] : flags) {
    if (name == "strict") T2N_RETURN_IF_ERROR(SetStrict(&command->spec));
  }
  command->command = "convert";
  if (!positional.empty()) {
    for (const char* name : {"convert", "check", "inspect"}) {
      if (positional[0] != name) continue;
      command->command = name;
      positional.erase(positional.begin());
      break;
    }
  }
  T2N_RETURN_IF_ERROR(SetPaths(positional, command));
  if (command->command == "check" && command->io.empty()) {
    return Bad("check needs --io FILE.npz with in0, in1, ... and out0, out1, ...");
  }
  return CheckSpec(command->spec);
}

}  // namespace t2n
