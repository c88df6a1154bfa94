// Any text as a spec, in JSON or as text.
#include "t2n/convert.h"
#include "tools/spec_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  t2n::proto::ConversionSpec spec;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (t2n::ParseSpec(text, "fuzz", &spec).ok()) (void)t2n::CheckSpec(spec);
  return 0;
}
