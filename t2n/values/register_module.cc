#include "t2n/values/register_module.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

struct Registered {
  const char* schema;
  Arg (*fn)(ModuleCall&);
  std::vector<std::string> used;
  std::vector<int> made;
};

std::vector<Registered>& AllRegistered() {
  static auto* const entries = new std::vector<Registered>();
  return *entries;
}

}  // namespace

ModuleRegistration::ModuleRegistration(const char* schema, Arg (*fn)(ModuleCall&),
                                       std::vector<std::string> used, std::vector<int> made) {
  AllRegistered().push_back({schema, fn, std::move(used), std::move(made)});
}

absl::StatusOr<CustomModule> ParseModule(absl::string_view schema) {
  CustomModule module;
  const size_t open = schema.find('(');
  module.pattern = std::string(schema.substr(0, open));
  if (open == schema.npos) {
    module.any_arguments = true;
    return module;
  }
  T2N_ASSIGN_OR_RETURN(module.schema,
                       ParseSchema(absl::StrCat("module::forward", schema.substr(open))));
  module.schema.name = module.pattern;  // for messages
  return module;
}

absl::StatusOr<std::vector<CustomModule>> RegisteredModules() {
  std::vector<CustomModule> modules;
  for (const Registered& entry : AllRegistered()) {
    T2N_ASSIGN_OR_RETURN(CustomModule module, ParseModule(entry.schema));
    module.used = entry.used;
    module.made = entry.made;
    module.fn = entry.fn;
    modules.push_back(std::move(module));
  }
  return modules;
}

}  // namespace t2n
