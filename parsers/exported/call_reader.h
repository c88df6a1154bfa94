// Calls of submodules whose signatures a program has kept.
#ifndef PARSERS_EXPORTED_CALL_READER_H_
#define PARSERS_EXPORTED_CALL_READER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "parsers/exported/graph_reader.h"
#include "parsers/exported/json.h"
#include "parsers/exported/program.h"

namespace t2n::exported {

// A call's in_spec and out_spec, for ParseSpecTree.
struct SpecTexts {
  absl::string_view in, out;
};

// Reads the entry of module_call_graph where `json` stands; adds nothing if its signature was not
// kept.
absl::Status ReadSubmoduleCall(JsonReader& json, GraphReader& graphs,
                               std::vector<CallSignature>* calls, std::vector<SpecTexts>* specs);

}  // namespace t2n::exported

#endif  // PARSERS_EXPORTED_CALL_READER_H_
