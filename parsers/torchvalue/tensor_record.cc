#include "parsers/torchvalue/tensor_record.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::torchvalue {
namespace {

std::string Layout(const TensorRecord& t) {
  return absl::StrCat("tensor ", ShortName(t.dtype), "[", absl::StrJoin(t.sizes, ","),
                      "] with strides [", absl::StrJoin(t.strides, ","), "] at offset ",
                      t.storage_offset);
}

absl::Status LayoutError(const TensorRecord& t, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(Layout(t), " of '", t.entry, "': ", what));
}

// The number of storage elements that the tensor reaches to, from the storage's start.
absl::StatusOr<int64_t> Reach(const TensorRecord& t) {
  int64_t numel = 1, last = t.storage_offset;
  bool empty = false;
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    if (t.sizes[i] < 0) return LayoutError(t, "a size is negative");
    if (t.strides[i] < 0) return LayoutError(t, "a stride is negative");
    if (t.sizes[i] == 0) empty = true;
  }
  if (empty) return 0;
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    int64_t step;
    if (__builtin_mul_overflow(numel, t.sizes[i], &numel) ||
        __builtin_mul_overflow(t.sizes[i] - 1, t.strides[i], &step) ||
        __builtin_add_overflow(last, step, &last)) {
      return LayoutError(t, "the number of elements does not fit 63 bits");
    }
  }
  if (numel > INT64_MAX / 128 || last > INT64_MAX / 128 - 1) {
    return LayoutError(t, "the number of bytes does not fit 63 bits");
  }
  return last + 1;
}

}  // namespace

int64_t TensorRecord::numel() const {
  int64_t count = 1;
  for (const int64_t size : sizes) {
    if (size == 0) return 0;
  }
  for (const int64_t size : sizes) count *= size;
  return count;
}

absl::Status CheckLayout(const TensorRecord& t, const Archive& archive) {
  if (t.sizes.size() > limits::kMaxTensorRank) {
    return absl::InvalidArgumentError(absl::StrCat("a tensor of rank ", t.sizes.size(),
                                                   "; the limit is ", limits::kMaxTensorRank));
  }
  if (t.sizes.size() != t.strides.size()) {
    return LayoutError(t, "sizes and strides differ in number");
  }
  if (t.storage_offset < 0) return LayoutError(t, "the offset is negative");
  T2N_ASSIGN_OR_RETURN(const int64_t reach, Reach(t));
  if (!t.has_data) return absl::OkStatus();
  const Entry* entry = archive.Find(t.entry);
  if (entry == nullptr) {
    return absl::NotFoundError(absl::StrCat(Layout(t), ": the archive has no entry '", t.entry,
                                            "'; save the model again"));
  }
  const uint64_t needed = (static_cast<uint64_t>(reach) * ElementBits(t.dtype) + 7) / 8;
  if (needed > entry->size) {
    return LayoutError(
        t, absl::StrCat("needs ", needed, " bytes of storage, the entry has ", entry->size));
  }
  return absl::OkStatus();
}

}  // namespace t2n::torchvalue
