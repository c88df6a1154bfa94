// Tells what a file that is not a TorchScript zip looks like, and what its owner can do.
#ifndef PARSERS_ARCHIVE_FILE_KIND_H_
#define PARSERS_ARCHIVE_FILE_KIND_H_

#include <string>

#include "absl/status/statusor.h"
#include "parsers/archive/byte_reader.h"

namespace t2n {

// One sentence for an error message. Errors: of reading the file's start.
absl::StatusOr<std::string> DescribeNonZip(const ByteReader& bytes);

}  // namespace t2n

#endif  // PARSERS_ARCHIVE_FILE_KIND_H_
