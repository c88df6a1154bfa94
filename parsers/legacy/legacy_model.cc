#include "parsers/legacy/legacy_model.h"

#include <google/protobuf/util/json_util.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "parsers/pickle/reader.h"
#include "parsers/torchvalue/interpret.h"
#include "proto/torch_model.pb.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

using torchvalue::Arena;
using torchvalue::ObjectRecord;
using torchvalue::Quantizer;
using torchvalue::ScalarType;
using torchvalue::TensorRecord;
using torchvalue::Unusable;
using torchvalue::Value;

constexpr char kModelEntry[] = "model.json";
constexpr char kAttributesEntry[] = "attributes.pkl";

absl::Status ModelError(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(kModelEntry, ": ", what));
}

std::optional<ScalarType> PlainType(proto::DataType type) {
  switch (type) {
    case proto::FLOAT:
      return ScalarType::kFloat;
    case proto::INT32:
      return ScalarType::kInt;
    case proto::BYTE:
    case proto::UINT8:
      return ScalarType::kByte;
    case proto::BOOL:
      return ScalarType::kBool;
    case proto::INT8:
      return ScalarType::kChar;
    case proto::INT16:
      return ScalarType::kShort;
    case proto::INT64:
      return ScalarType::kLong;
    case proto::FLOAT16:
      return ScalarType::kHalf;
    case proto::DOUBLE:
      return ScalarType::kDouble;
    default:
      return std::nullopt;
  }
}

std::optional<ScalarType> QuantizedType(proto::DataType type) {
  switch (type) {
    case proto::INT8:
      return ScalarType::kQInt8;
    case proto::UINT8:
      return ScalarType::kQUInt8;
    case proto::INT32:
      return ScalarType::kQInt32;
    default:
      return std::nullopt;
  }
}

absl::StatusOr<TensorRecord> ReadTensor(const proto::TensorDef& def, const Archive& archive) {
  TensorRecord tensor;
  const auto type =
      def.is_quantized() ? QuantizedType(def.data_type()) : PlainType(def.data_type());
  if (!type) {
    return ModelError(absl::StrCat(def.is_quantized() ? "quantized " : "", "tensor type ",
                                   proto::DataType_Name(def.data_type()), " is not read"));
  }
  tensor.dtype = *type;
  if (def.is_quantized()) {
    tensor.quantizer.emplace();
    tensor.quantizer->scale = def.scale();
    tensor.quantizer->zero_point = def.zero_point();
  }
  tensor.entry = def.data().key();
  tensor.device = def.device();
  tensor.storage_offset = def.offset();
  tensor.sizes.assign(def.dims().begin(), def.dims().end());
  tensor.strides.assign(def.strides().begin(), def.strides().end());
  tensor.requires_grad = def.requires_grad();
  T2N_RETURN_IF_ERROR(CheckLayout(tensor, archive));
  return tensor;
}

class Reader {
 public:
  Reader(const Archive& archive, Arena* arena) : archive_(archive), arena_(arena) {}

  absl::StatusOr<LegacyModel> Run() {
    T2N_RETURN_IF_ERROR(ParseJson());
    for (const proto::TensorDef& def : model_.tensors()) {
      absl::StatusOr<TensorRecord> tensor = ReadTensor(def, archive_);
      tensors_.push_back(tensor.ok() ? arena_->New(*std::move(tensor))
                                     : arena_->New(Unusable{tensor.status()}));
    }
    T2N_RETURN_IF_ERROR(ReadAttributes());
    LegacyModel result;
    T2N_ASSIGN_OR_RETURN(result.root, Module(model_.main_module()));
    result.tensors.assign(tensors_.begin(), tensors_.end());
    return result;
  }

 private:
  absl::Status ParseJson() {
    T2N_ASSIGN_OR_RETURN(const EntryBytes json, archive_.Read(kModelEntry, limits::kMaxTextBytes));
    const auto status = google::protobuf::util::JsonStringToMessage(
        google::protobuf::StringPiece(json.text().data(), json.text().size()), &model_);
    if (!status.ok()) return ModelError(std::string(status.message()));
    if (!model_.has_main_module()) return ModelError("there is no mainModule");
    return absl::OkStatus();
  }

  // The tuple of attributes.pkl; torch 1.0 has none.
  absl::Status ReadAttributes() {
    if (!archive_.Find(kAttributesEntry)) return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN(const EntryBytes bytes,
                         archive_.Read(kAttributesEntry, limits::kMaxPickleBytes));
    T2N_ASSIGN_OR_RETURN(const pickle::Document document, pickle::Parse(bytes.span()));
    torchvalue::InterpretOptions options;
    options.archive = &archive_;
    options.tensor_table = &tensors_;
    T2N_ASSIGN_OR_RETURN(const Value* root, Interpret(document, options, arena_));
    if (const auto* tuple = root->As<torchvalue::Tuple>()) attributes_ = tuple->items;
    if (const auto* list = root->As<torchvalue::List>()) attributes_ = list->items;
    return absl::OkStatus();
  }

  absl::StatusOr<const Value*> Attribute(int64_t id) const {
    if (id < 0 || id >= static_cast<int64_t>(attributes_.size())) {
      return ModelError(absl::StrCat("attribute ", id, " is not in ", kAttributesEntry));
    }
    return attributes_[id];
  }

  absl::StatusOr<const Value*> Module(const proto::ModuleDef& def) {
    ObjectRecord object;
    const bool has_state = def.has_get_state_attribute_id();
    object.class_name = def.torchscript_arena().key();
    for (const proto::ParameterDef& parameter : def.parameters()) {
      if (has_state && parameter.tensor_id() == -1) continue;
      if (parameter.tensor_id() < 0 ||
          parameter.tensor_id() >= static_cast<int64_t>(tensors_.size())) {
        return ModelError(absl::StrCat("parameter '", parameter.name(), "' is not in its tensors"));
      }
      object.attributes.emplace_back(parameter.name(), tensors_[parameter.tensor_id()]);
    }
    for (const proto::AttributeDef& attribute : def.attributes()) {
      if (has_state && attribute.id() == -1) continue;
      T2N_ASSIGN_OR_RETURN(const Value* value, Attribute(attribute.id()));
      object.attributes.emplace_back(attribute.name(), value);
    }
    for (const proto::ModuleDef& submodule : def.submodules()) {
      T2N_ASSIGN_OR_RETURN(const Value* value, Module(submodule));
      object.attributes.emplace_back(submodule.name(), value);
    }
    if (has_state) {
      T2N_ASSIGN_OR_RETURN(object.state, Attribute(def.get_state_attribute_id()));
    }
    return arena_->New(std::move(object));
  }

  const Archive& archive_;
  Arena* arena_;
  proto::ModelDef model_;
  std::vector<Value*> tensors_;
  std::vector<const Value*> attributes_;
};

}  // namespace

bool IsLegacyModel(const Archive& archive) { return archive.Find(kModelEntry) != nullptr; }

absl::StatusOr<LegacyModel> ReadLegacyModel(const Archive& archive, Arena* arena) {
  return Reader(archive, arena).Run();
}

}  // namespace t2n
