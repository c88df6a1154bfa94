// The text of a document read back: for tests of what is printed.
#ifndef EMIT_NNEF_PARSE_H_
#define EMIT_NNEF_PARSE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "emit/nnef/document.h"

namespace t2n::nnef {

// Flat NNEF as ToText prints it: no operators but in sizes, which stay text. InvalidArgument, with
// the rest of the text, for anything else.
absl::StatusOr<Document> ParseDocument(absl::string_view text);

}  // namespace t2n::nnef

#endif  // EMIT_NNEF_PARSE_H_
