// --compress: which weights of a model are stored in blocks.
#ifndef T2N_CONVERT_COMPRESSION_H_
#define T2N_CONVERT_COMPRESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "emit/target.h"
#include "proto/conversion.pb.h"
#include "t2n/ir/graph.h"

namespace t2n {

// InvalidArgument if the fields about compression cannot be what they have to be; Unimplemented if
// the target reads no blocks.
absl::Status CheckCompression(const proto::ConversionSpec& spec);

// Stores the weights of `graph` in blocks that `spec` asks for, if it does; a warning says what
// stays as it is, and why. InvalidArgument if there is a pattern that matches no weight.
absl::Status Compress(const proto::ConversionSpec& spec, const Target& target,
                      std::unique_ptr<Graph>* graph, std::vector<std::string>* warnings);

}  // namespace t2n

#endif  // T2N_CONVERT_COMPRESSION_H_
