// Graphs of any operators, written for both targets: what is written is read back by the checker of
// the target's grammar and sizes, so that an internal error is a fault.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "emit/emit.h"
#include "t2n/aten/any_calls.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  t2n::EmitSpec spec;
  if (data[0] % 4 == 0) spec.target = *t2n::FindTarget("khronos");
  t2n::AnyCalls calls(data + 1, size - 1);
  for (int most = 6; most > 0 && calls.Next(); --most) {
  }
  const auto text = t2n::EmitText(calls.Finish(), spec);
  if (text.ok() || !absl::IsInternal(text.status())) return 0;
  std::fprintf(stderr, "%s\n", std::string(text.status().message()).c_str());
  std::abort();
}
