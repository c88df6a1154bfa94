#include "t2n/torchscript/loader.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/aten/core/packed_params.h"
#include "t2n/base/status.h"
#include "t2n/ir/archive_buffer.h"
#include "t2n/values/convert_args.h"
#include "t2n/values/unusable.h"

namespace t2n::script {
namespace {

namespace tv = torchvalue;

std::string Join(const std::string& path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

}  // namespace

absl::StatusOr<IValue> Loader::Load(const tv::Value* value, const std::string& path) {
  auto it = loaded_.find(value);
  if (it != loaded_.end()) return it->second;
  T2N_ASSIGN_OR_RETURN(IValue loaded, LoadNew(*value, path));
  loaded_[value] = loaded;
  return loaded;
}

absl::StatusOr<IValue> Loader::LoadNew(const tv::Value& value, const std::string& path) {
  if (value.As<tv::None>()) return IValue();
  if (const auto* v = value.As<bool>()) return IValue(*v);
  if (const auto* v = value.As<int64_t>()) return IValue(*v);
  if (const auto* v = value.As<double>()) return IValue(*v);
  if (const auto* v = value.As<std::complex<double>>()) return IValue(*v);
  if (const auto* v = value.As<std::string>()) return IValue(*v);
  if (const auto* v = value.As<tv::Device>()) return IValue(Device{v->name});
  if (const auto* v = value.As<tv::Unusable>()) {
    return IValue(std::make_shared<const UnusableValue>(v->status));
  }
  if (const auto* v = value.As<tv::List>()) {
    auto list = std::make_shared<List>();
    for (size_t i = 0; i < v->items.size(); ++i) {
      T2N_ASSIGN_OR_RETURN(IValue item, Load(v->items[i], Join(path, absl::StrCat(i))));
      list->items.push_back(std::move(item));
    }
    if (const auto type = torchscript::ParseType(v->type); type.ok()) {
      list->item_type = ItemDType(*type);
    }
    return IValue(list);
  }
  if (const auto* v = value.As<tv::Tuple>()) {
    auto tuple = std::make_shared<Tuple>();
    for (size_t i = 0; i < v->items.size(); ++i) {
      T2N_ASSIGN_OR_RETURN(IValue item, Load(v->items[i], Join(path, absl::StrCat(i))));
      tuple->items.push_back(std::move(item));
    }
    return IValue(tuple);
  }
  if (const auto* v = value.As<tv::Dict>()) {
    auto dict = std::make_shared<Dict>();
    for (const auto& [key, item] : v->items) {
      T2N_ASSIGN_OR_RETURN(IValue k, Load(key, path));
      T2N_ASSIGN_OR_RETURN(IValue i, Load(item, Join(path, Str(k))));
      dict->items.emplace_back(std::move(k), std::move(i));
    }
    return IValue(dict);
  }
  if (const auto* v = value.As<tv::ObjectRecord>()) return LoadObject(value, *v, path);
  if (const auto* v = value.As<tv::EnumRecord>()) {
    auto e = std::make_shared<Enum>();
    e->class_name = v->class_name;
    T2N_ASSIGN_OR_RETURN(e->value, Load(v->value, path));
    return IValue(e);
  }
  if (const auto* v = value.As<tv::TensorRecord>()) return LoadTensorRef(*v, path);
  return IValue(std::make_shared<const UnusableValue>(absl::UnimplementedError(
      absl::StrCat("the archive holds a ", value.KindName(), " that cannot be used"))));
}

absl::StatusOr<IValue> Loader::LoadObject(const tv::Value& value, const tv::ObjectRecord& record,
                                          const std::string& path) {
  absl::string_view name = record.class_name;
  if (absl::ConsumePrefix(&name, "__torch__.torch.classes.")) {
    return LoadPacked(name, record.state, path);
  }
  auto object = std::make_shared<Object>();
  object->class_name = record.class_name;
  object->path = path;
  loaded_[&value] = object;
  if (record.state) {
    T2N_ASSIGN_OR_RETURN(const auto* setstate,
                         code_->FindMethod(record.class_name, "__setstate__"));
    if (setstate || record.attributes.empty()) object->pending_state = record.state;
    if (setstate) return IValue(object);
  }
  for (const auto& [name, attribute] : record.attributes) {
    T2N_ASSIGN_OR_RETURN(IValue v, Load(attribute, Join(path, name)));
    if (name == "training" && v.If<bool>() && *v.If<bool>() && !env_.keep_training) {
      if (env_.warn) env_.warn("the model was saved in training mode; converted as after eval()");
      v = IValue(false);
    }
    object->attributes.emplace_back(name, std::move(v));
  }
  return IValue(object);
}

absl::StatusOr<IValue> Loader::LoadPacked(absl::string_view class_name, const tv::Value* state,
                                          const std::string& path) {
  auto load = [&]() -> absl::StatusOr<IValue> {
    if (!state) return absl::InvalidArgumentError("an instance without a state");
    T2N_ASSIGN_OR_RETURN(IValue value, Load(state, path));
    T2N_ASSIGN_OR_RETURN(Operand operand, ToOperand(value));
    T2N_ASSIGN_OR_RETURN(Arg arg, operand.Read());
    T2N_ASSIGN_OR_RETURN(Arg packed, FromPackedState(class_name, arg));
    return FromOperand(OperandOf(packed));
  };
  absl::StatusOr<IValue> value = load();
  if (value.ok()) return value;
  return IValue(std::make_shared<const UnusableValue>(
      absl::Status(value.status().code(), absl::StrCat(path, ": ", value.status().message()))));
}

absl::StatusOr<IValue> Loader::LoadRowwise(const tv::TensorRecord& record,
                                           const std::string& path) {
  bool nibbles = record.dtype == tv::ScalarType::kQUInt4x2;
  if (!nibbles && record.dtype != tv::ScalarType::kQUInt8) {
    return absl::UnimplementedError(
        absl::StrCat("rows quantized as ", tv::ShortName(record.dtype), " are not supported"));
  }
  if (!record.has_data) return absl::FailedPreconditionError("the archive has no data for it");
  const bool tensors = record.quantizer->scales && record.quantizer->zero_points;
  if (!tensors || record.sizes.size() != 2 || record.quantizer->axis != 0 ||
      record.strides != ContiguousStrides(record.sizes) || record.storage_offset != 0) {
    return absl::UnimplementedError("float zero points of another axis than a matrix's rows");
  }
  Tensor rows;
  rows.dtype = DType::kU8;
  rows.sizes = {record.sizes[0], nibbles ? (record.sizes[1] + 1) / 2 : record.sizes[1]};
  rows.strides = ContiguousStrides(rows.sizes);
  T2N_ASSIGN_OR_RETURN(rows.buffer, stored_.BufferOf(code_->archive().archive, record.entry));
  if (static_cast<size_t>(rows.nbytes()) > rows.buffer->size()) {
    return absl::InvalidArgumentError("its storage is too small");
  }
  auto out = std::make_shared<RowwiseTensor>();
  T2N_ASSIGN_OR_RETURN(Tensor scales, LoadTensor(*record.quantizer->scales, nullptr));
  T2N_ASSIGN_OR_RETURN(Tensor zero_points, LoadTensor(*record.quantizer->zero_points, nullptr));
  SetNameInArchive(rows, path);
  out->rows = builder_.Constant(rows);
  out->rows->name = path;
  out->scale = builder_.Cast(builder_.Constant(scales), DType::kF32);
  out->zero_point = builder_.Cast(builder_.Constant(zero_points), DType::kF32);
  out->bits = nibbles ? 4 : 8;
  out->columns = record.sizes[1];
  T2N_RETURN_IF_ERROR(builder_.status());
  return IValue(std::shared_ptr<const Opaque>(std::move(out)));
}

absl::StatusOr<Tensor> Loader::LoadTensor(const tv::TensorRecord& record, QuantPtr* quant) {
  return stored_.Load(code_->archive().archive, record, quant);
}

namespace {

// Items of states are named by number: weights that a quantized layer's engine handed out.
void NoteOwners(QuantizedTraits* traits, const tv::TensorRecord& record, const std::string& path) {
  const size_t dot = path.rfind('.');
  const bool item = dot != std::string::npos && dot + 1 < path.size() &&
                    path.find_first_not_of("0123456789", dot + 1) == std::string::npos;
  if (!traits || !item || record.dtype != tv::ScalarType::kQInt8) return;
  const int64_t rank = static_cast<int64_t>(record.sizes.size());
  traits->packers.Intersect(PackersOfSaved(rank, record.had_owners));
  if (rank == 2 && record.had_owners) traits->linear_with_owners = true;
}

}  // namespace

absl::StatusOr<IValue> Loader::LoadTensorRef(const tv::TensorRecord& record,
                                             const std::string& path) {
  auto unusable = [&](const absl::Status& why) {
    return IValue(std::make_shared<const UnusableValue>(
        absl::Status(why.code(), absl::StrCat(path, ": ", why.message()))));
  };
  if (record.quantizer &&
      record.quantizer->scheme == tv::Quantizer::Scheme::kPerChannelAffineFloatQParams) {
    absl::StatusOr<IValue> rows = LoadRowwise(record, path);
    return rows.ok() ? rows : unusable(rows.status());
  }
  NoteOwners(env_.quantized_traits, record, path);
  QuantPtr quant;
  absl::StatusOr<Tensor> tensor = LoadTensor(record, &quant);
  if (!tensor.ok()) return unusable(tensor.status());
  SetNameInArchive(*tensor, path);
  Val v = builder_.Constant(*std::move(tensor), std::move(quant));
  v->name = path;
  return IValue(shared_.Join(code_->archive().archive.get(), record, TensorRef::New(v)));
}

}  // namespace t2n::script
