#include "t2n/torchscript/open_list.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/values/outline.h"

namespace t2n::script {
namespace {

bool Grows(const IValue& v) { return v.list() && v.list()->tail; }

absl::Status Refused(const OperatorCall& call) {
  return RefusedInOpenLoop(absl::StrCat(call.name, " of a list that grows"));
}

// ---- On a list whose rows are there ----

Answer Len(const OperatorCall& call, Builder&) {
  const List& list = *call.args[0].list();
  return IValue(list.tail->count + Dim(static_cast<int64_t>(list.items.size())));
}

Answer GetItem(const OperatorCall& call, Builder& b) {
  const List& list = *call.args[0].list();
  const Val& rows = list.tail->stacked;
  const int64_t before = static_cast<int64_t>(list.items.size());
  const Dim* i = call.args.size() == 2 ? call.args[1].If<Dim>() : nullptr;
  if (!i) return Refused(call);
  if (*i == Dim(-1)) return IValue(TensorRef::New(b.SelectIndex(rows, 0, list.tail->count - 1)));
  if (i->is_const() && i->value() >= 0 && i->value() < before) return list.items[i->value()];
  if (before > 0 || Less(*i, 0) != false) return Refused(call);
  return IValue(TensorRef::New(b.SelectIndex(rows, 0, *i)));
}

// All items as rows; null if they have none in common.
Val AllRows(const List& list, Builder& b) {
  const Val& rows = list.tail->stacked;
  if (list.items.empty()) return rows;
  std::vector<Val> first;
  for (const IValue& item : list.items) {
    const Val v = item.tensor() ? item.tensor()->Read() : Val();
    if (!v || v.dtype() != rows.dtype()) return Val();
    first.push_back(v);
  }
  return b.Concat({b.Stack(first, 0), rows}, 0);
}

Answer ReverseInto(const std::shared_ptr<List>& reversed, const OperatorCall& call, Builder& b) {
  const List& list = *call.args[0].list();
  const Val rows = AllRows(list, b);
  if (!rows) return Refused(call);
  const Dim count = list.tail->count + Dim(static_cast<int64_t>(list.items.size()));
  reversed->items.clear();
  reversed->tail = std::make_shared<OpenTail>(OpenTail{count, b.Reverse(rows, {0})});
  return IValue(reversed);
}

Answer Reverse(const OperatorCall& call, Builder& b) {
  T2N_RETURN_IF_ERROR(ReverseInto(call.args[0].list(), call, b).status());
  return IValue();
}

// `list[::-1]`.
Answer Slice(const OperatorCall& call, Builder& b) {
  const std::vector<IValue>& args = call.args;
  const bool whole_reversed = args.size() == 4 && args[1].is_none() && args[2].is_none() &&
                              args[3].If<Dim>() && *args[3].If<Dim>() == Dim(-1);
  return whole_reversed ? ReverseInto(std::make_shared<List>(), call, b) : Refused(call);
}

Answer Join(const OperatorCall& call, Builder& b, bool stack) {
  const Val rows = AllRows(*call.args[0].list(), b);
  if (!rows) return Refused(call);
  IValue dim = call.args.size() > 1 ? call.args[1] : IValue(0);
  for (const auto& [key, value] : call.keywords) {
    if (key == "dim") dim = value;
  }
  const Dim* axis = dim.If<Dim>();
  const int64_t rank = rows.rank() - (stack ? 0 : 1);
  if (!axis || !axis->is_const()) return Refused(call);
  const int64_t at = axis->value() < 0 ? axis->value() + rank : axis->value();
  if (at < 0 || at >= rank) {
    return absl::InvalidArgumentError(absl::StrCat(call.name, ": no such axis"));
  }
  std::vector<int64_t> perm;
  for (int64_t i = 1; i < rows.rank(); ++i) perm.push_back(i);
  perm.insert(perm.begin() + at, 0);
  Val joined = b.Transpose(rows, perm);
  if (!stack) {
    Shape shape = joined.shape();
    shape[at] = shape[at] * shape[at + 1];
    shape.erase(shape.begin() + at + 1);
    joined = b.Reshape(joined, shape);
  }
  T2N_RETURN_IF_ERROR(b.status());
  return IValue(TensorRef::New(joined));
}

Answer Stack(const OperatorCall& call, Builder& b) { return Join(call, b, true); }
Answer Concat(const OperatorCall& call, Builder& b) { return Join(call, b, false); }

struct Row {
  absl::string_view name;
  Answer (*fn)(const OperatorCall& call, Builder& b);
};

constexpr Row kOnOpenLists[] = {
    {"aten::__getitem__", GetItem}, {"aten::cat", Concat},
    {"aten::concat", Concat},       {"aten::len", Len},
    {"python::len", Len},           {"aten::reverse", Reverse},
    {"aten::slice", Slice},         {"aten::stack", Stack},
};

}  // namespace

Answer UnbindOpenAxis(const OperatorCall& call, Machine& machine) {
  const std::shared_ptr<TensorRef> tensor = call.args.empty() ? nullptr : call.args[0].tensor();
  const Val x = tensor ? tensor->Read() : Val();
  const IValue dim = call.args.size() > 1 ? call.args[1] : IValue(0);
  const Dim* axis = dim.If<Dim>();
  if (!x || !axis || !axis->is_const()) return std::nullopt;
  const int64_t at = axis->value() < 0 ? axis->value() + x.rank() : axis->value();
  if (at < 0 || at >= x.rank() || x.dim(at).is_const()) return std::nullopt;
  std::vector<int64_t> perm = {at};
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (i != at) perm.push_back(i);
  }
  auto list = std::make_shared<List>();
  list->tail = std::make_shared<OpenTail>(OpenTail{x.dim(at), machine.builder.Transpose(x, perm)});
  tensor->set_read_only("that was unbound along an open size");
  return IValue(list);
}

Answer CallOnOpenList(const OperatorCall& call, Machine& machine) {
  const auto growing = std::count_if(call.args.begin(), call.args.end(), Grows);
  if (growing == 0) return std::nullopt;
  if (!Grows(call.args[0])) return Refused(call);
  if (!call.args[0].list()->tail->stacked) {
    // Inside the loop that appends to it, a list does nothing else.
    if (growing == 1 && call.Has(kAppends)) return std::nullopt;
    return Refused(call);
  }
  for (const Row& row : kOnOpenLists) {
    if (row.name == call.name) return row.fn(call, machine.builder);
  }
  return Refused(call);
}

}  // namespace t2n::script
