// Other names for the tensors of a document.
#ifndef EMIT_NNEF_RENAME_H_
#define EMIT_NNEF_RENAME_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "emit/nnef/document.h"

namespace t2n::nnef {

// Calls the tensors of the graph `v0`, `v1`, ... in the order of their assignments. Inputs and
// outputs keep their names, and so do fragments. No name in `taken` (symbols of sizes) is given.
// Returns new names by old ones.
absl::flat_hash_map<std::string, std::string> NumberTensors(
    const absl::flat_hash_set<std::string>& taken, Document* document);

}  // namespace t2n::nnef

#endif  // EMIT_NNEF_RENAME_H_
