#include "t2n/state/held.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/values/merge.h"

namespace t2n {
namespace {

constexpr int64_t kMaxCompared = 1000000;  // elements

bool SameConstant(const std::optional<Tensor>& a, const std::optional<Tensor>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return SameElements(*a, *b);
}

bool SameAlias(const Held& a, const Held& b) { return a.alias == b.alias && a.same == b.same; }

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

// Finds what shares memory, in the order of the tree.
class AliasFinder {
 public:
  void Visit(const std::string& path, Held* held) {
    const void* memory = Memory(held->source);
    auto [it, is_new] = first_.try_emplace(memory, path, held);
    if (memory && !is_new) {
      held->alias = it->second.first;
      auto t = held->source.tensor();
      held->same = !t || t->SameView(*it->second.second->source.tensor());
      if (held->same) return;
    }
    for (size_t i = 0; i < held->items.size(); ++i) {
      Visit(ItemPath(*held, path, i), &held->items[i]);
    }
  }

 private:
  static const void* Memory(const IValue& v) {
    if (auto t = v.tensor()) return t->storage().get();
    if (auto l = v.list()) return l.get();
    return v.dict().get();
  }

  absl::flat_hash_map<const void*, std::pair<std::string, const Held*>> first_;
};

}  // namespace

Held Hold(const IValue& value) {
  Held h;
  h.source = value;
  auto hold_all = [&](const std::vector<IValue>& items) {
    for (const IValue& item : items) h.items.push_back(Hold(item));
  };
  if (auto t = value.tensor()) {
    h.kind = Held::Kind::kTensor;
    h.tensor = t->Read();
    h.number = t->is_number();
    if (h.tensor) {
      h.type = h.tensor->type;
      h.constant = h.tensor->constant;
    }
  } else if (!IsBounded(value)) {
    h.plain = value;
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

bool SameElements(const Tensor& a, const Tensor& b) {
  if (a.buffer == b.buffer && a.offset == b.offset && a.strides == b.strides) return true;
  if (IsComplex(a.dtype) || a.numel() > kMaxCompared) return false;
  auto x = ReadDoubles(a), y = ReadDoubles(b);
  return x.ok() && y.ok() && *x == *y;
}

bool SameValue(const Held& a, const Held& b) {
  if (a.kind != b.kind || !SameAlias(a, b)) return false;
  if (a.kind == Held::Kind::kPlain) return SameThing(a.plain, b.plain);
  if (a.kind == Held::Kind::kTensor) return a.tensor == b.tensor;
  return SameItems(a, b, SameValue);
}

bool SameForm(const Held& a, const Held& b) {
  if (a.kind != b.kind || !SameAlias(a, b)) return false;
  if (a.same) return true;
  if (a.kind == Held::Kind::kPlain)
    return a.counts == b.counts && (a.counts || SameThing(a.plain, b.plain));
  if (a.kind == Held::Kind::kTensor) {
    return a.type.dtype == b.type.dtype && a.type.shape == b.type.shape && a.number == b.number &&
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
  AliasFinder aliases;
  for (Attribute& a : out) aliases.Visit(a.path, &a.held);
  return out;
}

absl::flat_hash_map<absl::string_view, const Attribute*> ByPath(
    const std::vector<Attribute>& attributes) {
  absl::flat_hash_map<absl::string_view, const Attribute*> by_path;
  for (const Attribute& a : attributes) by_path.try_emplace(a.path, &a);
  return by_path;
}

std::string ItemPath(const Held& held, const std::string& path, size_t item) {
  return absl::StrCat(path, ".", held.keys.empty() ? absl::StrCat(item) : Str(held.keys[item]));
}

void Leaves(const Held& held, const std::string& path, std::vector<Leaf>* leaves) {
  if (held.same) return;
  if (held.kind == Held::Kind::kTensor) leaves->push_back({path, &held});
  for (size_t i = 0; i < held.items.size(); ++i) {
    Leaves(held.items[i], ItemPath(held, path, i), leaves);
  }
}

}  // namespace t2n
