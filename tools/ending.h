// What the command does when its process is stopped or starved from outside: OUT stays as it was,
// and nothing is left beside it.
#ifndef TOOLS_ENDING_H_
#define TOOLS_ENDING_H_

#include <initializer_list>

namespace t2n {

// Standard streams that are closed lead nowhere from now on, so that no file that is opened later
// gets their number and with it what is meant for them. A stream whose reader is gone is no reason
// to end.
void KeepStandardStreams();

// SIGINT, SIGTERM and SIGHUP, where they are not ignored, end the process with status 128 + number
// after what is unfinished is taken away. To be called before any thread is started, and again in
// the child after a fork.
void EndBySignals();

// Where there is no memory left, the process ends with status 1 and says so, in the same way.
void EndWithoutMemory();

// The process ends with status 1, in the same way, and says the parts, one behind the other. What
// it does allocates nothing but what taking away files takes.
[[noreturn]] void EndRefused(std::initializer_list<const char*> parts);

}  // namespace t2n

#endif  // TOOLS_ENDING_H_
