// What a conversion is asked for, out of the spec's fields.
#ifndef T2N_CONVERT_REQUEST_H_
#define T2N_CONVERT_REQUEST_H_

#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "proto/conversion.pb.h"
#include "t2n/aten/core/quantized_engine.h"
#include "t2n/program/input_request.h"

namespace t2n {

// The inputs: their types, values and open sizes, and what is asserted of those.
absl::StatusOr<InputRequest> ParseRequest(const proto::ConversionSpec& spec);

// InvalidArgument if an assertion is about a size that is not among `symbols`, the inputs' own.
absl::Status CheckAssertedSizes(const proto::ConversionSpec& spec, const SymbolFacts& facts,
                                std::set<std::string> symbols);

// The engine that the spec names, if any.
absl::StatusOr<std::optional<QuantizedEngine>> EngineOf(const proto::ConversionSpec& spec);

// InvalidArgument if a field whose values are words has another one.
absl::Status CheckWords(const proto::ConversionSpec& spec);

}  // namespace t2n

#endif  // T2N_CONVERT_REQUEST_H_
