#include "tools/messages.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace t2n {
namespace {

constexpr char kYellow[] = "\033[1;33m", kRed[] = "\033[1;31m", kPlain[] = "\033[0m";

void Print(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

}  // namespace

LogLevel ParseLogLevel(absl::string_view name) {
  if (name == "error") return LogLevel::kError;
  if (name == "warning") return LogLevel::kWarning;
  if (name == "debug") return LogLevel::kDebug;
  return LogLevel::kInfo;
}

bool HasColors(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_color && *no_color) return false;
  return isatty(descriptor) && !(terminal && absl::string_view(terminal) == "dumb");
}

Messages::Messages(LogLevel level) : level_(level), colors_(HasColors(STDERR_FILENO)) {}

void Messages::Error(absl::string_view text) const {
  Print(colors_ ? absl::StrCat(kRed, text, kPlain) : std::string(text));
}

void Messages::Warning(absl::string_view text) const {
  if (level_ < LogLevel::kWarning) return;
  Print(colors_ ? absl::StrCat(kYellow, "warning:", kPlain, " ", text)
                : absl::StrCat("warning: ", text));
}

void Messages::Info(absl::string_view text) const {
  if (level_ >= LogLevel::kInfo) Print(std::string(text));
}

void Messages::Debug(absl::string_view text) const {
  if (level_ >= LogLevel::kDebug) Print(std::string(text));
}

}  // namespace t2n
