#include "tools/bounds.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "t2n/convert/limits_of.h"
#include "tools/ending.h"

// Sanitizers reserve more than any limit allows.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCanBoundMemory = false;
#else
constexpr bool kCanBoundMemory = true;
#endif

// Of tcmalloc, where it is linked: whether malloc, too, calls the handler of `new`.
extern "C" int tc_set_new_mode(int mode) __attribute__((weak));

namespace t2n {
namespace {

constexpr double kGrace = 1;  // seconds

// What is said when memory ends; made before.
struct LastWords {
  std::string text;
  const Progress* progress = nullptr;
  rlimit before{};
};
LastWords& TheLastWords() {
  static LastWords& words = *new LastWords;
  return words;
}

void EndAtMemory() {
  const LastWords& words = TheLastWords();
  // Taking away what is unfinished needs some.
  setrlimit(RLIMIT_DATA, &words.before);
  EndRefused({words.text.c_str(), " while ", words.progress->stage.load()});
}

int64_t SizeOf(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<int64_t>(size);
}

}  // namespace

Bounds::Bounds(const proto::ConversionSpec& spec, const Progress* progress)
    : limits_(LimitsOf(spec, SizeOf(spec.model()))), progress_(*progress), model_(spec.model()) {
  // Before memory is bounded: a thread's stack counts.
  watchdog_ = std::thread([this] { Watch(); });
  if (kCanBoundMemory) BoundMemory();
}

Bounds::~Bounds() {
  if (bounds_memory_) {
    setrlimit(RLIMIT_DATA, &before_);
    std::set_new_handler(handler_before_);
    if (tc_set_new_mode) tc_set_new_mode(0);
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    over_ = true;
  }
  wake_.notify_one();
  watchdog_.join();
}

std::string Bounds::WithoutMemory() const {
  return absl::StrCat("the conversion needs more memory than --max_memory ", limits_.memory);
}

void Bounds::BoundMemory() {
  if (getrlimit(RLIMIT_DATA, &before_) != 0) return;
  const rlim_t most = static_cast<rlim_t>(limits_.memory);
  if (before_.rlim_cur != RLIM_INFINITY && before_.rlim_cur <= most) return;
  TheLastWords() = {absl::StrCat("pt2nnef: ", model_, ": not converted: ", WithoutMemory()),
                    &progress_, before_};
  rlimit bound = before_;
  bound.rlim_cur = most;
  bounds_memory_ = setrlimit(RLIMIT_DATA, &bound) == 0;
  if (!bounds_memory_) return;
  handler_before_ = std::set_new_handler(EndAtMemory);
  if (tc_set_new_mode) tc_set_new_mode(1);
}

void Bounds::Watch() {
  std::unique_lock<std::mutex> lock(mutex_);
  const std::chrono::duration<double> most(limits_.seconds + kGrace);
  // A wait that is too long for the clock is one without end.
  constexpr double kLongest = 1e9;
  const auto wait = std::chrono::duration<double>(std::min(most.count(), kLongest));
  if (wake_.wait_for(lock, wait, [this] { return over_; })) return;
  const std::string text = absl::StrFormat(
      "pt2nnef: %s: not converted: the conversion takes longer than --max_seconds "
      "%g while %s",
      model_, limits_.seconds, progress_.stage.load());
  EndRefused({text.c_str()});
}

}  // namespace t2n
