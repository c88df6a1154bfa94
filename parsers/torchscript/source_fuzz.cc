// Any text as TorchScript source. What parses prints as text that parses to the same tree.
#include <cstdio>
#include <cstdlib>

#include "parsers/testing/mutators.h"
#include "parsers/torchscript/dump.h"
#include "parsers/torchscript/parser.h"
#include "parsers/torchscript/printer.h"

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return t2n::testing::Mutate(t2n::testing::MutateText, data, size, max_size, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace t2n::torchscript;  // NOLINT
  auto parsed = ParseSource("a.py", std::string(reinterpret_cast<const char*>(data), size));
  if (!parsed.ok()) return 0;
  std::string printed = Print(**parsed);
  auto again = ParseSource("a.py", printed);
  if (again.ok() && Dump(**again) == Dump(**parsed)) return 0;
  std::fprintf(stderr, "printed as:\n%s\n", printed.c_str());
  std::abort();
}
