// Lists, tuples, dicts and optionals.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/values/builtins.h"
#include "t2n/values/lists.h"
#include "t2n/values/slices.h"

namespace t2n {

absl::StatusOr<SliceItems> ItemsOfSlice(const BuiltinCall& c, int64_t size) {
  std::optional<int64_t> bounds[3];
  constexpr absl::string_view kNames[] = {"start", "end", "step"};
  for (size_t i = 0; i < 3; ++i) {
    const IValue* v = c.Get(i + 1, kNames[i]);
    if (!v || v->is_none()) continue;
    const Dim* d = v->If<Dim>();
    if (!d || !d->is_const()) return absl::UnimplementedError("a slice that is not known");
    bounds[i] = d->value();
  }
  if (bounds[2] == 0) return Raised("slice step cannot be zero");
  return ItemsOfSlice(size, bounds[0], bounds[1], bounds[2].value_or(1));
}

absl::Status TooMany() {
  return absl::ResourceExhaustedError(
      absl::StrCat("a list of more than ", limits::kMaxItems, " items"));
}

absl::Status EqualUnknown(const IValue& a, const IValue& b) {
  return Undecided(absl::StrCat(Str(a), "==", Str(b)), 0);
}

namespace {

absl::Status NoKey(const IValue& key) { return Raised(absl::StrCat("KeyError: ", Str(key))); }

std::vector<IValue>* Sequence(const IValue& v) {
  if (auto l = v.list()) return &l->items;
  if (auto t = v.tuple()) return &t->items;
  return nullptr;
}

// A list index, negative from the end.
absl::StatusOr<size_t> Index(const IValue& v, size_t size) {
  const Dim* d = v.If<Dim>();
  if (!d || !d->is_const()) return absl::UnimplementedError("an index that is not known");
  int64_t i = d->value() < 0 ? d->value() + static_cast<int64_t>(size) : d->value();
  if (i < 0 || i >= static_cast<int64_t>(size)) {
    return Raised(absl::StrCat("list index out of range: ", d->value(), " of ", size, " items"));
  }
  return static_cast<size_t>(i);
}

BuiltinResult Len(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (auto* s = Sequence(c.args[0])) return IValue(static_cast<int64_t>(s->size()));
  if (auto d = c.args[0].dict()) return IValue(static_cast<int64_t>(d->items.size()));
  return std::nullopt;
}

BuiltinResult GetItem(const BuiltinCall& c) {
  if (c.args.size() != 2) return std::nullopt;
  if (auto* s = Sequence(c.args[0])) {
    T2N_ASSIGN_OR_RETURN(size_t i, Index(c.args[1], s->size()));
    return (*s)[i];
  }
  if (auto d = c.args[0].dict()) {
    IValue* found = d->Find(c.args[1]);
    if (!found) return NoKey(c.args[1]);
    return *found;
  }
  if (auto o = c.args[0].object()) {  // a ModuleList or ModuleDict
    IValue* found = o->Find(Str(c.args[1]));
    if (!found) return absl::NotFoundError(absl::StrCat("no module ", Str(c.args[1])));
    return *found;
  }
  return std::nullopt;
}

BuiltinResult SetItem(const BuiltinCall& c) {
  if (c.args.size() != 3) return std::nullopt;
  if (auto l = c.args[0].list()) {
    T2N_ASSIGN_OR_RETURN(size_t i, Index(c.args[1], l->items.size()));
    l->items[i] = c.args[2];
    return c.args[0];
  }
  if (auto d = c.args[0].dict()) {
    d->Set(c.args[1], c.args[2]);
    return IValue();
  }
  return std::nullopt;
}

BuiltinResult Delete(const BuiltinCall& c) {
  if (c.args.size() != 2) return std::nullopt;
  if (auto l = c.args[0].list()) {
    T2N_ASSIGN_OR_RETURN(size_t i, Index(c.args[1], l->items.size()));
    l->items.erase(l->items.begin() + i);
    return IValue();
  }
  if (auto d = c.args[0].dict()) {
    if (!d->Erase(c.args[1])) return NoKey(c.args[1]);
    return IValue();
  }
  return std::nullopt;
}

BuiltinResult Contains(const BuiltinCall& c) {
  if (c.args.size() != 2) return std::nullopt;
  if (auto d = c.args[0].dict()) return IValue(d->Find(c.args[1]) != nullptr);
  auto* s = Sequence(c.args[0]);
  if (!s) return std::nullopt;
  const IValue* undecided = nullptr;
  for (const IValue& item : *s) {
    std::optional<bool> same = Equals(item, c.args[1]);
    if (same == true) return IValue(true);
    if (!same) undecided = &item;
  }
  if (undecided) return EqualUnknown(*undecided, c.args[1]);
  return IValue(false);
}

BuiltinResult Append(const BuiltinCall& c) {
  if (c.args.size() != 2 || !c.args[0].list()) return std::nullopt;
  c.args[0].list()->items.push_back(c.args[1]);
  return c.args[0];
}

BuiltinResult Insert(const BuiltinCall& c) {
  if (c.args.size() != 3 || !c.args[0].list()) return std::nullopt;
  auto& items = c.args[0].list()->items;
  const Dim* d = c.args[1].If<Dim>();
  if (!d || !d->is_const()) return absl::UnimplementedError("an index that is not known");
  int64_t n = static_cast<int64_t>(items.size());
  int64_t i = d->value() < 0 ? d->value() + n : d->value();
  items.insert(items.begin() + std::clamp<int64_t>(i, 0, n), c.args[2]);
  return IValue();
}

BuiltinResult Pop(const BuiltinCall& c) {
  if (c.args.empty()) return std::nullopt;
  if (auto l = c.args[0].list()) {
    T2N_ASSIGN_OR_RETURN(size_t i,
                         Index(c.args.size() > 1 ? c.args[1] : IValue(-1), l->items.size()));
    IValue v = l->items[i];
    l->items.erase(l->items.begin() + i);
    return v;
  }
  if (auto d = c.args[0].dict(); d && c.args.size() > 1) {
    if (IValue* found = d->Find(c.args[1])) {
      IValue v = *found;
      d->Erase(c.args[1]);
      return v;
    }
    if (c.args.size() > 2) return c.args[2];
    return NoKey(c.args[1]);
  }
  return std::nullopt;
}

BuiltinResult Extend(const BuiltinCall& c) {
  if (c.args.size() != 2 || !c.args[0].list()) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(std::vector<IValue> more, Items(c.args[1]));
  auto& items = c.args[0].list()->items;
  if (items.size() + more.size() > limits::kMaxItems) return TooMany();
  items.insert(items.end(), more.begin(), more.end());
  return IValue();
}

// What the items of a list are, as far as it or `other` tells.
std::optional<DType> ItemType(const IValue& list, const IValue& other = IValue()) {
  if (list.list() && list.list()->item_type) return list.list()->item_type;
  return other.list() ? other.list()->item_type : std::nullopt;
}

BuiltinResult Concatenate(const BuiltinCall& c) {
  if (c.args.size() != 2 || !c.args[0].list() || !c.args[1].list()) return std::nullopt;
  std::vector<IValue> items = c.args[0].list()->items;
  const auto& more = c.args[1].list()->items;
  if (items.size() + more.size() > limits::kMaxItems) return TooMany();
  items.insert(items.end(), more.begin(), more.end());
  if (c.name == "add_" && c.args[0].list() == c.args[1].list() && !more.empty()) {
    return absl::UnimplementedError("a list added to itself in place: torch loses the items");
  }
  if (c.name == "add_") {
    c.args[0].list()->items = items;
    return c.args[0];
  }
  return IValue::NewList(std::move(items), ItemType(c.args[0], c.args[1]));
}

BuiltinResult Repeat(const BuiltinCall& c) {
  if (c.args.size() != 2) return std::nullopt;
  const IValue& list = c.args[0].list() ? c.args[0] : c.args[1];
  const IValue& count = c.args[0].list() ? c.args[1] : c.args[0];
  const Dim* n = count.If<Dim>();
  if (!list.list() || !n) return std::nullopt;
  if (!n->is_const()) return absl::UnimplementedError("a list repeated an unknown number of times");
  const auto& part = list.list()->items;
  if (n->value() < 0 && !part.empty() && c.name == "mul") return Raised("a negative list size");
  if (n->value() > 0 && static_cast<double>(n->value()) * part.size() > limits::kMaxItems) {
    return TooMany();
  }
  std::vector<IValue> items;
  const int64_t times = part.empty() ? 0 : n->value();
  for (int64_t i = 0; i < times; ++i) items.insert(items.end(), part.begin(), part.end());
  if (c.name == "mul_") {
    list.list()->items = std::move(items);
    return list;
  }
  return IValue::NewList(std::move(items), ItemType(list));
}

BuiltinResult Slice(const BuiltinCall& c) {
  if (c.args.empty()) return std::nullopt;
  auto* s = Sequence(c.args[0]);
  if (!s) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(SliceItems taken, ItemsOfSlice(c, static_cast<int64_t>(s->size())));
  std::vector<IValue> items;
  for (int64_t i = 0; i < taken.count; ++i) items.push_back((*s)[taken.start + i * taken.step]);
  if (!c.args[0].list()) return IValue::NewTuple(std::move(items));
  return IValue::NewList(std::move(items), ItemType(c.args[0]));
}

BuiltinResult CopyList(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (auto d = c.args[0].dict(); d && c.name != "list") {
    auto copy = std::make_shared<Dict>(*d);
    return IValue(copy);
  }
  if (!Sequence(c.args[0]) && !c.args[0].dict() && !c.args[0].If<std::string>()) {
    return std::nullopt;
  }
  T2N_ASSIGN_OR_RETURN(std::vector<IValue> items, Items(c.args[0]));
  return IValue::NewList(std::move(items), ItemType(c.args[0]));
}

BuiltinResult Reverse(const BuiltinCall& c) {
  if (c.args.size() != 1 || !c.args[0].list()) return std::nullopt;
  auto& items = c.args[0].list()->items;
  std::reverse(items.begin(), items.end());
  return IValue();
}

BuiltinResult Clear(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (auto l = c.args[0].list())
    l->items.clear();
  else if (auto d = c.args[0].dict())
    d->items.clear();
  else
    return std::nullopt;
  return IValue();
}

BuiltinResult DictViews(const BuiltinCall& c) {
  auto d = c.args.size() == 1 ? c.args[0].dict() : nullptr;
  if (!d) return std::nullopt;
  std::vector<IValue> out;
  for (const auto& [k, v] : d->items) {
    out.push_back(c.name == "keys" ? k : c.name == "values" ? v : IValue::NewTuple({k, v}));
  }
  return IValue::NewList(std::move(out));
}

BuiltinResult DictGet(const BuiltinCall& c) {
  auto d = c.args.size() >= 2 ? c.args[0].dict() : nullptr;
  if (!d) return std::nullopt;
  if (IValue* found = d->Find(c.args[1])) return *found;
  IValue otherwise = c.args.size() > 2 ? c.args[2] : IValue();
  if (c.name == "setdefault") d->Set(c.args[1], otherwise);
  return otherwise;
}

// The first pair goes, as in torch.
BuiltinResult DictPopItem(const BuiltinCall& c) {
  auto d = c.args.size() == 1 ? c.args[0].dict() : nullptr;
  if (!d) return std::nullopt;
  if (d->items.empty()) return Raised("popitem(): dictionary is empty");
  const auto [key, value] = d->items[0];
  d->Erase(key);
  return IValue::NewTuple({key, value});
}

BuiltinResult DictUpdate(const BuiltinCall& c) {
  auto d = c.args.size() == 2 ? c.args[0].dict() : nullptr;
  if (!d || !c.args[1].dict()) return std::nullopt;
  for (const auto& [k, v] : c.args[1].dict()->items) d->Set(k, v);
  return IValue();
}

// dict([(k, v), ...])
BuiltinResult NewDict(const BuiltinCall& c) {
  auto dict = std::make_shared<Dict>();
  if (c.args.size() == 1 && c.args[0].list()) {
    for (const IValue& item : c.args[0].list()->items) {
      auto* pair = Sequence(item);
      if (!pair || pair->size() != 2) return std::nullopt;
      dict->Set((*pair)[0], (*pair)[1]);
    }
  } else if (c.args.size() == 1 && c.args[0].dict()) {
    *dict = *c.args[0].dict();
  } else if (!c.args.empty()) {
    return std::nullopt;
  }
  return IValue(dict);
}

BuiltinResult Unwrap(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  if (c.args[0].is_none()) {
    return Raised("Unwrapping null optional");
  }
  return c.args[0];
}

BuiltinResult Identity(const BuiltinCall& c) {
  if (c.args.size() != 1) return std::nullopt;
  return c.args[0];
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::len", Len},
    {"python::len", Len},
    {"aten::__getitem__", GetItem},
    {"aten::_set_item", SetItem},
    {"aten::Delete", Delete, kVisitsItems},
    {"aten::__contains__", Contains, kVisitsItems},
    {"aten::append", Append, kAppends},
    {"aten::insert", Insert, kVisitsItems},
    {"aten::pop", Pop, kVisitsItems},
    {"aten::extend", Extend, kAppends},
    {"aten::add", Concatenate},
    {"aten::add_", Concatenate, kAppends},
    {"aten::mul", Repeat},
    {"aten::mul_", Repeat},
    {"aten::slice", Slice},
    {"aten::list", CopyList},
    {"aten::copy", CopyList},
    {"aten::reverse", Reverse, kVisitsItems},
    {"aten::clear", Clear},
    {"aten::keys", DictViews},
    {"aten::values", DictViews},
    {"aten::items", DictViews},
    {"aten::get", DictGet},
    {"aten::setdefault", DictGet},
    {"aten::popitem", DictPopItem},
    {"aten::update", DictUpdate},
    {"aten::dict", NewDict},
    {"python::dict", NewDict},
    {"aten::_unwrap_optional", Unwrap},
    {"prim::unchecked_unwrap_optional", Unwrap},
    {"aten::wait", Identity},
    {"aten::Size", Identity},
};

}  // namespace

absl::Span<const BuiltinEntry> ContainerBuiltins() { return kBuiltins; }

}  // namespace t2n
