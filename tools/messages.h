// What the command says on stderr.
#ifndef TOOLS_MESSAGES_H_
#define TOOLS_MESSAGES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace t2n {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

// `error`, `warning`, `info` or `debug`; info for anything else.
LogLevel ParseLogLevel(absl::string_view name);

// Whether texts there may be in colours: on a terminal, unless NO_COLOR is set or it is a dumb one.
bool HasColors(int descriptor);

// Lines on stderr of a level that is wanted; in colours where it has some.
class Messages {
 public:
  explicit Messages(LogLevel level);

  void Error(absl::string_view text) const;    // always
  void Warning(absl::string_view text) const;  // `warning: TEXT`
  void Info(absl::string_view text) const;
  void Debug(absl::string_view text) const;

 private:
  LogLevel level_;
  bool colors_;
};

}  // namespace t2n

#endif  // TOOLS_MESSAGES_H_
