// How the attributes of a module tree look from call to call: what a call finds in the place of the
// values that earlier calls have left.
#ifndef T2N_STATE_STATE_FORMS_H_
#define T2N_STATE_STATE_FORMS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "t2n/state/held.h"
#include "t2n/values/value.h"

namespace t2n {

// Attributes by path as a call finds them; a tensor without `constant` is an input of the graph,
// behind the method's own.
using AttributeForms = std::map<std::string, Held>;

// Gives `root`'s attributes the forms; inputs are made for tensors that are no constants. What
// shared memory when the call before ended does so again.
absl::Status ApplyForms(const AttributeForms& forms, const std::shared_ptr<Object>& root,
                        Builder* builder);

// Attributes after a call, with tensors for known numbers where the call found an input.
absl::StatusOr<std::vector<Attribute>> AttributesAfter(const AttributeForms& forms,
                                                       const std::shared_ptr<Object>& root,
                                                       Builder* builder);

// How the next call finds what one has left that found `found` (null: nothing). `again`: it is not
// the first call that changes it. A tensor that has changed on two calls depends on them; a number
// that has becomes an input, an int `counts` if `symbols`.
Held NextForm(const Held& left, const Held* found, bool again, bool symbols);

}  // namespace t2n

#endif  // T2N_STATE_STATE_FORMS_H_
