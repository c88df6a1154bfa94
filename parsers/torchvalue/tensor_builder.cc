#include "parsers/torchvalue/tensor_builder.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n::torchvalue {
namespace {

using Args = std::vector<const pickle::Value*>;

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("a saved tensor is malformed: ", what));
}

absl::StatusOr<int64_t> Int(const pickle::Value* value, absl::string_view what) {
  if (const int64_t* number = value->As<int64_t>()) return *number;
  return Malformed(absl::StrCat(what, " is a ", value->KindName()));
}

absl::StatusOr<std::vector<int64_t>> Ints(const pickle::Value* value, absl::string_view what) {
  const auto* tuple = value->As<pickle::Tuple>();
  if (const auto* size = value->As<pickle::Instance>()) {  // torch.Size((2, 3))
    const auto* args = size->args->As<pickle::Tuple>();
    if (args && args->items.size() == 1) tuple = args->items[0]->As<pickle::Tuple>();
  }
  if (!tuple) return Malformed(absl::StrCat(what, " is a ", value->KindName()));
  std::vector<int64_t> ints;
  for (const pickle::Value* item : tuple->items) {
    T2N_ASSIGN_OR_RETURN(const int64_t number, Int(item, what));
    ints.push_back(number);
  }
  return ints;
}

// ('storage', torch.FloatStorage, '0', 'cpu', numel): what BINPERSID refers to.
absl::Status ReadStorage(const pickle::Value* value, const InterpretOptions& options,
                         TensorRecord* tensor) {
  const auto* persistent = value->As<pickle::PersistentId>();
  const auto* id = persistent ? persistent->id->As<pickle::Tuple>() : nullptr;
  if (!id || id->items.size() < 5) return Malformed("its storage is not referred to as torch does");
  const auto* kind = id->items[0]->As<std::string>();
  const auto* type = id->items[1]->As<pickle::Global>();
  const auto* key = id->items[2]->As<std::string>();
  const auto* device = id->items[3]->As<std::string>();
  if (!kind || *kind != "storage" || !type || !key || !device) {
    return Malformed("its storage is not referred to as torch does");
  }
  if (type->name == "UntypedStorage") {
    tensor->dtype = ScalarType::kByte;
  } else if (const auto dtype = ScalarTypeFromStorage(type->name)) {
    tensor->dtype = *dtype;
  } else {
    return absl::UnimplementedError(
        absl::StrCat("storage type ", type->module, ".", type->name, " is not known"));
  }
  tensor->device = *device;
  tensor->entry = absl::StrCat(options.storage_folder, *key);
  if (options.payloads_optional) {
    const Entry* entry = options.archive->Find(tensor->entry);
    tensor->has_data = entry != nullptr && entry->size > 0;
  }
  return absl::OkStatus();
}

// storage, storage_offset, size, stride: how all of the functions begin.
absl::Status ReadStrided(const Args& args, const InterpretOptions& options, TensorRecord* tensor) {
  if (args.size() < 4) return Malformed("arguments are missing");
  T2N_RETURN_IF_ERROR(ReadStorage(args[0], options, tensor));
  T2N_ASSIGN_OR_RETURN(tensor->storage_offset, Int(args[1], "the offset"));
  T2N_ASSIGN_OR_RETURN(tensor->sizes, Ints(args[2], "the size"));
  T2N_ASSIGN_OR_RETURN(tensor->strides, Ints(args[3], "the stride"));
  return absl::OkStatus();
}

absl::Status ReadRequiresGrad(const Args& args, size_t index, TensorRecord* tensor) {
  if (args.size() <= index) return absl::OkStatus();
  const bool* flag = args[index]->As<bool>();
  if (!flag) return Malformed("requires_grad is no bool");
  tensor->requires_grad = *flag;
  return absl::OkStatus();
}

// {"conj": True}, {"neg": True}: bits that change what the bytes mean.
absl::Status CheckMetadata(const Args& args, size_t index, const InterpretArgument& interpret) {
  if (args.size() <= index) return absl::OkStatus();
  T2N_ASSIGN_OR_RETURN(const Value* value, interpret(args[index]));
  if (value->As<None>()) return absl::OkStatus();
  const auto* metadata = value->As<Dict>();
  if (!metadata) return Malformed("its metadata is no dict");
  for (const auto& [key, item] : metadata->items) {
    const bool* set = item->As<bool>();
    const auto* name = key->As<std::string>();
    if (!set || *set) {
      return absl::UnimplementedError(absl::StrCat(
          "a tensor saved with its '", name ? *name : "?",
          "' bit set is not read; store tensor.resolve_conj().resolve_neg() in the model instead"));
    }
  }
  return absl::OkStatus();
}

bool IsQuantized(ScalarType type) {
  return type == ScalarType::kQInt8 || type == ScalarType::kQUInt8 || type == ScalarType::kQInt32 ||
         type == ScalarType::kQUInt4x2 || type == ScalarType::kQUInt2x4;
}

// The items of a list of numbers, as often as there are channels; false if they are none.
template <typename T>
bool ReadNumbers(const Value* value, int64_t channels, std::vector<T>* out) {
  const auto* list = value->As<List>();
  if (!list || static_cast<int64_t>(list->items.size()) != channels) return false;
  for (const Value* item : list->items) {
    const T* number = item->As<T>();
    if (!number) return false;
    out->push_back(*number);
  }
  return true;
}

absl::Status ReadPerChannel(const Args& params, const TensorRecord& tensor,
                            const InterpretArgument& interpret, Quantizer* quantizer) {
  if (params.size() != 4) return Malformed("its per-channel quantizer has not four parts");
  T2N_ASSIGN_OR_RETURN(quantizer->axis, Int(params[3], "the quantization axis"));
  if (quantizer->axis < 0 || quantizer->axis >= static_cast<int64_t>(tensor.sizes.size())) {
    return Malformed("its quantization axis is out of range");
  }
  const int64_t channels = tensor.sizes[quantizer->axis];
  const TensorRecord** const parts[] = {&quantizer->scales, &quantizer->zero_points};
  for (int i = 0; i < 2; ++i) {
    T2N_ASSIGN_OR_RETURN(const Value* value, interpret(params[i + 1]));
    if (const auto* unusable = value->As<Unusable>()) return unusable->status;
    bool numbers = i == 0 ? ReadNumbers(value, channels, &quantizer->scale_list)
                          : ReadNumbers(value, channels, &quantizer->zero_point_list);
    if (numbers) continue;
    *parts[i] = value->As<TensorRecord>();
    if (*parts[i] == nullptr || (*parts[i])->sizes.size() != 1 ||
        (*parts[i])->sizes[0] != channels) {
      return Malformed("its scales or zero points are not one tensor element a channel");
    }
  }
  return absl::OkStatus();
}

// (torch.per_tensor_affine, scale, zero_point) or (torch.per_channel_affine, scales, zero_points,
// axis)
absl::StatusOr<Quantizer> ReadQuantizer(const pickle::Value* value, const TensorRecord& tensor,
                                        const InterpretArgument& interpret) {
  const auto* tuple = value->As<pickle::Tuple>();
  const auto* scheme =
      tuple && !tuple->items.empty() ? tuple->items[0]->As<pickle::Global>() : nullptr;
  if (!scheme) return Malformed("its quantizer is not given as torch does");
  Quantizer quantizer;
  if (scheme->name == "per_tensor_affine") {
    const double* scale = tuple->items.size() == 3 ? tuple->items[1]->As<double>() : nullptr;
    if (!scale) return Malformed("its quantizer has no float scale");
    quantizer.scale = *scale;
    T2N_ASSIGN_OR_RETURN(quantizer.zero_point, Int(tuple->items[2], "the zero point"));
    return quantizer;
  }
  if (scheme->name == "per_channel_affine") {
    quantizer.scheme = Quantizer::Scheme::kPerChannelAffine;
  } else if (scheme->name == "per_channel_affine_float_qparams") {
    quantizer.scheme = Quantizer::Scheme::kPerChannelAffineFloatQParams;
  } else {
    return absl::UnimplementedError(
        absl::StrCat("quantization scheme ", scheme->name, " is not read"));
  }
  T2N_RETURN_IF_ERROR(ReadPerChannel(tuple->items, tensor, interpret, &quantizer));
  return quantizer;
}

absl::Status Unsupported(absl::string_view function) {
  if (absl::StrContains(function, "sparse")) {
    return absl::UnimplementedError(
        absl::StrCat("a sparse tensor (", function,
                     ") is not read; store tensor.to_dense() in the model instead"));
  }
  return absl::UnimplementedError(
      absl::StrCat("a tensor saved through torch._utils.", function,
                   " is not read; store a plain dense tensor in the model instead"));
}

}  // namespace

absl::StatusOr<TensorRecord> RebuildTensor(absl::string_view function, const Args& args,
                                           const InterpretOptions& options,
                                           const InterpretArgument& interpret) {
  const bool quantized = function == "_rebuild_qtensor";
  const bool v3 = function == "_rebuild_tensor_v3";
  if (function != "_rebuild_tensor" && function != "_rebuild_tensor_v2" && !v3 && !quantized) {
    return Unsupported(function);
  }
  TensorRecord tensor;
  T2N_RETURN_IF_ERROR(ReadStrided(args, options, &tensor));
  if (quantized) {
    if (args.size() < 6) return Malformed("arguments are missing");
    T2N_ASSIGN_OR_RETURN(tensor.quantizer, ReadQuantizer(args[4], tensor, interpret));
    T2N_RETURN_IF_ERROR(ReadRequiresGrad(args, 5, &tensor));
  } else {
    T2N_RETURN_IF_ERROR(ReadRequiresGrad(args, 4, &tensor));
    T2N_RETURN_IF_ERROR(CheckMetadata(args, v3 ? 7 : 6, interpret));
  }
  if (v3) {
    const auto* dtype = args.size() > 6 ? args[6]->As<pickle::Global>() : nullptr;
    const auto known = dtype ? ScalarTypeFromPythonName(dtype->name) : std::nullopt;
    if (!known) return Malformed("its dtype is not known");
    tensor.dtype = *known;
  }
  if (quantized != IsQuantized(tensor.dtype)) {
    return Malformed(absl::StrCat("a quantizer and dtype ", ShortName(tensor.dtype), " disagree"));
  }
  T2N_RETURN_IF_ERROR(CheckLayout(tensor, *options.archive));
  return tensor;
}

}  // namespace t2n::torchvalue
