// Modules of programs that link this library: calls of their forward are calls of a function, which
// has the module's attributes beside its arguments.
//
//   Arg Scale(ModuleCall& c) { return c.b.Mul(c.tensor("x"), c.weight("scale")); }
//   T2N_REGISTER_MODULE("pkg.Scale(Tensor x) -> Tensor", Scale)
//
// The class may have * and ?. Without arguments behind the name they are called x0, x1, ..., and
// all have to be tensors. `used` and `made` (further arguments, {"mask", "x"}, {1, 0}): see
// CustomModule. The library has to be linked whole (alwayslink); pt2nnef_binary in
// tools/pt2nnef.bzl does.
#ifndef T2N_VALUES_REGISTER_MODULE_H_
#define T2N_VALUES_REGISTER_MODULE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/aten/register.h"
#include "t2n/values/custom_modules.h"

namespace t2n {

// Registers before main() runs.
class ModuleRegistration {
 public:
  ModuleRegistration(const char* schema, Arg (*fn)(ModuleCall&), std::vector<std::string> used = {},
                     std::vector<int> made = {});
};

// Those that are registered; InvalidArgument if the schema of one cannot be read.
absl::StatusOr<std::vector<CustomModule>> RegisteredModules();

// The class and the arguments of forward of `pkg.Attention(Tensor x) -> Tensor`.
absl::StatusOr<CustomModule> ParseModule(absl::string_view schema);

}  // namespace t2n

#define T2N_REGISTER_MODULE(schema, ...)                                                \
  static const ::t2n::ModuleRegistration T2N_UNIQUE_NAME(t2n_module_, __LINE__)(schema, \
                                                                                __VA_ARGS__);

#endif  // T2N_VALUES_REGISTER_MODULE_H_
