#include "t2n/script/convert_args.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/script/unusable.h"

namespace t2n::script {
namespace {

absl::StatusOr<Arg> Convert(const IValue& value);

absl::StatusOr<ArgList> ToArgs(const std::vector<IValue>& items) {
  ArgList args;
  for (const IValue& v : items) {
    T2N_ASSIGN_OR_RETURN(Arg a, Convert(v));
    args.push_back(std::move(a));
  }
  return args;
}

absl::StatusOr<Arg> Convert(const IValue& value) {
  if (value.is_none()) return Arg();
  if (const bool* v = value.If<bool>()) return Arg(*v);
  if (const Dim* v = value.If<Dim>()) return Arg(*v);
  if (const double* v = value.If<double>()) return Arg(*v);
  if (const auto* v = value.If<std::complex<double>>()) return Arg(*v);
  if (const auto* v = value.If<std::string>()) return Arg(*v);
  if (const auto* v = value.If<Device>()) return Arg(v->name);
  if (auto v = value.tensor()) {
    Val val = v->Read();
    if (!val) return absl::InternalError("a tensor without a value");
    return Arg(val);
  }
  if (auto v = value.list()) {
    if (v->tail) {
      return absl::UnimplementedError(
          absl::StrCat("a list of as many items as the open size ", v->tail->count.ToString(),
                       " as an operator's argument; torch.stack and torch.cat take it"));
    }
    T2N_ASSIGN_OR_RETURN(ArgList items, ToArgs(v->items));
    return Arg::List(std::move(items));
  }
  if (auto v = value.tuple()) {
    T2N_ASSIGN_OR_RETURN(ArgList items, ToArgs(v->items));
    return Arg::Tuple(std::move(items));
  }
  if (auto v = value.enumerator()) return Convert(v->value);
  if (auto v = value.opaque()) {
    if (auto* unusable = dynamic_cast<const UnusableValue*>(v.get())) return unusable->status();
    return Arg(v);
  }
  return absl::UnimplementedError(
      absl::StrCat("a ", value.TypeName(), " as an operator's argument"));
}

}  // namespace

absl::StatusOr<Arg> ToArg(const IValue& value) {
  T2N_RETURN_IF_ERROR(CheckBounded(value));
  return Convert(value);
}

absl::StatusOr<IValue> FromArg(const Arg& arg, const std::shared_ptr<TensorRef>& source) {
  switch (arg.kind()) {
    case Arg::Kind::kNone:
      return IValue();
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
    case Arg::Kind::kTensor:
      if (!arg.tensor()) return IValue();
      return IValue(source ? source->Derive(arg.tensor()) : TensorRef::New(arg.tensor()));
    case Arg::Kind::kList:
    case Arg::Kind::kTuple: {
      std::vector<IValue> items;
      for (const Arg& item : arg.items()) {
        T2N_ASSIGN_OR_RETURN(IValue v, FromArg(item, source));
        items.push_back(std::move(v));
      }
      return arg.is_list() ? IValue::NewList(std::move(items)) : IValue::NewTuple(std::move(items));
    }
    case Arg::Kind::kOpaque:
      return IValue(arg.opaque());
  }
  return absl::InternalError("unknown kind of argument");
}

}  // namespace t2n::script
