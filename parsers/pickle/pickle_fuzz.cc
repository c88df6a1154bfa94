// Any bytes as a pickle.
#include "parsers/pickle/reader.h"
#include "parsers/testing/mutators.h"

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return t2n::testing::Mutate(t2n::testing::MutatePickle, data, size, max_size, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)t2n::pickle::Parse(absl::MakeConstSpan(data, size));
  return 0;
}
