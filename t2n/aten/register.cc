#include "t2n/aten/register.h"

#include <vector>

namespace t2n {
namespace {

std::vector<OpEntry>& Entries() {
  static auto* const entries = new std::vector<OpEntry>();
  return *entries;
}

}  // namespace

OperatorRegistration::OperatorRegistration(const char* schema, OpFn fn) {
  Entries().push_back({schema, fn});
}

absl::Span<const OpEntry> RegisteredOps() { return Entries(); }

}  // namespace t2n
