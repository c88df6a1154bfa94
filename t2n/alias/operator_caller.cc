#include "t2n/alias/operator_caller.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/aten/common.h"
#include "t2n/aten/memory.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

// A storage that is full of one known value: not kept element by element.
std::optional<Tensor> Filling(const Val& base) {
  constexpr int64_t kMaxElements = 1 << 20;
  std::optional<std::vector<int64_t>> sizes = ConstantShape(base.shape());
  bool spread = base && base->node->op == Op::kBroadcast;
  const Value* value = spread ? base->node->inputs[0] : base.get();
  if (!sizes || !value || !value->is_constant()) return std::nullopt;
  Tensor t = *value->constant;
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    if (t.sizes[i] != 1 && t.strides[i] != 0) return std::nullopt;
  }
  t.sizes = *std::move(sizes);
  t.strides.assign(t.sizes.size(), 0);
  return t.numel() <= kMaxElements ? std::make_optional(std::move(t)) : std::nullopt;
}

bool LiesDensely(const Val& base) { return IsDense(base) || Filling(base).has_value(); }

// The storage of a view, element by element; read only if it had to be written out for that.
absl::StatusOr<std::shared_ptr<TensorRef>> WholeStorage(TensorRef& view, Builder& b) {
  std::optional<Tensor> filling = Filling(view.storage()->base);
  if (!filling) return view.Whole();
  T2N_ASSIGN_OR_RETURN(Tensor dense, MakeContiguous(*filling));
  std::shared_ptr<TensorRef> whole = TensorRef::New(b.Constant(std::move(dense)));
  for (TensorRef* t : {&view, whole.get()}) t->set_read_only("that as_strided has read");
  return whole;
}

// Whether all tensors of an operator's result are aliases of `source`.
bool SharesStorage(const Operand& result, const TensorRef& source) {
  if (auto t = result.tensor()) return t->storage() == source.storage();
  return !result.items() || std::all_of(result.items()->begin(), result.items()->end(),
                                        [&](const Operand& o) { return SharesStorage(o, source); });
}

void SetReadOnly(const Operand& result, const std::string& why) {
  if (auto t = result.tensor()) t->set_read_only(why);
  if (!result.items()) return;
  for (const Operand& item : *result.items()) SetReadOnly(item, why);
}

}  // namespace

Sharing OperatorCaller::CallState::sharing() const {
  return choice.entry->memory ? choice.entry->memory->sharing : Sharing::kMarked;
}

std::shared_ptr<TensorRef> OperatorCaller::CallState::Tensor(size_t i) const {
  const SchemaArg& formal = choice.schema->args[i];
  if (i < positional.size() && !formal.keyword_only) return positional[i].tensor();
  for (const NamedOperand& k : keywords) {
    if (k.name == formal.name) return k.value.tensor();
  }
  return nullptr;
}

std::shared_ptr<TensorRef> OperatorCaller::CallState::MarkedArgument() const {
  const Schema& schema = *choice.schema;
  const bool marked = std::any_of(schema.returns.begin(), schema.returns.end(),
                                  [](const SchemaType& r) { return !r.alias.empty(); });
  for (size_t i = 0; marked && i < schema.args.size(); ++i) {
    if (!schema.args[i].type.alias.empty()) return Tensor(i);
  }
  return nullptr;
}

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
  T2N_ASSIGN_OR_RETURN(call.choice, Registry::Get().Choose(name, overload, values, named));
  call.source = call.MarkedArgument();
  if (call.sharing() == Sharing::kStorage) T2N_RETURN_IF_ERROR(TakeStorage(&call));
  T2N_ASSIGN_OR_RETURN(call.value, Registry::Run(call.choice, &b_, env_));
  T2N_RETURN_IF_ERROR(WriteUnmarked(call));
  const Schema& schema = *call.choice.schema;
  bool writes = call.choice.in_place || (!schema.args.empty() && schema.args[0].type.written);
  return writes ? WriteBack(call) : MakeResult(call);
}

// Operators that read the storage of a view get it in place of the view, where torch has the
// elements as the chain of views says.
absl::Status OperatorCaller::TakeStorage(CallState* call) {
  const std::shared_ptr<TensorRef> view = call->source;
  if (!view || IsDense(view->Read()) || !LiesDensely(view->storage()->base)) {
    return absl::OkStatus();
  }
  std::optional<TensorRef::Layout> layout = view->MemoryLayout();
  if (!layout) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(call->source, WholeStorage(*view, b_));
  call->choice.args[0] = Arg(call->source->Read());
  Arg& offset = call->choice.args[call->choice.schema->IndexOf("storage_offset")];
  if (offset.is_none()) offset = Arg(layout->offset);
  return absl::OkStatus();
}

// Arguments that the operator's row, but not its schema, says are written.
absl::Status OperatorCaller::WriteUnmarked(const CallState& call) {
  const MemoryRule* rule = call.choice.entry->memory;
  if (!rule || !rule->writes) return absl::OkStatus();
  OpCall op(&b_, call.choice.schema, call.choice.args, &env_);
  const Writes writes = rule->writes(op);
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
  const Schema& schema = *call.choice.schema;
  std::shared_ptr<TensorRef> target = call.Tensor(0);
  if (!target || !call.value.is_tensor()) {
    return absl::UnimplementedError(absl::StrCat(call.name, ": written argument is no tensor"));
  }
  Val current = target->Read(), value = call.value.tensor();
  if (!current || !value) return absl::InternalError("a tensor without a value");
  if (!schema.returns.empty() && !schema.returns[0].alias.empty() && !schema.returns[0].written) {
    // squeeze_, transpose_ and the like: the tensor becomes the view.
    *target = TensorRef(*call.source->Derive(value));
    return Operand(target);
  }
  Val written = b_.BroadcastTo(b_.Cast(value, current.dtype()), current.shape());
  T2N_RETURN_IF_ERROR(b_.status());
  T2N_RETURN_IF_ERROR(target->Write(written));
  return Operand(target);
}

// Whether the results of the call are new although the schema marks them.
bool OperatorCaller::Copies(const CallState& call) const {
  const TensorRef& source = *call.source;
  const int copy = call.choice.schema->IndexOf("copy");
  switch (call.sharing()) {
    case Sharing::kMarked:
    case Sharing::kStorage:
      return false;
    case Sharing::kIfContiguous:
      return !source.IsContiguous();
    case Sharing::kIfUnchanged:
      return copy >= 0 && call.choice.args[copy].is_bool() && call.choice.args[copy].boolean();
    case Sharing::kIfStridesAllow:
      return !source.IsContiguous() &&
             !(call.value.is_tensor() && LiesDensely(source.storage()->base) &&
               source.IsViewAs(call.value.tensor().shape()));
  }
  return false;
}

absl::StatusOr<Operand> OperatorCaller::MakeResult(const CallState& call) {
  const bool shares = call.source && !Copies(call);
  Operand result = OperandOf(call.value, shares ? call.source : nullptr);
  const bool must_share = call.sharing() == Sharing::kMarked || call.sharing() == Sharing::kStorage;
  if (shares && must_share && !SharesStorage(result, *call.source)) {
    // In torch both see each other's writes (view_as_real, real, conj ...), here they would not.
    std::string why = absl::StrCat("of which ", call.name, " made another view");
    call.source->set_read_only(why);
    SetReadOnly(result, why);
  }
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
