#include "tools/ticker.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace t2n {

Ticker::Ticker(std::string subject, const Progress* progress)
    : subject_(std::move(subject)), progress_(*progress) {
  if (isatty(STDERR_FILENO)) thread_ = std::thread([this] { Run(); });
}

Ticker::~Ticker() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    over_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Ticker::Run() {
  using std::chrono::milliseconds;
  std::unique_lock<std::mutex> lock(mutex_);
  if (wake_.wait_for(lock, milliseconds(1000), [this] { return over_; })) return;
  int tenths = 10;
  do {
    std::fprintf(stderr, "\r\033[K%s: %s", subject_.c_str(), progress_.stage.load());
    if (const int64_t total = progress_.total) {
      std::fprintf(stderr, " %.0f of %.0f MB", progress_.done / 1e6, total / 1e6);
    }
    std::fprintf(stderr, ", %d s", tenths / 10);
    tenths += 2;
  } while (!wake_.wait_for(lock, milliseconds(200), [this] { return over_; }));
  std::fputs("\r\033[K", stderr);
}

}  // namespace t2n
