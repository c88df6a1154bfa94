#include <glob.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "t2n/runtime/tract.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

bool IsFile(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::vector<std::string> Glob(const std::string& pattern) {
  glob_t found = {};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return paths;
}

std::optional<Tract> LibraryIn(const std::string& folder) {
  for (const char* inside : {"/tract*.so", "/tract/tract*.so", "/site-packages/tract/tract*.so",
                             "/lib/python3*/site-packages/tract/tract*.so",
                             "/lib/python3*/dist-packages/tract/tract*.so"}) {
    const std::vector<std::string> paths = Glob(folder + inside);
    if (!paths.empty()) return Tract{paths.back(), false};
  }
  return std::nullopt;
}

// A file is a library if it is called so, or cannot be started.
std::optional<Tract> FileAt(const std::string& path) {
  if (!IsFile(path)) return std::nullopt;
  const bool named_so = absl::StrContains(fs::path(path).filename().string(), ".so");
  return Tract{path, !named_so && access(path.c_str(), X_OK) == 0};
}

std::optional<Tract> CommandIn(const std::string& folder) {
  for (const char* inside : {"/tract", "/bin/tract"}) {
    const std::optional<Tract> found = FileAt(folder + inside);
    if (found && found->is_command) return found;
  }
  return std::nullopt;
}

std::optional<Tract> OnPath(const std::string& name) {
  const char* folders = std::getenv("PATH");
  for (const absl::string_view folder : absl::StrSplit(folders ? folders : "", ':')) {
    const std::optional<Tract> found =
        folder.empty() ? std::nullopt : FileAt(absl::StrCat(folder, "/", name));
    if (found && found->is_command) return found;
  }
  return std::nullopt;
}

// At what the user says: a file, a folder, a name on PATH.
std::optional<Tract> At(const std::string& hint) {
  if (auto found = FileAt(hint)) return found;
  if (auto found = LibraryIn(hint)) return found;
  if (auto found = CommandIn(hint)) return found;
  return absl::StrContains(hint, '/') ? std::nullopt : OnPath(hint);
}

}  // namespace

absl::StatusOr<Tract> FindTract(const std::string& hint) {
  if (!hint.empty()) {
    if (auto found = At(hint)) return *found;
    return absl::NotFoundError(absl::StrCat(
        "--tract ", hint, ": no library tract*.so there, and no command tract (tract-cli)"));
  }
  for (const char* variable : {"PT2NNEF_TRACT", "VIRTUAL_ENV"}) {
    const char* value = std::getenv(variable);
    if (!value || !*value) continue;
    if (auto found = At(value)) return *found;
  }
  const char* home = std::getenv("HOME");
  for (const std::string& folder : {absl::StrCat(home ? home : "", "/.local"),
                                    std::string("/usr/local"), std::string("/usr")}) {
    if (auto found = LibraryIn(folder)) return *found;
  }
  if (auto found = OnPath("tract")) return *found;
  return absl::NotFoundError(
      "tract is not found: `pip install tract`, then --tract FOLDER/site-packages/tract (or the "
      "library itself, or $PT2NNEF_TRACT); or tract's command line on PATH (`cargo install "
      "tract-cli`)");
}

}  // namespace t2n
