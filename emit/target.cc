#include "emit/target.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace t2n {
namespace {

// Oldest first.
const std::vector<Target>& Table() {
  static const auto* const kTable = new std::vector<Target>{
      {"khronos", true, 0},         {"tract:0.19.15", false, 19}, {"tract:0.20.22", false, 20},
      {"tract:0.21.19", false, 21}, {"tract:0.22.4", false, 22},  {"tract:0.23.9", false, 23},
  };
  return *kTable;
}

// `0.22.4` -> {0, 22, 4}; empty if it is no version.
std::vector<int> ParseVersion(absl::string_view text) {
  std::vector<int> parts;
  for (absl::string_view part : absl::StrSplit(text, '.')) {
    int n;
    if (!absl::SimpleAtoi(part, &n) || n < 0) return {};
    parts.push_back(n);
  }
  return parts;
}

}  // namespace

std::vector<std::string> StandardOperations() {
  constexpr char kNames[] =
      "external variable constant update reshape transpose concat split slice squeeze "
      "unsqueeze stack unstack tile pad gather cast add sub mul div pow exp log sin cos tan "
      "sinh cosh tanh asin acos atan asinh acosh atanh abs sign rcp neg copy lt gt le ge eq ne "
      "and or not floor ceil round select sqr sqrt rsqr rsqrt log2 min max clamp matmul conv "
      "deconv box debox argmax_pool sample desample nearest_downsample area_downsample "
      "nearest_upsample multilinear_upsample sum_reduce max_reduce min_reduce argmax_reduce "
      "argmin_reduce any_reduce all_reduce mean_reduce moments relu sigmoid softabs softmax "
      "softplus elu selu gelu silu prelu leaky_relu max_pool_with_index max_pool avg_pool "
      "rms_pool linear separable_conv separable_deconv local_response_normalization "
      "local_mean_normalization local_variance_normalization local_contrast_normalization "
      "l1_normalization l2_normalization batch_normalization avg_roi_pool max_roi_pool "
      "roi_resample avg_roi_align max_roi_align min_max_linear_quantize "
      "zero_point_linear_quantize linear_quantize logarithmic_quantize copy_n add_n";
  return absl::StrSplit(kNames, ' ');
}

std::string Target::Note() const {
  return strict ? " (target khronos; try --target tract)" : absl::StrCat(" (target ", name, ")");
}

const Target& DefaultTarget() { return Table().back(); }

absl::StatusOr<Target> FindTarget(absl::string_view name) {
  if (name == "tract") return DefaultTarget();
  std::vector<std::string> known;
  const Target* found = nullptr;
  absl::string_view version = name;
  bool is_version = absl::ConsumePrefix(&version, "tract:");
  std::vector<int> wanted = is_version ? ParseVersion(version) : std::vector<int>();
  for (const Target& row : Table()) {
    known.push_back(row.name);
    if (row.name == name) return row;
    absl::string_view row_version = row.name;
    if (!wanted.empty() && absl::ConsumePrefix(&row_version, "tract:") &&
        ParseVersion(row_version) <= wanted) {
      found = &row;
    }
  }
  if (found) return *found;
  return absl::InvalidArgumentError(absl::StrCat("unknown target `", name, "`: use tract, ",
                                                 absl::StrJoin(known, ", "),
                                                 " or a later tract version"));
}

}  // namespace t2n
