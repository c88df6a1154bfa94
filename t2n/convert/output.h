// How a model is written: the fields of ConversionSpec about the output.
#ifndef T2N_CONVERT_OUTPUT_H_
#define T2N_CONVERT_OUTPUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "emit/emit.h"
#include "parsers/archive/archive.h"
#include "proto/conversion.pb.h"

namespace t2n {

// Where the model goes: `out`, with the ending of the container that compression_level asks for if
// it has none. InvalidArgument if it has the other one.
absl::StatusOr<std::string> OutPath(const proto::ConversionSpec& spec);

// InvalidArgument if fields about the output cannot be what they have to be, whatever the model is.
absl::Status CheckOutput(const proto::ConversionSpec& spec);

// Path, names, extensions and properties. Errors: of reading the archive, if properties are asked
// for, since its hash is one.
absl::Status SetEmitSpec(const proto::ConversionSpec& spec, const Archive& archive, EmitSpec* emit);

}  // namespace t2n

#endif  // T2N_CONVERT_OUTPUT_H_
