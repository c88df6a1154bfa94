// The two sides of a condition on the inputs' values, made one: tensors become selects.
#ifndef T2N_VALUES_MERGE_H_
#define T2N_VALUES_MERGE_H_

#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "t2n/values/heap.h"

namespace t2n {

// How a side ended.
struct Side {
  absl::flat_hash_map<absl::string_view, IValue> locals;  // those that some side assigns
  IValue result;
  Heap heap;  // what was there before the condition, as the side left it
  absl::flat_hash_map<const TensorRef*, Val> values;  // of every tensor the side leads to
};

// The same thing: equal, and one object where it is mutable.
bool SameThing(const IValue& x, const IValue& y);

class Merger {
 public:
  // `condition`: bool, rank 0. `before` as it was when the condition was met. `where` says where
  // the condition stands.
  Merger(Builder* builder, Val condition, const Heap& before, const Side& yes, const Side& no,
         std::string where)
      : b_(*builder),
        condition_(condition),
        before_(before),
        yes_(yes),
        no_(no),
        where_(std::move(where)) {}

  // The value that is `x` after one side and `y` after the other. What cannot be both becomes a
  // value whose use is refused, `name` in the message.
  IValue Merge(const IValue& x, const IValue& y, const std::string& name);
  // Gives everything in `before` the contents of both sides (it must hold those of `before`).
  absl::Status MergeHeap();

 private:
  absl::Status MergeLists();
  absl::Status MergeAttributes();
  IValue MergeTensors(const IValue& x, const IValue& y, const std::string& name);
  IValue MergeNumbers(const IValue& x, const IValue& y);
  // Where the condition is on sizes: the size that is `yes` or `no`, and the tensor that is one or
  // the other, of which one is made of the other by padding, cutting or joining. Nullopt and null
  // for what has no such form.
  std::optional<Dim> MergeSizes(const Dim& yes, const Dim& no) const;
  Val MergeLengths(const Val& yes, const Val& no);
  // Of tensors of which one has no elements: the other one, if it has none either where the
  // condition chooses the empty one. Null for others.
  Val MergeEmpty(const Val& yes, const Val& no) const;
  // Of tensors whose sizes are the same where the condition chooses one of them: a select of the
  // sizes that the other one has. Null for others.
  Val MergeAlike(const Val& yes, const Val& no);
  Val MadeOf(const Val& made, const Val& of, bool when, int depth);
  Val ValueOf(const IValue& v, const Side& side) const;
  IValue Differs(const std::string& name, absl::string_view how) const;
  // `condition` as it is called in the message.
  absl::Status Refusal(absl::string_view what, absl::string_view condition = "a condition") const;

  Builder& b_;
  Val condition_;
  const Heap& before_;
  const Side& yes_;
  const Side& no_;
  std::string where_;
  std::map<std::pair<const TensorRef*, const TensorRef*>, IValue> merged_;
};

}  // namespace t2n

#endif  // T2N_VALUES_MERGE_H_
