// What the conversion knows of any program, whatever format the archive holds it in: it can be
// called with abstract tensors, and it says what it keeps from one call to the next.
#ifndef T2N_PROGRAM_PROGRAM_H_
#define T2N_PROGRAM_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/ir/graph.h"
#include "t2n/program/input_request.h"
#include "t2n/sizes/assumptions.h"
#include "t2n/values/custom_modules.h"

namespace t2n {

class Cut;

// A tensor kept from call to call: an input of the graph, and the output with its next value.
struct StateTensor {
  std::string path;
  size_t input, output;
  Tensor initial;
};

// A method's graph: its results are the outputs, then come the next values of its states.
struct StatefulModel {
  std::unique_ptr<Graph> graph;
  std::vector<StateTensor> states;
};

// What a call is made with. More of it becomes known as calls are made.
struct CallRequest {
  InputRequest inputs;
  Answers answers;  // to questions about open sizes
  // Questions whose answer the graph computes: both ways are run. A program may not know how.
  std::set<std::string> left_open;
  bool leave_all_open = false;
};

// Makes calls of a program until they need not be made again: whoever wants one says how it is made
// with what is known, and is called back once or more.
class Caller {
 public:
  virtual ~Caller() = default;

  // One abstract call. Its nodes go to the graph, those too that a call which fails leaves. A
  // failure is a question about sizes, the program's own, or a refusal (OutcomeOf tells).
  using Once =
      std::function<absl::Status(const CallRequest& request, const OpEnv& env, Graph* graph)>;

  // The graph of the last call, which succeeded.
  virtual absl::StatusOr<std::unique_ptr<Graph>> Call(const Once& once) = 0;
};

class Program {
 public:
  virtual ~Program() = default;

  // Operators and modules of the user's, for all calls; must outlive the program. May be null.
  void set_custom(const CustomCode* custom) { custom_ = custom; }

  // Where the model ends, instead of at its results; what is told of a call is the last one's. Must
  // outlive the program. Null: at its results.
  void set_cut(Cut* cut) { cut_ = cut; }

  // The version of the operator set that the program was written for (OpEnv::version).
  virtual int64_t version() const = 0;

  // Adds what the archive itself says of its open sizes. What the request says already stays.
  virtual absl::Status AddKnownFacts(absl::string_view /*method*/, InputRequest* /*request*/) {
    return absl::OkStatus();
  }

  // Evaluates `method` by as many calls as show what it keeps between them; without `keep_state`
  // the first call alone counts. Errors carry a place (see PlaceOf): Unimplemented and
  // NotFound for what is refused, FailedPrecondition and InvalidArgument for what a flag can mend.
  virtual absl::StatusOr<StatefulModel> Evaluate(absl::string_view method, bool keep_state,
                                                 Caller& caller) = 0;

  // A line for each operator of the program that is not known.
  virtual std::vector<std::string> MissingOperators() = 0;

  // Bytes of the archive's tensors that calls have asked for.
  virtual int64_t archive_bytes() const { return 0; }

  // What may be behind the failure of the last call: sizes that look frozen, a line each.
  virtual std::vector<std::string> Hints() const { return {}; }

 protected:
  const CustomCode* custom() const { return custom_; }
  Cut* cut() const { return cut_; }

 private:
  const CustomCode* custom_ = nullptr;
  Cut* cut_ = nullptr;
};

}  // namespace t2n

#endif  // T2N_PROGRAM_PROGRAM_H_
