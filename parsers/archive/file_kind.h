// Tells what a file that is not a TorchScript zip looks like, and what its owner can do.
#ifndef PARSERS_ARCHIVE_FILE_KIND_H_
#define PARSERS_ARCHIVE_FILE_KIND_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"

namespace t2n {

// One sentence for an error message. `bytes` is the whole file; only its start is read.
std::string DescribeNonZip(absl::Span<const uint8_t> bytes);

}  // namespace t2n

#endif  // PARSERS_ARCHIVE_FILE_KIND_H_
