// Tensors with aliases. A TensorRef is a storage and a chain of view primitives from the storage's
// value. Reading applies the chain. Writing through it computes the new value of the whole storage
// by the inverse updates, so that every other alias reads the new value.
//
// A storage knows how torch lays its value out in memory: the same elements in rows, in columns or
// channels last are one value here, but reshape(), contiguous() and the like copy or share
// depending on it.
#ifndef T2N_ALIAS_TENSOR_REF_H_
#define T2N_ALIAS_TENSOR_REF_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "t2n/aten/core/arg.h"
#include "t2n/builder/builder.h"
#include "t2n/ir/strides.h"

namespace t2n {

// How a value lies in torch's memory.
struct MemoryOrder {
  bool known = true;
  Shape strides;  // empty: in rows
  Dim offset = 0;

  static MemoryOrder Unknown() { return {false, {}, 0}; }
  // Of a dense tensor of which the sizes are all that is known.
  static MemoryOrder Unknown(const Shape& sizes) {
    return sizes.size() < 2 ? MemoryOrder() : Unknown();
  }
  // Of these strides of a tensor of these sizes; unknown if there are none.
  static MemoryOrder Of(std::optional<Shape> strides, const Shape& sizes);
  bool in_rows() const { return known && strides.empty(); }
  bool operator==(const MemoryOrder& other) const {
    return known == other.known && strides == other.strides && offset == other.offset;
  }
};

// How a tensor of `sizes` lies that has the order of axes of an example; unknown if that is not
// dense.
MemoryOrder OrderLike(const Strided& example, const Shape& sizes);

struct Storage {
  Val base;
  int version = 0;
  MemoryOrder order;
  // Why writing is refused, such as other tensors sharing its memory that are no aliases here.
  std::string read_only;
  // Those that may be one in torch: what is written to one is then no value of the others. And why
  // that is not known of this one.
  struct Ties {
    std::vector<std::weak_ptr<Storage>> storages;
  };
  std::shared_ptr<Ties> ties;
  std::string why_tied;
  // Why its value is not known since then; empty: it is.
  std::string stale;

  void Set(Val value) {
    base = value;
    ++version;
  }
  // Where the elements of its value lie; nullopt if that is not known.
  std::optional<Strided> Memory() const;
  // Makes stale whatever is tied to it, directly or by others, also by such as are no more.
  void ForgetTied();
};

class TensorRef;
// How a tensor lies that is one or the other; null ones have no say.
MemoryOrder CommonOrder(const TensorRef* a, const TensorRef* b);

class TensorRef {
 public:
  // A tensor of its own.
  static std::shared_ptr<TensorRef> New(Val value, MemoryOrder order = {});

  // The current value. Fails in the builder if it is stale().
  Val Read();

  // `result` as an alias of this tensor's storage, if it was built from Read() by view primitives
  // and gathers only; otherwise null. `stand_in`: what it was built from in the place of Read().
  std::shared_ptr<TensorRef> ViewOf(const Val& result, const Val& stand_in = Val());
  // The same; otherwise a tensor of its own.
  std::shared_ptr<TensorRef> Derive(const Val& result, const Val& stand_in = Val());

  // Replaces the elements; `value` must have this tensor's type. Fails where the inverse of the
  // view cannot be expressed (an expanded tensor, a step over a symbolic axis).
  absl::Status Write(const Val& value);

  // Where the elements lie in the storage. nullopt if that is not known.
  std::optional<Strided> Memory() const;
  // Whether they surely lie in rows: cheaper than Memory().
  bool InRows() const;
  // How a tensor of its own lies that has these strides, begin and all.
  MemoryOrder Order() const;
  // Says where the elements of a view lie, where the chain of views cannot tell.
  void SetMemory(Strided memory);
  // The whole storage, its axes in the order they have in memory; null if that is not known or
  // the storage is not dense.
  std::shared_ptr<TensorRef> Whole() const;

  // Notes that both may share memory in torch, or not: `why`.
  static void Tie(const TensorRef& a, const TensorRef& b, absl::string_view why);
  // Why the value is not known any more: a storage tied to this one was written. Empty otherwise.
  const std::string& stale() const { return storage_->stale; }

  void set_read_only(absl::string_view why) { storage_->read_only = std::string(why); }
  const std::shared_ptr<Storage>& storage() const { return storage_; }

  // Whether both are the same view of one storage.
  bool SameView(const TensorRef& other) const;

  // Whether the program sees a number, not a tensor: one that the inputs' values decide.
  bool is_number() const { return origin_ == Origin::kNumber; }
  void set_is_number() { origin_ = Origin::kNumber; }
  // What it is where operands' dtypes meet.
  Origin origin() const { return origin_; }
  void set_origin(Origin origin) { origin_ = origin; }

 private:
  // A view primitive, or a Gather (windows, strided readings) with its indices, and those before
  // it: from the storage's value to a view. Views share the steps that they have in common.
  struct ViewStep {
    ViewStep(Op op, Attrs attrs, Val indices, Shape shape, std::shared_ptr<ViewStep> before);
    ~ViewStep();
    ViewStep(const ViewStep&) = delete;
    ViewStep& operator=(const ViewStep&) = delete;
    Val Apply(const Val& x) const;
    // Whether several elements of its result may be one of what it is of.
    bool MayRepeat() const {
      return op == Op::kBroadcast || (op == Op::kGather && indices.rank() > 1);
    }

    Op op;
    Attrs attrs;
    Val indices;
    Shape shape;  // of its result
    std::shared_ptr<ViewStep> before;
    size_t count;                   // of steps up to this one
    bool of_repeated;               // some step before MayRepeat()
    bool reshapes;                  // this one and all before are Reshapes
    bool lies = false;              // whether `memory` is set
    std::optional<Strided> memory;  // where its result lies, nullopt if that is not known
    Val value;                      // its result, of the storage's value of that version
    int version = -1;
  };
  using ViewSteps = std::vector<ViewStep*>;

  // All steps, in order.
  ViewSteps Steps() const;
  size_t CountSteps() const { return last_ ? last_->count : 0; }
  static Val Inverse(const ViewStep& step, const Val& x, const Val& v);
  // Whether it is a part of what MayRepeat(), such as windows: what is written to it may be in
  // others of them too, so that the windows as a whole do not tell the storage's new value.
  bool MayOverlapWithin() const;
  // The storage's new value, with `value` at the places this view has in it.
  Val WriteByPosition(const Val& value) const;

  std::shared_ptr<Storage> storage_;
  std::shared_ptr<ViewStep> last_;  // null: the view is the storage's value
  Origin origin_ = Origin::kTensor;
};

}  // namespace t2n

#endif  // T2N_ALIAS_TENSOR_REF_H_
