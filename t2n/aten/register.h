// Operators of programs that link this library: each stands beside ours, or before one of the same
// name.
//
//   Arg FusedNorm(OpCall& c) { return c.b.Mul(c.tensor("x"), c.number("scale")); }
//   T2N_REGISTER_OPERATOR("mylib::fused_norm(Tensor x, float scale=1) -> Tensor", FusedNorm)
//
// The library has to be linked whole (alwayslink); pt2nnef_binary in tools/pt2nnef.bzl does.
#ifndef T2N_ATEN_REGISTER_H_
#define T2N_ATEN_REGISTER_H_

#include "absl/types/span.h"
#include "t2n/aten/registry.h"

namespace t2n {

// Registers before main() runs; the schema must outlive the program.
class OperatorRegistration {
 public:
  OperatorRegistration(const char* schema, OpFn fn);
};

// Those that are registered.
absl::Span<const OpEntry> RegisteredOps();

}  // namespace t2n

#define T2N_UNIQUE_NAME_(name, line) name##line
#define T2N_UNIQUE_NAME(name, line) T2N_UNIQUE_NAME_(name, line)
#define T2N_REGISTER_OPERATOR(schema, fn) \
  static const ::t2n::OperatorRegistration T2N_UNIQUE_NAME(t2n_operator_, __LINE__)(schema, fn);

#endif  // T2N_ATEN_REGISTER_H_
