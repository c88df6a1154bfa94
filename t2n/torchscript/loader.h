// From the archive's values to the evaluator's: modules become objects, tensors constants that view
// the archive's bytes.
#ifndef T2N_TORCHSCRIPT_LOADER_H_
#define T2N_TORCHSCRIPT_LOADER_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "parsers/torchvalue/value.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/builder/builder.h"
#include "t2n/program/stored_tensors.h"
#include "t2n/torchscript/code.h"
#include "t2n/values/value.h"

namespace t2n::script {

class Loader {
 public:
  Loader(Code* code, Builder* builder, const OpEnv* env)
      : code_(code), builder_(*builder), env_(*env) {}

  // `value` as the evaluator sees it; the same node gives the same value each time. `path` names
  // modules and weights (`layer1.0.weight`).
  absl::StatusOr<IValue> Load(const torchvalue::Value* value, const std::string& path);

  // The constant that a recorded tensor is: a view of the archive's bytes.
  absl::StatusOr<Tensor> LoadTensor(const torchvalue::TensorRecord& record, QuantPtr* quant);

  // Of all tensors that were asked for.
  int64_t archive_bytes() const { return stored_.bytes(); }

 private:
  absl::StatusOr<IValue> LoadNew(const torchvalue::Value& value, const std::string& path);
  absl::StatusOr<IValue> LoadObject(const torchvalue::Value& value,
                                    const torchvalue::ObjectRecord& record,
                                    const std::string& path);
  // An instance of a class of torch's own: packed parameters of a quantized layer.
  absl::StatusOr<IValue> LoadPacked(absl::string_view class_name, const torchvalue::Value* state,
                                    const std::string& path);
  // A matrix whose rows have scales and zero points that are no integers (see packed_params.h).
  absl::StatusOr<IValue> LoadRowwise(const torchvalue::TensorRecord& record,
                                     const std::string& path);
  absl::StatusOr<IValue> LoadTensorRef(const torchvalue::TensorRecord& record,
                                       const std::string& path);

  Code* code_;
  Builder& builder_;
  const OpEnv& env_;
  absl::flat_hash_map<const torchvalue::Value*, IValue> loaded_;
  StoredTensors stored_;
  SharedStorages shared_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_LOADER_H_
