// The archive of torch.export.save: its programs, and the tensors that belong to them. Weights stay
// where they are in the file.
#ifndef PARSERS_EXPORTED_CONTAINER_H_
#define PARSERS_EXPORTED_CONTAINER_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "parsers/archive/archive.h"
#include "parsers/exported/program.h"
#include "parsers/torchvalue/value.h"

namespace t2n::exported {

// A tensor (TensorRecord), a tensor subclass (see AsSubclass), or why it cannot be had (Unusable).
// `archive` has the entries that it names: the .pt2 itself, or a zip inside of it.
struct StoredTensor {
  std::shared_ptr<const Archive> archive;
  const torchvalue::Value* value = nullptr;
};

using TensorMap = std::map<std::string, StoredTensor, std::less<>>;

struct ExportedModel {
  std::string name;
  std::unique_ptr<const ExportedProgram> program;
  TensorMap weights;    // parameters and persistent buffers by their names
  TensorMap constants;  // tensor constants and other buffers by their names
  TensorMap literals;   // torch 2.1: of the graph's `constants`
  std::shared_ptr<torchvalue::Arena> values;

  // In the weights or the constants, whichever has it; nullptr if neither does.
  const StoredTensor* Find(absl::string_view name) const;
};

// Names of the models of an archive of kind kExported or kOldExported, in its order.
std::vector<std::string> ModelNames(const Archive& archive);

// The model of this name; with an empty name the only one, or the one called "model". Errors:
// kInvalidArgument when there is no such model or the archive is malformed; kUnimplemented for what
// is not read (big-endian payloads, newer versions).
absl::StatusOr<ExportedModel> LoadExportedModel(std::shared_ptr<const Archive> archive,
                                                absl::string_view name);

// A tensor of a class of Python's that is made of other tensors, as pickled by
// torch._tensor._rebuild_from_type_v2: torchao.quantization.Int8Tensor.
struct Subclass {
  std::string class_name;
  std::vector<std::pair<std::string, const torchvalue::Value*>> attributes;
};
std::optional<Subclass> AsSubclass(const torchvalue::Value& value);

}  // namespace t2n::exported

#endif  // PARSERS_EXPORTED_CONTAINER_H_
