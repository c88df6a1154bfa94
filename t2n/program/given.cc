#include "t2n/program/given.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {

Given* Given::Find(const PathStep& step) const {
  for (const auto& [own, item] : items) {
    if (own.text == step.text && (step.quoted || !own.quoted)) return item.get();
  }
  return nullptr;
}

absl::StatusOr<GivenArguments> GivenArguments::Of(const InputRequest& request) {
  GivenArguments given;
  const auto twice = [](absl::string_view flag, const std::string& path) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag, " '", path, "': is given more than once"));
  };
  for (const InputSpec& spec : request.specs) {
    if (spec.name.empty()) {
      given.unnamed_.push_back(&spec);
      continue;
    }
    T2N_ASSIGN_OR_RETURN(Given * at, given.Add(spec.name));
    if (at->spec) return twice("inputs", spec.name);
    at->spec = &spec;
    given.specs_.emplace_back(spec.name, at);
  }
  for (const auto& [path, value] : request.args) {
    T2N_ASSIGN_OR_RETURN(Given * at, given.Add(path));
    if (at->value) return twice("args", path);
    at->value = &value;
    given.values_.emplace_back(path, at);
  }
  return given;
}

absl::StatusOr<Given*> GivenArguments::Add(const std::string& text) {
  T2N_ASSIGN_OR_RETURN(InputPath path, ParseInputPath(text));
  path.steps.insert(path.steps.begin(), PathStep{path.argument});
  Given* at = &root_;
  for (const PathStep& step : path.steps) {
    const auto it = std::find_if(at->items.begin(), at->items.end(),
                                 [&](const auto& item) { return item.first == step; });
    if (it != at->items.end()) {
      at = it->second.get();
      continue;
    }
    at->items.emplace_back(step, std::make_unique<Given>());
    at = at->items.back().second.get();
  }
  return at;
}

const InputSpec* GivenArguments::TakeUnnamed() {
  return HasUnnamed() ? unnamed_[next_unnamed_++] : nullptr;
}

std::vector<std::string> GivenArguments::Unused() const {
  std::vector<std::string> unused;
  if (HasUnnamed()) {
    unused.push_back(absl::StrCat("--inputs '", TypeToString(unnamed_[next_unnamed_]->type), "'"));
  }
  const auto add = [&](absl::string_view flag, const auto& all) {
    for (const auto& [path, given] : all) {
      if (!given->taken) unused.push_back(absl::StrCat("--", flag, " '", path, "'"));
    }
  };
  add("inputs", specs_);
  add("args", values_);
  return unused;
}

}  // namespace t2n
