#include "parsers/archive/file_kind.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

constexpr absl::string_view kSaveAgain =
    "load it in Python, torch.export.export or torch.jit.trace the module, and save what that "
    "gives "
    "with torch.export.save or torch.jit.save";

struct Signature {
  size_t offset;
  absl::string_view bytes;
  absl::string_view kind;
  absl::string_view advice;
};

constexpr absl::string_view kUnpack = "unpack it and give the model inside";
constexpr absl::string_view kNotTorch =
    "give an archive written by torch.export.save or torch.jit.save";

constexpr Signature kSignatures[] = {
    {0, absl::string_view("PK\3\4", 4), "the beginning of a zip whose index is missing",
     "it is incomplete: copy or download it again"},
    {0, "\x80\x02", "a plain pickle, as torch.save wrote it before torch 1.6", kSaveAgain},
    {0, "\x80\x03", "a plain Python pickle", kSaveAgain},
    {0, "\x80\x04", "a plain Python pickle", kSaveAgain},
    {0, "\x80\x05", "a plain Python pickle", kSaveAgain},
    {4, "PTMF", "a flatbuffer model for torch mobile",
     "save it with _save_for_lite_interpreter(use_flatbuffer=False) or torch.jit.save"},
    {257, "ustar", "a tar file", kUnpack},
    {0, "\x1f\x8b", "a gzip file", kUnpack},
    {0,
     "\xfd"
     "7zXZ",
     "an xz file", kUnpack},
    {0, "\x89HDF", "an HDF5 file (Keras?)", kNotTorch},
    {0, "GGUF", "a GGUF file", kNotTorch},
    {4, "TFL3", "a TensorFlow Lite model", kNotTorch},
    {8, "{\"", "a safetensors file: weights without a program", kSaveAgain},
    {0, "version https://git-lfs", "a Git LFS pointer, not the file itself", "run `git lfs pull`"},
    {0, "<", "a text in HTML or XML, perhaps a download's error page", "download it again"},
    {0, "\x08", "a protobuf message (an ONNX model?)", kNotTorch},
};

}  // namespace

absl::StatusOr<std::string> DescribeNonZip(const ByteReader& bytes) {
  if (bytes.size() == 0) return "the file is empty";
  uint8_t bytes_read[512];
  const auto head = absl::MakeSpan(bytes_read, std::min<uint64_t>(bytes.size(), sizeof bytes_read));
  T2N_RETURN_IF_ERROR(bytes.Read(0, head));
  const absl::string_view start(reinterpret_cast<const char*>(head.data()), head.size());
  for (const Signature& s : kSignatures) {
    if (start.size() >= s.offset && absl::StartsWith(start.substr(s.offset), s.bytes)) {
      return absl::StrCat("not an archive of torch.export or TorchScript but ", s.kind, ": ",
                          s.advice);
    }
  }
  return absl::StrCat("not a zip archive, nor any format known here: ", kNotTorch);
}

}  // namespace t2n
