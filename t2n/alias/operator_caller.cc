#include "t2n/alias/operator_caller.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/alias/result_memory.h"
#include "t2n/base/status.h"
#include "t2n/ir/uniform.h"

namespace t2n {
namespace {

// Why what is read is not known, where another tensor that was written may be the same memory.
std::string WhyNotKnown(absl::string_view name, bool copies_or_shares) {
  return copies_or_shares
             ? absl::StrCat(
                   "a tensor is read that was written under another name, or was not: "
                   "whether ",
                   name,
                   " copies depends on strides that are not known here; call clone() "
                   "where a copy is meant")
             : absl::StrCat("a tensor is read that was written under another name: ", name,
                            " made a view of it that cannot be followed; call clone() before "
                            "writing");
}

bool IsInPlace(const CallState& call) {
  const Schema& schema = *call.choice.schema;
  return call.choice.in_place || (!schema.args.empty() && schema.args[0].type.written);
}

// squeeze_, transpose_ and the like: the tensor becomes the view.
bool BecomesView(const CallState& call) {
  const Schema& schema = *call.choice.schema;
  return !schema.returns.empty() && !schema.returns[0].alias.empty() && !schema.returns[0].written;
}

bool MayBeView(const CallState& call) {
  return call.source && (BecomesView(call) || !IsInPlace(call));
}

// The value that the operator is given for the source; null if that is no argument of its own.
Arg* ArgumentOf(CallState* call) {
  for (size_t i = 0; i < call->choice.args.size(); ++i) {
    if (call->choice.args[i].is_tensor() && call->Tensor(i) == call->source) {
      return &call->choice.args[i];
    }
  }
  return nullptr;
}

// One number everywhere, of open size, has no places: of views of it the builder makes such a
// tensor anew, which does not tell what part of it they are. Views of the stand-in do.
Val StandIn(const Val& x) {
  if (!x || x.is_constant() || x.rank() == 0 || ConstantShape(x.shape())) return Val();
  const Value& one = BeforeBroadcast(*x.get());
  const bool uniform = one.constant && one.constant->numel() == 1;
  return uniform ? x.builder()->Reverse(x, {0}) : Val();
}

// Whether all results are views of the source.
bool AreViews(const CallState& call, const Val& stand_in) {
  bool all = true;
  OperandOf(call.value, [&](const Val& value) {
    all = all && value && call.source->ViewOf(value, stand_in);
    return TensorRef::New(value);
  });
  return all;
}

}  // namespace

absl::StatusOr<Operand> OperatorCaller::CallOverload(absl::string_view name,
                                                     std::optional<absl::string_view> overload,
                                                     absl::Span<const Operand> positional,
                                                     absl::Span<const NamedOperand> keywords) {
  std::vector<Arg> values;
  for (const Operand& o : positional) {
    T2N_ASSIGN_OR_RETURN(Arg value, o.Read());
    values.push_back(std::move(value));
  }
  std::vector<NamedArg> named;
  for (const NamedOperand& k : keywords) {
    T2N_ASSIGN_OR_RETURN(Arg value, k.value.Read());
    named.push_back({k.name, std::move(value)});
  }
  CallState call{name, positional, keywords, {}, nullptr, {}};
  if (custom_ && custom_->Has(name)) {
    T2N_ASSIGN_OR_RETURN(const auto own, custom_->Choose(name, overload, values, named));
    call.choice = own.choice;
    T2N_ASSIGN_OR_RETURN(call.value, CustomOperators::Run(own, &b_, env_));
    return Finish(call);
  }
  absl::StatusOr<Registry::Choice> choice = Registry::Get().Choose(name, overload, values, named);
  if (absl::IsNotFound(choice.status())) {
    return WithExtensionToBegin(choice.status(),
                                ExtensionToBegin(name, overload.value_or(""), values, named));
  }
  T2N_ASSIGN_OR_RETURN(call.choice, std::move(choice));
  call.source = call.MarkedArgument();
  std::shared_ptr<TensorRef> first = call.source ? call.source : call.Tensor(0);
  if (call.rule().sharing == Sharing::kStorage && first) TakeStorage(first, &call);
  T2N_RETURN_IF_ERROR(Run(&call));
  T2N_RETURN_IF_ERROR(WriteUnmarked(call));
  return Finish(call);
}

absl::Status OperatorCaller::Run(CallState* call) {
  const std::shared_ptr<TensorRef> first = call->source ? call->source : call->Tensor(0);
  std::optional<Strided> memory;
  if (call->rule().asks && first) memory = first->Memory();
  const Strided* lies = memory ? &*memory : nullptr;
  Arg* of_source = MayBeView(*call) ? ArgumentOf(call) : nullptr;
  const Val stand_in = of_source ? StandIn(of_source->tensor()) : Val();
  if (stand_in) {
    const Arg given = std::exchange(*of_source, Arg(stand_in));
    T2N_ASSIGN_OR_RETURN(call->value, Registry::Get().Run(call->choice, &b_, env_, lies));
    if (AreViews(*call, stand_in)) {
      call->stand_in = stand_in;
      return absl::OkStatus();
    }
    *of_source = given;
  }
  T2N_ASSIGN_OR_RETURN(call->value, Registry::Get().Run(call->choice, &b_, env_, lies));
  return absl::OkStatus();
}

absl::StatusOr<Operand> OperatorCaller::Finish(const CallState& call) {
  return IsInPlace(call) ? WriteBack(call) : MakeResult(call);
}

// Operators that read the storage of a view get it in place of the view, where torch has the
// elements as the chain of views says. Returns what they get.
std::shared_ptr<TensorRef> OperatorCaller::TakeStorage(const std::shared_ptr<TensorRef>& view,
                                                       CallState* call) {
  const std::optional<Strided> memory = view->Memory();
  const std::shared_ptr<TensorRef> whole = view->Whole();
  if (!memory || !whole) return view;
  if (call->source) call->source = whole;
  call->choice.args[0] = Arg(whole->Read());
  Arg& offset = call->choice.args[call->choice.schema->IndexOf("storage_offset")];
  if (offset.is_none()) offset = Arg(memory->offset);
  return whole;
}

// Arguments that the operator's row, but not its schema, says are written.
absl::Status OperatorCaller::WriteUnmarked(const CallState& call) {
  if (!call.rule().writes) return absl::OkStatus();
  OpCall op(&b_, call.choice.schema, call.choice.args, &env_, &Registry::Get());
  const Writes writes = call.rule().writes(op);
  T2N_RETURN_IF_ERROR(b_.status());
  for (const auto& [name, value] : writes) {
    const std::shared_ptr<TensorRef> target = call.Tensor(call.choice.schema->IndexOf(name));
    if (!target) return absl::InternalError(absl::StrCat(call.name, ": ", name, " is no tensor"));
    T2N_RETURN_IF_ERROR(target->Write(value));
  }
  return absl::OkStatus();
}

// In place: the pure result becomes the first argument's value.
absl::StatusOr<Operand> OperatorCaller::WriteBack(const CallState& call) {
  std::shared_ptr<TensorRef> target = call.Tensor(0);
  if (!target || !call.value.is_tensor()) {
    return absl::UnimplementedError(absl::StrCat(call.name, ": written argument is no tensor"));
  }
  Val current = target->Read(), value = call.value.tensor();
  if (!current || !value) return absl::InternalError("a tensor without a value");
  if (BecomesView(call)) {
    *target = TensorRef(*call.source->Derive(value, call.stand_in));
    return Operand(target);
  }
  Val written = b_.BroadcastTo(b_.Cast(value, current.dtype()), current.shape());
  T2N_RETURN_IF_ERROR(b_.status());
  T2N_RETURN_IF_ERROR(target->Write(written));
  return Operand(target);
}

// A tensor of the call's result: a view of what it shares memory with, or one of its own.
std::shared_ptr<TensorRef> OperatorCaller::MakeTensor(const CallState& call,
                                                      std::optional<bool> shares,
                                                      const Val& value) {
  const MemoryRule& rule = call.rule();
  std::vector<std::shared_ptr<TensorRef>> seen;
  if (rule.sharing == Sharing::kUnmarked) seen = call.Tensors();
  if (call.source && shares == true) seen = {call.source};
  for (const auto& t : seen) {
    const bool unchanged = value == (call.stand_in ? call.stand_in : t->Read());
    if (rule.itself && unchanged && t->origin() == Origin::kTensor) return t;
    std::shared_ptr<TensorRef> view = t->ViewOf(value, call.stand_in);
    if (!view) continue;
    const std::optional<Strided> memory = rule.lies ? t->Memory() : std::nullopt;
    std::optional<Strided> lies = memory ? rule.lies(call.choice.args, {*memory}) : std::nullopt;
    if (lies) view->SetMemory(*std::move(lies));
    return view;
  }
  std::shared_ptr<TensorRef> own = TensorRef::New(value, NewOrder(call, value));
  const bool may_share = call.source && !shares && call.source->ViewOf(value, call.stand_in);
  // view_as_real, real, conj and the like.
  const bool is_view = call.source && shares == true &&
                       (rule.sharing == Sharing::kMarked || rule.sharing == Sharing::kStorage);
  if (may_share || is_view) {
    TensorRef::Tie(*own, *call.source, WhyNotKnown(call.name, may_share));
  }
  return own;
}

absl::StatusOr<Operand> OperatorCaller::MakeResult(const CallState& call) {
  const std::optional<bool> shares = call.source ? SharesMemory(call) : std::make_optional(false);
  Operand result =
      OperandOf(call.value, [&](const Val& value) { return MakeTensor(call, shares, value); });
  int numbers = 0, tensors = 0;
  for (size_t i = 0; i < call.choice.args.size(); ++i) {
    if (auto t = call.Tensor(i)) ++(t->is_number() ? numbers : tensors);
  }
  // Arithmetic on numbers gives a number.
  auto t = result.tensor();
  if (t && numbers > 0 && tensors == 0 && t->Read().rank() == 0) t->set_is_number();
  return result;
}

}  // namespace t2n
