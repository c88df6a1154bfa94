// Opens an archive with the reader that its content asks for.
#ifndef T2N_CONVERT_OPEN_PROGRAM_H_
#define T2N_CONVERT_OPEN_PROGRAM_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "parsers/archive/archive.h"
#include "t2n/program/program.h"

namespace t2n {

// Opens the archive at `path` as what its content says it is. `model`: its name, where an archive
// of torch.export holds several; may be empty. Errors: see LoadModelArchive and LoadExportedModel.
absl::StatusOr<std::unique_ptr<Program>> OpenProgram(const std::string& path,
                                                     absl::string_view model);

// The same of an archive that is open.
absl::StatusOr<std::unique_ptr<Program>> OpenProgram(std::shared_ptr<const Archive> archive,
                                                     absl::string_view model);

}  // namespace t2n

#endif  // T2N_CONVERT_OPEN_PROGRAM_H_
