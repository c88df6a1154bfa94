#include "t2n/aten/aliases.h"

#include <utility>

#include "absl/container/flat_hash_map.h"

namespace t2n {
namespace {

constexpr std::pair<absl::string_view, absl::string_view> kAliases[] = {
    {"aten::absolute", "aten::abs"},
    {"aten::floordiv", "aten::floor_divide"},
    {"aten::arccos", "aten::acos"},
    {"aten::arccosh", "aten::acosh"},
    {"aten::arcsin", "aten::asin"},
    {"aten::arcsinh", "aten::asinh"},
    {"aten::arctan", "aten::atan"},
    {"aten::arctan2", "aten::atan2"},
    {"aten::arctanh", "aten::atanh"},
    {"aten::clip", "aten::clamp"},
    {"aten::divide", "aten::div"},
    {"aten::fix", "aten::trunc"},
    {"aten::greater", "aten::gt"},
    {"aten::greater_equal", "aten::ge"},
    {"aten::less", "aten::lt"},
    {"aten::less_equal", "aten::le"},
    {"aten::multiply", "aten::mul"},
    {"aten::negative", "aten::neg"},
    {"aten::not_equal", "aten::ne"},
    {"aten::special_digamma", "aten::digamma"},
    {"aten::special_erf", "aten::erf"},
    {"aten::special_erfc", "aten::erfc"},
    {"aten::special_erfinv", "aten::erfinv"},
    {"aten::special_exp2", "aten::exp2"},
    {"aten::special_expit", "aten::sigmoid"},
    {"aten::special_expm1", "aten::expm1"},
    {"aten::special_gammainc", "aten::igamma"},
    {"aten::special_gammaincc", "aten::igammac"},
    {"aten::special_gammaln", "aten::lgamma"},
    {"aten::special_i0", "aten::i0"},
    {"aten::special_log1p", "aten::log1p"},
    {"aten::special_log_softmax", "aten::log_softmax"},
    {"aten::special_logit", "aten::logit"},
    {"aten::special_logsumexp", "aten::logsumexp"},
    {"aten::special_multigammaln", "aten::mvlgamma"},
    {"aten::special_polygamma", "aten::polygamma"},
    {"aten::special_psi", "aten::digamma"},
    {"aten::special_round", "aten::round"},
    {"aten::special_sinc", "aten::sinc"},
    {"aten::special_softmax", "aten::softmax"},
    {"aten::special_xlogy", "aten::xlogy"},
    {"aten::subtract", "aten::sub"},
    {"aten::trapz", "aten::trapezoid"},
};

}  // namespace

absl::string_view Unaliased(absl::string_view name) {
  static const auto* const map = new absl::flat_hash_map<absl::string_view, absl::string_view>(
      std::begin(kAliases), std::end(kAliases));
  auto it = map->find(name);
  return it == map->end() ? name : it->second;
}

}  // namespace t2n
