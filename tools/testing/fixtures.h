// The archives of testdata/models with the flags that stand beside them.
#ifndef TOOLS_TESTING_FIXTURES_H_
#define TOOLS_TESTING_FIXTURES_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/conversion.pb.h"

namespace t2n::testing {

inline constexpr char kModels[] = "testdata/models";

// A file's text; empty if there is no such file.
std::string ReadText(const std::string& path);

// What converts NAME.pt to `out` with the flags of NAME.flags.
absl::StatusOr<proto::ConversionSpec> SpecOfModel(const std::string& name, const std::string& out);

}  // namespace t2n::testing

#endif  // TOOLS_TESTING_FIXTURES_H_
