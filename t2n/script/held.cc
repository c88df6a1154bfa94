#include "t2n/script/held.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "t2n/script/merge.h"
#include "t2n/script/tensor_ref.h"

namespace t2n::script {
namespace {

bool SameConstant(const std::optional<Tensor>& a, const std::optional<Tensor>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  if (a->buffer == b->buffer && a->offset == b->offset && a->strides == b->strides) return true;
  if (IsComplex(a->dtype) || a->numel() > 1000000) return false;
  auto x = ReadDoubles(*a), y = ReadDoubles(*b);
  return x.ok() && y.ok() && *x == *y;
}

bool SameItems(const Held& a, const Held& b, bool (*same)(const Held&, const Held&)) {
  if (a.items.size() != b.items.size()) return false;
  for (size_t i = 0; i < a.items.size(); ++i) {
    if (!same(a.items[i], b.items[i])) return false;
  }
  for (size_t i = 0; i < a.keys.size(); ++i) {
    if (Equals(a.keys[i], b.keys[i]) != true) return false;
  }
  return true;
}

}  // namespace

Held Hold(const IValue& value) {
  Held h;
  auto hold_all = [&](const std::vector<IValue>& items) {
    for (const IValue& item : items) h.items.push_back(Hold(item));
  };
  if (auto t = value.tensor()) {
    h.kind = Held::Kind::kTensor;
    h.tensor = t->Read();
    if (h.tensor) {
      h.type = h.tensor->type;
      h.constant = h.tensor->constant;
    }
  } else if (auto l = value.list(); l && !l->tail) {
    h.kind = Held::Kind::kList;
    hold_all(l->items);
  } else if (auto u = value.tuple()) {
    h.kind = Held::Kind::kTuple;
    h.tuple = u;
    hold_all(u->items);
  } else if (auto d = value.dict()) {
    h.kind = Held::Kind::kDict;
    for (const auto& [key, item] : d->items) {
      h.keys.push_back(key);
      h.items.push_back(Hold(item));
    }
  } else {
    h.plain = value;
  }
  return h;
}

bool SameValue(const Held& a, const Held& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Held::Kind::kPlain) return SameThing(a.plain, b.plain);
  if (a.kind == Held::Kind::kTensor) return a.tensor == b.tensor;
  return SameItems(a, b, SameValue);
}

bool SameForm(const Held& a, const Held& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Held::Kind::kPlain)
    return a.counts == b.counts && (a.counts || SameThing(a.plain, b.plain));
  if (a.kind == Held::Kind::kTensor) {
    return a.type.dtype == b.type.dtype && a.type.shape == b.type.shape &&
           SameConstant(a.constant, b.constant);
  }
  return SameItems(a, b, SameForm);
}

std::vector<Attribute> Attributes(const std::shared_ptr<Object>& root) {
  std::vector<Attribute> out;
  std::set<const Object*> seen;
  std::vector<std::pair<std::string, std::shared_ptr<Object>>> pending = {{"", root}};
  while (!pending.empty()) {
    auto [path, object] = pending.back();
    pending.pop_back();
    if (object->pending_state || !seen.insert(object.get()).second) continue;
    std::vector<std::pair<std::string, std::shared_ptr<Object>>> below;
    for (const auto& [name, value] : object->attributes) {
      std::string inside = path.empty() ? name : absl::StrCat(path, ".", name);
      if (auto o = value.object()) {
        below.emplace_back(inside, o);
        continue;
      }
      out.push_back({inside, object, name, Hold(value)});
    }
    pending.insert(pending.end(), below.rbegin(), below.rend());
  }
  return out;
}

void Leaves(const Held& held, const std::string& path, std::vector<Leaf>* leaves) {
  if (held.kind == Held::Kind::kTensor) leaves->push_back({path, &held});
  for (size_t i = 0; i < held.items.size(); ++i) {
    std::string part = held.keys.empty() ? absl::StrCat(i) : Str(held.keys[i]);
    Leaves(held.items[i], absl::StrCat(path, ".", part), leaves);
  }
}

}  // namespace t2n::script
