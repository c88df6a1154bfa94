#include "tools/diff/model_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <sha256.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

constexpr char kNoModel[] = "no converted model: a folder, a .tar or a .tgz with a graph.nnef";

absl::Status Unreadable(const std::string& path, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", why));
}

// Gives the pieces of a file's bytes until there are none.
template <typename Read>
void Take(const std::string& name, ModelFiles* files, Read read) {
  std::string text, piece;
  SHA2_CTX hash;
  SHA256Init(&hash);
  const bool is_text = absl::EndsWith(name, ".nnef") || absl::EndsWith(name, ".quant");
  while (read(&piece)) {
    if (is_text) text += piece;
    SHA256Update(&hash, reinterpret_cast<const uint8_t*>(piece.data()), piece.size());
  }
  char digest[SHA256_DIGEST_STRING_LENGTH];
  SHA256End(&hash, digest);
  if (is_text) {
    files->texts[name] = std::move(text);
  } else {
    files->hashes[name] = digest;
  }
}

absl::Status ReadFolder(const std::string& path, ModelFiles* files) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    Take(entry.path().filename().string(), files, [&](std::string* piece) {
      piece->resize(1 << 16);
      file.read(piece->data(), piece->size());
      piece->resize(file.gcount());
      return !piece->empty();
    });
    if (file.bad()) return Unreadable(entry.path().string(), "cannot be read");
  }
  return error ? Unreadable(path, error.message()) : absl::OkStatus();
}

absl::Status ReadTar(const std::string& path, ModelFiles* files) {
  std::unique_ptr<archive, int (*)(archive*)> tar(archive_read_new(), archive_read_free);
  archive_read_support_format_tar(tar.get());
  archive_read_support_filter_gzip(tar.get());
  if (archive_read_open_filename(tar.get(), path.c_str(), 1 << 16) != ARCHIVE_OK) {
    return Unreadable(path, kNoModel);
  }
  archive_entry* entry;
  int status;
  while ((status = archive_read_next_header(tar.get(), &entry)) == ARCHIVE_OK) {
    Take(fs::path(archive_entry_pathname(entry)).filename().string(), files,
         [&](std::string* piece) {
           piece->resize(1 << 16);
           const auto n = archive_read_data(tar.get(), piece->data(), piece->size());
           if (n < 0) status = ARCHIVE_FATAL;
           piece->resize(n > 0 ? n : 0);
           return n > 0;
         });
    if (status != ARCHIVE_OK) break;
  }
  if (status != ARCHIVE_EOF) {
    return Unreadable(path, files->texts.empty() ? kNoModel : archive_error_string(tar.get()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ModelFiles> ReadModel(const std::string& path) {
  ModelFiles files;
  T2N_RETURN_IF_ERROR(fs::is_directory(path) ? ReadFolder(path, &files) : ReadTar(path, &files));
  if (files.texts.count(kGraphFile) == 0) return Unreadable(path, kNoModel);
  return files;
}

}  // namespace t2n
