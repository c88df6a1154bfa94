// Reads a Python pickle into plain values: all opcodes that torch's C++ and Python picklers write
// (protocol 2) and those of protocols 3 to 5 that need nothing from outside. Follows Python's
// pickletools and torch/csrc/jit/serialization/unpickler.cpp.
#ifndef PARSERS_PICKLE_READER_H_
#define PARSERS_PICKLE_READER_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parsers/pickle/value.h"

namespace t2n::pickle {

// Errors: kInvalidArgument with the opcode's name and byte offset: unknown or unsupported opcodes,
// truncation, stack and memo misuse, bytes after the end, sizes past t2n/base/limits.h.
absl::StatusOr<Document> Parse(absl::Span<const uint8_t> bytes);

}  // namespace t2n::pickle

#endif  // PARSERS_PICKLE_READER_H_
