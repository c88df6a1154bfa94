// Operators with any arguments their schemas allow: each call gives a result or an error.
#include "t2n/aten/any_calls.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  t2n::AnyCalls(data, size).Next();
  return 0;
}
