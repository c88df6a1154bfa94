// What an archive holds, told without evaluating anything: for people, before they convert.
#ifndef T2N_INSPECT_INSPECT_H_
#define T2N_INSPECT_INSPECT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/model_archive.h"
#include "proto/inspection.pb.h"

namespace t2n {

struct ModelSummary {
  struct Symbol {  // a size that is open in an exported program
    std::string name;
    std::string range;  // `2..64`
    std::string axes;   // `x:0, y:1`
  };
  struct Module {
    std::string path;        // `encoder.layer.3`; empty for the root
    std::string class_name;  // `__torch__.a.b.C`; a code entry in the layout before torch 1.3
    std::string same_as;     // the path where the same module was met first; empty if it is new
  };
  struct Argument {
    std::string name;
    std::string type;           // as in code: `Optional[Tensor]`
    std::string default_value;  // as in code; empty if there is none
    std::string example;        // `f32[1,3,224,224]`; empty if the archive has no example
  };
  struct Method {  // of the root module
    std::string name;
    std::vector<Argument> arguments;  // without self
    std::string result_type;          // empty if not declared
  };
  struct Operator {
    std::string name;  // `aten::relu`
    int64_t count = 0;
    std::string first_place;  // `code/__torch__/net.py:12:4`
    bool known = false;
  };
  struct Weight {
    std::string path;  // `conv1.weight`; constants of the code are `CONSTANTS.c3`
    std::string dtype;
    std::vector<int64_t> sizes;
    int64_t bytes = 0;  // of a dense copy
    std::string entry;  // the archive's entry it lies in
    std::string note;   // sharing, quantization, why it cannot be used; may be empty
  };

  std::string path;
  std::string top_folder;
  int64_t file_bytes = 0;
  int64_t entries = 0;
  int64_t code_entries = 0;
  ModelArchive::Layout layout = ModelArchive::Layout::kModern;
  int64_t version = 0;
  // Of an archive of torch.export: "schema 8.20, torch 2.15.0, training dialect"; else empty.
  std::string exported;
  std::vector<std::string> models;  // that an archive of torch.export holds; the first is told
  std::vector<Symbol> symbols;
  std::vector<Module> modules;      // parents before children
  std::vector<Method> methods;      // in the order of the code
  std::vector<Operator> operators;  // by name, over the whole program
  std::vector<Weight> weights;
  int64_t storage_bytes = 0;           // of all entries that weights lie in, each counted once
  std::vector<std::string> obstacles;  // what would stop a conversion, as far as reading tells
};

// Reads the archive at `path`; `model`: as for OpenProgram. Unknown operators, values that cannot
// be used and code that does not parse are obstacles in the summary; errors are OpenProgram's.
absl::StatusOr<ModelSummary> Inspect(const std::string& path, absl::string_view model = "");

// The summary as a message.
proto::Inspection ToProto(const ModelSummary& summary);

// The message as JSON, its fields named as in the .proto.
absl::StatusOr<std::string> ToJson(const proto::Inspection& inspection);

// The summary as a listing, with a newline at its end.
std::string ToText(const ModelSummary& summary);

}  // namespace t2n

#endif  // T2N_INSPECT_INSPECT_H_
