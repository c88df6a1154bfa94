// Calls in the program's text: functions, methods, classes; operators go on to OperatorCalls.
#ifndef T2N_TORCHSCRIPT_CALLS_H_
#define T2N_TORCHSCRIPT_CALLS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/torchscript/ast.h"
#include "t2n/torchscript/machine.h"

namespace t2n::script {

struct Parts;

class Calls {
 public:
  // Both must outlive it.
  Calls(Machine* machine, Parts* parts) : m_(*machine), parts_(*parts) {}

  absl::StatusOr<IValue> EvalCall(const torchscript::CallExpr& expr, Frame& frame);
  absl::StatusOr<IValue> CallMethod(const std::shared_ptr<Object>& object, absl::string_view method,
                                    std::vector<IValue> args, Keywords keywords);
  // Makes an object ready whose __setstate__ has still to be called.
  absl::Status Materialize(const std::shared_ptr<Object>& object);

  absl::StatusOr<IValue> CallFunction(const torchscript::FunctionDef& def, std::vector<IValue> args,
                                      Keywords keywords, std::string module_path);

 private:
  // Gives the parameters of `def` their values.
  absl::Status Bind(const torchscript::FunctionDef& def, std::vector<IValue> args,
                    const Keywords& keywords, Frame* frame);
  absl::StatusOr<IValue> CallCallee(const torchscript::CallExpr& expr, std::vector<IValue> args,
                                    Keywords keywords, Frame& frame);
  absl::Status MeetResult(const Object& object, absl::string_view method, const IValue& result);
  absl::StatusOr<IValue> CallNamed(const std::string& dotted, std::vector<IValue> args,
                                   Keywords keywords, Frame& frame);
  absl::StatusOr<IValue> CallOfProgram(absl::string_view name, std::vector<IValue> args,
                                       Keywords keywords, Frame& frame);
  absl::StatusOr<IValue> Fork(const torchscript::CallExpr& expr, Frame& frame);
  absl::StatusOr<IValue> Construct(absl::string_view class_name, const torchscript::ClassDef& def,
                                   std::vector<IValue> args, Keywords keywords);
  absl::StatusOr<IValue> ConstructTuple(absl::string_view class_name,
                                        const torchscript::ClassDef& def,
                                        const std::vector<IValue>& args, const Keywords& keywords);

  Machine& m_;
  Parts& parts_;
  int depth_ = 0;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_CALLS_H_
