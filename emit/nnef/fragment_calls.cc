#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "emit/nnef/fragments.h"

namespace t2n::nnef {
namespace {

absl::Status Bad(const Use& use, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(use.place, ": ", use.name, " ", what));
}

absl::Status CheckArguments(const Use& use, const Fragment& fragment) {
  const std::vector<Typed>& parameters = fragment.parameters;
  if (use.positional > parameters.size()) {
    return Bad(use, absl::StrCat("has ", parameters.size(), " parameters, ", use.positional,
                                 " are given"));
  }
  for (const std::string& name : use.named) {
    const auto is_it = [&](const Typed& p) { return p.name == name; };
    if (std::none_of(parameters.begin() + use.positional, parameters.end(), is_it)) {
      return Bad(use, absl::StrCat("has no parameter `", name, "` left"));
    }
  }
  for (size_t i = use.positional; i < parameters.size(); ++i) {
    const auto given = std::count(use.named.begin(), use.named.end(), parameters[i].name);
    if (given == 1 || (given == 0 && parameters[i].optional)) continue;
    return Bad(use, absl::StrCat("is given its parameter `", parameters[i].name, "` ",
                                 given == 0 ? "not" : "several times"));
  }
  return absl::OkStatus();
}

// Goes from fragment to fragment along calls.
class Walk {
 public:
  explicit Walk(const FragmentLibrary& library) : library_(library) {}

  absl::Status From(const SourceFragment& source) {
    const std::string& name = source.fragment.name;
    if (done_.contains(name)) return absl::OkStatus();
    open_.insert(name);
    for (const Use& use : source.uses) {
      const auto called = library_.find(use.name);
      if (called == library_.end()) continue;
      if (absl::Status fits = CheckArguments(use, called->second.fragment); !fits.ok()) return fits;
      if (open_.contains(use.name)) return Bad(use, "calls itself: NNEF has no recursion");
      if (absl::Status status = From(called->second); !status.ok()) return status;
    }
    open_.erase(name);
    done_.insert(name);
    return absl::OkStatus();
  }

 private:
  const FragmentLibrary& library_;
  absl::flat_hash_set<std::string> open_, done_;
};

}  // namespace

absl::Status CheckCalls(const FragmentLibrary& library) {
  Walk walk(library);
  for (const auto& [name, source] : library) {
    if (absl::Status status = walk.From(source); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace t2n::nnef
