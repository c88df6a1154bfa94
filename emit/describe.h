// The operations of a document one by one, for reports.
#ifndef EMIT_DESCRIBE_H_
#define EMIT_DESCRIBE_H_

#include "absl/strings/string_view.h"
#include "emit/emit.h"
#include "emit/lower/lowering.h"

namespace t2n {

// Where an assignment comes from; may be null.
PlacePtr SourceOf(const Model& model, const nnef::Assignment& assignment);

// Lists the assignments of the model's document, whose text is `text`.
void ListOperations(const Model& model, absl::string_view text, EmitReport* report);

}  // namespace t2n

#endif  // EMIT_DESCRIBE_H_
