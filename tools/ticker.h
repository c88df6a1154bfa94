// Tells on a terminal how far a conversion is, once it has taken a second.
#ifndef TOOLS_TICKER_H_
#define TOOLS_TICKER_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "t2n/base/progress.h"

namespace t2n {

// While it lives, a line on stderr is kept up to date, if stderr is a terminal; the line is gone
// afterwards.
class Ticker {
 public:
  // `progress` must outlive it. `subject` stands in front of the line.
  Ticker(std::string subject, const Progress* progress);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void Run();

  std::string subject_;
  const Progress& progress_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace t2n

#endif  // TOOLS_TICKER_H_
