// Lists, tuples, dicts and optionals.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "parsers/limits.h"
#include "t2n/base/status.h"
#include "t2n/script/builtins.h"

namespace t2n::script {
namespace {

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
    return absl::OutOfRangeError(absl::StrCat("index ", d->value(), " of ", size, " items"));
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
    if (!found) return absl::NotFoundError(absl::StrCat("no key ", Str(c.args[1])));
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
    if (!d->Erase(c.args[1])) {
      return absl::NotFoundError(absl::StrCat("no key ", Str(c.args[1])));
    }
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
  if (undecided) return Undecided(absl::StrCat(Str(*undecided), "==", Str(c.args[1])), 0);
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
    return absl::NotFoundError(absl::StrCat("no key ", Str(c.args[1])));
  }
  return std::nullopt;
}

BuiltinResult Extend(const BuiltinCall& c) {
  if (c.args.size() != 2 || !c.args[0].list()) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(std::vector<IValue> more, Items(c.args[1]));
  auto& items = c.args[0].list()->items;
  items.insert(items.end(), more.begin(), more.end());
  return IValue();
}

BuiltinResult Concatenate(const BuiltinCall& c) {
  if (c.args.size() != 2 || !c.args[0].list() || !c.args[1].list()) return std::nullopt;
  std::vector<IValue> items = c.args[0].list()->items;
  const auto& more = c.args[1].list()->items;
  items.insert(items.end(), more.begin(), more.end());
  if (c.name == "add_") {
    c.args[0].list()->items = items;
    return c.args[0];
  }
  return IValue::NewList(std::move(items));
}

BuiltinResult Repeat(const BuiltinCall& c) {
  if (c.args.size() != 2) return std::nullopt;
  const IValue& list = c.args[0].list() ? c.args[0] : c.args[1];
  const IValue& count = c.args[0].list() ? c.args[1] : c.args[0];
  const Dim* n = count.If<Dim>();
  if (!list.list() || !n) return std::nullopt;
  if (!n->is_const()) return absl::UnimplementedError("a list repeated an unknown number of times");
  const auto& part = list.list()->items;
  if (n->value() > 0 && static_cast<double>(n->value()) * part.size() > limits::kMaxItems) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a list of more than ", limits::kMaxItems, " items"));
  }
  std::vector<IValue> items;
  for (int64_t i = 0; i < n->value(); ++i) items.insert(items.end(), part.begin(), part.end());
  return IValue::NewList(std::move(items));
}

BuiltinResult Slice(const BuiltinCall& c) {
  if (c.args.empty()) return std::nullopt;
  auto* s = Sequence(c.args[0]);
  if (!s) return std::nullopt;
  int64_t n = static_cast<int64_t>(s->size());
  auto bound = [&](size_t i, absl::string_view key, int64_t otherwise) -> absl::StatusOr<int64_t> {
    const IValue* v = c.Get(i, key);
    if (!v || v->is_none()) return otherwise;
    const Dim* d = v->If<Dim>();
    if (!d || !d->is_const()) return absl::UnimplementedError("a slice that is not known");
    return d->value();
  };
  T2N_ASSIGN_OR_RETURN(int64_t step, bound(3, "step", 1));
  if (step == 0) return absl::InvalidArgumentError("a slice with step 0");
  T2N_ASSIGN_OR_RETURN(int64_t begin, bound(1, "start", step > 0 ? 0 : n - 1));
  T2N_ASSIGN_OR_RETURN(int64_t end, bound(2, "end", step > 0 ? n : -n - 1));
  if (begin < 0) begin += n;
  if (end < 0) end += n;
  begin = std::clamp<int64_t>(begin, step > 0 ? 0 : -1, step > 0 ? n : n - 1);
  end = std::clamp<int64_t>(end, step > 0 ? 0 : -1, step > 0 ? n : n - 1);
  std::vector<IValue> items;
  for (int64_t i = begin; step > 0 ? i < end : i > end; i += step) items.push_back((*s)[i]);
  return c.args[0].list() ? IValue::NewList(std::move(items)) : IValue::NewTuple(std::move(items));
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
  return IValue::NewList(std::move(items));
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

absl::StatusOr<bool> LessThan(const IValue& a, const IValue& b) {
  if (const auto* s = a.If<std::string>()) {
    if (const auto* t = b.If<std::string>()) return *s < *t;
  }
  const Dim *x = a.If<Dim>(), *y = b.If<Dim>();
  if (x && y) {
    std::optional<bool> less = Less(*x, *y);
    if (less) return *less;
  }
  const double *p = a.If<double>(), *q = b.If<double>();
  if (p && q) return *p < *q;
  const auto *s = Sequence(a), *t = Sequence(b);
  for (size_t i = 0; s && t; ++i) {
    if (i == s->size() || i == t->size()) return s->size() < t->size();
    T2N_ASSIGN_OR_RETURN(bool less, LessThan((*s)[i], (*t)[i]));
    if (less) return true;
    T2N_ASSIGN_OR_RETURN(bool greater, LessThan((*t)[i], (*s)[i]));
    if (greater) return false;
  }
  return absl::UnimplementedError("sorting items whose order is not known");
}

BuiltinResult Sort(const BuiltinCall& c) {
  if (c.args.empty() || !c.args[0].list()) return std::nullopt;
  std::vector<IValue> items = c.args[0].list()->items;
  bool descending =
      c.Get(1, "reverse") && c.Get(1, "reverse")->If<bool>() && *c.Get(1, "reverse")->If<bool>();
  absl::Status status;
  std::stable_sort(items.begin(), items.end(), [&](const IValue& a, const IValue& b) {
    auto less = descending ? LessThan(b, a) : LessThan(a, b);
    if (!less.ok()) status = less.status();
    return less.value_or(false);
  });
  T2N_RETURN_IF_ERROR(status);
  if (c.name == "sorted") return IValue::NewList(std::move(items));
  c.args[0].list()->items = std::move(items);
  return IValue();
}

BuiltinResult Find(const BuiltinCall& c) {
  if (c.args.size() < 2 || !c.args[0].list()) return std::nullopt;
  auto& items = c.args[0].list()->items;
  int64_t count = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    if (Equals(items[i], c.args[1]) != true) continue;
    if (c.name == "index") return IValue(static_cast<int64_t>(i));
    if (c.name == "remove") {
      items.erase(items.begin() + i);
      return IValue();
    }
    ++count;
  }
  if (c.name == "count") return IValue(count);
  return absl::NotFoundError(absl::StrCat(Str(c.args[1]), " is not in the list"));
}

// all and any of a list.
BuiltinResult AllAny(const BuiltinCall& c) {
  if (c.args.size() != 1 || !c.args[0].list()) return std::nullopt;
  bool any = c.name == "any";
  for (const IValue& item : c.args[0].list()->items) {
    T2N_ASSIGN_OR_RETURN(bool truth, Truth(item));
    if (truth == any) return IValue(any);
  }
  return IValue(!any);
}

BuiltinResult Range(const BuiltinCall& c) {
  int64_t bounds[3] = {0, 0, 1};
  if (c.args.empty() || c.args.size() > 3) return std::nullopt;
  for (size_t i = 0; i < c.args.size(); ++i) {
    const Dim* d = c.args[i].If<Dim>();
    if (!d) return std::nullopt;
    if (!d->is_const()) {
      return absl::UnimplementedError(
          absl::StrCat("a loop over the size ", d->ToString(),
                       ", which is not known at conversion; give the input a fixed size there"));
    }
    bounds[c.args.size() == 1 ? 1 : i] = d->value();
  }
  if (bounds[2] == 0) return absl::InvalidArgumentError("range() with step 0");
  std::vector<IValue> items;
  int64_t i = bounds[0];
  while (bounds[2] > 0 ? i < bounds[1] : i > bounds[1]) {
    if (items.size() > limits::kMaxItems) {
      return absl::ResourceExhaustedError(absl::StrCat("a range above ", limits::kMaxItems));
    }
    items.emplace_back(i);
    if (__builtin_add_overflow(i, bounds[2], &i)) break;
  }
  return IValue::NewList(std::move(items));
}

// torch.__range_length(lo, hi, step) and torch.__derive_index(i, start, step) of lowered loops.
BuiltinResult RangeLength(const BuiltinCall& c) {
  if (c.args.size() != 3) return std::nullopt;
  const Dim *lo = c.args[0].If<Dim>(), *hi = c.args[1].If<Dim>(), *step = c.args[2].If<Dim>();
  if (!lo || !hi || !step || !step->is_const() || *step == Dim(0)) return std::nullopt;
  Dim n = step->value() > 0 ? CeilDiv(*hi - *lo, *step) : CeilDiv(*lo - *hi, -*step);
  return IValue(Max(n, 0));
}

BuiltinResult DeriveIndex(const BuiltinCall& c) {
  if (c.args.size() != 3) return std::nullopt;
  const Dim *i = c.args[0].If<Dim>(), *start = c.args[1].If<Dim>(), *step = c.args[2].If<Dim>();
  if (!i || !start || !step) return std::nullopt;
  return IValue(*start + *i * *step);
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
    return absl::FailedPreconditionError("an Optional that is None is used as a value");
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
    {"aten::Delete", Delete},
    {"aten::__contains__", Contains},
    {"aten::append", Append},
    {"aten::insert", Insert},
    {"aten::pop", Pop},
    {"aten::extend", Extend},
    {"aten::add", Concatenate},
    {"aten::add_", Concatenate},
    {"aten::mul", Repeat},
    {"aten::slice", Slice},
    {"aten::list", CopyList},
    {"aten::copy", CopyList},
    {"aten::reverse", Reverse},
    {"aten::clear", Clear},
    {"aten::sort", Sort},
    {"aten::sorted", Sort},
    {"python::sorted", Sort},
    {"aten::index", Find},
    {"aten::count", Find},
    {"aten::remove", Find},
    {"aten::all", AllAny},
    {"aten::any", AllAny},
    {"python::range", Range},
    {"prim::rangelist", Range},
    {"aten::__range_length", RangeLength},
    {"aten::__derive_index", DeriveIndex},
    {"aten::keys", DictViews},
    {"aten::values", DictViews},
    {"aten::items", DictViews},
    {"aten::get", DictGet},
    {"aten::setdefault", DictGet},
    {"aten::update", DictUpdate},
    {"aten::dict", NewDict},
    {"python::dict", NewDict},
    {"aten::_unwrap_optional", Unwrap},
    {"prim::unchecked_unwrap_optional", Unwrap},
    {"aten::wait", Identity},
};

}  // namespace

absl::Span<const BuiltinEntry> ContainerBuiltins() { return kBuiltins; }

}  // namespace t2n::script
