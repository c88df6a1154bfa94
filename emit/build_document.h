// From a graph to the document that is written: the passes of the target, the lowerings and what
// readers of the target ask of the whole. Internal to emission.
#ifndef EMIT_BUILD_DOCUMENT_H_
#define EMIT_BUILD_DOCUMENT_H_

#include "emit/emit.h"
#include "emit/lower/lowering.h"

namespace t2n {

// The document in `model`, if every reader of its target understands it. On failure the model has
// what there was by then, and the refusals.
absl::Status BuildDocument(const Graph& graph, const EmitSpec& spec, Model& model);

}  // namespace t2n

#endif  // EMIT_BUILD_DOCUMENT_H_
