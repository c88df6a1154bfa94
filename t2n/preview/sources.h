// The lines of a program that an archive has.
#ifndef T2N_PREVIEW_SOURCES_H_
#define T2N_PREVIEW_SOURCES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/inspection.pb.h"

namespace t2n {

// How much source a page has at most.
constexpr size_t kMaxPageSourceBytes = 32 << 20;

// Adds the files of the archive at `path` to the preview: the code of a TorchScript archive as it
// is, of a .pt2 the lines of the user's that its nodes record. `model`: as for Inspect. Errors:
// Inspect's.
absl::Status AddSources(const std::string& path, absl::string_view model, proto::Preview* preview);

}  // namespace t2n

#endif  // T2N_PREVIEW_SOURCES_H_
