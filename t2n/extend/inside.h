// Values of a call, as the body of the node that it becomes sees them.
#ifndef T2N_EXTEND_INSIDE_H_
#define T2N_EXTEND_INSIDE_H_

#include <map>
#include <memory>
#include <vector>

#include "t2n/builder/builder.h"
#include "t2n/values/value.h"

namespace t2n {

// Every tensor in the values that is no constant, each once.
std::vector<Val> OpenTensors(const std::vector<IValue>& values);

// Copies values into the graph of a body: constants become its own, tensors of `params` its inputs.
class Inside {
 public:
  // `params` by the outer value.
  Inside(Builder* builder, std::map<const Value*, Val> params)
      : b_(*builder), params_(std::move(params)) {}

  IValue Copy(const IValue& value);

 private:
  Val CopyTensor(const Val& tensor);

  Builder& b_;
  std::map<const Value*, Val> params_;
  std::map<const Object*, std::shared_ptr<Object>> objects_;
};

}  // namespace t2n

#endif  // T2N_EXTEND_INSIDE_H_
