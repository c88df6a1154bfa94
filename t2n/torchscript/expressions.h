// Expressions: names, literals, attributes, items and Python's operators.
#ifndef T2N_TORCHSCRIPT_EXPRESSIONS_H_
#define T2N_TORCHSCRIPT_EXPRESSIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/torchscript/ast.h"
#include "t2n/torchscript/machine.h"

namespace t2n::script {

struct Parts;

class Expressions {
 public:
  // Both must outlive it.
  Expressions(Machine* machine, Parts* parts) : m_(*machine), parts_(*parts) {}

  absl::StatusOr<IValue> Eval(const torchscript::Expr& expr, Frame& frame);
  absl::StatusOr<std::vector<IValue>> EvalAll(torchscript::ExprList exprs, Frame& frame);
  absl::StatusOr<IValue> GetAttribute(const IValue& value, absl::string_view name);

 private:
  absl::StatusOr<IValue> EvalLiteral(const torchscript::Expr& expr);
  absl::StatusOr<IValue> EvalIsInstance(const torchscript::IsInstanceExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalAnnotate(const torchscript::AnnotateExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalName(const torchscript::NameExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalAttribute(const torchscript::AttributeExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalConstant(absl::string_view name);
  absl::StatusOr<IValue> EvalSubscript(const torchscript::SubscriptExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalUnary(const torchscript::UnaryExpr& expr, Frame& frame);
  absl::StatusOr<IValue> EvalBinary(const torchscript::BinaryExpr& expr, Frame& frame);
  absl::StatusOr<IValue> NewDict(const torchscript::DictExpr& expr, Frame& frame);
  absl::StatusOr<IValue> AttributeOfObject(const std::shared_ptr<Object>& object,
                                           absl::string_view name, bool* found);
  absl::StatusOr<IValue> AttributeOfEnum(const Enum& e, absl::string_view name, bool* found);
  // The member called `name`, or the one of that value; None if there is none.
  absl::StatusOr<IValue> EnumMember(const torchscript::ClassDef& def, const std::string& class_name,
                                    absl::string_view name, const IValue* value);

  Machine& m_;
  Parts& parts_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_EXPRESSIONS_H_
