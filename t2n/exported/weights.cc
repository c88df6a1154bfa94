#include "t2n/exported/weights.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/exported/subclass.h"
#include "t2n/ir/archive_buffer.h"
#include "t2n/values/unusable.h"

namespace t2n::exported {
namespace {

namespace tv = torchvalue;

}  // namespace

IValue Weights::Load(const StoredTensor& tensor, const std::string& path) {
  absl::StatusOr<IValue> value = LoadValue(tensor.archive, *tensor.value, path);
  if (value.ok()) return *std::move(value);
  return IValue(std::make_shared<const UnusableValue>(
      absl::Status(value.status().code(), absl::StrCat(path, ": ", value.status().message()))));
}

absl::StatusOr<IValue> Weights::LoadValue(const std::shared_ptr<const Archive>& archive,
                                          const tv::Value& value, const std::string& path) {
  if (const auto* v = value.As<tv::TensorRecord>()) return LoadRecord(archive, *v, path);
  if (const auto* v = value.As<tv::Unusable>()) return v->status;
  if (const auto* v = value.As<bool>()) return IValue(*v);
  if (const auto* v = value.As<int64_t>()) return IValue(*v);
  if (const auto* v = value.As<double>()) return IValue(*v);
  if (const std::optional<Subclass> subclass = AsSubclass(value)) {
    std::vector<std::pair<std::string, IValue>> parts;
    for (const auto& [name, part] : subclass->attributes) {
      parts.emplace_back(name, Load(StoredTensor{archive, part}, absl::StrCat(path, ".", name)));
    }
    return IValue(std::shared_ptr<const Opaque>(
        std::make_shared<const SubclassTensor>(subclass->class_name, std::move(parts))));
  }
  return absl::UnimplementedError(absl::StrCat("a ", value.KindName(), " is no tensor"));
}

absl::StatusOr<IValue> Weights::LoadRecord(const std::shared_ptr<const Archive>& archive,
                                           const tv::TensorRecord& record,
                                           const std::string& path) {
  T2N_ASSIGN_OR_RETURN(Tensor tensor, stored_.Load(archive, record, nullptr));
  SetNameInArchive(tensor, path);
  const Val value = b_.Constant(std::move(tensor));
  T2N_RETURN_IF_ERROR(b_.status());
  value->name = path;
  return IValue(shared_.Join(archive.get(), record, TensorRef::New(value)));
}

absl::StatusOr<IValue> Weights::LoadAsInput(const StoredTensor& tensor, const std::string& path) {
  const auto* record = tensor.value->As<tv::TensorRecord>();
  if (record == nullptr) return absl::UnimplementedError(absl::StrCat(path, " is no plain tensor"));
  T2N_ASSIGN_OR_RETURN(const Tensor initial, stored_.Load(tensor.archive, *record, nullptr));
  ValueType type{initial.dtype, Shape(initial.sizes.begin(), initial.sizes.end()), nullptr};
  const Val value = b_.Input(path, std::move(type));
  T2N_RETURN_IF_ERROR(b_.status());
  return IValue(shared_.Join(tensor.archive.get(), *record, TensorRef::New(value)));
}

}  // namespace t2n::exported
