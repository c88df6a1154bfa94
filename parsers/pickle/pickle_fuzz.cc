// Any bytes as a pickle.
#include "parsers/pickle/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)t2n::pickle::Parse(absl::MakeConstSpan(data, size));
  return 0;
}
