// Writes the tensor files of a model's variables, several at a time where the container allows it.
#ifndef EMIT_VARIABLE_WRITER_H_
#define EMIT_VARIABLE_WRITER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "emit/container.h"
#include "emit/lower/lowering.h"
#include "t2n/blocks/block_buffer.h"

namespace t2n {

// `bits`: bools take a bit each, as the specification has them, and not a byte as tract reads them.
// Variables of BlockBuffers are written as blocks; `errors` gets what those lose, by variable.
// `on_written` (may be empty) is called after each variable, from one thread at a time, with the
// bytes written and to write. On failure some files may be missing: the container must not be
// committed. Errors: of reading a tensor, and the container's.
absl::Status WriteVariables(const std::vector<Variable>& variables, Container& container, bool bits,
                            const std::function<void(int64_t, int64_t)>& on_written,
                            std::vector<BlockError>* errors);

// What the files of all have together, by WriteVariables.
int64_t FileBytes(const std::vector<Variable>& variables, bool bits);

// What the file of a variable holds, without its header.
int64_t StoredBytes(const Variable& variable);

// Whether its elements were computed; else they are an archive's.
bool IsFolded(const Variable& variable);
// What the program calls the tensor whose elements it has (NameInArchive).
std::string ParameterOf(const Variable& variable);

}  // namespace t2n

#endif  // EMIT_VARIABLE_WRITER_H_
