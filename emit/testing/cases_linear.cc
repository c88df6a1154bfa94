#include "absl/strings/str_cat.h"
#include "emit/testing/cases.h"

namespace t2n::testing {
namespace {

using V = const std::vector<Val>&;

void Einsum(Cases* cases, std::string name, const char* equation, std::vector<Tensor> inputs) {
  cases->push_back(
      {"einsum_" + name,
       [equation](Builder& b, V in) { return std::vector<Val>{b.Einsum(equation, in)}; },
       std::move(inputs),
       {},
       {}});
}

Window MakeWindow(size_t rank, int64_t size, int64_t stride, int64_t dilation, int64_t before,
                  int64_t after) {
  auto fill = [rank](int64_t v) { return std::vector<int64_t>(rank, v); };
  return {fill(size), fill(stride), fill(dilation), fill(before), fill(after)};
}

std::vector<int64_t> Sizes(std::vector<int64_t> head, size_t rank, int64_t n) {
  for (size_t i = 0; i < rank; ++i) head.push_back(n + i);
  return head;
}

void Convolutions(Cases* cases) {
  for (size_t rank : {1, 2, 3}) {
    for (bool transposed : {false, true}) {
      struct Row {
        int64_t stride, dilation, before, after, groups, extra;
      };
      for (Row r : {Row{1, 1, 0, 0, 1, 0}, Row{2, 1, 1, 1, 1, 1}, Row{1, 2, 2, 1, 2, 0},
                    Row{2, 1, 1, 0, 4, 0}}) {
        if (rank == 3 && r.groups == 2) continue;
        Window w = MakeWindow(rank, 3, r.stride, r.dilation, r.before, r.after);
        std::vector<int64_t> filter =
            transposed ? Sizes({4, 8 / r.groups}, 0, 0) : Sizes({8, 4 / r.groups}, 0, 0);
        filter.insert(filter.end(), rank, 3);
        std::string name = absl::StrCat(transposed ? "deconv" : "conv", rank, "d_s", r.stride, "_d",
                                        r.dilation, "_g", r.groups);
        cases->push_back({name,
                          [=](Builder& b, V in) {
                            Val f = b.Constant(Spread(DType::kF32, filter, -1, 1));
                            Val bias =
                                r.before ? b.Constant(Spread(DType::kF32, {8}, -1, 1)) : Val();
                            Val y = transposed
                                        ? b.ConvTranspose(in[0], f, bias, w, r.groups,
                                                          std::vector<int64_t>(rank, r.extra))
                                        : b.Conv(in[0], f, bias, w, r.groups);
                            return std::vector<Val>{y};
                          },
                          {Spread(DType::kF32, Sizes({2, 4}, rank, 7))},
                          {},
                          {}});
      }
    }
  }
}

void Pools(Cases* cases) {
  for (size_t rank : {1, 2, 3}) {
    for (bool pad : {false, true}) {
      Window w = MakeWindow(rank, 3, 2, 1, pad ? 1 : 0, pad ? 1 : 0);
      Tensor x = Spread(DType::kF32, Sizes({2, 3}, rank, 7), -5, -1);
      cases->push_back({absl::StrCat("max_pool", rank, "d_", pad),
                        [w](Builder& b, V in) { return b.MaxPool(in[0], w); },
                        {x},
                        {},
                        {}});
      for (bool count : {false, true}) {
        cases->push_back(
            {absl::StrCat("avg_pool", rank, "d_", pad, count),
             [w, count](Builder& b, V in) { return std::vector<Val>{b.AvgPool(in[0], w, count)}; },
             {x},
             {},
             {}});
      }
    }
  }
  Window dilated = MakeWindow(2, 2, 1, 2, 0, 0);
  cases->push_back({"max_pool_dilated",
                    [dilated](Builder& b, V in) { return b.MaxPool(in[0], dilated); },
                    {Spread(DType::kF32, {1, 2, 6, 7})},
                    {},
                    {}});
}

void Resizes(Cases* cases) {
  struct Row {
    const char* mode;
    const char* coordinates;
    const char* nearest;
  };
  for (Row r :
       {Row{"nearest", "asymmetric", "floor"}, Row{"nearest", "half_pixel", "round_prefer_ceil"},
        Row{"linear", "half_pixel", "floor"}, Row{"linear", "align_corners", "floor"},
        Row{"cubic", "half_pixel", "floor"}, Row{"cubic", "align_corners", "floor"}}) {
    for (int64_t size : {3, 8, 10, 11}) {
      cases->push_back({absl::StrCat("resize_", r.mode, "_", r.coordinates, "_", size),
                        [r, size](Builder& b, V in) {
                          Attrs attrs = {{"shape", Shape{1, 2, size, 2 * size}},
                                         {"mode", std::string(r.mode)},
                                         {"coordinates", std::string(r.coordinates)},
                                         {"nearest", std::string(r.nearest)}};
                          return std::vector<Val>{b.Make(Op::kResize, attrs, {in[0]})};
                        },
                        {Spread(DType::kF32, {1, 2, 5, 7})},
                        {},
                        {}});
    }
  }
}

}  // namespace

Cases LinearCases() {
  Cases cases;
  auto t = [](std::vector<int64_t> sizes) { return Spread(DType::kF32, std::move(sizes)); };
  Einsum(&cases, "matmul", "mk,kn->mn", {t({2, 3}), t({3, 4})});
  Einsum(&cases, "matmul_transposed", "km,nk->mn", {t({3, 2}), t({4, 3})});
  Einsum(&cases, "batched", "abmk,abkn->abmn", {t({2, 1, 2, 3}), t({2, 5, 3, 4})});
  Einsum(&cases, "linear", "bsi,oi->bso", {t({2, 3, 4}), t({5, 4})});
  Einsum(&cases, "linear_vector", "i,oi->o", {t({4}), t({5, 4})});
  Einsum(&cases, "dot", "i,i->", {t({4}), t({4})});
  Einsum(&cases, "outer", "i,j->ij", {t({3}), t({4})});
  Einsum(&cases, "attention", "bqhd,bkhd->bhqk", {t({2, 3, 2, 4}), t({2, 5, 2, 4})});
  Einsum(&cases, "bilinear", "bi,oij,bj->bo", {t({2, 3}), t({4, 3, 5}), t({2, 5})});
  Einsum(&cases, "sum_of_one", "ij->j", {t({3, 4})});
  Einsum(&cases, "transpose_of_one", "ij->ji", {t({3, 4})});
  Einsum(&cases, "diagonal", "ii->i", {t({3, 3})});
  Einsum(&cases, "hadamard", "ij,ij->ij", {t({3, 4}), t({1, 4})});
  Einsum(&cases, "no_contraction", "bij,bk->bijk", {t({2, 3, 4}), t({2, 5})});
  Einsum(&cases, "two_contracted", "bijk,bjkl->bil", {t({2, 3, 4, 5}), t({2, 4, 5, 3})});
  Einsum(&cases, "one_sided_sum", "ij,k->ik", {t({2, 3}), t({4})});
  Einsum(&cases, "f64", "mk,kn->mn", {Spread(DType::kF64, {2, 3}), Spread(DType::kF64, {3, 4})});
  Einsum(&cases, "f16", "mk,kn->mn",
         {Of(DType::kF16, {2, 2}, {1, 2, 3, 4}), Of(DType::kF16, {2, 2}, {1, -2, 3, 1})});
  Einsum(&cases, "i64", "mk,kn->mn",
         {Spread(DType::kI64, {2, 3}, -9, 9), Spread(DType::kI64, {3, 4}, -9, 9)});
  Einsum(&cases, "u8", "mk,kn->mn",
         {Spread(DType::kU8, {2, 3}, 0, 5), Spread(DType::kU8, {3, 4}, 0, 5)});
  Convolutions(&cases);
  Pools(&cases);
  Resizes(&cases);
  return cases;
}

}  // namespace t2n::testing
