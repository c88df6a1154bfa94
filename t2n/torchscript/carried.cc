#include "t2n/torchscript/carried.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/ir/failure.h"
#include "t2n/ir/loop_counter.h"
#include "t2n/values/merge.h"
#include "t2n/values/outline.h"

namespace t2n::script {

namespace ts = torchscript;

absl::Status UnlikeFirst(absl::string_view what) { return AsUnlikeFirst(RefusedInOpenLoop(what)); }

void Carried::Begin(const std::set<absl::string_view>& assigned) {
  for (absl::string_view name : assigned) {
    const auto it = frame_.locals.find(name);
    if (it == frame_.locals.end()) {
      inside_.push_back(name);
    } else {
      names_.push_back(name);
      locals_[name] = it->second;
    }
  }
}

void Carried::TakeBack() {
  for (absl::string_view name : inside_) frame_.locals.erase(name);
  for (absl::string_view name : names_) frame_.locals[name] = locals_[name];
  before_.Restore();
  for (Grown& g : grown_) g.list->tail = nullptr;
}

IValue Carried::Get(const Slot& s) {
  if (s.object) {
    IValue* found = s.object->Find(s.attribute);
    return found ? *found : IValue();
  }
  if (s.list) return s.item < s.list->items.size() ? s.list->items[s.item] : IValue();
  if (s.storage) return IValue(TensorRef::New(s.storage->base));
  auto it = frame_.locals.find(s.local);
  return it == frame_.locals.end() ? IValue() : it->second;
}

void Carried::Set(const Slot& s, IValue v) {
  if (s.object) {
    s.object->Set(s.attribute, std::move(v));
  } else if (s.list) {
    if (s.item < s.list->items.size()) s.list->items[s.item] = std::move(v);
  } else if (s.storage) {
    s.storage->Set(v.tensor()->Read());
  } else {
    frame_.locals[s.local] = std::move(v);
  }
}

void Carried::Changed(Slot slot, const IValue& before, const IValue& now) {
  if (SameThing(before, now)) return;
  for (const Slot& known : slots_) {
    if (known.Is(slot)) return;
  }
  slot.initial = before;
  if (before.If<Dim>() && now.If<Dim>()) slot.step = *now.If<Dim>() - *before.If<Dim>();
  slots_.push_back(std::move(slot));
}

void Carried::FindLocals() {
  for (absl::string_view name : names_) {
    Slot slot;
    slot.local = name;
    slot.label = std::string(name);
    bool target = std::any_of(stmt_.targets.begin(), stmt_.targets.end(), [&](const auto* t) {
      const auto* n = t->template If<ts::NameExpr>();
      return n && n->name == name;
    });
    if (!target) Changed(slot, locals_[name], frame_.locals[name]);
  }
}

absl::Status Carried::FindAttributes() {
  for (const auto& kept : before_.objects) {
    if (kept.of->attributes.size() != kept.contents.size()) {
      return UnlikeFirst("an attribute is set first");
    }
    for (const auto& [name, value] : kept.contents) {
      Slot slot;
      slot.object = kept.of;
      slot.attribute = slot.label = name;
      Changed(slot, value, Get(slot));
    }
  }
  return absl::OkStatus();
}

void Carried::FindStorages() {
  for (const auto& kept : before_.storages) {
    Slot slot;
    slot.storage = kept.of;
    slot.label = "a tensor written in place";
    bool same = kept.of->base == kept.contents;
    if (!same) {
      Changed(slot, IValue(TensorRef::New(kept.contents)), IValue(TensorRef::New(kept.of->base)));
    }
  }
}

absl::Status Carried::FindChanges() {
  FindLocals();
  T2N_RETURN_IF_ERROR(FindAttributes());
  FindStorages();
  for (const auto& kept : before_.tensors) {
    if (!kept.of->SameView(kept.contents)) {
      return RefusedInOpenLoop("a tensor changes its shape in place");
    }
  }
  for (const auto& kept : before_.dicts) {
    if (kept.of->items.size() != kept.contents.size()) return RefusedInOpenLoop("a dict grows");
    for (size_t i = 0; i < kept.contents.size(); ++i) {
      if (!SameThing(kept.contents[i].second, kept.of->items[i].second)) {
        return RefusedInOpenLoop("a dict is changed");
      }
    }
  }
  for (const auto& kept : before_.lists) T2N_RETURN_IF_ERROR(FindListChanges(kept));
  return absl::OkStatus();
}

absl::Status Carried::FindListChanges(const Kept<List, List>& kept) {
  auto& now = kept.of->items;
  for (Grown& g : grown_) {
    if (g.list == kept.of) return absl::OkStatus();
  }
  const auto& before = kept.contents.items;
  if (now.size() < before.size()) return RefusedInOpenLoop("a list shrinks");
  if (kept.of->tail != kept.contents.tail) {
    return RefusedInOpenLoop("a list grows by a loop inside");
  }
  for (size_t i = 0; i < before.size(); ++i) {
    Slot slot;
    slot.list = kept.of;
    slot.item = i;
    slot.label = absl::StrCat("a list's item ", i);
    Changed(slot, before[i], now[i]);
  }
  if (now.size() > before.size()) grown_.push_back({kept.of, {}});
  return absl::OkStatus();
}

bool Carried::CheckSteps() {
  bool hold = true;
  for (Slot& slot : slots_) {
    if (!slot.step || !slot.present.If<Dim>()) continue;
    IValue now = Get(slot);
    const Dim* d = now.If<Dim>();
    if (d && !IsLoopDim(*slot.step) && *d == *slot.present.If<Dim>() + *slot.step) continue;
    slot.step.reset();
    hold = false;
  }
  return hold;
}

}  // namespace t2n::script
