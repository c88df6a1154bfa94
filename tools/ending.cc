#include "tools/ending.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <new>
#include <thread>

#include "emit/staging.h"

namespace t2n {
namespace {

// Allocates nothing.
void Say(const char* text) {
  if (write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

void EndStarved() { EndRefused({"pt2nnef: not converted: there is no memory left"}); }

}  // namespace

void KeepStandardStreams() {
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest number that is free is this one.
    if (open("/dev/null", O_RDWR) != fd) _exit(1);
  }
  // What cannot be written is an error where it is written.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

void EndBySignals() {
  sigset_t ending;
  sigemptyset(&ending);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action;
    const bool ignored = sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
    if (!ignored) sigaddset(&ending, number);
  }
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::thread([ending] {
    int number = 0;
    while (sigwait(&ending, &number) != 0) continue;
    DiscardUnfinished();
    Say("pt2nnef: stopped\n");
    _exit(128 + number);
  }).detach();
}

void EndRefused(std::initializer_list<const char*> parts) {
  static std::atomic<bool> ending{false};
  thread_local bool is_ending = false;
  if (ending.exchange(true)) {
    // Another thread is at it, unless taking away itself has come here.
    while (!is_ending) pause();
    _exit(1);
  }
  is_ending = true;
  for (const char* part : parts) Say(part);
  Say("\n");
  DiscardUnfinished();
  _exit(1);
}

void EndWithoutMemory() { std::set_new_handler(EndStarved); }

}  // namespace t2n
