// A value of the archive that cannot be had; its status is the error of whoever uses it.
#ifndef T2N_VALUES_UNUSABLE_H_
#define T2N_VALUES_UNUSABLE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "t2n/aten/core/arg.h"
#include "t2n/values/value.h"

namespace t2n {

class UnusableValue : public Opaque {
 public:
  // `number`: a number that could not be computed; others computed from it alone are like it.
  explicit UnusableValue(absl::Status status, bool number = false)
      : status_(std::move(status)), number_(number) {}
  std::string TypeName() const override { return "value that cannot be had"; }
  const absl::Status& status() const { return status_; }
  bool number() const { return number_; }

 private:
  absl::Status status_;
  bool number_;
};

// `value` as an UnusableValue; null if it is none.
inline const UnusableValue* AsUnusable(const IValue& value) {
  const auto* opaque = value.If<std::shared_ptr<const Opaque>>();
  return opaque ? dynamic_cast<const UnusableValue*>(opaque->get()) : nullptr;
}

// Why `value` cannot be had; null if it can.
inline const absl::Status* WhyUnusable(const IValue& value) {
  const UnusableValue* unusable = AsUnusable(value);
  return unusable ? &unusable->status() : nullptr;
}

}  // namespace t2n

#endif  // T2N_VALUES_UNUSABLE_H_
