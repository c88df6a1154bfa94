#include "t2n/aten/core/memory.h"

#include <algorithm>

namespace t2n {
namespace {

// Whether operators differ on its format: the stride of an axis of size 1 decides.
bool IsAmbiguous(const Strided& x, MemoryFormat suggested) {
  return suggested == MemoryFormat::kContiguous && IsContiguous(x) != true &&
         IsContiguous(x, MemoryFormat::kChannelsLast) != false;
}

// Channels last if all operands are, otherwise in rows.
std::optional<Shape> FormatOf(absl::Span<const Strided> operands, const Shape& sizes) {
  std::optional<MemoryFormat> common;
  for (const Strided& x : operands) {
    const std::optional<MemoryFormat> format = SuggestedFormat(x);
    if (!format || IsAmbiguous(x, *format)) return std::nullopt;
    if (common && *common != *format) return RowStrides(sizes);
    common = format;
  }
  std::optional<Shape> strides;
  if (common) strides = FormatStrides(sizes, *common);
  return strides ? strides : RowStrides(sizes);
}

}  // namespace

std::optional<Shape> NewStrides(Order order, absl::Span<const Strided> operands,
                                const Shape& sizes) {
  if (order == Order::kRows) return RowStrides(sizes);
  if (order == Order::kUnknown || operands.empty()) return std::nullopt;
  if (std::all_of(operands.begin(), operands.end(), LiesInRows)) return RowStrides(sizes);
  const Strided& first = operands.front();
  switch (order) {
    case Order::kElementwise:
      return ElementwiseStrides(sizes, operands);
    case Order::kElementwiseNumber: {
      std::vector<Strided> all(operands.begin(), operands.end());
      all.emplace_back();
      return ElementwiseStrides(sizes, all);
    }
    case Order::kElementwiseReversed:
      return ElementwiseStrides(sizes, std::vector<Strided>(operands.rbegin(), operands.rend()));
    case Order::kFirst:
      return first.sizes == sizes ? PreservedStrides(first) : std::nullopt;
    case Order::kExactlyFirst:
      return first.sizes == sizes ? std::make_optional(first.strides) : std::nullopt;
    case Order::kFormatOfFirst:
      return FormatOf({first}, sizes);
    case Order::kFormatOfAll:
      return FormatOf(operands, sizes);
    case Order::kRowsUnlessFormat: {
      const bool plain = std::all_of(operands.begin(), operands.end(), [](const Strided& x) {
        return SuggestedFormat(x) == MemoryFormat::kContiguous;
      });
      return plain ? std::make_optional(RowStrides(sizes)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace t2n
