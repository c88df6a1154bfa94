// What a program may cost: its calls, the passes of its loops, the items and characters it makes.
#ifndef T2N_TORCHSCRIPT_BUDGET_H_
#define T2N_TORCHSCRIPT_BUDGET_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "t2n/values/value.h"

namespace t2n::script {

// Of a list, tuple or dict; 0 of anything else.
uint64_t ItemsIn(const IValue& v);

// Every method adds to what the program has cost so far; ResourceExhausted past the limits.
class Budget {
 public:
  Budget() : visited_before_(ValuesVisited()) {}

  absl::Status CountCall();
  absl::Status CountIteration();
  // Items put into lists, tuples and dicts; characters of strings.
  absl::Status Charge(uint64_t items, uint64_t characters);
  // Items that an operator goes through.
  absl::Status ChargeVisits(uint64_t items);
  // What an operator has made, or put into its first argument, which had `before` items.
  absl::Status ChargeResult(const IValue& made, const std::vector<IValue>& args, uint64_t before);

 private:
  int64_t calls_ = 0;
  int64_t iterations_ = 0;
  uint64_t items_ = 0;
  uint64_t characters_ = 0;
  uint64_t visited_ = 0;     // by operators
  uint64_t visited_before_;  // ValuesVisited() at the begin
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_BUDGET_H_
