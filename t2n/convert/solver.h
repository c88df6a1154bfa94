// Calls a program with what is known of its open sizes, and again with what the calls themselves
// have taught: knowledge only grows, and the last call needs no more.
#ifndef T2N_CONVERT_SOLVER_H_
#define T2N_CONVERT_SOLVER_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/program/program.h"
#include "t2n/sizes/assumptions.h"
#include "t2n/sizes/needed_facts.h"

namespace t2n {

class Solver : public Caller {
 public:
  // `inputs` is the text of --inputs, which is read anew when more is known of its sizes.
  Solver(std::string inputs, InputRequest request, OpEnv env)
      : inputs_(std::move(inputs)), request_(std::move(request)), env_(std::move(env)) {}

  // Questions about sizes are answered where one answer raises. Fails with what the last call
  // failed with.
  absl::StatusOr<std::unique_ptr<Graph>> Call(const Once& once) override;

  // Takes over what a graph needs of the sizes, and what the answers say of them; whether the
  // program has to be evaluated again with it.
  absl::StatusOr<bool> LearnFrom(const Graph& graph);

  // What the last call that failed has left: its outputs are what was computed and not read yet.
  // Null if none failed.
  std::unique_ptr<Graph> TakeUnfinished();

  // What calls find; may be changed between them.
  OpEnv& env() { return env_; }
  const SymbolFacts& facts() const { return request_.facts; }
  // What was assumed, a line each for people.
  std::vector<std::string> Assumed() const;

 private:
  using Lines = std::set<std::string>;  // for people

  absl::Status CallAnswered(const Once& once, const Assumptions& assumed, bool trial);
  absl::StatusOr<InputRequest> WithAssumed(const Assumptions& assumed) const;
  absl::StatusOr<bool> Learn(const NeededFact& needed, InputRequest* request, Lines* told) const;
  absl::StatusOr<bool> RaiseLeastSizes(const Graph& graph, InputRequest* request) const;

  std::string inputs_;
  InputRequest request_;
  OpEnv env_;
  Assumptions assumed_;
  Lines told_;                    // facts that were learned
  std::unique_ptr<Graph> graph_;  // of the last call that was no trial
  std::unique_ptr<Graph> unfinished_;
  int learned_ = 0;
};

}  // namespace t2n

#endif  // T2N_CONVERT_SOLVER_H_
