// The partial evaluator: runs methods of a TorchScript program with abstract tensors and concrete
// Python values, and records in a graph what is left.
#ifndef T2N_TORCHSCRIPT_EVALUATOR_H_
#define T2N_TORCHSCRIPT_EVALUATOR_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/torchscript/machine.h"
#include "t2n/torchscript/parts.h"

namespace t2n::script {

class Evaluator {
 public:
  // All of them must outlive the evaluator.
  Evaluator(Code* code, Builder* builder, const OpEnv* env)
      : machine_(code, builder, env), parts_(&machine_) {}

  // The module that the archive holds.
  absl::StatusOr<std::shared_ptr<Object>> Root();

  // Calls `object.method(args, **keywords)`. Failures carry a place (see PlaceOf).
  absl::StatusOr<IValue> CallMethod(const std::shared_ptr<Object>& object, absl::string_view method,
                                    std::vector<IValue> args, Keywords keywords);

  // The same of the archive's module, as calling it from Python does: forward with its hooks.
  absl::StatusOr<IValue> CallRoot(const std::shared_ptr<Object>& root, absl::string_view method,
                                  std::vector<IValue> args, Keywords keywords);

  Loader& loader() { return machine_.loader; }
  // The attributes of objects that a __setstate__ has restored meanwhile, as it left them.
  const std::vector<Attribute>& restored() const { return machine_.restored; }

  // The user's operators and modules; may be null.
  void set_custom(const CustomCode* custom) {
    machine_.custom = custom;
    machine_.operators.set_custom(custom ? &custom->operators : nullptr);
  }
  // Calls a function that is no part of the archive.
  absl::StatusOr<IValue> CallOutside(const torchscript::FunctionDef& def, std::vector<IValue> args);

  // Looks at the calls for sizes that tracing has frozen; null (nobody looks) if not given.
  void set_frozen_sizes(FrozenSizes* frozen) { machine_.frozen = frozen; }
  // Tells of the tensors inside, and ends where it says; null (the program ends) if not given.
  void set_cut(Cut* cut) { machine_.cut = cut; }
  // Must outlive the calls.
  void set_questions(const SizeQuestions& questions) { machine_.questions = questions; }

 private:
  Machine machine_;
  Parts parts_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_EVALUATOR_H_
