// Calls of modules in a program: the nodes that torch says to be of their forwards.
#ifndef T2N_EXPORTED_MODULE_CALLS_H_
#define T2N_EXPORTED_MODULE_CALLS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parsers/exported/program.h"
#include "t2n/exported/places.h"

namespace t2n::exported {

// Adds the tensors that an argument names.
void AddTensors(const Argument& argument, std::vector<absl::string_view>* names);

// Those that a node reads.
std::vector<absl::string_view> TensorsOf(const Node& node);

// What the program has kept of this call: `encoder.layer@1` is the second of encoder.layer. Null if
// nothing.
const CallSignature* SignatureOf(const ExportedProgram& program, const ModuleCall& call);

struct CallResults {
  std::string path;
  std::vector<absl::string_view> tensors;
};

// What each call of a module but the root gives, by the index of its last node in the program's
// graph, inner ones first: as the program has kept it, else the tensors that are used elsewhere, in
// the order they are made. A torch before 2.6 does not tell calls of one module apart: they are
// one.
std::map<size_t, std::vector<CallResults>> ResultsOfCalls(const ExportedProgram& program);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_MODULE_CALLS_H_
