#include "absl/strings/str_cat.h"
#include "emit/testing/cases.h"

namespace t2n::testing {
namespace {

using V = const std::vector<Val>&;

void Add(Cases* cases, std::string name, std::vector<Tensor> inputs,
         std::function<Val(Builder&, V)> build) {
  cases->push_back({std::move(name),
                    [build](Builder& b, V in) { return std::vector<Val>{build(b, in)}; },
                    std::move(inputs),
                    {},
                    {}});
}

}  // namespace

Cases IndexCases() {
  Cases cases;
  for (DType t : {DType::kF32, DType::kI64, DType::kBool, DType::kF64}) {
    Tensor x = Spread(t, {4, 5}, 0, 9);
    std::string suffix = absl::StrCat("_", DTypeName(t));
    Add(&cases, "gather_rows" + suffix, {x, Of(DType::kI64, {2, 2}, {3, 0, 1, 1})},
        [](Builder& b, V in) { return b.Gather(in[0], 0, in[1]); });
    Add(&cases, "gather_columns" + suffix, {x, Of(DType::kI64, {2, 2}, {3, 0, 1, 4})},
        [](Builder& b, V in) { return b.Gather(in[0], 1, in[1]); });
    Add(&cases, "gather_one" + suffix, {x, Of(DType::kI64, {}, {2})},
        [](Builder& b, V in) { return b.Gather(in[0], 1, in[1]); });
    Add(&cases, "gather_elements" + suffix, {x, Of(DType::kI64, {2, 3}, {0, 4, 2, 1, 1, 3})},
        [](Builder& b, V in) { return b.GatherElements(in[0], 1, in[1]); });
    Add(&cases, "gather_elements_rows" + suffix, {x, Of(DType::kI64, {2, 3}, {0, 3, 2, 1, 1, 3})},
        [](Builder& b, V in) { return b.GatherElements(in[0], 0, in[1]); });
    Add(&cases, "gather_nd" + suffix, {x, Of(DType::kI64, {3, 2}, {0, 4, 2, 1, 1, 3})},
        [](Builder& b, V in) { return b.GatherNd(in[0], in[1]); });
    Add(&cases, "gather_nd_rows" + suffix, {x, Of(DType::kI64, {3, 1}, {0, 3, 2})},
        [](Builder& b, V in) { return b.GatherNd(in[0], in[1]); });
    for (const char* mode : {"set", "add", "mul", "min", "max"}) {
      if (t == DType::kBool && std::string(mode) != "set") continue;
      Tensor updates = Spread(t, {2, 3}, 0, 9);
      // "set" is defined for distinct targets only.
      bool set = std::string(mode) == "set";
      Tensor indices = Of(DType::kI64, {2, 3}, {0, 4, 2, 1, set ? 0. : 1., 3});
      Add(&cases, absl::StrCat("scatter_elements_", mode, suffix), {x, indices, updates},
          [mode](Builder& b, V in) { return b.ScatterElements(in[0], 1, in[1], in[2], mode); });
      Tensor rows = Of(DType::kI64, {2, 1}, {3, set ? 0. : 3.});
      Add(&cases, absl::StrCat("scatter_nd_", mode, suffix), {x, rows, Spread(t, {2, 5}, 0, 9)},
          [mode](Builder& b, V in) { return b.ScatterNd(in[0], in[1], in[2], mode); });
    }
  }
  return cases;
}

}  // namespace t2n::testing
