#include "t2n/torchscript/origin.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace t2n::script {
namespace {

// Tracing calls modules by this function of torch.nn.Module's, in every version.
bool HasFrames(absl::string_view text) { return absl::StrContains(text, "): _slow_forward"); }

bool HasSource(absl::string_view text) {
  for (absl::string_view piece : {"return ", " = ", "def ", "self."}) {
    if (absl::StrContains(text, piece)) return true;
  }
  return false;
}

}  // namespace

Origin OriginOf(const ModelArchive& archive, absl::string_view entry) {
  const auto bytes = archive.archive->Read(absl::StrCat(entry, ".debug_pkl"));
  const absl::string_view text = bytes.ok() ? bytes->text() : absl::string_view();
  const bool frames = HasFrames(text), source = HasSource(text);
  if (source) return frames ? Origin::kUnknown : Origin::kScripted;
  // A traced module that only calls others has neither.
  return frames || !archive.traced_inputs.empty() ? Origin::kTraced : Origin::kUnknown;
}

}  // namespace t2n::script
