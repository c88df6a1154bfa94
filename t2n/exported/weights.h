// The tensors of an exported model as constants of a graph.
#ifndef T2N_EXPORTED_WEIGHTS_H_
#define T2N_EXPORTED_WEIGHTS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "parsers/exported/container.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/builder/builder.h"
#include "t2n/program/stored_tensors.h"
#include "t2n/values/value.h"

namespace t2n::exported {

// Of one call: names that stand for the same elements are the same tensor.
class Weights {
 public:
  Weights(StoredTensors* stored, Builder* builder) : stored_(*stored), b_(*builder) {}

  // The value of a stored tensor, a part of which is called `path`; what cannot be had is a value
  // whose use is refused.
  IValue Load(const StoredTensor& tensor, const std::string& path);

  // The same tensor as an input of the graph called `path`: what a call finds in it is not known.
  absl::StatusOr<IValue> LoadAsInput(const StoredTensor& tensor, const std::string& path);

 private:
  absl::StatusOr<IValue> LoadValue(const std::shared_ptr<const Archive>& archive,
                                   const torchvalue::Value& value, const std::string& path);
  absl::StatusOr<IValue> LoadRecord(const std::shared_ptr<const Archive>& archive,
                                    const torchvalue::TensorRecord& record,
                                    const std::string& path);

  StoredTensors& stored_;
  Builder& b_;
  SharedStorages shared_;
};

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_WEIGHTS_H_
