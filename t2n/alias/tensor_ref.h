// Tensors with aliases. A TensorRef is a storage and a chain of view primitives from the storage's
// value. Reading applies the chain. Writing through it computes the new value of the whole storage
// by the inverse updates, so that every other alias reads the new value.
#ifndef T2N_ALIAS_TENSOR_REF_H_
#define T2N_ALIAS_TENSOR_REF_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "t2n/aten/arg.h"
#include "t2n/ir/builder.h"

namespace t2n {

struct Storage {
  Val base;
  int version = 0;
  // Why writing is refused, such as other tensors sharing its memory that are no aliases here.
  std::string read_only;

  void Set(Val value) {
    base = value;
    ++version;
  }
};

class TensorRef {
 public:
  // A tensor of its own.
  static std::shared_ptr<TensorRef> New(Val value);

  // The current value.
  Val Read();

  // What `result` is to this tensor: if it was built from Read() by view primitives and gathers
  // only, an alias of this tensor's storage; otherwise a tensor of its own.
  std::shared_ptr<TensorRef> Derive(const Val& result);

  // Replaces the elements; `value` must have this tensor's type. Fails where the inverse of the
  // view cannot be expressed (an expanded tensor, a step over a symbolic axis).
  absl::Status Write(const Val& value);

  // Whether the elements lie densely in row-major order in torch's memory, as far as the chain of
  // views tells: what decides if reshape() and contiguous() copy.
  bool IsContiguous() const;

  // Where the elements lie in the storage, counted in elements of a dense row-major storage:
  // torch's strides and offset. nullopt if that is not known.
  struct Layout {
    Shape strides;
    Dim offset;
  };
  std::optional<Layout> MemoryLayout() const;
  // Whether torch's reshape() to `shape` is a view: no elements move.
  bool IsViewAs(const Shape& shape) const;
  // The whole storage.
  std::shared_ptr<TensorRef> Whole() const;

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
  // A view primitive, or a Gather (windows, strided readings) with its indices.
  struct ViewStep {
    Op op;
    Attrs attrs;
    Val indices;
    Val Apply(const Val& x) const;
  };
  static Val Inverse(const ViewStep& step, const Val& x, const Val& v);

  std::shared_ptr<Storage> storage_;
  std::vector<ViewStep> chain_;
  Val cached_;
  int cached_version_ = -1;
  Origin origin_ = Origin::kTensor;
};

}  // namespace t2n

#endif  // T2N_ALIAS_TENSOR_REF_H_
