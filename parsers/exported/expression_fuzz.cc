// Any lines as expressions. What is read prints as text that is read as the same.
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_split.h"
#include "parsers/exported/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace t2n::exported;  // NOLINT
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const auto read = ParseExpression(line);
    if (!read.ok()) continue;
    const auto again = ParseExpression(ToString(*read));
    // What prints longer than it was written may pass a limit.
    if (!again.ok() && ToString(*read).size() > line.size()) continue;
    if (again.ok() && *again == *read) continue;
    std::fprintf(stderr, "printed as: %s\n", ToString(*read).c_str());
    std::abort();
  }
  return 0;
}
