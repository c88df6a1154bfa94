// Any bytes as an archive: its index, every entry, and the values of its pickles.
#include "parsers/model_archive.h"
#include "parsers/testing/mutators.h"

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return t2n::testing::Mutate(t2n::testing::MutateZip, data, size, max_size, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto archive =
      t2n::Archive::FromMemory(std::string(reinterpret_cast<const char*>(data), size), "fuzz.pt");
  if (!archive.ok()) return 0;
  for (const t2n::Entry& entry : (*archive)->entries()) (void)(*archive)->Read(entry.name);
  (void)t2n::LoadModelArchive(*archive);
  return 0;
}
