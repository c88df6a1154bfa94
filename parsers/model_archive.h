// The one door to a TorchScript archive: opens the container, reads the module tree, constants and
// example inputs, and lists the program's source. Weights stay where they are in the file.
#ifndef PARSERS_MODEL_ARCHIVE_H_
#define PARSERS_MODEL_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/archive/archive.h"
#include "parsers/torchvalue/value.h"

namespace t2n {

struct ModelArchive {
  // kModern: torch 1.3 and later (data.pkl). kLegacy: torch 1.0 to 1.2 (model.json).
  enum class Layout { kModern, kLegacy };

  std::shared_ptr<const Archive> archive;
  Layout layout = Layout::kModern;
  // The `version` entry: the operator-set version of modern archives (1 for torch 1.3).
  int64_t version = 0;
  // The module; always an ObjectRecord.
  const torchvalue::Value* root = nullptr;
  // CONSTANTS.cN in code is constants[N].
  std::vector<const torchvalue::Value*> constants;
  // The example arguments of each traced method, in order, without self. Tensors have no data.
  std::vector<std::pair<std::string, std::vector<const torchvalue::Value*>>> traced_inputs;
  // Entries with TorchScript source, in the archive's order: "code/__torch__/a/b.py"; in the legacy
  // layout "code/net.py" and "libs/__torch__.py".
  std::vector<std::string> code_entries;
  // Owns all of the values above.
  std::shared_ptr<torchvalue::Arena> values;

  // The text of one of `code_entries`.
  absl::StatusOr<std::string> ReadCode(absl::string_view entry) const;

  // The entry that defines the class or function of this qualified name: "__torch__.a.b.C" is in
  // "code/__torch__/a/b.py" ("libs/..." in the legacy layout). It need not exist.
  std::string CodeEntryOf(absl::string_view qualified_name) const;
};

// Errors: as Archive::Open, and kInvalidArgument when the zip holds something else than a
// TorchScript model (the message says what and what to do) or its pickles are malformed (entry and
// byte offset); kUnimplemented for big-endian archives.
absl::StatusOr<ModelArchive> LoadModelArchive(const std::string& path);

// The same over an open archive.
absl::StatusOr<ModelArchive> LoadModelArchive(std::shared_ptr<const Archive> archive);

}  // namespace t2n

#endif  // PARSERS_MODEL_ARCHIVE_H_
