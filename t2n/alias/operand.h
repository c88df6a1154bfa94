// What an operator is called with and what it returns, where tensors may share memory.
#ifndef T2N_ALIAS_OPERAND_H_
#define T2N_ALIAS_OPERAND_H_

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/aten/core/arg.h"

namespace t2n {

// A tensor, a list or tuple of operands, or a plain value without tensors that are shared.
class Operand {
 public:
  Operand() = default;                                                   // None
  Operand(Arg plain) : v_(std::move(plain)) {}                           // NOLINT
  Operand(std::shared_ptr<TensorRef> tensor) : v_(std::move(tensor)) {}  // NOLINT
  static Operand List(std::vector<Operand> items);
  static Operand Tuple(std::vector<Operand> items);

  // nullptr for all others.
  std::shared_ptr<TensorRef> tensor() const;
  const std::vector<Operand>* list() const;
  const std::vector<Operand>* tuple() const;
  const std::vector<Operand>* items() const;  // of either
  const Arg* plain() const { return std::get_if<Arg>(&v_); }

  // With the present values of its tensors.
  absl::StatusOr<Arg> Read() const;

 private:
  struct Items {
    bool is_tuple;
    std::vector<Operand> items;
  };
  std::variant<Arg, std::shared_ptr<TensorRef>, std::shared_ptr<const Items>> v_;
};

struct NamedOperand {
  std::string name;
  Operand value;
};

// An operator's result, its tensors made by `make`.
using TensorMaker = absl::FunctionRef<std::shared_ptr<TensorRef>(const Val&)>;
Operand OperandOf(const Arg& result, TensorMaker make);
// The same, each tensor one of its own.
Operand OperandOf(const Arg& result);

}  // namespace t2n

#endif  // T2N_ALIAS_OPERAND_H_
