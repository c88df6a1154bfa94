// Arguments that are numbers, for the interpreter's operators on them.
#ifndef T2N_VALUES_NUMBERS_H_
#define T2N_VALUES_NUMBERS_H_

#include <optional>

#include "absl/status/statusor.h"
#include "t2n/values/builtins.h"

namespace t2n {

// An int or bool; nullopt for anything else.
std::optional<Dim> AsInt(const IValue& v);
// A float, or an int that is known; Unimplemented for symbolic sizes, InvalidArgument for others.
absl::StatusOr<double> AsFloat(const IValue& v);
// Whether there are `n` arguments, all of them known numbers or sizes.
bool AllNumbers(const BuiltinCall& c, size_t n);

}  // namespace t2n

#endif  // T2N_VALUES_NUMBERS_H_
