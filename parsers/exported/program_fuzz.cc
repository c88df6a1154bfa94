// Any bytes as the JSON of a program.
#include "parsers/exported/program.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  (void)t2n::exported::ReadProgram(text, 0, nullptr);
  return 0;
}
