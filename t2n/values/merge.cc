#include "t2n/values/merge.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/values/builtins.h"
#include "t2n/values/unusable.h"

namespace t2n {
namespace {

constexpr char kEitherTensor[] =
    "that may be one of two others, as a condition on the inputs' values decides";

bool IsRealNumber(const IValue& v) { return v.is_number() && !v.If<std::complex<double>>(); }

}  // namespace

bool SameThing(const IValue& x, const IValue& y) {
  if (x.tensor() || y.tensor()) return x.tensor() == y.tensor();
  if (x.list() || y.list()) return x.list() == y.list();
  if (x.tuple() || y.tuple()) return x.tuple() == y.tuple();
  if (x.dict() || y.dict()) return x.dict() == y.dict();
  if (x.object() || y.object()) return x.object() == y.object();
  if (x.opaque() || y.opaque()) return x.opaque() == y.opaque();
  if (const auto* f = x.If<FunctionRef>()) {
    return y.If<FunctionRef>() && f->name == y.If<FunctionRef>()->name;
  }
  if (x.is_number() && y.is_number() && x.TypeName() != y.TypeName()) return false;
  return Equals(x, y) == true;
}

absl::Status Merger::Refusal(absl::string_view what, absl::string_view condition) const {
  return absl::UnimplementedError(
      absl::StrCat(what, ", as ", condition,
                   " on the inputs' values decides; both ways must give tensors of one dtype and "
                   "shape: compute both and choose with torch.where, or settle the condition by "
                   "--args or a constant"));
}

IValue Merger::Differs(const std::string& name, absl::string_view how) const {
  return IValue(std::make_shared<const UnusableValue>(
      Refusal(absl::StrCat("'", name, "' ", how), absl::StrCat("the condition at ", where_))));
}

Val Merger::ValueOf(const IValue& v, const Side& side) const {
  if (auto t = v.tensor()) {
    auto it = side.values.find(t.get());
    return it == side.values.end() ? Val() : it->second;
  }
  if (const bool* x = v.If<bool>()) return b_.Scalar(DType::kBool, static_cast<int64_t>(*x));
  if (const Dim* x = v.If<Dim>()) return b_.DimScalar(*x);
  if (const double* x = v.If<double>()) return b_.Scalar(DType::kF32, *x);
  return Val();
}

IValue Merger::MergeTensors(const IValue& x, const IValue& y, const std::string& name) {
  auto key = std::make_pair(x.tensor().get(), y.tensor().get());
  auto it = merged_.find(key);
  if (it != merged_.end()) return it->second;
  Val a = ValueOf(x, yes_), b = ValueOf(y, no_);
  if (!a || !b) return Differs(name, "is known or not");
  // A number that is not known beside one that is.
  if (!x.tensor()) a = b_.Cast(a, b.dtype());
  if (!y.tensor()) b = b_.Cast(b, a.dtype());
  const bool alike = a.dtype() == b.dtype() && a.shape() == b.shape();
  Val chosen = alike ? b_.Select(condition_, a, b) : MergeEmpty(a, b);
  if (!chosen) chosen = MergeLengths(a, b);
  if (!chosen) chosen = MergeAlike(a, b);
  if (!alike && !chosen) {
    return Differs(name, absl::StrCat("is ", TypeToString(a->type), " or ", TypeToString(b->type)));
  }
  if (!chosen) return Differs(name, "is one tensor or another of a kind that has no select");
  auto ref = TensorRef::New(chosen, CommonOrder(x.tensor().get(), y.tensor().get()));
  if (!x.tensor() || !y.tensor() || x.tensor()->is_number()) ref->set_is_number();
  for (const IValue* v : {&x, &y}) {
    auto t = v->tensor();
    if (!t) continue;
    // Written through one name, the other would not see it.
    if (before_.Holds(t->storage().get()) || t->storage().use_count() > 1) {
      ref->set_read_only(kEitherTensor);
      t->set_read_only(kEitherTensor);
    }
  }
  return merged_[key] = IValue(ref);
}

IValue Merger::MergeNumbers(const IValue& x, const IValue& y) {
  if (const bool* p = x.If<bool>(), *q = y.If<bool>(); p && q) {  // they are not the same
    return NewOpenNumber(*p ? condition_ : b_.Not(condition_));
  }
  if (x.If<Dim>() && y.If<Dim>()) {
    if (std::optional<Dim> d = MergeSizes(*x.If<Dim>(), *y.If<Dim>())) return IValue(*d);
  }
  Val a = ValueOf(x, yes_), b = ValueOf(y, no_);
  if (a.dtype() != b.dtype()) a = b_.Cast(a, DType::kF32), b = b_.Cast(b, DType::kF32);
  return NewOpenNumber(b_.Select(condition_, a, b));
}

IValue Merger::Merge(const IValue& x, const IValue& y, const std::string& name) {
  if (SameThing(x, y)) return x;
  if (x.If<Uninitialized>()) return y;
  if (y.If<Uninitialized>()) return x;
  if (WhyUnusable(x)) return x;
  if (WhyUnusable(y)) return y;
  if (IsRealNumber(x) && IsRealNumber(y)) return MergeNumbers(x, y);
  bool tensors = (x.tensor() || IsRealNumber(x)) && (y.tensor() || IsRealNumber(y));
  if (tensors) return MergeTensors(x, y, name);
  if (!IsBounded(x) || !IsBounded(y)) return Differs(name, "holds too many values");
  auto p = x.tuple(), q = y.tuple();
  if (p && q && p->items.size() == q->items.size()) {
    auto merged = std::make_shared<Tuple>(*p);
    for (size_t i = 0; i < p->items.size(); ++i) {
      merged->items[i] = Merge(p->items[i], q->items[i], absl::StrCat(name, "[", i, "]"));
    }
    return IValue(merged);
  }
  auto l = x.list(), m = y.list();
  bool fresh = l && m && !before_.Holds(l.get()) && !before_.Holds(m.get());
  if (fresh && l->items.size() == m->items.size()) {
    auto merged = std::make_shared<List>();
    for (size_t i = 0; i < l->items.size(); ++i) {
      merged->items.push_back(Merge(l->items[i], m->items[i], absl::StrCat(name, "[", i, "]")));
    }
    return IValue(merged);
  }
  return Differs(name, absl::StrCat("is a ", x.TypeName(), " or a ", y.TypeName()));
}

absl::Status Merger::MergeHeap() {
  for (size_t i = 0; i < before_.tensors.size(); ++i) {
    const TensorRef& yes = yes_.heap.tensors[i].contents;
    if (!yes.SameView(no_.heap.tensors[i].contents)) return Refusal("a tensor changes its shape");
    if (!yes.SameView(*before_.tensors[i].of)) *before_.tensors[i].of = yes;
  }
  for (size_t i = 0; i < before_.storages.size(); ++i) {
    Val a = yes_.heap.storages[i].contents, b = no_.heap.storages[i].contents;
    if (a == b) {
      if (!(a == before_.storages[i].contents)) before_.storages[i].of->Set(a);
      continue;
    }
    if (!a || !b || a.dtype() != b.dtype() || a.shape() != b.shape()) {
      return Refusal("a tensor is written in place or not");
    }
    before_.storages[i].of->Set(b_.Select(condition_, a, b));
  }
  T2N_RETURN_IF_ERROR(MergeLists());
  T2N_RETURN_IF_ERROR(MergeAttributes());
  return b_.status();
}

absl::Status Merger::MergeLists() {
  for (size_t i = 0; i < before_.lists.size(); ++i) {
    const List &yes = yes_.heap.lists[i].contents, &no = no_.heap.lists[i].contents;
    const auto &a = yes.items, &b = no.items;
    if (a.size() != b.size() || yes.tail != no.tail) {
      return Refusal(absl::StrCat("a list has ", a.size(), " or ", b.size(), " items"));
    }
    auto& items = before_.lists[i].of->items;
    items.resize(a.size());
    for (size_t k = 0; k < a.size(); ++k) {
      items[k] = Merge(a[k], b[k], absl::StrCat("list item ", k));
    }
  }
  return absl::OkStatus();
}

// Of dicts and objects.
absl::Status Merger::MergeAttributes() {
  for (size_t i = 0; i < before_.dicts.size(); ++i) {
    const auto &a = yes_.heap.dicts[i].contents, &b = no_.heap.dicts[i].contents;
    auto& items = before_.dicts[i].of->items;
    if (a.size() != b.size()) {
      return Refusal(absl::StrCat("a dict has ", a.size(), " or ", b.size(), " items"));
    }
    items = a;
    for (size_t k = 0; k < a.size(); ++k) {
      if (Equals(a[k].first, b[k].first) != true) return Refusal("a dict has other keys or not");
      items.value(k) = Merge(a[k].second, b[k].second, Str(a[k].first));
    }
  }
  for (size_t i = 0; i < before_.objects.size(); ++i) {
    const auto &a = yes_.heap.objects[i].contents, &b = no_.heap.objects[i].contents;
    auto& attributes = before_.objects[i].of->attributes;
    if (a.size() != b.size()) return Refusal("an object gets an attribute or not");
    attributes = a;
    for (size_t k = 0; k < a.size(); ++k) {
      if (a[k].first != b[k].first) return Refusal("an object gets an attribute or not");
      attributes.value(k) = Merge(a[k].second, b[k].second, a[k].first);
    }
  }
  return absl::OkStatus();
}

}  // namespace t2n
