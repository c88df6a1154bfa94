// Any bytes as the JSON of a program.
#include "parsers/exported/program.h"
#include "parsers/testing/mutators.h"

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return t2n::testing::Mutate(t2n::testing::MutateText, data, size, max_size, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  (void)t2n::exported::ReadProgram(text, 0, nullptr);
  return 0;
}
