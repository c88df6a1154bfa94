// Holds the command's conversion to its limits where the conversion does not look itself.
#ifndef TOOLS_BOUNDS_H_
#define TOOLS_BOUNDS_H_

#include <sys/resource.h>

#include <condition_variable>
#include <mutex>
#include <new>
#include <string>
#include <thread>

#include "proto/conversion.pb.h"
#include "t2n/base/allowance.h"
#include "t2n/base/progress.h"

namespace t2n {

// While it lives, the process ends with status 1 and the limit's name, after what is unfinished is
// taken away, if its data grow past the memory of the spec's limits, or a second after the time is
// over: by then the conversion has not seen that itself. At most one lives.
class Bounds {
 public:
  // `progress` must outlive it.
  Bounds(const proto::ConversionSpec& spec, const Progress* progress);
  // Lifts the bounds.
  ~Bounds();
  Bounds(const Bounds&) = delete;
  Bounds& operator=(const Bounds&) = delete;

  // What there is to say where memory ended in another way: an exception of a library.
  std::string WithoutMemory() const;

 private:
  void BoundMemory();
  void Watch();

  Allowance::Limits limits_;
  const Progress& progress_;
  std::string model_;
  bool bounds_memory_ = false;
  rlimit before_{};
  std::new_handler handler_before_ = nullptr;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread watchdog_;
};

}  // namespace t2n

#endif  // TOOLS_BOUNDS_H_
