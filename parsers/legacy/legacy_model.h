// The module tree of archives saved by torch 1.0 to 1.2, which is in model.json rather than
// data.pkl.
#ifndef PARSERS_LEGACY_LEGACY_MODEL_H_
#define PARSERS_LEGACY_LEGACY_MODEL_H_

#include <vector>

#include "absl/status/statusor.h"
#include "parsers/archive/archive.h"
#include "parsers/torchvalue/value.h"

namespace t2n {

struct LegacyModel {
  // Parameters, buffers, attributes and submodules are the attributes of an object; its class name
  // is the code entry with the module's methods, "" when it has none.
  const torchvalue::Value* root;
  // The tensor table: CONSTANTS.cN in code is its N-th tensor.
  std::vector<const torchvalue::Value*> tensors;
};

// Whether the archive has that layout.
bool IsLegacyModel(const Archive& archive);

// Errors: kInvalidArgument with what in model.json or attributes.pkl is wrong; fields that it may
// not have are named. Tensors that cannot be had are Unusable values.
absl::StatusOr<LegacyModel> ReadLegacyModel(const Archive& archive, torchvalue::Arena* arena);

}  // namespace t2n

#endif  // PARSERS_LEGACY_LEGACY_MODEL_H_
