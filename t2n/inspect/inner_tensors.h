// The tensors inside a model that --cut can end it at.
#ifndef T2N_INSPECT_INNER_TENSORS_H_
#define T2N_INSPECT_INNER_TENSORS_H_

#include <string>

#include "proto/conversion.pb.h"
#include "proto/inspection.pb.h"
#include "t2n/base/progress.h"

namespace t2n {

// Evaluates the model of `spec` as far as that goes; why it ended before its end is among what is
// told. `progress` may be null.
proto::InnerTensors DescribeTensors(const proto::ConversionSpec& spec, Progress* progress);

// As a listing, with a newline at its end.
std::string ToText(const proto::InnerTensors& tensors);

}  // namespace t2n

#endif  // T2N_INSPECT_INNER_TENSORS_H_
