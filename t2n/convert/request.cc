#include "t2n/convert/request.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

absl::StatusOr<std::vector<DynamicAxis>> ParseAllAxes(const proto::ConversionSpec& spec) {
  std::vector<DynamicAxis> all;
  for (const std::string& text : spec.dynamic_axes()) {
    T2N_ASSIGN_OR_RETURN(auto axes, ParseDynamicAxes(text));
    for (DynamicAxis& axis : axes) {
      // The dict of torch's exporters names outputs too; their sizes follow from the inputs'.
      const auto& outputs = spec.output_names();
      if (std::find(outputs.begin(), outputs.end(), axis.input) != outputs.end()) continue;
      all.push_back(std::move(axis));
    }
  }
  return all;
}

// The sizes that assertions are about.
absl::StatusOr<std::set<std::string>> AssertedSizes(const proto::ConversionSpec& spec,
                                                    const SymbolFacts& facts) {
  std::set<std::string> told;
  const auto add = [&told](const Dim& d) {
    for (const std::string& s : d.Symbols()) told.insert(s);
  };
  for (const auto& [name, fact] : facts) {
    told.insert(name);
    for (const Dim& relation : fact.relations) add(relation);
    if (fact.same_as) add(*fact.same_as);
  }
  for (const std::string& a : spec.assertions()) {
    if (!IsAboutElements(a)) continue;
    T2N_ASSIGN_OR_RETURN(const auto largest, ParseLargest(a, {}));
    add(largest.second);
  }
  return told;
}

}  // namespace

absl::Status CheckAssertedSizes(const proto::ConversionSpec& spec, const SymbolFacts& facts,
                                std::set<std::string> symbols) {
  T2N_ASSIGN_OR_RETURN(const std::set<std::string> told, AssertedSizes(spec, facts));
  for (const auto& [name, fact] : facts) {
    if (symbols.count(name)) symbols.insert(GraphSymbol(name, facts).first);
  }
  for (const std::string& name : told) {
    if (symbols.count(name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--assert: no size of --inputs or --dynamic_axes is called ", name));
  }
  return absl::OkStatus();
}

absl::StatusOr<InputRequest> ParseRequest(const proto::ConversionSpec& spec) {
  InputRequest request;
  if (spec.has_max_iterations()) request.max_iterations = spec.max_iterations();
  for (const std::string& a : spec.assertions()) {
    if (IsAboutElements(a)) continue;
    T2N_RETURN_IF_ERROR(ParseAssertion(a, &request.facts));
  }
  T2N_ASSIGN_OR_RETURN(request.specs, ParseInputs(spec.inputs(), request.facts));
  T2N_ASSIGN_OR_RETURN(request.args, ParseArgs(spec.args()));
  T2N_ASSIGN_OR_RETURN(request.dynamic_axes, ParseAllAxes(spec));
  request.input_names.assign(spec.input_names().begin(), spec.input_names().end());
  for (const DynamicAxis& axis : request.dynamic_axes) {
    request.open_sizes.insert(axis.symbol);
  }
  T2N_ASSIGN_OR_RETURN(const auto inputs, ParseInputs(spec.inputs(), {}));
  for (const InputSpec& input : inputs) {
    for (const Dim& d : input.type.shape) {
      for (const std::string& s : d.Symbols()) request.open_sizes.insert(s);
    }
  }
  for (const std::string& a : spec.assertions()) {
    if (!IsAboutElements(a)) continue;
    T2N_ASSIGN_OR_RETURN(auto largest, ParseLargest(a, request.facts));
    request.largest.push_back(std::move(largest));
  }
  return request;
}

absl::StatusOr<std::optional<QuantizedEngine>> EngineOf(const proto::ConversionSpec& spec) {
  constexpr std::pair<absl::string_view, QuantizedEngine> kEngines[] = {
      {"fbgemm", QuantizedEngine::kFbgemm},
      {"x86", QuantizedEngine::kX86},
      {"onednn", QuantizedEngine::kOneDnn},
      {"qnnpack", QuantizedEngine::kQnnpack}};
  if (spec.quantized_engine().empty()) return std::nullopt;
  for (const auto& [name, engine] : kEngines) {
    if (name == spec.quantized_engine()) return engine;
  }
  return absl::InvalidArgumentError("--quantized_engine is fbgemm, x86, onednn or qnnpack");
}

absl::Status CheckWords(const proto::ConversionSpec& spec) {
  if (!spec.training().empty() && spec.training() != "eval" && spec.training() != "keep") {
    return absl::InvalidArgumentError("--training is eval or keep");
  }
  if (!spec.state().empty() && spec.state() != "input" && spec.state() != "drop") {
    return absl::InvalidArgumentError("--state is input or drop");
  }
  const std::set<std::string> kGraphs = {"", "evaluated", "closed", "lowered"};
  if (!kGraphs.count(spec.print_graph())) {
    return absl::InvalidArgumentError("--print_graph is evaluated, closed or lowered");
  }
  return EngineOf(spec).status();
}

}  // namespace t2n
