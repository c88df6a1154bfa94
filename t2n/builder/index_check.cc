#include "t2n/builder/index_check.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

constexpr int64_t kMaxElements = 1 << 16;

// The axis of the data that element `i` of the indices is for.
int64_t AxisOf(Op op, const Attrs& attrs, const Value& indices, size_t i) {
  bool together = op == Op::kGatherNd || op == Op::kScatterNd;
  return together ? i % indices.constant->sizes.back() : attrs.Int("axis");
}

}  // namespace

absl::Status CheckIndices(Op op, const Attrs& attrs, const std::vector<Value*>& inputs) {
  if (!ReadsIndices(op)) return absl::OkStatus();
  const Value &data = *inputs[0], &indices = *inputs[1];
  if (!indices.is_constant() || indices.constant->numel() > kMaxElements) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(std::vector<int64_t> values, ReadInts(*indices.constant));
  for (size_t i = 0; i < values.size(); ++i) {
    const Dim& size = data.shape()[AxisOf(op, attrs, indices, i)];
    if (values[i] >= 0 && Less(values[i], size) != false) continue;
    return absl::OutOfRangeError(
        absl::StrCat(OpName(op), ": index ", values[i], " of an axis of size ", size.ToString()));
  }
  return absl::OkStatus();
}

}  // namespace t2n
