#include "t2n/aten/source_rules.h"

#include "absl/container/flat_hash_map.h"

namespace t2n {
namespace {

using Sizes = SourceRule::Sizes;
using Weight = SourceRule::Weight;

constexpr SourceRule At(absl::string_view name, Sizes sizes, size_t first, size_t last) {
  return {name, sizes, first, last};
}

constexpr SourceRule Layer(absl::string_view name, Weight weight) {
  return {name, Sizes::kNone, 0, 0, weight};
}

constexpr SourceRule SameSize(absl::string_view name) {
  return {name, Sizes::kNone, 0, 0, Weight::kNone, true};
}

constexpr SourceRule Retypes(absl::string_view name, bool same_size = false) {
  return {name, Sizes::kNone, 0, 0, Weight::kNone, same_size, true};
}

constexpr SourceRule kRules[] = {
    At("aten::view", Sizes::kReshape, 1, 2),
    At("aten::reshape", Sizes::kReshape, 1, 2),
    At("aten::expand", Sizes::kExpand, 1, 2),
    At("aten::broadcast_to", Sizes::kExpand, 1, 2),
    At("aten::slice", Sizes::kSlice, 3, 4),
    At("aten::narrow", Sizes::kSlice, 3, 4),
    At("aten::arange", Sizes::kCreate, 0, 2),
    At("aten::empty", Sizes::kCreate, 0, 1),
    At("aten::eye", Sizes::kCreate, 0, 2),
    At("aten::full", Sizes::kCreate, 0, 1),
    At("aten::linspace", Sizes::kCreate, 2, 3),
    At("aten::new_empty", Sizes::kCreate, 1, 2),
    At("aten::new_full", Sizes::kCreate, 1, 2),
    At("aten::new_ones", Sizes::kCreate, 1, 2),
    At("aten::new_zeros", Sizes::kCreate, 1, 2),
    At("aten::ones", Sizes::kCreate, 0, 1),
    At("aten::zeros", Sizes::kCreate, 0, 1),
    At("aten::upsample_bilinear2d", Sizes::kCreate, 1, 2),
    At("aten::upsample_linear1d", Sizes::kCreate, 1, 2),
    At("aten::upsample_nearest1d", Sizes::kCreate, 1, 2),
    At("aten::upsample_nearest2d", Sizes::kCreate, 1, 2),
    {"aten::div", Sizes::kDivide, 1, 2, Weight::kNone, /*same_size=*/true},
    At("aten::div_", Sizes::kDivide, 1, 2),
    At("aten::true_divide", Sizes::kDivide, 1, 2),

    SameSize("aten::add"),
    SameSize("aten::contiguous"),
    SameSize("aten::dropout"),
    SameSize("aten::mul"),
    SameSize("aten::quantize_per_tensor"),
    SameSize("aten::relu"),
    SameSize("aten::sub"),

    Retypes("aten::clone", true),
    Retypes("aten::detach", true),
    Retypes("aten::to", true),
    Retypes("aten::Int"),
    Retypes("aten::IntImplicit"),
    Retypes("aten::int"),
    Retypes("aten::scalar_tensor"),
    Retypes("aten::tensor"),
    Retypes("prim::NumToTensor"),
    Retypes("python::float"),
    Retypes("python::int"),

    {"aten::embedding", Sizes::kNone, 0, 0, Weight::kNone, false, false, /*indexes=*/true},
    Layer("aten::linear", Weight::kMatrix),
    Layer("aten::_convolution", Weight::kFiltersOfEither),
    Layer("aten::_convolution_mode", Weight::kFilters),
    Layer("aten::convolution", Weight::kFilters),
    Layer("aten::convolution_overrideable", Weight::kFilters),
    Layer("aten::cudnn_convolution", Weight::kFilters),
    Layer("aten::mkldnn_convolution", Weight::kFilters),
    Layer("aten::conv_tbc", Weight::kFilters),
    Layer("aten::conv1d", Weight::kFilters),
    Layer("aten::conv2d", Weight::kFilters),
    Layer("aten::conv3d", Weight::kFilters),
    Layer("aten::conv_transpose1d", Weight::kTransposedFilters),
    Layer("aten::conv_transpose2d", Weight::kTransposedFilters),
    Layer("aten::conv_transpose3d", Weight::kTransposedFilters),
};

}  // namespace

const SourceRule* SourceRuleOf(absl::string_view name) {
  static const auto* const kMap = [] {
    auto* map = new absl::flat_hash_map<absl::string_view, const SourceRule*>();
    for (const SourceRule& rule : kRules) map->emplace(rule.name, &rule);
    return map;
  }();
  const auto it = kMap->find(name);
  return it == kMap->end() ? nullptr : it->second;
}

absl::Span<const SourceRule> SourceRules() { return kRules; }

}  // namespace t2n
