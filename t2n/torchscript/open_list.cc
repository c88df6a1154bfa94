// Lists with an open number of items: what a loop over an open size has appended to, and what is
// unbound along an open axis.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/torchscript/evaluator.h"
#include "t2n/values/outline.h"

namespace t2n::script {

// torch.unbind along an open size; nullopt along a known one.
absl::StatusOr<std::optional<IValue>> Evaluator::UnbindOpen(TensorRef& tensor, const IValue& dim) {
  Val x = tensor.Read();
  const Dim* axis = dim.If<Dim>();
  if (!x || !axis || !axis->is_const()) return std::nullopt;
  int64_t at = axis->value() < 0 ? axis->value() + x.rank() : axis->value();
  if (at < 0 || at >= x.rank() || x.dim(at).is_const()) return std::nullopt;
  std::vector<int64_t> perm = {at};
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (i != at) perm.push_back(i);
  }
  auto list = std::make_shared<List>();
  list->tail = std::make_shared<OpenTail>(OpenTail{x.dim(at), builder_.Transpose(x, perm)});
  tensor.set_read_only("that was unbound along an open size");
  return IValue(list);
}

// append, len, stack, cat, indexing and reversal; nothing else is known of such a list.
absl::StatusOr<std::optional<IValue>> Evaluator::CallOnOpenList(const std::string& name,
                                                                const std::vector<IValue>& args,
                                                                const Keywords& keywords) {
  auto grows = [](const IValue& v) { return v.list() && v.list()->tail; };
  if (name == "aten::unbind" && !args.empty() && args[0].tensor()) {
    return UnbindOpen(*args[0].tensor(), args.size() > 1 ? args[1] : IValue(0));
  }
  if (std::none_of(args.begin(), args.end(), grows)) return std::nullopt;
  if (!grows(args[0])) return RefusedInOpenLoop(absl::StrCat(name, " of a list that grows"));
  std::shared_ptr<List> list = args[0].list();
  Val rows = list->tail->stacked;
  bool appends = name == "aten::append" || name == "aten::add_" || name == "aten::extend";
  if (!rows && appends && std::count_if(args.begin(), args.end(), grows) == 1) return std::nullopt;
  absl::Status refused = RefusedInOpenLoop(absl::StrCat(name, " of a list that grows"));
  if (!rows) return refused;
  const Dim& count = list->tail->count;
  int64_t before = static_cast<int64_t>(list->items.size());
  if (name == "aten::len" || name == "python::len") return IValue(count + Dim(before));
  if (name == "aten::__getitem__" && args.size() == 2) {
    const Dim* i = args[1].If<Dim>();
    if (i && *i == Dim(-1)) return IValue(TensorRef::New(builder_.SelectIndex(rows, 0, count - 1)));
    if (i && i->is_const() && i->value() >= 0 && i->value() < before)
      return list->items[i->value()];
    if (!i || before > 0 || Less(*i, 0) != false) return refused;
    return IValue(TensorRef::New(builder_.SelectIndex(rows, 0, *i)));
  }
  if (before > 0) {
    std::vector<Val> first;
    for (const IValue& item : list->items) {
      Val v = item.tensor() ? item.tensor()->Read() : Val();
      if (!v || v.dtype() != rows.dtype()) return refused;
      first.push_back(v);
    }
    rows = builder_.Concat({builder_.Stack(first, 0), rows}, 0);
  }
  bool whole_reversed = name == "aten::slice" && args.size() == 4 && args[1].is_none() &&
                        args[2].is_none() && args[3].If<Dim>() && *args[3].If<Dim>() == Dim(-1);
  if (name == "aten::reverse" || whole_reversed) {
    auto reversed = name == "aten::reverse" ? list : std::make_shared<List>();
    reversed->items.clear();
    reversed->tail =
        std::make_shared<OpenTail>(OpenTail{count + Dim(before), builder_.Reverse(rows, {0})});
    return name == "aten::reverse" ? IValue() : IValue(reversed);
  }
  if (name != "aten::stack" && name != "aten::cat" && name != "aten::concat") return refused;
  IValue dim = args.size() > 1 ? args[1] : IValue(0);
  for (const auto& [key, value] : keywords) {
    if (key == "dim") dim = value;
  }
  const Dim* axis = dim.If<Dim>();
  bool stack = name == "aten::stack";
  int64_t rank = rows.rank() - (stack ? 0 : 1);
  if (!axis || !axis->is_const()) return refused;
  int64_t at = axis->value() < 0 ? axis->value() + rank : axis->value();
  if (at < 0 || at >= rank) return absl::InvalidArgumentError(absl::StrCat(name, ": no such axis"));
  std::vector<int64_t> perm;
  for (int64_t i = 1; i < rows.rank(); ++i) perm.push_back(i);
  perm.insert(perm.begin() + at, 0);
  Val joined = builder_.Transpose(rows, perm);
  if (!stack) {
    Shape shape = joined.shape();
    shape[at] = shape[at] * shape[at + 1];
    shape.erase(shape.begin() + at + 1);
    joined = builder_.Reshape(joined, shape);
  }
  T2N_RETURN_IF_ERROR(builder_.status());
  return IValue(TensorRef::New(joined));
}

}  // namespace t2n::script
