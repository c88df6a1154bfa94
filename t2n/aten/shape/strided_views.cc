#include "t2n/aten/shape/strided_views.h"

#include <algorithm>

namespace t2n {
namespace {

std::optional<int64_t> AxisIn(const Arg& axis, const Strided& x) {
  if (!axis.is_int() || !axis.integer().is_const()) return std::nullopt;
  return NormalizeAxis(axis.integer().value(), static_cast<int64_t>(x.sizes.size()));
}

}  // namespace

std::optional<Strided> LiesDiagonally(absl::Span<const Arg> args,
                                      absl::Span<const Strided> operands) {
  const Strided& source = operands.front();
  const std::optional<int64_t> rows = AxisIn(args[2], source), columns = AxisIn(args[3], source);
  if (!args[1].is_int() || !args[1].integer().is_const() || !rows || !columns || rows == columns) {
    return std::nullopt;
  }
  const int64_t offset = args[1].integer().value();
  Strided out = source;
  const Dim below = std::max<int64_t>(-offset, 0), beside = std::max<int64_t>(offset, 0);
  out.offset += below * source.strides[*rows] + beside * source.strides[*columns];
  for (int64_t axis : {std::max(*rows, *columns), std::min(*rows, *columns)}) {
    out.sizes.erase(out.sizes.begin() + axis);
    out.strides.erase(out.strides.begin() + axis);
  }
  out.sizes.push_back(Max(0, Min(source.sizes[*rows] - below, source.sizes[*columns] - beside)));
  out.strides.push_back(source.strides[*rows] + source.strides[*columns]);
  return out;
}

std::optional<Strided> LiesAsGiven(absl::Span<const Arg> args, absl::Span<const Strided> operands) {
  const Strided& source = operands.front();
  Strided out;
  for (const auto& [list, dims] : {std::pair{&args[1], &out.sizes}, {&args[2], &out.strides}}) {
    for (const Arg& item : list->items()) {
      if (!item.is_int()) return std::nullopt;
      dims->push_back(item.integer());
    }
  }
  if (out.sizes.size() != out.strides.size()) return std::nullopt;
  out.offset = args[3].is_int() ? args[3].integer() : source.offset;
  return out;
}

std::optional<Strided> LiesStacked(absl::Span<const Arg> args, absl::Span<const Strided> operands) {
  const Strided& first = operands.front();
  const int64_t rank = static_cast<int64_t>(first.sizes.size());
  const Dim count = static_cast<int64_t>(operands.size());
  if (!args[1].is_int() || !args[1].integer().is_const()) return std::nullopt;
  const std::optional<int64_t> axis = NormalizeAxis(args[1].integer().value(), rank + 1);
  if (!axis) return std::nullopt;
  Strided joined = first;
  if (*axis < rank) {
    // torch joins them along the axis that comes behind, and cuts that.
    joined.sizes[*axis] *= count;
    std::optional<Shape> strides = NewStrides(Order::kFormatOfAll, operands, joined.sizes);
    if (!strides) return std::nullopt;
    joined.strides = *std::move(strides);
    joined.sizes[*axis] = first.sizes[*axis];
    joined.sizes.insert(joined.sizes.begin() + *axis, count);
    joined.strides.insert(joined.strides.begin() + *axis,
                          joined.strides[*axis] * first.sizes[*axis]);
    return joined;
  }
  std::vector<Strided> wider(operands.begin(), operands.end());
  for (Strided& x : wider) x.sizes.push_back(1), x.strides.push_back(1);
  joined.sizes.push_back(count);
  std::optional<Shape> strides = NewStrides(Order::kFormatOfAll, wider, joined.sizes);
  if (!strides) return std::nullopt;
  joined.strides = *std::move(strides);
  return joined;
}

std::optional<Strided> LiesUnfolded(absl::Span<const Arg> args,
                                    absl::Span<const Strided> operands) {
  const Strided& source = operands.front();
  if (source.sizes.empty() || !args[2].is_int() || !args[3].is_int()) return std::nullopt;
  const std::optional<int64_t> axis = AxisIn(args[1], source);
  const Dim &size = args[2].integer(), &step = args[3].integer();
  if (!axis || step == Dim(0)) return std::nullopt;
  Strided out = source;
  out.sizes[*axis] = FloorDiv(source.sizes[*axis] - size, step) + 1;
  out.strides[*axis] = source.strides[*axis] * step;
  out.sizes.push_back(size);
  out.strides.push_back(source.strides[*axis]);
  return out;
}

}  // namespace t2n
