#include "parsers/model_archive.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "parsers/archive_kind.h"
#include "parsers/legacy/legacy_model.h"
#include "parsers/pickle/reader.h"
#include "parsers/torchvalue/interpret.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

using torchvalue::Value;

absl::Status Refuse(const Archive& archive, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(archive.path(), ": ", what));
}

absl::StatusOr<std::string> ReadText(const Archive& archive, absl::string_view entry) {
  T2N_ASSIGN_OR_RETURN(const EntryBytes bytes, archive.Read(entry, limits::kMaxTextBytes));
  return std::string(bytes.text());
}

// Zips that hold no TorchScript model.
absl::Status CheckKind(const Archive& archive) {
  const ArchiveKind kind = KindOf(archive);
  switch (kind) {
    case ArchiveKind::kTorchScript:
    case ArchiveKind::kLegacyTorchScript:
      return absl::OkStatus();
    case ArchiveKind::kExported:
    case ArchiveKind::kOldExported:
      return Refuse(archive, "an archive of torch.export (.pt2), not of TorchScript");
    default:
      return Refuse(archive, DescribeUnreadable(kind));
  }
}

absl::StatusOr<int64_t> ReadVersion(const Archive& archive) {
  const char* entry = archive.Find(".data/version") ? ".data/version" : "version";
  T2N_ASSIGN_OR_RETURN(const std::string text, ReadText(archive, entry));
  int64_t version;
  if (!absl::SimpleAtoi(text, &version) || version < 0) {
    return Refuse(archive, absl::StrCat("entry '", entry, "' holds no version number"));
  }
  return version;
}

absl::Status CheckByteOrder(const Archive& archive) {
  if (!archive.Find("byteorder")) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(const std::string text, ReadText(archive, "byteorder"));
  const absl::string_view order = absl::StripAsciiWhitespace(text);
  if (order == "little") return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat(archive.path(), ": its byteorder is '", order,
                   "'; only little is read: save the model on a little-endian machine"));
}

absl::StatusOr<const Value*> ReadPickle(const Archive& archive, absl::string_view name,
                                        bool payloads_optional, torchvalue::Arena* arena) {
  const std::string entry = absl::StrCat(name, ".pkl");
  T2N_ASSIGN_OR_RETURN(const EntryBytes bytes, archive.Read(entry, limits::kMaxPickleBytes));
  torchvalue::InterpretOptions options;
  options.archive = &archive;
  options.storage_folder = absl::StrCat(name, "/");
  options.payloads_optional = payloads_optional;
  const auto document = pickle::Parse(bytes.span());
  absl::Status status = document.status();
  if (document.ok()) {
    absl::StatusOr<const Value*> root = torchvalue::Interpret(*document, options, arena);
    if (root.ok()) return root;
    status = root.status();
  }
  return Refuse(archive, absl::StrCat(entry, ": ", status.message()));
}

absl::Status ReadConstants(ModelArchive* model) {
  if (!model->archive->Find("constants.pkl")) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(const Value* root,
                       ReadPickle(*model->archive, "constants", false, model->values.get()));
  const auto* tuple = root->As<torchvalue::Tuple>();
  if (!tuple) {
    return Refuse(*model->archive,
                  absl::StrCat("constants.pkl holds a ", root->KindName(), ", not a tuple"));
  }
  model->constants = tuple->items;
  return absl::OkStatus();
}

absl::Status ReadTracedInputs(ModelArchive* model) {
  if (!model->archive->Find("traced_inputs.pkl")) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(const Value* root,
                       ReadPickle(*model->archive, "traced_inputs", true, model->values.get()));
  const auto* methods = root->As<torchvalue::Dict>();
  if (!methods) return Refuse(*model->archive, "traced_inputs.pkl holds no dict");
  for (const auto& [name, inputs] : methods->items) {
    const auto* method = name->As<std::string>();
    const auto* list = inputs->As<torchvalue::List>();
    const auto* tuple = inputs->As<torchvalue::Tuple>();
    if (!method || (!list && !tuple)) {
      return Refuse(*model->archive, "traced_inputs.pkl holds no lists of inputs by method");
    }
    model->traced_inputs.emplace_back(*method, list ? list->items : tuple->items);
  }
  return absl::OkStatus();
}

absl::Status ReadModules(ModelArchive* model) {
  const Archive& archive = *model->archive;
  if (model->layout == ModelArchive::Layout::kLegacy) {
    absl::StatusOr<LegacyModel> legacy = ReadLegacyModel(archive, model->values.get());
    if (!legacy.ok()) return Refuse(archive, legacy.status().message());
    model->root = legacy->root;
    model->constants = std::move(legacy->tensors);
    return absl::OkStatus();
  }
  T2N_ASSIGN_OR_RETURN(model->root, ReadPickle(archive, "data", false, model->values.get()));
  if (!model->root->As<torchvalue::ObjectRecord>()) {
    return Refuse(archive,
                  absl::StrCat("data.pkl holds a ", model->root->KindName(), ", not a module"));
  }
  T2N_RETURN_IF_ERROR(ReadConstants(model));
  return ReadTracedInputs(model);
}

}  // namespace

absl::StatusOr<std::string> ModelArchive::ReadCode(absl::string_view entry) const {
  return ReadText(*archive, entry);
}

std::string ModelArchive::CodeEntryOf(absl::string_view qualified_name) const {
  const size_t dot = qualified_name.rfind('.');
  return absl::StrCat(
      layout == Layout::kLegacy ? "libs/" : "code/",
      absl::StrReplaceAll(qualified_name.substr(0, std::min(dot, qualified_name.size())),
                          {{".", "/"}}),
      ".py");
}

absl::StatusOr<ModelArchive> LoadModelArchive(std::shared_ptr<const Archive> archive) {
  T2N_RETURN_IF_ERROR(CheckKind(*archive));
  T2N_RETURN_IF_ERROR(CheckByteOrder(*archive));
  ModelArchive model;
  model.layout =
      IsLegacyModel(*archive) ? ModelArchive::Layout::kLegacy : ModelArchive::Layout::kModern;
  model.archive = std::move(archive);
  model.values = std::make_shared<torchvalue::Arena>();
  T2N_ASSIGN_OR_RETURN(model.version, ReadVersion(*model.archive));
  for (const Entry& entry : model.archive->entries()) {
    const absl::string_view name = entry.name;
    if (absl::EndsWith(name, ".py") &&
        (absl::StartsWith(name, "code/") || absl::StartsWith(name, "libs/"))) {
      model.code_entries.push_back(entry.name);
    }
  }
  T2N_RETURN_IF_ERROR(ReadModules(&model));
  return model;
}

absl::StatusOr<ModelArchive> LoadModelArchive(const std::string& path) {
  T2N_ASSIGN_OR_RETURN(std::shared_ptr<const Archive> archive, Archive::Open(path));
  return LoadModelArchive(std::move(archive));
}

}  // namespace t2n
