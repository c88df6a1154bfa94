// Any bytes as an archive, converted as a whole: read, evaluated, lowered, written, within limits.
// An internal error, or bytes of a model where a conversion failed, is a fault.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "parsers/testing/mutators.h"
#include "t2n/convert.h"

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return t2n::testing::Mutate(t2n::testing::MutateZip, data, size, max_size, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  t2n::proto::ConversionSpec spec;
  spec.set_model("fuzz.pt");
  spec.set_max_seconds(5);
  spec.set_max_memory(int64_t{64} << 20);
  spec.set_max_output_bytes(int64_t{16} << 20);
  std::string model;
  t2n::ConversionBuffers buffers;
  buffers.archive = absl::string_view(reinterpret_cast<const char*>(data), size);
  buffers.model = &model;
  t2n::ConversionFailure failure;
  const auto report = t2n::ConvertBuffers(spec, buffers, &failure);
  if (report.ok() || (!absl::IsInternal(report.status()) && model.empty())) return 0;
  std::fprintf(stderr, "%s\n", std::string(report.status().message()).c_str());
  for (const std::string& cause : failure.causes) std::fprintf(stderr, "%s\n", cause.c_str());
  std::abort();
}
