// What one conversion may take of time, memory and disk, and how far it has got.
//
// Whoever converts makes an Allowance the thread's; whoever does work that may grow asks it. Time
// is looked at between operations, and memory is what is charged here, not what the allocator
// holds: a server that needs more than that bounds its processes (docs/limits.md).
#ifndef T2N_BASE_ALLOWANCE_H_
#define T2N_BASE_ALLOWANCE_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "absl/status/status.h"

namespace t2n {

class Allowance {
 public:
  // 0: no end.
  struct Limits {
    double seconds = 0;
    int64_t memory = 0;  // bytes
    int64_t output = 0;  // bytes
  };

  Allowance() = default;
  explicit Allowance(const Limits& limits) : limits_(limits) {}
  Allowance(const Allowance&) = delete;
  Allowance& operator=(const Allowance&) = delete;

  // That of the conversion which this thread makes; one without ends where it makes none.
  static Allowance& Current();

  // Makes an allowance the thread's as long as this lives.
  class Scope {
   public:
    explicit Scope(Allowance* allowance);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Allowance* before_;
  };

  // Before anything is charged.
  void set_limits(const Limits& limits) { limits_ = limits; }
  const Limits& limits() const { return limits_; }

  // What is done from now on, in messages: "evaluating". What was charged until the pass ends is
  // given back.
  void Enter(const char* stage);
  // The program is run from its begin: as Enter, with the stage that it is.
  void BeginPass() { passing_ = operations_ = 0; }

  // ResourceExhausted once an end is reached, and from then on whatever is given back. Any thread
  // may call it.
  absl::Status Check();
  // The same, without a look at the clock, after `bytes` more until the pass or the conversion
  // ends.
  absl::Status ChargePass(int64_t bytes);
  absl::Status ChargeAll(int64_t bytes);
  // Of operations that the graph has more, with `bytes` of constants computed for them; looks at
  // the clock.
  absl::Status CountOperations(int64_t operations, int64_t bytes);
  // ResourceExhausted if a model of so many bytes is more than may be written.
  absl::Status CheckOutput(int64_t bytes) const;

 private:
  enum class End { kNone, kTime, kMemory };
  absl::Status CheckMemory();
  absl::Status Stop(End end);

  Limits limits_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::atomic<const char*> stage_{"reading"};
  std::atomic<End> end_{End::kNone};
  // Of the thread that converts.
  int64_t passing_ = 0, lasting_ = 0;
  int64_t operations_ = 0;
};

}  // namespace t2n

#endif  // T2N_BASE_ALLOWANCE_H_
