#include "parsers/exported/call_reader.h"

#include <utility>

#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

absl::Status ReadSignature(JsonReader& json, GraphReader& graphs, CallSignature* call,
                           SpecTexts* texts) {
  const auto read_into = [&](std::vector<Argument>* arguments) {
    return json.Array([&]() -> absl::Status {
      T2N_ASSIGN_OR_RETURN(Argument argument, graphs.ReadArgument());
      arguments->push_back(std::move(argument));
      return absl::OkStatus();
    });
  };
  return json.Object([&](absl::string_view field) -> absl::Status {
    if (field == "inputs") return read_into(&call->inputs);
    if (field == "outputs") return read_into(&call->outputs);
    if (field != "in_spec" && field != "out_spec") return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN((field == "in_spec" ? texts->in : texts->out), json.String());
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status ReadSubmoduleCall(JsonReader& json, GraphReader& graphs,
                               std::vector<CallSignature>* calls, std::vector<SpecTexts>* specs) {
  CallSignature call;
  SpecTexts texts;
  bool kept = false;
  T2N_RETURN_IF_ERROR(json.Object([&](absl::string_view field) -> absl::Status {
    if (field == "fqn") {
      T2N_ASSIGN_OR_RETURN(call.name, json.String());
    } else if (field == "signature" && json.kind() != JsonKind::kNull) {
      kept = true;
      return ReadSignature(json, graphs, &call, &texts);
    }
    return absl::OkStatus();
  }));
  if (!kept) return absl::OkStatus();
  calls->push_back(std::move(call));
  specs->push_back(texts);
  return absl::OkStatus();
}

}  // namespace t2n::exported
