#include "parsers/archive_kind.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parsers/legacy/legacy_model.h"

namespace t2n {
namespace {

bool HasEntryUnder(const Archive& archive, absl::string_view folder,
                   absl::string_view suffix = "") {
  return std::any_of(archive.entries().begin(), archive.entries().end(), [&](const Entry& e) {
    return absl::StartsWith(e.name, folder) && absl::EndsWith(e.name, suffix);
  });
}

}  // namespace

ArchiveKind KindOf(const Archive& archive) {
  if (IsLegacyModel(archive)) return ArchiveKind::kLegacyTorchScript;
  if (archive.Find("serialized_exported_program.json")) return ArchiveKind::kOldExported;
  if (HasEntryUnder(archive, "models/", ".json")) return ArchiveKind::kExported;
  if (HasEntryUnder(archive, "data/executorch/")) return ArchiveKind::kExecuTorch;
  if (HasEntryUnder(archive, "data/aotinductor/")) return ArchiveKind::kCompiled;
  if (archive.Find("archive_format")) return ArchiveKind::kExported;
  if (archive.Find(".data/extern_modules")) return ArchiveKind::kPackage;
  if (!archive.Find("data.pkl")) return ArchiveKind::kUnknown;
  if (!archive.Find("constants.pkl") && !HasEntryUnder(archive, "code/")) {
    return ArchiveKind::kSaved;
  }
  return ArchiveKind::kTorchScript;
}

std::string DescribeUnreadable(ArchiveKind kind) {
  constexpr absl::string_view kSave =
      "torch.export.export the module and torch.export.save the result";
  switch (kind) {
    case ArchiveKind::kCompiled:
      return absl::StrCat("compiled by AOTInductor: it holds machine code, not a program; ", kSave,
                          " before it is compiled");
    case ArchiveKind::kExecuTorch:
      return absl::StrCat("an ExecuTorch program, lowered for its runtime; ", kSave,
                          " before it is lowered");
    case ArchiveKind::kSaved:
      return absl::StrCat(
          "written by torch.save: it holds weights or pickled Python objects but no program; load "
          "it in Python, ",
          kSave);
    case ArchiveKind::kPackage:
      return absl::StrCat("a torch.package, which holds Python code; ", kSave);
    default:
      return absl::StrCat("a zip that holds no model of torch.export.save or torch.jit.save; ",
                          kSave);
  }
}

}  // namespace t2n
