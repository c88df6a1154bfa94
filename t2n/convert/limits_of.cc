#include "t2n/convert/limits_of.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

// What each part of an archive may take, begun.
constexpr int64_t kPart = 10 * 1000 * 1000;
constexpr double kSecondsPerPart = 60;
constexpr int64_t kMemoryPerPart = 1000 * 1000 * 1000;

// Trees that are read from a text, for each of its characters; by the entry's name.
constexpr std::pair<absl::string_view, int64_t> kBytesPerCharacter[] = {
    {".py", 8}, {".pkl", 16}, {".json", 8}};

}  // namespace

Allowance::Limits LimitsOf(const proto::ConversionSpec& spec, int64_t archive_bytes) {
  const int64_t parts = std::max<int64_t>(1, archive_bytes / kPart + (archive_bytes % kPart > 0));
  Allowance::Limits limits;
  limits.seconds = spec.has_max_seconds() ? spec.max_seconds() : kSecondsPerPart * parts;
  limits.memory = spec.max_memory();
  if (!spec.has_max_memory() && __builtin_mul_overflow(kMemoryPerPart, parts, &limits.memory)) {
    limits.memory = INT64_MAX;
  }
  limits.output = spec.max_output_bytes();
  return limits;
}

absl::Status ChargeTexts(const Archive& archive) {
  for (const Entry& entry : archive.entries()) {
    for (const auto& [ending, factor] : kBytesPerCharacter) {
      if (!absl::EndsWith(entry.name, ending)) continue;
      // An entry that claims to be larger than any text is refused where it is read.
      const auto size = static_cast<int64_t>(std::min(entry.size, limits::kMaxTextBytes));
      T2N_RETURN_IF_ERROR(Allowance::Current().ChargeAll(factor * size));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLimits(const proto::ConversionSpec& spec) {
  if (spec.has_max_seconds() && !(spec.max_seconds() > 0)) {
    return absl::InvalidArgumentError("--max_seconds is a number above 0");
  }
  if (spec.has_max_memory() && spec.max_memory() < 1) {
    return absl::InvalidArgumentError("--max_memory is a number from 1");
  }
  if (spec.has_max_output_bytes() && spec.max_output_bytes() < 1) {
    return absl::InvalidArgumentError("--max_output_bytes is a number from 1");
  }
  return absl::OkStatus();
}

}  // namespace t2n
