// A CustomCall of a file for --extend, as the function that a call of its operator or module is.
#ifndef T2N_EXTEND_MAPPING_H_
#define T2N_EXTEND_MAPPING_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "emit/nnef/fragments.h"
#include "proto/extension.pb.h"
#include "t2n/values/custom_modules.h"

namespace t2n {

// What a mapping reads of a call, beside its arguments.
struct Module {
  std::shared_ptr<Object> self;  // null: it is an operator
  script::Code* code = nullptr;
};

class Mapping {
 public:
  // `file` names it in messages; the library must outlive it.
  static absl::StatusOr<std::shared_ptr<const Mapping>> Make(const std::string& file,
                                                             const proto::CustomCall& call,
                                                             const Schema& schema, bool is_module,
                                                             const nnef::FragmentLibrary& library);
  virtual ~Mapping() = default;

  // The results, as the schema has them; what is wrong is in the call's builder.
  virtual Arg Call(OpCall& call, const Module& module) const = 0;
};

}  // namespace t2n

#endif  // T2N_EXTEND_MAPPING_H_
