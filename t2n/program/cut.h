// Where a model ends that is cut (--cut): tensors inside a program, told by the readers as they are
// computed, and the graph's outputs that some of them become.
#ifndef T2N_PROGRAM_CUT_H_
#define T2N_PROGRAM_CUT_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "t2n/builder/builder.h"
#include "t2n/values/value.h"

namespace t2n {

// A variable, or what a call of a module has given.
struct InnerTensor {
  enum class Kind { kVariable, kModule };
  std::string name;  // `layer2.0.x`; of what has that name again `layer2.0.x_1`
  Kind kind;
  std::vector<std::string> types;  // `f32[1,64,56,56]`: those of all tensors in it
  std::string place;
};

class Cut {
 public:
  // Ends at what `names` say. `lists`: what is met and computed is remembered, as `met` gives it.
  explicit Cut(std::vector<std::string> names, bool lists = false)
      : names_(std::move(names)), lists_(lists) {}

  // Whether anybody wants to know what is met.
  bool used() const { return ends() || lists_; }
  // Whether the model ends inside at all.
  bool ends() const { return !names_.empty(); }

  // Forgets what earlier calls of the program have met.
  void BeginCall();

  // Tells of a value of module `path`, as it is now; of a variable with its name, of what a module
  // gives without. A value without tensors is none. `passing`: it is of one pass of a loop, or of a
  // branch that may not be taken, where no model can end. Not ok once all names have been met:
  // nobody needs what comes then.
  absl::Status Meet(InnerTensor::Kind kind, absl::string_view path, absl::string_view name,
                    const IValue& value, bool passing);

  // Whether all names have been met in this call.
  bool complete() const { return ends() && found_.size() == names_.size(); }
  // Makes what was met the outputs of `graph`, in the order of the names. The tensors of a value
  // with several are called `NAME_0`, `NAME_1`, or by their keys.
  void AddOutputs(Graph* graph) const;

  // InvalidArgument: a name has not been met by the end, and which are like it.
  absl::Status Missing();
  // The same for people, a line a name, of a call that has failed with something else.
  std::vector<std::string> Hints() const;

  const std::vector<InnerTensor>& met() const { return met_; }

 private:
  using Leaves = std::vector<std::pair<std::string, Val>>;

  std::string Unique(const std::string& name, std::map<std::string, int>* counts);
  std::vector<std::string> AllMissed(bool failed) const;
  std::string Missed(const std::string& name, bool failed) const;

  std::vector<std::string> names_;
  bool lists_;
  bool told_ = false;                    // by Missing
  std::map<std::string, Leaves> found_;  // by the name that is asked for
  std::vector<InnerTensor> met_;
  std::set<std::string> all_;  // names of everything met, and of what was passing
  std::set<std::string> passing_;
  std::map<std::string, int> counts_, written_;  // of names, and of those in the written graph
};

}  // namespace t2n

#endif  // T2N_PROGRAM_CUT_H_
