#include "t2n/ir/primitives.h"

namespace t2n {
namespace {

struct Info {
  absl::string_view name;
  int arity;
};

constexpr Info kInfo[] = {
#define T2N_X(Name, arity) {#Name, arity},
    T2N_PRIMITIVES(T2N_X)
#undef T2N_X
};

}  // namespace

absl::string_view OpName(Op op) { return kInfo[static_cast<int>(op)].name; }

std::optional<Op> ParseOp(absl::string_view name) {
  for (size_t i = 0; i < sizeof(kInfo) / sizeof(kInfo[0]); ++i) {
    if (kInfo[i].name == name) return static_cast<Op>(i);
  }
  return std::nullopt;
}

int OpArity(Op op) { return kInfo[static_cast<int>(op)].arity; }

bool IsElementwise(Op op) { return op >= Op::kNeg && op <= Op::kSelect; }

bool IsViewOp(Op op) {
  return op == Op::kReshape || op == Op::kTranspose || op == Op::kBroadcast || op == Op::kSlice;
}

}  // namespace t2n
