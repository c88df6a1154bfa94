// The places whose values a loop's body changes: what a loop over an open size carries from pass to
// pass, and the lists that it makes longer.
#ifndef T2N_TORCHSCRIPT_CARRIED_H_
#define T2N_TORCHSCRIPT_CARRIED_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"
#include "t2n/torchscript/machine.h"
#include "t2n/values/heap.h"

namespace t2n::script {

// A place whose value the body changes.
struct Slot {
  absl::string_view local;  // or
  std::shared_ptr<Object> object;
  std::string attribute;
  std::shared_ptr<List> list;
  size_t item = 0;
  std::shared_ptr<Storage> storage;

  std::string label;
  IValue initial;
  IValue present;           // what the body sees in it
  std::optional<Dim> step;  // of an int that each pass moves by as much
  absl::Status lost;        // why it cannot be carried: an error only if it is read

  bool Is(const Slot& o) const {
    return local == o.local && object == o.object && attribute == o.attribute && list == o.list &&
           item == o.item && storage == o.storage;
  }
};

struct Grown {
  std::shared_ptr<List> list;
  std::vector<Val> added;  // by one pass
};

// A refusal of what may be so in the first pass alone (IsUnlikeFirst).
absl::Status UnlikeFirst(absl::string_view what);

class Carried {
 public:
  // Both must outlive it; `frame` as it is before the loop.
  Carried(const torchscript::ForStmt& stmt, Frame* frame) : stmt_(stmt), frame_(*frame) {}

  // Notes what the body can change: the names it assigns, and the heap.
  void Begin(const std::set<absl::string_view>& assigned);
  // Adds what the pass has changed that was not known to change.
  absl::Status FindChanges();
  // Whether every counting int has moved by its step; those that have not are no such ints any
  // more.
  bool CheckSteps();
  // Everything as it was before the loop.
  void TakeBack();

  IValue Get(const Slot& slot);
  void Set(const Slot& slot, IValue v);

  Heap& before() { return before_; }
  std::vector<Slot>& slots() { return slots_; }
  std::vector<Grown>& grown() { return grown_; }

 private:
  void Changed(Slot slot, const IValue& before, const IValue& now);
  void FindLocals();
  absl::Status FindAttributes();
  void FindStorages();
  absl::Status FindListChanges(const Kept<List, List>& kept);

  const torchscript::ForStmt& stmt_;
  Frame& frame_;
  absl::flat_hash_map<absl::string_view, IValue> locals_;  // that the body assigns
  std::vector<absl::string_view> names_, inside_;          // of these, and of those it alone knows
  Heap before_;
  std::vector<Slot> slots_;
  std::vector<Grown> grown_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_CARRIED_H_
