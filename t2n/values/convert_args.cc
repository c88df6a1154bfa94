#include "t2n/values/convert_args.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/values/unusable.h"

namespace t2n {
namespace {

absl::StatusOr<Operand> Convert(const IValue& value);

absl::StatusOr<std::vector<Operand>> ConvertAll(const std::vector<IValue>& items) {
  std::vector<Operand> operands;
  operands.reserve(items.size());
  for (const IValue& v : items) {
    T2N_ASSIGN_OR_RETURN(Operand o, Convert(v));
    operands.push_back(std::move(o));
  }
  return operands;
}

absl::StatusOr<Operand> Convert(const IValue& value) {
  if (value.is_none()) return Operand();
  if (const bool* v = value.If<bool>()) return Operand(Arg(*v));
  if (const Dim* v = value.If<Dim>()) return Operand(Arg(*v));
  if (const double* v = value.If<double>()) return Operand(Arg(*v));
  if (const auto* v = value.If<std::complex<double>>()) return Operand(Arg(*v));
  if (const auto* v = value.If<std::string>()) return Operand(Arg(*v));
  if (const auto* v = value.If<Device>()) return Operand(Arg(v->name));
  if (auto v = value.tensor()) return Operand(std::move(v));
  if (auto v = value.list()) {
    if (v->tail) {
      return absl::UnimplementedError(
          absl::StrCat("a list of as many items as the open size ", v->tail->count.ToString(),
                       " as an operator's argument; torch.stack and torch.cat take it"));
    }
    T2N_ASSIGN_OR_RETURN(std::vector<Operand> items, ConvertAll(v->items));
    return Operand::List(std::move(items));
  }
  if (auto v = value.tuple()) {
    T2N_ASSIGN_OR_RETURN(std::vector<Operand> items, ConvertAll(v->items));
    return Operand::Tuple(std::move(items));
  }
  if (auto v = value.enumerator()) return Convert(v->value);
  if (const absl::Status* why = WhyUnusable(value)) return *why;
  if (auto v = value.opaque()) {
    return Operand(Arg(std::move(v)));
  }
  return absl::UnimplementedError(
      absl::StrCat("a ", value.TypeName(), " as an operator's argument"));
}

IValue FromPlain(const Arg& arg) {
  switch (arg.kind()) {
    case Arg::Kind::kBool:
      return IValue(arg.boolean());
    case Arg::Kind::kInt:
      return IValue(arg.integer());
    case Arg::Kind::kFloat:
      return IValue(arg.real());
    case Arg::Kind::kComplex:
      return IValue(arg.complex());
    case Arg::Kind::kString:
      return IValue(arg.string());
    case Arg::Kind::kOpaque:
      return IValue(arg.opaque());
    default:
      return FromOperand(OperandOf(arg));
  }
}

}  // namespace

absl::StatusOr<Operand> ToOperand(const IValue& value) {
  T2N_RETURN_IF_ERROR(CheckBounded(value));
  return Convert(value);
}

IValue FromOperand(const Operand& operand) {
  if (auto tensor = operand.tensor()) return IValue(std::move(tensor));
  if (!operand.items()) return operand.plain()->is_none() ? IValue() : FromPlain(*operand.plain());
  std::vector<IValue> items;
  for (const Operand& item : *operand.items()) items.push_back(FromOperand(item));
  return operand.list() ? IValue::NewList(std::move(items)) : IValue::NewTuple(std::move(items));
}

}  // namespace t2n
