#include "t2n/convert/open_program.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "parsers/archive_kind.h"
#include "parsers/exported/container.h"
#include "parsers/model_archive.h"
#include "t2n/base/status.h"
#include "t2n/exported/program.h"
#include "t2n/torchscript/program.h"

namespace t2n {

absl::StatusOr<std::unique_ptr<Program>> OpenProgram(const std::string& path,
                                                     absl::string_view model) {
  T2N_ASSIGN_OR_RETURN(std::shared_ptr<const Archive> archive, Archive::Open(path));
  return OpenProgram(std::move(archive), model);
}

absl::StatusOr<std::unique_ptr<Program>> OpenProgram(std::shared_ptr<const Archive> archive,
                                                     absl::string_view model) {
  const ArchiveKind kind = KindOf(*archive);
  if (kind == ArchiveKind::kExported || kind == ArchiveKind::kOldExported) {
    T2N_ASSIGN_OR_RETURN(exported::ExportedModel read,
                         exported::LoadExportedModel(std::move(archive), model));
    return exported::NewProgram(std::move(read));
  }
  const std::string path = archive->path();
  T2N_ASSIGN_OR_RETURN(ModelArchive read, LoadModelArchive(std::move(archive)));
  if (model.empty()) return script::NewProgram(std::move(read));
  return absl::InvalidArgumentError(
      absl::StrCat(path,
                   ": a TorchScript archive holds one model, which has no name; leave out "
                   "--model"));
}

}  // namespace t2n
