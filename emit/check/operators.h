// What readers know by name: the operators that are written, with their parameters.
#ifndef EMIT_CHECK_OPERATORS_H_
#define EMIT_CHECK_OPERATORS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "emit/target.h"

namespace t2n {

// What an argument is.
enum class ArgumentKind {
  kTensor,    // a name, or a number; for tract also a size or an array of them
  kTensors,   // an array of names
  kInteger,   // for tract also a size
  kIntegers,  // an array of these
  kPairs,     // an array of pairs of integers
  kScalar,
  kLogical,
  kString,
  kScanned,  // of tract_core_scan: arrays of tuples
  kFull,
  kState,
  kOutput,
};

struct Parameter {
  std::string name;
  ArgumentKind kind;
  bool optional;
};

struct Operator {
  std::string name;
  std::vector<Parameter> parameters;
  int results = 1;  // 0: as many as a scan's outputs
};

// The operator of this name that `target` has, without its type (`external<scalar>`); null if it
// has none.
const Operator* FindOperator(const Target& target, absl::string_view name);

// The names of all that it has, in order.
std::vector<std::string> OperatorNames(const Target& target);

}  // namespace t2n

#endif  // EMIT_CHECK_OPERATORS_H_
