// A value of the archive that cannot be had; its status is the error of whoever uses it.
#ifndef T2N_SCRIPT_UNUSABLE_H_
#define T2N_SCRIPT_UNUSABLE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "t2n/aten/arg.h"

namespace t2n::script {

class UnusableValue : public Opaque {
 public:
  explicit UnusableValue(absl::Status status) : status_(std::move(status)) {}
  std::string TypeName() const override { return "unusable value"; }
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

}  // namespace t2n::script

#endif  // T2N_SCRIPT_UNUSABLE_H_
