// The program of a .pt2 as its JSON has it (torch/_export/serde/schema.py), of every schema version
// from torch 2.1 to 2.15, told in the terms of the newest. Names and texts are views into the JSON.
#ifndef PARSERS_EXPORTED_PROGRAM_H_
#define PARSERS_EXPORTED_PROGRAM_H_

#include <complex>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "parsers/exported/json.h"
#include "parsers/exported/spec_tree.h"
#include "parsers/torchvalue/scalar_type.h"

namespace t2n::exported {

// A number, or an expression over symbols (for ParseExpression) with what it was in the example.
struct SymInt {
  absl::string_view expression;  // empty: it is `value`
  std::optional<int64_t> value;

  bool is_number() const { return expression.empty(); }
};

enum class Layout {
  kUnknown,
  kSparseCoo,
  kSparseCsr,
  kSparseCsc,
  kSparseBsr,
  kSparseBsc,
  kMkldnn,
  kStrided
};
enum class MemoryFormat { kUnknown, kContiguous, kChannelsLast, kChannelsLast3d, kPreserve };

struct TensorMeta {
  std::optional<torchvalue::ScalarType> dtype;  // nullopt: none that is known here
  Layout layout = Layout::kStrided;
  std::vector<SymInt> sizes;
  std::vector<SymInt> strides;  // in elements
  SymInt storage_offset{"", 0};
};

struct Argument;
struct Graph;

struct None {};
struct TensorName {  // also of what is no tensor where torch calls it one
  absl::string_view name;
};
struct SymName {  // a number that nodes compute
  enum class Type { kInt, kFloat, kBool };
  Type type;
  absl::string_view name;
};
struct Text {
  absl::string_view value;
};
struct ElementType {
  std::optional<torchvalue::ScalarType> type;
};
struct Device {
  absl::string_view type;  // "cpu"
};
struct OperatorName {  // "torch.ops.aten.mm.default"
  absl::string_view name;
};
struct CustomObject {
  absl::string_view name;
};
using Ints = std::vector<int64_t>;
using Floats = std::vector<double>;
using TensorNames = std::vector<TensorName>;
using List = std::vector<Argument>;  // of any kind, and mixed
using Dict = std::vector<std::pair<absl::string_view, Argument>>;
struct SubGraph;

struct Argument {
  std::variant<None, TensorName, SymName, bool, int64_t, double, std::complex<double>, Text,
               ElementType, MemoryFormat, Layout, Device, OperatorName, CustomObject, Ints, Floats,
               TensorNames, List, Dict, std::unique_ptr<SubGraph>>
      data;

  // nullptr when it is of another kind.
  template <typename T>
  const T* As() const {
    if constexpr (std::is_same_v<T, SubGraph>) {
      const auto* box = std::get_if<std::unique_ptr<T>>(&data);
      return box ? box->get() : nullptr;
    } else {
      return std::get_if<T>(&data);
    }
  }
};

struct NamedArgument {
  absl::string_view name;  // by the operator's schema; empty for one that has only its place
  Argument value;
};

// One call. `outputs`: one a result of the operator; TensorNames for a list.
struct Node {
  absl::string_view target;  // "torch.ops.aten.add.Tensor", "_operator.mul"
  absl::string_view name;    // may be empty
  std::vector<NamedArgument> inputs;
  std::vector<Argument> outputs;
  // Whether a higher-order operator gives a bare tensor rather than a tuple of one; if it is said.
  std::optional<bool> single_tensor;
  // Where it comes from, for Unescape: what Python's traceback says, and "KEY,path,type;...".
  absl::string_view raw_stack_trace;
  absl::string_view raw_module_stack;
};

struct Graph {
  std::vector<Argument> inputs;  // names, or plain values that no node refers to
  std::vector<Argument> outputs;
  std::vector<Node> nodes;  // in the order of execution
  absl::flat_hash_map<absl::string_view, TensorMeta> tensors;
  absl::flat_hash_map<absl::string_view, SymInt> sym_ints;
  absl::flat_hash_map<absl::string_view, absl::string_view> custom_classes;  // of objects, by name
  // torch 2.1: tensors that nodes name and no input is: torch.save zips in base64.
  std::vector<std::pair<absl::string_view, absl::string_view>> constants;
};

struct SubGraph {
  absl::string_view name;
  Graph graph;
};

// What the input of the graph at the same place is.
struct InputSpec {
  enum class Kind {
    kUserInput,
    kConstantInput,  // of the user's arguments, one whose value is part of the program
    kParameter,
    kBuffer,
    kTensorConstant,
    kCustomObject,
    kToken
  };
  Kind kind = Kind::kUserInput;
  absl::string_view name;  // of parameters, buffers, constants: the key in the archive's maps
  bool persistent = true;  // of a buffer
  Argument value;          // of a constant input
};

// What the output of the graph at the same place is.
struct OutputSpec {
  enum class Kind {
    kUserOutput,
    kBufferMutation,
    kParameterMutation,
    kUserInputMutation,
    kToken,
    kGradient  // of training: a loss or a gradient
  };
  Kind kind = Kind::kUserOutput;
  absl::string_view name;  // of the buffer, parameter or user input that it is the new value of
};

// What is known of a symbol, or of an expression where a size is one.
struct RangeConstraint {
  absl::string_view expression;
  std::optional<int64_t> min, max;
};

// A call of a submodule whose signature the exporter was told to keep
// (preserve_module_call_signature): its own arguments and results, before and after flattening.
struct CallSignature {
  absl::string_view name;  // `encoder.layer`; of further calls `encoder.layer@1`
  std::vector<Argument> inputs, outputs;
  SpecTree in_spec;   // leaves: `inputs` in order
  SpecTree out_spec;  // leaves: `outputs` in order
};

struct ExportedProgram {
  int schema_major = 0, schema_minor = 0;
  absl::string_view torch_version;  // empty before 2.5
  bool training_dialect = false;    // in-place operators may write buffers
  Graph graph;
  std::vector<InputSpec> inputs;    // as many as graph.inputs
  std::vector<OutputSpec> outputs;  // as many as graph.outputs
  SpecTree in_spec;                 // leaves: the user's inputs and constant inputs in order
  SpecTree out_spec;                // leaves: the user's outputs in order
  std::vector<std::string> forward_arg_names;  // of the children of in_spec's args and kwargs
  std::vector<CallSignature> calls;            // of submodules
  std::vector<RangeConstraint> ranges;
  std::vector<absl::string_view> guards;  // Python, for ParseExpression

  std::shared_ptr<const void> text;  // what the views are in
  StringPool pool;
};

// Reads the program in `text`, of whose memory `owner` is. `readable` bytes behind it may be read
// (see ReadJson). Errors: kInvalidArgument with the path in the JSON: what is no such program,
// names that nothing gives, limits passed; kUnimplemented for a newer major version.
absl::StatusOr<std::unique_ptr<const ExportedProgram>> ReadProgram(
    absl::string_view text, size_t readable, std::shared_ptr<const void> owner);

// Reads a TensorMeta where `json` stands.
absl::Status ReadTensorMeta(JsonReader& json, TensorMeta* meta);

// The element type of this number in torch/_export/serde/schema.py (not torch's own).
std::optional<torchvalue::ScalarType> ScalarTypeOf(int64_t code);

}  // namespace t2n::exported

#endif  // PARSERS_EXPORTED_PROGRAM_H_
