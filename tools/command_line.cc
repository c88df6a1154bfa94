#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "t2n/base/status.h"
#include "t2n/convert.h"
#include "tools/commands.h"

namespace t2n {
namespace {

constexpr char kStrictTarget[] = "khronos";

absl::Status Bad(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status Number(absl::string_view flag, const std::string& text, double* out) {
  if (absl::SimpleAtod(text, out)) return absl::OkStatus();
  return Bad(absl::StrCat("--", flag, ": '", text, "' is no number"));
}

// Flags are the fields of ConversionSpec; `assert` is `assertions`.
absl::Status SetField(const std::string& flag, const std::string& value,
                      proto::ConversionSpec* spec) {
  const auto* field =
      spec->GetDescriptor()->FindFieldByName(flag == "assert" ? "assertions" : flag);
  if (!field || flag == "model" || flag == "out") return Bad(absl::StrCat("unknown flag --", flag));
  const auto* reflection = spec->GetReflection();
  if (field->is_repeated()) {
    for (absl::string_view part : absl::StrSplit(value, ',', absl::SkipWhitespace())) {
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

absl::Status SetFlag(const std::string& flag, const std::string& value, CommandLine* command) {
  if (flag == "io") {
    command->io = value;
    return absl::OkStatus();
  }
  if (flag == "rtol") return Number(flag, value, &command->rtol);
  if (flag == "atol") return Number(flag, value, &command->atol);
  return SetField(flag, value, &command->spec);
}

}  // namespace

absl::Status ParseCommandLine(const std::vector<std::string>& args, CommandLine* command) {
  std::vector<std::string> positional;
  bool flags = true, strict = false;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (flags && arg == "--") {
      flags = false;
    } else if (flags && arg.size() > 1 && arg[0] == '-') {
      std::string name =
          arg.substr(arg.find_first_not_of('-') == std::string::npos ? arg.size()
                                                                     : arg.find_first_not_of('-'));
      if (name == "strict") {
        strict = true;
        continue;
      }
      std::string value;
      size_t equals = name.find('=');
      if (equals != std::string::npos) {
        value = name.substr(equals + 1);
        name = name.substr(0, equals);
      } else if (++i < args.size()) {
        value = args[i];
      } else {
        return Bad(absl::StrCat("--", name, " needs a value"));
      }
      T2N_RETURN_IF_ERROR(SetFlag(name, value, command));
    } else {
      positional.push_back(arg);
    }
  }
  if (strict) {
    const std::string& target = command->spec.target();
    if (!target.empty() && target != kStrictTarget) {
      return Bad(
          absl::StrCat("--strict is --target ", kStrictTarget, ", but --target is ", target));
    }
    command->spec.set_target(kStrictTarget);
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
  size_t wanted = command->command == "inspect" ? 1 : 2;
  if (positional.size() != wanted) {
    return Bad(absl::StrCat(command->command, wanted == 1 ? " takes MODEL" : " takes MODEL and OUT",
                            ", ", positional.size(), " given"));
  }
  command->spec.set_model(positional[0]);
  if (wanted == 2) command->spec.set_out(positional[1]);
  if (command->command == "check" && command->io.empty()) {
    return Bad("check needs --io FILE.npz with in0, in1, ... and out0, out1, ...");
  }
  return CheckSpec(command->spec);
}

}  // namespace t2n
