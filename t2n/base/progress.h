// How far a conversion is, for whoever watches it from another thread.
#ifndef T2N_BASE_PROGRESS_H_
#define T2N_BASE_PROGRESS_H_

#include <atomic>
#include <cstdint>

namespace t2n {

struct Progress {
  std::atomic<const char*> stage{"reading"};  // then `evaluating`, `writing`
  std::atomic<int64_t> done{0};               // bytes written
  std::atomic<int64_t> total{0};              // bytes to write; 0 before it is known
};

}  // namespace t2n

#endif  // T2N_BASE_PROGRESS_H_
