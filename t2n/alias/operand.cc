#include "t2n/alias/operand.h"

#include "t2n/base/status.h"

namespace t2n {

Operand Operand::List(std::vector<Operand> items) {
  Operand operand;
  operand.v_ = std::make_shared<const Items>(Items{false, std::move(items)});
  return operand;
}

Operand Operand::Tuple(std::vector<Operand> items) {
  Operand operand;
  operand.v_ = std::make_shared<const Items>(Items{true, std::move(items)});
  return operand;
}

std::shared_ptr<TensorRef> Operand::tensor() const {
  const auto* tensor = std::get_if<std::shared_ptr<TensorRef>>(&v_);
  return tensor ? *tensor : nullptr;
}

const std::vector<Operand>* Operand::items() const {
  const auto* box = std::get_if<std::shared_ptr<const Items>>(&v_);
  return box ? &(*box)->items : nullptr;
}

const std::vector<Operand>* Operand::list() const {
  const auto* box = std::get_if<std::shared_ptr<const Items>>(&v_);
  return box && !(*box)->is_tuple ? &(*box)->items : nullptr;
}

const std::vector<Operand>* Operand::tuple() const {
  const auto* box = std::get_if<std::shared_ptr<const Items>>(&v_);
  return box && (*box)->is_tuple ? &(*box)->items : nullptr;
}

absl::StatusOr<Arg> Operand::Read() const {
  if (const Arg* value = plain()) return *value;
  if (auto ref = tensor()) {
    if (!ref->stale().empty()) return absl::UnimplementedError(ref->stale());
    Val value = ref->Read();
    if (!value) return absl::InternalError("a tensor without a value");
    return Arg(value, ref->origin());
  }
  ArgList args;
  for (const Operand& item : *items()) {
    T2N_ASSIGN_OR_RETURN(Arg arg, item.Read());
    args.push_back(std::move(arg));
  }
  return list() ? Arg::List(std::move(args)) : Arg::Tuple(std::move(args));
}

Operand OperandOf(const Arg& result, TensorMaker make) {
  if (result.is_tensor()) return result.tensor() ? Operand(make(result.tensor())) : Operand();
  if (!result.is_list() && !result.is_tuple()) return Operand(result);
  std::vector<Operand> items;
  for (const Arg& item : result.items()) items.push_back(OperandOf(item, make));
  return result.is_list() ? Operand::List(std::move(items)) : Operand::Tuple(std::move(items));
}

Operand OperandOf(const Arg& result) {
  return OperandOf(result, [](const Val& value) { return TensorRef::New(value); });
}

}  // namespace t2n
