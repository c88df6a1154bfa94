#include "parsers/exported/container.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "parsers/pickle/reader.h"
#include "parsers/torchvalue/interpret.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

namespace tv = torchvalue;

constexpr absl::string_view kOldProgram = "serialized_exported_program.json";
constexpr absl::string_view kDefaultName = "model";

absl::Status Refuse(const Archive& archive, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(archive.path(), ": ", what));
}

absl::Status InEntry(const Archive& archive, absl::string_view entry, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(archive.path(), ": ", entry, ": ", status.message()));
}

// Reads one model.
class Loader {
 public:
  Loader(std::shared_ptr<const Archive> archive, ExportedModel* model)
      : archive_(std::move(archive)), model_(*model) {}

  absl::Status LoadOld();
  absl::Status LoadNew();

 private:
  absl::Status CheckByteOrder();
  absl::Status ReadProgramOf(absl::string_view entry);
  // The torch.save zip that is an entry, with a dict of tensors; the entry may be empty or absent.
  absl::Status ReadSaved(absl::string_view entry, TensorMap* tensors);
  absl::StatusOr<StoredTensor> Unpickle(std::shared_ptr<const Archive> archive);
  // The tensors that a JSON of names and payloads tells, which lie beside it.
  absl::Status ReadPayloads(absl::string_view folder, absl::string_view what, TensorMap* tensors);
  absl::Status ReadPayload(JsonReader& json, absl::string_view folder, StoredTensor* tensor);
  absl::StatusOr<StoredTensor> RawTensor(const std::string& entry, const TensorMeta& meta);
  absl::Status ReadLiterals();

  std::shared_ptr<const Archive> archive_;
  ExportedModel& model_;
};

absl::Status Loader::CheckByteOrder() {
  if (!archive_->Find("byteorder")) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(const EntryBytes bytes, archive_->Read("byteorder", limits::kMaxTextBytes));
  const absl::string_view order = absl::StripAsciiWhitespace(bytes.text());
  if (order == "little") return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat(archive_->path(), ": its byteorder is '", order.substr(0, 16),
                   "'; only little is read: save the model on a little-endian machine"));
}

absl::Status Loader::ReadProgramOf(absl::string_view entry) {
  T2N_ASSIGN_OR_RETURN(EntryBytes bytes, archive_->Read(entry, limits::kMaxTextBytes));
  const auto owner = std::make_shared<EntryBytes>(std::move(bytes));
  auto program = ReadProgram(owner->text(), owner->behind(), owner);
  if (!program.ok()) return InEntry(*archive_, entry, program.status());
  model_.program = *std::move(program);
  return absl::OkStatus();
}

absl::StatusOr<StoredTensor> Loader::Unpickle(std::shared_ptr<const Archive> archive) {
  T2N_ASSIGN_OR_RETURN(const EntryBytes bytes, archive->Read("data.pkl", limits::kMaxPickleBytes));
  const absl::StatusOr<pickle::Document> document = pickle::Parse(bytes.span());
  if (!document.ok()) return InEntry(*archive, "data.pkl", document.status());
  tv::InterpretOptions options;
  options.archive = archive.get();
  options.storage_folder = "data/";
  const auto root = tv::Interpret(*document, options, model_.values.get());
  if (!root.ok()) return InEntry(*archive, "data.pkl", root.status());
  return StoredTensor{std::move(archive), *root};
}

absl::Status Loader::ReadSaved(absl::string_view entry, TensorMap* tensors) {
  const Entry* found = archive_->Find(entry);
  if (found == nullptr || found->size == 0) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(auto zip, Archive::OpenNested(archive_, entry));
  T2N_ASSIGN_OR_RETURN(StoredTensor saved, Unpickle(std::move(zip)));
  const auto* dict = saved.value->As<tv::Dict>();
  if (dict == nullptr) return Refuse(*saved.archive, "it holds no dict of tensors");
  for (const auto& [key, value] : dict->items) {
    const auto* name = key->As<std::string>();
    if (name == nullptr) return Refuse(*saved.archive, "a tensor's name is no str");
    (*tensors)[*name] = StoredTensor{saved.archive, value};
  }
  return absl::OkStatus();
}

absl::StatusOr<StoredTensor> Loader::RawTensor(const std::string& entry, const TensorMeta& meta) {
  tv::TensorRecord record;
  record.entry = entry;
  const auto unusable = [&](const absl::Status& why) {
    return StoredTensor{archive_, model_.values->New(tv::Unusable{why})};
  };
  if (!meta.dtype) {
    return unusable(absl::UnimplementedError("its element type is not known"));
  }
  record.dtype = *meta.dtype;
  if (meta.layout != Layout::kStrided) {
    return unusable(absl::UnimplementedError(
        "a sparse tensor is not read; store tensor.to_dense() in the model instead"));
  }
  const auto numbers = [](const std::vector<SymInt>& from, std::vector<int64_t>* to) {
    for (const SymInt& size : from) {
      if (!size.is_number()) return false;
      to->push_back(*size.value);
    }
    return true;
  };
  if (!numbers(meta.sizes, &record.sizes) || !numbers(meta.strides, &record.strides) ||
      !meta.storage_offset.is_number()) {
    return unusable(absl::InvalidArgumentError("its sizes are no numbers"));
  }
  record.storage_offset = *meta.storage_offset.value;
  const Entry* payload = archive_->Find(entry);
  record.has_data = payload == nullptr || payload->size > 0 || record.numel() == 0;
  const absl::Status layout = tv::CheckLayout(record, *archive_);
  if (!layout.ok()) return unusable(layout);
  return StoredTensor{archive_, model_.values->New(std::move(record))};
}

absl::Status Loader::ReadPayload(JsonReader& json, absl::string_view folder, StoredTensor* tensor) {
  std::string entry;
  bool pickled = false;
  TensorMeta meta;
  T2N_RETURN_IF_ERROR(json.Object([&](absl::string_view field) -> absl::Status {
    if (field == "path_name") {
      T2N_ASSIGN_OR_RETURN(const absl::string_view name, json.String());
      entry = absl::StrCat(folder, name);
    } else if (field == "use_pickle") {
      T2N_ASSIGN_OR_RETURN(pickled, json.Bool());
    } else if (field == "tensor_meta") {
      return ReadTensorMeta(json, &meta);
    }
    return absl::OkStatus();
  }));
  if (archive_->Find(entry) == nullptr) {
    return json.Error(absl::StrCat("the archive has no entry '", entry, "'"));
  }
  absl::StatusOr<StoredTensor> read;
  if (!pickled) {
    read = RawTensor(entry, meta);
  } else {
    auto zip = Archive::OpenNested(archive_, entry);
    read = zip.ok() ? Unpickle(*std::move(zip)) : zip.status();
    // Objects of torch's C++ and of Python are an error for who needs them.
    if (!read.ok()) {
      read = StoredTensor{archive_, model_.values->New(tv::Unusable{read.status()})};
    }
  }
  T2N_ASSIGN_OR_RETURN(*tensor, std::move(read));
  return absl::OkStatus();
}

absl::Status Loader::ReadPayloads(absl::string_view folder, absl::string_view what,
                                  TensorMap* tensors) {
  const std::string entry = absl::StrCat(folder, model_.name, "_", what, "_config.json");
  if (!archive_->Find(entry)) return ReadSaved(absl::StrCat(folder, model_.name, ".pt"), tensors);
  T2N_ASSIGN_OR_RETURN(const EntryBytes bytes, archive_->Read(entry, limits::kMaxTextBytes));
  StringPool pool;
  const absl::Status status = ReadJson(bytes.text(), bytes.behind(), &pool, [&](JsonReader& json) {
    return json.Object([&](absl::string_view field) -> absl::Status {
      if (field != "config") return absl::OkStatus();
      return json.Object([&](absl::string_view name) {
        return ReadPayload(json, folder, &(*tensors)[std::string(name)]);
      });
    });
  });
  return status.ok() ? status : InEntry(*archive_, entry, status);
}

absl::Status Loader::ReadLiterals() {
  for (const auto& [name, base64] : model_.program->graph.constants) {
    std::string bytes;
    if (!absl::Base64Unescape(base64, &bytes)) {
      return Refuse(*archive_, absl::StrCat("constant '", name, "' is no base64"));
    }
    T2N_ASSIGN_OR_RETURN(
        auto zip, Archive::FromMemory(std::move(bytes), absl::StrCat(archive_->path(), "!", name)));
    T2N_ASSIGN_OR_RETURN(model_.literals[std::string(name)], Unpickle(std::move(zip)));
  }
  return absl::OkStatus();
}

absl::Status Loader::LoadOld() {
  T2N_RETURN_IF_ERROR(CheckByteOrder());
  T2N_RETURN_IF_ERROR(ReadProgramOf(kOldProgram));
  // torch 2.1 and 2.2 call the zips of tensors .json.
  for (const absl::string_view ending : {"pt", "json"}) {
    T2N_RETURN_IF_ERROR(ReadSaved(absl::StrCat("serialized_state_dict.", ending), &model_.weights));
    T2N_RETURN_IF_ERROR(
        ReadSaved(absl::StrCat("serialized_constants.", ending), &model_.constants));
  }
  return ReadLiterals();
}

absl::Status Loader::LoadNew() {
  T2N_RETURN_IF_ERROR(CheckByteOrder());
  T2N_RETURN_IF_ERROR(ReadProgramOf(absl::StrCat("models/", model_.name, ".json")));
  T2N_RETURN_IF_ERROR(ReadPayloads("data/weights/", "weights", &model_.weights));
  return ReadPayloads("data/constants/", "constants", &model_.constants);
}

// A name's last part: "torch.float32" of GlobalName, a str as it is; "" for others.
std::string NameOf(const tv::Value& value) {
  if (const auto* v = value.As<tv::GlobalName>()) return v->name;
  if (const auto* v = value.As<std::string>()) return *v;
  return "";
}

}  // namespace

const StoredTensor* ExportedModel::Find(absl::string_view name) const {
  for (const TensorMap* tensors : {&weights, &constants}) {
    const auto it = tensors->find(name);
    if (it != tensors->end()) return &it->second;
  }
  return nullptr;
}

std::vector<std::string> ModelNames(const Archive& archive) {
  if (archive.Find(kOldProgram)) return {std::string(kDefaultName)};
  std::vector<std::string> names;
  for (const Entry& entry : archive.entries()) {
    absl::string_view name = entry.name;
    if (absl::ConsumePrefix(&name, "models/") && absl::ConsumeSuffix(&name, ".json")) {
      names.emplace_back(name);
    }
  }
  return names;
}

absl::StatusOr<ExportedModel> LoadExportedModel(std::shared_ptr<const Archive> archive,
                                                absl::string_view name) {
  const std::vector<std::string> names = ModelNames(*archive);
  ExportedModel model;
  model.name = std::string(name);
  if (name.empty()) model.name = names.size() == 1 ? names[0] : std::string(kDefaultName);
  if (std::find(names.begin(), names.end(), model.name) == names.end()) {
    return Refuse(*archive, absl::StrCat("the archive has no model '", model.name, "'; it has: ",
                                         names.empty() ? "none" : absl::StrJoin(names, ", ")));
  }
  model.values = std::make_shared<tv::Arena>();
  const bool old = archive->Find(kOldProgram) != nullptr;
  Loader loader(std::move(archive), &model);
  T2N_RETURN_IF_ERROR(old ? loader.LoadOld() : loader.LoadNew());
  return model;
}

std::optional<Subclass> AsSubclass(const tv::Value& value) {
  const auto* call = value.As<tv::CallRecord>();
  if (call == nullptr || call->callable != "torch._tensor._rebuild_from_type_v2" ||
      call->args.size() < 4) {
    return std::nullopt;
  }
  Subclass out;
  out.class_name = NameOf(*call->args[1]);
  const auto* attributes = call->args[3]->As<tv::Dict>();
  if (out.class_name.empty() || attributes == nullptr) return std::nullopt;
  for (const auto& [key, attribute] : attributes->items) {
    out.attributes.emplace_back(NameOf(*key), attribute);
  }
  return out;
}

}  // namespace t2n::exported
