// Reads a document as its reader will: what no reader understands is never written.
#ifndef EMIT_CHECK_CHECK_H_
#define EMIT_CHECK_CHECK_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "emit/nnef/document.h"
#include "emit/target.h"

namespace t2n {

// Where an assignment comes from, for the message; may be empty.
using PlaceOf = absl::FunctionRef<std::string(const nnef::Assignment&)>;

// Whether every name is defined once and before it is used, every operator one of the target's or a
// fragment before it, every argument present, known by its name and of its type, and every result
// assigned. Linear in the document. Internal: the first fault, with the assignment and its place.
absl::Status CheckDocument(const nnef::Document& document, const Target& target, PlaceOf place_of);
absl::Status CheckDocument(const nnef::Document& document, const Target& target);

}  // namespace t2n

#endif  // EMIT_CHECK_CHECK_H_
