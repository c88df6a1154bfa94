#include "t2n/interface.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "emit/names.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

constexpr absl::string_view kLeftOut = "_";  // the name of an output that nobody wants

}  // namespace

absl::Status NameOutputs(const proto::ConversionSpec& spec, Graph* graph) {
  auto& names = graph->output_names();
  if (!spec.output_names().empty()) {
    if (spec.output_names_size() != static_cast<int>(names.size())) {
      return absl::InvalidArgumentError(absl::StrCat("--output_names has ",
                                                     spec.output_names_size(), " names, the model ",
                                                     names.size(), " outputs"));
    }
    names.assign(spec.output_names().begin(), spec.output_names().end());
    return absl::OkStatus();
  }
  const auto unnamed = std::count(names.begin(), names.end(), "");
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      names[i] = unnamed == 1 ? "output" : absl::StrCat("output_", i);
    }
  }
  return absl::OkStatus();
}

absl::Status DropOutputs(Graph* graph, std::vector<StateTensor>* states) {
  std::vector<Value*>& outputs = graph->outputs();
  std::vector<std::string>& names = graph->output_names();
  for (const StateTensor& s : *states) {
    if (names[s.output] != kLeftOut) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--output_names: output ", s.output, " is what the model keeps of ", s.path,
                     " for its next call; only --state drop leaves it out"));
  }
  std::vector<size_t> places(outputs.size());  // of those that stay
  size_t kept = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    places[i] = kept;
    if (names[i] == kLeftOut) continue;
    outputs[kept] = outputs[i];
    names[kept++] = names[i];
  }
  outputs.resize(kept);
  names.resize(kept);
  for (StateTensor& s : *states) s.output = places[s.output];
  if (!outputs.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("--output_names leaves out every output");
}

absl::Status NameInputs(const proto::ConversionSpec& spec, Graph* graph) {
  if (spec.input_names().empty()) return absl::OkStatus();
  if (spec.input_names_size() != static_cast<int>(graph->inputs().size())) {
    return absl::InvalidArgumentError(absl::StrCat("--input_names has ", spec.input_names_size(),
                                                   " names, the model ", graph->inputs().size(),
                                                   " inputs"));
  }
  for (int i = 0; i < spec.input_names_size(); ++i) {
    graph->inputs()[i]->name = spec.input_names(i);
  }
  return absl::OkStatus();
}

absl::Status CheckNames(absl::string_view flag,
                        const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name == kLeftOut && flag == "output_names") continue;
    if (ToIdentifier(name) != name) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--", flag, ": '", name, "' is no NNEF identifier; letters, digits and _ make one"));
    }
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat("--", flag, ": '", name, "' is there twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace t2n
