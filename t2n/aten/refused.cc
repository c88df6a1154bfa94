#include "t2n/aten/refused.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "t2n/aten/core/op_call.h"

namespace t2n {
namespace {

constexpr absl::string_view kRandom = "draws random numbers: a graph of pure functions cannot";
constexpr absl::string_view kMatrix = "there is no general matrix decomposition in the target";
constexpr absl::string_view kSparse = "sparse tensors are not carried";
constexpr absl::string_view kNumbers =
    "gives the program numbers that depend on the inputs' values; "
    "torch.quantize_per_tensor_dynamic "
    "quantizes by the same ones";
constexpr absl::string_view kMkldnn =
    "torch.jit.optimize_for_inference() moves the weights where torch.jit.save leaves them out, so "
    "that torch cannot load the archive either: save the model before it";

constexpr std::pair<absl::string_view, absl::string_view> kRefused[] = {
    {"aten::_choose_qparams_per_tensor", kNumbers},
    {"aten::choose_qparams_optimized", kNumbers},
    {"aten::to_mkldnn", kMkldnn},
    {"prim::ConstantMKLDNNTensor", kMkldnn},
    {"aten::bernoulli", kRandom},
    {"aten::binomial", kRandom},
    {"aten::cauchy", kRandom},
    {"aten::exponential", kRandom},
    {"aten::fractional_max_pool2d", kRandom},
    {"aten::fractional_max_pool3d", kRandom},
    {"aten::geometric", kRandom},
    {"aten::log_normal", kRandom},
    {"aten::multinomial", kRandom},
    {"aten::normal", kRandom},
    {"aten::normal_functional", kRandom},
    {"aten::poisson", kRandom},
    {"aten::rand", kRandom},
    {"aten::rand_like", kRandom},
    {"aten::randint", kRandom},
    {"aten::randint_like", kRandom},
    {"aten::randn", kRandom},
    {"aten::randn_like", kRandom},
    {"aten::random", kRandom},
    {"aten::randperm", kRandom},
    {"aten::rrelu_with_noise_functional", kRandom},
    {"aten::uniform", kRandom},
    {"aten::_unique2", kDataDependentSize},
    {"aten::unique_consecutive", kDataDependentSize},
    {"aten::unique_dim", kDataDependentSize},
    {"aten::linalg_eig", kMatrix},
    {"aten::linalg_eigvals", kMatrix},
    {"aten::linalg_ldl_factor", kMatrix},
    {"aten::linalg_ldl_factor_ex", kMatrix},
    {"aten::linalg_ldl_solve", kMatrix},
    {"aten::hash_tensor", "reads the bits of the elements, not their values"},
    {"aten::chalf", "complex numbers of halves are not carried"},
    {"aten::to_dense", kSparse},
    {"aten::to_sparse", kSparse},
};

}  // namespace

absl::string_view RefusalOf(absl::string_view name) {
  static const auto* const map = new absl::flat_hash_map<absl::string_view, absl::string_view>(
      std::begin(kRefused), std::end(kRefused));
  auto it = map->find(name);
  if (it == map->end() && !name.empty() && name.back() == '_') {
    it = map->find(name.substr(0, name.size() - 1));
  }
  return it == map->end() ? absl::string_view() : it->second;
}

std::vector<std::pair<std::string, std::string>> AllRefusals() {
  std::vector<std::pair<std::string, std::string>> all(std::begin(kRefused), std::end(kRefused));
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace t2n
