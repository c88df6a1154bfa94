#include "t2n/ir/primitives.h"

namespace t2n {
namespace {

constexpr absl::string_view kNames[] = {
#define T2N_X(Name, arity, kind, traits) #Name,
    T2N_PRIMITIVES(T2N_X)
#undef T2N_X
};

}  // namespace

absl::string_view OpName(Op op) { return kNames[static_cast<int>(op)]; }

std::optional<Op> ParseOp(absl::string_view name) {
  for (int i = 0; i < kNumOps; ++i) {
    if (kNames[i] == name) return static_cast<Op>(i);
  }
  return std::nullopt;
}

}  // namespace t2n
