#include "t2n/values/heap.h"

namespace t2n {

void Heap::Add(const IValue& root) {
  std::vector<IValue> pending = {root};
  while (!pending.empty()) {
    IValue v = std::move(pending.back());
    pending.pop_back();
    if (auto t = v.tensor()) {
      if (!seen_.insert(t.get()).second) continue;
      tensors.push_back({t, *t});
      const auto& storage = t->storage();
      if (seen_.insert(storage.get()).second) storages.push_back({storage, storage->base});
    } else if (auto l = v.list()) {
      if (!seen_.insert(l.get()).second) continue;
      lists.push_back({l, *l});
      pending.insert(pending.end(), l->items.begin(), l->items.end());
    } else if (auto u = v.tuple()) {
      if (!seen_.insert(u.get()).second) continue;
      pending.insert(pending.end(), u->items.begin(), u->items.end());
    } else if (auto d = v.dict()) {
      if (!seen_.insert(d.get()).second) continue;
      dicts.push_back({d, d->items});
      for (const auto& [key, item] : d->items) pending.push_back(item);
    } else if (auto o = v.object()) {
      // What is still to be restored by its class is no state yet.
      if (o->pending_state || !seen_.insert(o.get()).second) continue;
      objects.push_back({o, o->attributes});
      for (const auto& [name, item] : o->attributes) pending.push_back(item);
    }
  }
}

void Heap::AddAlone(const std::shared_ptr<Object>& object) {
  if (object->pending_state || !seen_.insert(object.get()).second) return;
  objects.push_back({object, object->attributes});
}

Heap Heap::Now() const {
  Heap now;
  now.seen_ = seen_;
  for (const auto& k : lists) now.lists.push_back({k.of, *k.of});
  for (const auto& k : dicts) now.dicts.push_back({k.of, k.of->items});
  for (const auto& k : objects) now.objects.push_back({k.of, k.of->attributes});
  for (const auto& k : tensors) now.tensors.push_back({k.of, *k.of});
  for (const auto& k : storages) now.storages.push_back({k.of, k.of->base});
  return now;
}

uint64_t Heap::Items() const {
  uint64_t count = 0;
  for (const auto& k : lists) count += k.contents.items.size();
  for (const auto& k : dicts) count += k.contents.size();
  return count;
}

void Heap::Restore() const {
  for (const auto& k : lists) *k.of = k.contents;
  for (const auto& k : dicts) k.of->items = k.contents;
  for (const auto& k : objects) k.of->attributes = k.contents;
  for (const auto& k : tensors) {
    if (!k.of->SameView(k.contents)) *k.of = k.contents;
  }
  for (const auto& k : storages) {
    if (!(k.of->base == k.contents)) k.of->Set(k.contents);
  }
}

}  // namespace t2n
