// What a run of a TorchScript program keeps, and the frames of its functions: shared by the parts
// of the evaluator.
#ifndef T2N_TORCHSCRIPT_MACHINE_H_
#define T2N_TORCHSCRIPT_MACHINE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"
#include "t2n/alias/operator_caller.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/builder/builder.h"
#include "t2n/sizes/assumptions.h"
#include "t2n/state/held.h"
#include "t2n/torchscript/budget.h"
#include "t2n/torchscript/code.h"
#include "t2n/torchscript/frozen_sizes.h"
#include "t2n/torchscript/loader.h"
#include "t2n/values/custom_modules.h"
#include "t2n/values/value.h"

namespace t2n {
class Cut;
}  // namespace t2n

namespace t2n::script {

using Keywords = std::vector<std::pair<std::string, IValue>>;

// How a statement ends.
enum class Flow { kNext, kReturn, kBreak, kContinue };

// A function that is being run.
struct Frame {
  absl::flat_hash_map<absl::string_view, IValue> locals;
  // What names were bound to by an assignment (for FrozenSizes).
  absl::flat_hash_map<absl::string_view, const torchscript::Expr*> bound;
  // Functions defined inside the function: what fork() calls.
  absl::flat_hash_map<absl::string_view, const torchscript::FunctionDef*> closures;
  std::string module_path;
  PlacePtr caller;
  IValue result;
};

// What is answered of comparisons of open sizes that are not known for every size.
struct SizeQuestions {
  const Answers* answers = nullptr;
  // Those that stay open: conditions on sizes become conditions of the graph.
  const std::set<std::string>* left_open = nullptr;
  bool leave_all_open = false;

  bool IsLeftOpen(const std::string& question) const {
    return leave_all_open || (left_open && left_open->count(question));
  }
};

struct Machine {
  Machine(Code* code, Builder* builder, const OpEnv* env)
      : code(*code),
        builder(*builder),
        env(*env),
        loader(code, builder, env),
        operators(builder, env) {}

  Code& code;
  Builder& builder;
  const OpEnv& env;
  Loader loader;
  OperatorCaller operators;
  const CustomCode* custom = nullptr;  // the user's operators and modules
  Budget budget;
  SizeQuestions questions;
  // Looks at the calls for sizes that tracing has frozen; null: nobody looks.
  FrozenSizes* frozen = nullptr;
  // The attributes of objects that a __setstate__ has restored meanwhile, as it left them.
  std::vector<Attribute> restored;

  // Is told of the tensors inside, and may end the model at them; null: nobody is.
  Cut* cut = nullptr;
  int passing = 0;  // passes of loops and sides of branches being run that may not be the only ones

  int whiles = 0;       // being run: how often is no question to leave open
  int open_passes = 0;  // of the while loops being run whose conditions the inputs decide
  int loops = 0;        // over open sizes so far
  std::map<int, Dim> open_counts;  // of these, by number
};

PlacePtr MakePlace(const torchscript::SourcePos& pos, const Frame& frame);

// `status` with the place of `pos` attached, unless it has one.
absl::Status At(absl::Status status, const torchscript::SourcePos& pos,
                const std::string& module_path);

// The same tensor without being a constant of the program's text (Origin::kConstant); other values
// as they are.
IValue NoConstant(const IValue& value);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_MACHINE_H_
