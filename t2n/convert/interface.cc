#include "t2n/convert/interface.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "emit/names.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

constexpr absl::string_view kLeftOut = "_";  // the name of an output that nobody wants

// How many of the names given by --`flag` there are things to name for.
absl::StatusOr<int> CountNames(const proto::ConversionSpec& spec, absl::string_view flag, int given,
                               size_t have, absl::string_view things) {
  const int count = static_cast<int>(have);
  const bool any = spec.has_check_io_names_qte_match() && !spec.check_io_names_qte_match();
  if (given == count || any) return std::min(given, count);
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " has ", given, " names, the model ", count, " ", things));
}

// The input called `name`; null if there is none.
const Value* InputCalled(const Graph& graph, const std::string& name) {
  for (const Value* input : graph.inputs()) {
    if (input->name == name) return input;
  }
  return nullptr;
}

}  // namespace

absl::Status NameOutputs(const proto::ConversionSpec& spec, Graph* graph) {
  auto& names = graph->output_names();
  int given = 0;
  if (!spec.output_names().empty()) {
    T2N_ASSIGN_OR_RETURN(
        given, CountNames(spec, "output_names", spec.output_names_size(), names.size(), "outputs"));
  }
  for (int i = 0; i < given; ++i) {
    names[i] = spec.output_names(i);
    const Value* input = spec.allow_same_io_names() ? InputCalled(*graph, names[i]) : nullptr;
    if (!input || input == graph->outputs()[i]) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--output_names: '", names[i], "' is an input, and output ", i,
                     " is not that input as it is: give it another name"));
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
  T2N_ASSIGN_OR_RETURN(const int given, CountNames(spec, "input_names", spec.input_names_size(),
                                                   graph->inputs().size(), "inputs"));
  for (int i = 0; i < given; ++i) graph->inputs()[i]->name = spec.input_names(i);
  return absl::OkStatus();
}

absl::Status CheckSharedNames(const proto::ConversionSpec& spec) {
  if (spec.allow_same_io_names()) return absl::OkStatus();
  const auto& inputs = spec.input_names();
  for (const std::string& name : spec.output_names()) {
    if (name == kLeftOut || std::find(inputs.begin(), inputs.end(), name) == inputs.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--output_names: '", name,
                     "' is an input's name too; --allow_same_io_names "
                     "lets an output have the name of the input that it is"));
  }
  return absl::OkStatus();
}

absl::Status CheckCut(const proto::ConversionSpec& spec) {
  std::set<std::string> seen;
  for (const std::string& name : spec.cut()) {
    if (seen.insert(name).second) continue;
    return absl::InvalidArgumentError(absl::StrCat("--cut: '", name, "' is there twice"));
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
