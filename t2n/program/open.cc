#include "parsers/model_archive.h"
#include "t2n/base/status.h"
#include "t2n/program/program.h"
#include "t2n/script/program.h"

namespace t2n {

absl::StatusOr<std::unique_ptr<Program>> OpenProgram(const std::string& path) {
  T2N_ASSIGN_OR_RETURN(ModelArchive archive, LoadModelArchive(path));
  return script::NewProgram(std::move(archive));
}

}  // namespace t2n
