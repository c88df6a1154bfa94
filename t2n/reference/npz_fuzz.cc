// Any bytes as an array of numpy's.
#include "t2n/reference/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)t2n::ParseNpy(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
