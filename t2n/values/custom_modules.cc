#include "t2n/values/custom_modules.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "t2n/aten/core/unread.h"
#include "t2n/base/status.h"
#include "t2n/values/convert_args.h"

namespace t2n {
namespace {

// An argument that is no tensor might have any value.
absl::Status CheckAllAreTensors(const CustomModule& module) {
  for (const SchemaArg& arg : module.schema.args) {
    if (arg.type.kind == SchemaType::Kind::kTensor ||
        std::find(module.ignored.begin(), module.ignored.end(), arg.name) != module.ignored.end()) {
      continue;
    }
    return absl::UnimplementedError(absl::StrCat(
        "module ", module.pattern, ": this archive does not tell what forward was given for '",
        arg.name,
        "': leave it out of the schema and write its value where it is used, or save the "
        "model scripted, or exported with preserve_module_call_signature"));
  }
  return absl::OkStatus();
}

std::vector<std::string> TensorArguments(const Schema& schema) {
  std::vector<std::string> names;
  for (const SchemaArg& arg : schema.args) {
    if (arg.type.kind == SchemaType::Kind::kTensor) names.push_back(arg.name);
  }
  return names;
}

}  // namespace

Arg ModuleCall::attribute(absl::string_view path) {
  const auto read_it = [&]() -> absl::StatusOr<Arg> {
    T2N_ASSIGN_OR_RETURN(const IValue value, attributes_(path));
    T2N_ASSIGN_OR_RETURN(const Operand operand, ToOperand(value));
    return operand.Read();
  };
  absl::StatusOr<Arg> read = read_it();
  if (read.ok()) return *std::move(read);
  Refuse(absl::StrCat("attribute '", path, "': ", read.status().message()));
  return Arg();
}

Val ModuleCall::weight(absl::string_view path) {
  const Arg value = attribute(path);
  if (value.is_tensor()) return value.tensor();
  return b.ok() ? Refuse(absl::StrCat("attribute '", path, "' is no tensor")) : Val();
}

std::string PlainClassName(absl::string_view class_name) {
  std::vector<absl::string_view> parts = absl::StrSplit(class_name, '.');
  const auto is_ours = [](absl::string_view part) {
    return part == "__torch__" || part == "__main__" || absl::StartsWith(part, "___torch_mangle_");
  };
  parts.erase(std::remove_if(parts.begin(), parts.end(), is_ours), parts.end());
  return absl::StrJoin(parts, ".");
}

const CustomModule* CustomModules::Find(absl::string_view class_name) const {
  if (modules_.empty()) return nullptr;
  const std::string name = PlainClassName(class_name);
  for (const CustomModule& module : modules_) {
    const std::string pattern = PlainClassName(module.pattern);
    // A class of a script has no package: `*.Norm` is meant for it too.
    for (const std::string& known : {name, absl::StrCat("__main__.", name)}) {
      if (fnmatch(pattern.c_str(), known.c_str(), 0) == 0) return &module;
    }
  }
  return nullptr;
}

const Schema& SchemaOf(const CustomModule& module, size_t arguments) {
  // One of each length, for all modules.
  constexpr size_t kMost = 64;
  static const auto* const kAny = [] {
    auto* schemas = new std::vector<Schema>(kMost + 1);
    for (size_t n = 0; n <= kMost; ++n) {
      Schema& schema = (*schemas)[n];
      schema.name = "module::forward";
      for (size_t i = 0; i < n; ++i) {
        SchemaArg arg;
        arg.name = absl::StrCat("x", i);
        arg.type.kind = SchemaType::Kind::kTensor;
        schema.args.push_back(std::move(arg));
      }
    }
    return schemas;
  }();
  return module.any_arguments ? (*kAny)[std::min(arguments, kMost)] : module.schema;
}

absl::StatusOr<std::vector<Arg>> ArgumentsInOrder(const CustomModule& module,
                                                  absl::Span<const Arg> positional,
                                                  absl::Span<const NamedArg> keywords) {
  std::string why;
  for (bool convert : {false, true}) {
    auto args = MatchArgs(SchemaOf(module, positional.size()), positional, keywords, convert, &why);
    if (args) return *std::move(args);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("module ", module.pattern, " of --extend does not take the call: ", why));
}

absl::StatusOr<std::vector<Arg>> ArgumentsByUse(const CustomModule& module,
                                                absl::Span<const Arg> tensors) {
  if (module.any_arguments) return ArgumentsInOrder(module, tensors, {});
  T2N_RETURN_IF_ERROR(CheckAllAreTensors(module));
  const std::vector<std::string> formal = TensorArguments(module.schema);
  std::vector<std::string> order = module.used;
  if (order.empty() && tensors.size() == 1) order = {formal.empty() ? "" : formal[0]};
  if (order.size() == tensors.size()) {
    std::vector<NamedArg> named;
    for (size_t i = 0; i < tensors.size(); ++i) named.push_back({order[i], tensors[i]});
    return ArgumentsInOrder(module, {}, named);
  }
  std::vector<std::string> seen;
  for (const Arg& t : tensors) seen.push_back(t.ToString());
  return absl::UnimplementedError(
      absl::StrCat("module ", module.pattern,
                   ": this archive has the tensors that forward takes in the order in "
                   "which it uses them first (",
                   absl::StrJoin(seen, ", "),
                   "), and not by name; say in the file "
                   "of --extend which they are, a line each, such as used: \"",
                   formal.empty() ? "x" : formal[0], "\""));
}

absl::StatusOr<Arg> CallModule(const CustomModule& module, ModuleCall& call) {
  Arg value = module.fn(call);
  RefuseUnread(call);
  T2N_RETURN_IF_ERROR(call.b.status());
  return value;
}

}  // namespace t2n
