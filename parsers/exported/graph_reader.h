// Graphs and their parts out of the JSON. Internal to the reader of programs.
#ifndef PARSERS_EXPORTED_GRAPH_READER_H_
#define PARSERS_EXPORTED_GRAPH_READER_H_

#include <complex>
#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "parsers/exported/json.h"
#include "parsers/exported/program.h"

namespace t2n::exported {

// Every function reads the value that the reader stands on.
class GraphReader {
 public:
  explicit GraphReader(JsonReader& json) : json_(json) {}

  // Errors besides malformed JSON: names given twice, names that nothing gives.
  absl::StatusOr<Graph> ReadGraph();
  absl::StatusOr<Argument> ReadArgument();
  absl::Status ReadTensorMeta(TensorMeta* meta);

 private:
  using Arm = absl::FunctionRef<absl::Status(absl::string_view key)>;

  // An object with one field that counts; `arm` reads it and the others are null.
  absl::Status Union(Arm arm);
  absl::Status Unknown(absl::string_view arm);

  absl::Status ReadArm(absl::string_view arm, Argument* out);
  absl::Status ReadPlainArm(absl::string_view arm, Argument* out, bool* known);
  absl::Status ReadListArm(absl::string_view arm, Argument* out, bool* known);
  absl::Status ReadObjectArm(absl::string_view arm, Argument* out, bool* known);
  absl::StatusOr<absl::string_view> ReadName();
  absl::StatusOr<Device> ReadDevice();
  absl::StatusOr<std::complex<double>> ReadComplex();
  absl::StatusOr<Dict> ReadDict();
  absl::StatusOr<std::unique_ptr<SubGraph>> ReadSubGraph();
  absl::StatusOr<Argument> ReadSymbolic(SymName::Type type);
  absl::StatusOr<Argument> ReadOptionalTensor();
  absl::StatusOr<List> ReadList(absl::FunctionRef<absl::StatusOr<Argument>()> item);
  absl::StatusOr<SymInt> ReadSymInt();
  absl::StatusOr<std::vector<SymInt>> ReadSymInts();
  absl::StatusOr<std::vector<Argument>> ReadArguments();
  absl::Status ReadNode(Node* node);
  absl::Status ReadInputs(Node* node);
  absl::Status ReadMetadata(Node* node);
  absl::Status ReadGraphField(absl::string_view field, Graph* graph);
  absl::Status ReadNodes(Graph* graph);
  absl::Status CheckNames(const Graph& graph);

  JsonReader& json_;
  uint64_t nodes_ = 0;
};

}  // namespace t2n::exported

#endif  // PARSERS_EXPORTED_GRAPH_READER_H_
