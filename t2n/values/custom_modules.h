// Modules that a user converts in his own way: calls of their forward are one call of a function.
#ifndef T2N_VALUES_CUSTOM_MODULES_H_
#define T2N_VALUES_CUSTOM_MODULES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/alias/custom_operators.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/values/value.h"

namespace t2n {

namespace script {
class Code;  // t2n/torchscript/code.h
}  // namespace script

// A call of forward: an OpCall of its arguments, and the module.
class ModuleCall : public OpCall {
 public:
  // The attribute at a path.
  using Attributes = std::function<absl::StatusOr<IValue>(absl::string_view path)>;

  // `code`: the program of the archive, for who evaluates more of it; may be null.
  ModuleCall(Builder* builder, const Schema* schema, std::vector<Arg> args, const OpEnv* env,
             std::shared_ptr<Object> self, Attributes attributes, script::Code* code)
      : OpCall(builder, schema, std::move(args), env, &Registry::Get()),
        self_(std::move(self)),
        attributes_(std::move(attributes)),
        code_(code) {}

  // The attribute `proj.weight`, or `heads`. Refused if the archive has none of that name: traced
  // archives and .pt2 have no attributes but tensors and modules.
  Arg attribute(absl::string_view path);
  // The same, as a tensor.
  Val weight(absl::string_view path);

  const std::shared_ptr<Object>& self() const { return self_; }
  script::Code* code() const { return code_; }

 private:
  std::shared_ptr<Object> self_;
  Attributes attributes_;
  script::Code* code_;
};

struct CustomModule {
  using Fn = std::function<Arg(ModuleCall&)>;
  std::string pattern;  // of qualified names: `pkg.Attention`, `*.Attention`
  // Arguments of forward, without self.
  Schema schema;
  bool any_arguments = false;  // instead: tensors x0, x1, ..., as many as there are
  // Tensor arguments in the order in which forward uses them first: what archives have that do not
  // keep forward's own. Empty: not told.
  std::vector<std::string> used;
  // Results by their numbers from 0, in the order in which forward computes them: what a .pt2 has.
  // Empty: not told.
  std::vector<int> made;
  // Arguments that have no effect on the results.
  std::vector<std::string> ignored;
  Fn fn;
};

class CustomModules {
 public:
  void Add(CustomModule module) { modules_.push_back(std::move(module)); }
  bool empty() const { return modules_.empty(); }
  // The first whose pattern is that of a class, as torch calls it: `__torch__.pkg.Attention`,
  // `__torch__.pkg.___torch_mangle_3.Attention`, `pkg.Attention`; null if there is none.
  const CustomModule* Find(absl::string_view class_name) const;

 private:
  std::vector<CustomModule> modules_;
};

// What the user adds to a conversion.
struct CustomCode {
  CustomOperators operators;
  CustomModules modules;
};

// `pkg.Attention` of a class as torch calls it.
std::string PlainClassName(absl::string_view class_name);

// The schema of a call with so many arguments.
const Schema& SchemaOf(const CustomModule& module, size_t arguments);

// The arguments that the module's function gets, of those of a call whose order is forward's own.
absl::StatusOr<std::vector<Arg>> ArgumentsInOrder(const CustomModule& module,
                                                  absl::Span<const Arg> positional,
                                                  absl::Span<const NamedArg> keywords);
// The same of tensors in the order in which forward uses them first. Refused if there are several
// and the user has not told the order, and if forward takes something else: its value is not there.
absl::StatusOr<std::vector<Arg>> ArgumentsByUse(const CustomModule& module,
                                                absl::Span<const Arg> tensors);

// Calls it; an argument that is not read and not at its default is refused.
absl::StatusOr<Arg> CallModule(const CustomModule& module, ModuleCall& call);

}  // namespace t2n

#endif  // T2N_VALUES_CUSTOM_MODULES_H_
