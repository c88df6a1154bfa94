// Tensors of classes of Python's that are made of other tensors (torchao's quantized weights).
#ifndef T2N_EXPORTED_SUBCLASS_H_
#define T2N_EXPORTED_SUBCLASS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/aten/core/arg.h"
#include "t2n/values/value.h"

namespace t2n::exported {

class SubclassTensor : public Opaque {
 public:
  SubclassTensor(std::string class_name, std::vector<std::pair<std::string, IValue>> attributes)
      : class_name_(std::move(class_name)), attributes_(std::move(attributes)) {}

  std::string TypeName() const override { return class_name_; }
  // nullptr if it has none of that name.
  const IValue* Find(absl::string_view name) const;

 private:
  std::string class_name_;
  std::vector<std::pair<std::string, IValue>> attributes_;
};

// export::access_subclass_inner_tensor(tensor, name).
absl::StatusOr<IValue> PartOf(const std::vector<IValue>& args);

}  // namespace t2n::exported

#endif  // T2N_EXPORTED_SUBCLASS_H_
