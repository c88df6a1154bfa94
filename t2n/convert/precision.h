// --float_precision: what type a model computes in.
#ifndef T2N_CONVERT_PRECISION_H_
#define T2N_CONVERT_PRECISION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "emit/target.h"
#include "proto/conversion.pb.h"
#include "t2n/ir/graph.h"

namespace t2n {

// InvalidArgument if the fields about precision cannot be what they have to be; Unimplemented if
// the target has no f16.
absl::Status CheckPrecision(const proto::ConversionSpec& spec);

// Makes `graph` compute in f16, if `spec` asks for it. InvalidArgument if there is a pattern that
// matches no module.
absl::Status SetPrecision(const proto::ConversionSpec& spec, std::unique_ptr<Graph>* graph);

}  // namespace t2n

#endif  // T2N_CONVERT_PRECISION_H_
