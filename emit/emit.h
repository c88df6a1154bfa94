// From a graph to an NNEF model: the door of this folder.
#ifndef EMIT_EMIT_H_
#define EMIT_EMIT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "emit/container.h"
#include "emit/names.h"
#include "emit/nnef/fragments.h"
#include "emit/target.h"
#include "t2n/ir/graph.h"

namespace t2n {

struct EmitSpec {
  std::string path;               // EmitModel only
  std::string* memory = nullptr;  // takes the path's place: the whole archive, kTar or kTarGz
  const OpenedStaging* opened = nullptr;  // the same: opened by the caller at the path
  ContainerKind container = ContainerKind::kByName;
  int compression_level = 6;
  Target target = DefaultTarget();
  Naming naming = Naming::kModulePath;
  std::string graph_name = "network";
  bool same_io_names = false;  // an output that is an input has the input's name if it asks for it
  // The largest payload of a file: its header's length has 32 bits. Larger tensors are cut.
  int64_t max_file_bytes = 0xffffffff;
  // Facts about the graph's symbols, written as `tract_assert`; symbols without one are declared
  // all the same.
  std::vector<std::pair<std::string, Range>> symbols;
  std::vector<Dim> relations;  // of several symbols; never negative
  // Further tensors to write beside the variables, for the caller: initial values of the graph's
  // inputs, in NAME.initial.dat for the input NAME. No reader loads them.
  std::vector<std::pair<size_t, Tensor>> initial_values;  // by input
  bool list_contents = false;  // in the EmitReport: operations and variables one by one
  int test_fault = 0;          // the number, from 1, of the node that is written wrong (AddFault)
  std::vector<std::string> extensions;  // further ones, `tract_registry tract_extra`
  // What nodes of the user's own call (t2n/builder/custom.h); may be null.
  std::shared_ptr<const nnef::FragmentLibrary> fragments;
  // Names and values that tract reads with the model (Model.properties); strict readers get none.
  std::vector<std::pair<std::string, std::string>> properties;
  // Called after each variable with the bytes of variables written and to write; may be empty.
  std::function<void(int64_t, int64_t)> on_written;
};

// An assignment of graph.nnef.
struct EmittedOperation {
  std::vector<std::string> results;
  std::string operation;              // `conv`
  int64_t line = 0;                   // of graph.nnef, from 1
  PlacePtr place;                     // of the node that it was made for; may be null
  std::vector<std::string> operands;  // tensors that it reads, in order, each once
  std::vector<std::string> types;     // of the results: `f32[1,S]`; empty where not known
};

// A file of a weight.
struct EmittedVariable {
  std::string name;       // in graph.nnef
  std::string label;      // the file is LABEL.dat
  std::string parameter;  // what the program calls the tensor that it is; empty if it is computed
  DType dtype;
  std::vector<int64_t> sizes;
  int64_t bytes = 0;          // of its file, without the header
  int64_t bytes_before = 0;   // more, if it is stored in blocks
  bool folded = false;        // computed from constants; else its elements are an archive's
  double relative_error = 0;  // of these: root mean square of the errors over that of the numbers
};

struct EmitReport {
  std::vector<std::string> inputs;  // names in the document, in the graph's order
  std::vector<std::string> outputs;
  int64_t variables = 0;
  int64_t variable_bytes = 0;
  int64_t bytes_before = 0;  // of the variables, if none were in blocks
  int64_t in_blocks = 0;     // variables that are
  double block_error = 0;    // the largest relative_error of these
  int64_t folded_bytes = 0;  // of the variables that were computed from constants
  int64_t assignments = 0;
  std::vector<EmittedOperation> operation_list;
  std::vector<EmittedVariable> variable_list;
  // What stood in the way, one line each, when the status is Unimplemented.
  std::vector<std::string> refusals;
  std::vector<PlacePtr> refused;  // places of nodes that have no form; may hold null
};

// Complex inputs and outputs of the graph get a last axis of size 2 (real, imaginary);
// bfloat16 is f32 in the model.
//
// Writes the model at spec.path; on failure what was there is untouched. Unimplemented with one
// line a cause if the target has no form for something. `report` may be null.
absl::Status EmitModel(const Graph& graph, const EmitSpec& spec, EmitReport* report);

// The graph in the primitives that the target may have, as text with places; fails as EmitModel.
absl::StatusOr<std::string> LoweredText(const Graph& graph, const EmitSpec& spec);

// EmitModel without the writing: the text of graph.nnef, and the report, both as far as they go
// where EmitModel fails, in the same way.
absl::Status EmitNothing(const Graph& graph, const EmitSpec& spec, EmitReport* report,
                         std::string* text);

// Where EmitModel writes the initial value of an input.
std::string InitialValueFile(absl::string_view input);

// The text of graph.nnef alone.
absl::StatusOr<std::string> EmitText(const Graph& graph, const EmitSpec& spec);

}  // namespace t2n

#endif  // EMIT_EMIT_H_
