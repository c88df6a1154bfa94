#include "t2n/ir/strides.h"

#include <algorithm>
#include <numeric>

namespace t2n {
namespace {

// Every size that is open stands for more than 1: an axis of size 1 may have any stride, and
// where it comes in an order changes nothing.
Dim Wide(const Dim& d) {
  if (d.is_const()) return d;
  return d.Substitute([](absl::string_view name) {
    return std::make_optional(Dim::Symbol(name, {1, std::nullopt}) + 1);
  });
}

enum class Comparison { kLess, kEqual, kGreater, kUnknown };

Comparison Compare(const Dim& a, const Dim& b) {
  if (a == b) return Comparison::kEqual;
  if (a.is_const() && b.is_const()) {
    return a.value() < b.value() ? Comparison::kLess : Comparison::kGreater;
  }
  const Dim x = Wide(a), y = Wide(b);
  if (Less(x, y) == true) return Comparison::kLess;
  if (Less(y, x) == true) return Comparison::kGreater;
  return Comparison::kUnknown;
}

bool IsOneFor(const Dim& size, bool surely) {
  return surely ? size == Dim(1) : Equal(size, 1) != false;
}

bool IsEmpty(const Shape& sizes) {
  return std::any_of(sizes.begin(), sizes.end(), [](const Dim& d) { return d == Dim(0); });
}

// Dense in this order of axes, the first one innermost.
Shape StridesInOrder(const Shape& sizes, absl::Span<const int64_t> axes) {
  Shape strides(sizes.size(), Dim(1));
  Dim next = 1;
  for (int64_t axis : axes) {
    strides[axis] = next;
    if (sizes[axis] != Dim(0)) next *= sizes[axis];
  }
  return strides;
}

// The order of axes, innermost first, of a format; empty if it is not for that rank.
std::vector<int64_t> AxesOf(MemoryFormat format, size_t rank) {
  std::vector<int64_t> axes(rank);
  std::iota(axes.rbegin(), axes.rend(), 0);
  if (format == MemoryFormat::kContiguous) return axes;
  const size_t wanted = format == MemoryFormat::kChannelsLast     ? 4
                        : format == MemoryFormat::kChannelsLast3d ? 5
                                                                  : 0;
  if (rank != wanted) return {};
  std::rotate(axes.begin(), axes.end() - 2, axes.end() - 1);
  return axes;
}

// Whether the strides are dense in this order, axes of size 1 left out.
std::optional<bool> IsDenseIn(const Strided& x, absl::Span<const int64_t> axes) {
  Dim expected = 1;
  bool known = true;
  for (int64_t axis : axes) {
    if (x.sizes[axis] == Dim(1)) continue;
    if (x.strides[axis] != expected) {
      if (!IsOneFor(x.sizes[axis], false) && Equal(x.strides[axis], expected) == false) {
        return false;
      }
      known = false;
    }
    expected *= x.sizes[axis];
  }
  return known ? std::make_optional(true) : std::nullopt;
}

// The axes, those of the smallest strides first and those of size 1 behind all others.
std::optional<std::vector<int64_t>> ByStride(const Strided& x) {
  std::vector<int64_t> axes(x.sizes.size());
  std::iota(axes.rbegin(), axes.rend(), 0);
  bool known = true;
  std::stable_sort(axes.begin(), axes.end(), [&](int64_t a, int64_t b) {
    if (x.sizes[a] == Dim(1) || x.sizes[b] == Dim(1))
      return x.sizes[a] != x.sizes[b] && x.sizes[b] == Dim(1);
    const Comparison order = Compare(x.strides[a], x.strides[b]);
    known &= order != Comparison::kUnknown;
    return order == Comparison::kLess;
  });
  return known ? std::make_optional(axes) : std::nullopt;
}

// Sorts the axes, innermost first, as torch does where comparisons may be ambiguous: by insertion,
// from the last axis to the first. `compare(a, b)` is 1 if a is to come after b, -1 if before,
// 0 if either will do, nullopt if that is not known.
template <typename Compare>
std::optional<std::vector<int64_t>> SortAxes(size_t rank, Compare compare) {
  std::vector<int64_t> axes(rank);
  std::iota(axes.rbegin(), axes.rend(), 0);
  for (size_t i = 1; i < rank; ++i) {
    size_t at = i;
    for (size_t before = i; before-- > 0;) {
      const std::optional<int> order = compare(axes[before], axes[at]);
      if (!order) return std::nullopt;
      if (*order < 0) break;
      if (*order == 0) continue;
      std::swap(axes[before], axes[at]);
      at = before;
    }
  }
  return axes;
}

// How one operand orders two axes of a result of these sizes.
std::optional<int> OrderByStrides(const Shape& sizes, const Shape& strides, int64_t a, int64_t b) {
  if (strides[a] == Dim(0) || strides[b] == Dim(0)) return 0;
  switch (Compare(strides[a], strides[b])) {
    case Comparison::kLess:
      return -1;
    case Comparison::kGreater:
      return 1;
    case Comparison::kEqual:
      break;
    case Comparison::kUnknown:
      return std::nullopt;
  }
  const Comparison by_size = Compare(sizes[a], sizes[b]);
  if (by_size == Comparison::kUnknown) return std::nullopt;
  return by_size == Comparison::kGreater ? 1 : 0;
}

// Whether these sizes are repeated to those.
bool Spreads(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  return std::equal(from.rbegin(), from.rend(), to.rbegin(),
                    [](const Dim& a, const Dim& b) { return a == b || a == Dim(1); });
}

// The operand's strides in a result of these sizes: 0 where it is repeated.
Shape SpreadStrides(const Strided& x, const Shape& sizes) {
  Shape strides(sizes.size(), Dim(0));
  const size_t added = sizes.size() - x.sizes.size();
  for (size_t i = 0; i < x.sizes.size(); ++i) {
    const bool repeated = x.sizes[i] == Dim(1) && sizes[i + added] != Dim(1);
    if (!repeated) strides[i + added] = x.strides[i];
  }
  return strides;
}

// The result of operands of one shape, where that alone decides.
std::optional<Shape> CommonStrides(const Shape& sizes, absl::Span<const Strided> operands) {
  auto all = [&](auto holds) { return std::all_of(operands.begin(), operands.end(), holds); };
  if (operands.empty() || !all([&](const Strided& x) { return x.sizes == sizes; })) {
    return std::nullopt;
  }
  for (MemoryFormat format : {MemoryFormat::kContiguous, MemoryFormat::kChannelsLast}) {
    if (all([&](const Strided& x) { return IsContiguous(x, format) == true; })) {
      return FormatStrides(sizes, format);
    }
  }
  const Shape& strides = operands[0].strides;
  const bool same = all([&](const Strided& x) { return x.strides == strides; });
  if (same && IsNonOverlappingAndDense(operands[0]) == true) return strides;
  return std::nullopt;
}

}  // namespace

Shape RowStrides(const Shape& sizes) {
  return StridesInOrder(sizes, AxesOf(MemoryFormat::kContiguous, sizes.size()));
}

Strided InRows(Shape sizes) {
  Shape strides = RowStrides(sizes);
  return {std::move(sizes), std::move(strides)};
}

bool LiesInRows(const Strided& x) { return x.strides == RowStrides(x.sizes); }

Shape DenseStrides(const Shape& sizes, absl::Span<const int64_t> axes) {
  return StridesInOrder(sizes, std::vector<int64_t>(axes.rbegin(), axes.rend()));
}

std::optional<Shape> FormatStrides(const Shape& sizes, MemoryFormat format) {
  const std::vector<int64_t> axes = AxesOf(format, sizes.size());
  if (axes.size() != sizes.size()) return std::nullopt;
  return StridesInOrder(sizes, axes);
}

std::optional<bool> IsContiguous(const Strided& x, MemoryFormat format) {
  const std::vector<int64_t> axes = AxesOf(format, x.sizes.size());
  if (axes.size() != x.sizes.size()) return false;
  if (IsEmpty(x.sizes)) return true;
  return IsDenseIn(x, axes);
}

std::optional<bool> IsNonOverlappingAndDense(const Strided& x) {
  if (LiesInRows(x)) return true;
  const auto axes = ByStride(x);
  return axes ? IsDenseIn(x, *axes) : std::nullopt;
}

std::optional<std::vector<int64_t>> AxesInMemory(const Strided& x) {
  std::optional<std::vector<int64_t>> axes = ByStride(x);
  if (!axes || IsDenseIn(x, *axes) != true) return std::nullopt;
  std::reverse(axes->begin(), axes->end());
  return axes;
}

std::optional<MemoryFormat> SuggestedFormat(const Strided& x) {
  const size_t rank = x.sizes.size();
  const MemoryFormat format = rank == 4   ? MemoryFormat::kChannelsLast
                              : rank == 5 ? MemoryFormat::kChannelsLast3d
                                          : MemoryFormat::kContiguous;
  if (format == MemoryFormat::kContiguous || LiesInRows(x) || x.strides[1] == Dim(0) ||
      IsEmpty(x.sizes)) {
    return MemoryFormat::kContiguous;
  }
  Dim least = 0;
  for (int64_t axis : AxesOf(format, rank)) {
    const Comparison order = Compare(x.strides[axis], least);
    if (order == Comparison::kUnknown) return std::nullopt;
    if (order == Comparison::kLess) return MemoryFormat::kContiguous;
    // An axis of batches that lies beside the channels tells nothing.
    if (axis == 0 && least == x.strides[1]) return MemoryFormat::kContiguous;
    least = x.strides[axis] * x.sizes[axis];
  }
  return format;
}

std::optional<Shape> PreservedStrides(const Strided& x) {
  const std::optional<bool> dense = IsNonOverlappingAndDense(x);
  if (!dense) return std::nullopt;
  if (*dense) return x.strides;
  const auto axes = SortAxes(x.sizes.size(), [&](int64_t a, int64_t b) {
    return OrderByStrides(x.sizes, x.strides, a, b);
  });
  if (!axes) return std::nullopt;
  return StridesInOrder(x.sizes, *axes);
}

std::optional<Shape> ElementwiseStrides(const Shape& sizes, absl::Span<const Strided> operands) {
  if (std::optional<Shape> common = CommonStrides(sizes, operands)) return common;
  std::vector<Shape> spread;
  for (const Strided& x : operands) {
    if (!Spreads(x.sizes, sizes)) return std::nullopt;
    spread.push_back(SpreadStrides(x, sizes));
  }
  const auto axes = SortAxes(sizes.size(), [&](int64_t a, int64_t b) -> std::optional<int> {
    for (const Shape& strides : spread) {
      const std::optional<int> order = OrderByStrides(sizes, strides, a, b);
      if (!order || *order != 0) return order;
    }
    return 0;
  });
  if (!axes) return std::nullopt;
  return StridesInOrder(sizes, *axes);
}

std::optional<ViewAnswer> ViewStrides(const Strided& x, const Shape& sizes) {
  if (IsEmpty(x.sizes) || LiesInRows(x)) return ViewAnswer{true, RowStrides(sizes)};
  ViewAnswer answer{true, Shape(sizes.size(), Dim(1))};
  int64_t next = static_cast<int64_t>(sizes.size()) - 1;
  bool certain = true;  // whether no axis that is taken to be longer may have size 1
  Dim run = 1, innermost = x.strides.empty() ? Dim(1) : x.strides.back();
  for (int64_t i = static_cast<int64_t>(x.sizes.size()) - 1; i >= 0; --i) {
    run *= x.sizes[i];
    if (i > 0) {
      const Dim& outer = x.strides[i - 1];
      if (x.sizes[i - 1] == Dim(1) || outer == run * innermost) continue;
      certain &= !IsOneFor(x.sizes[i - 1], false) && Equal(outer, run * innermost) == false;
    }
    Dim taken = 1;
    while (next >= 0 && (sizes[next] == Dim(1) || Compare(taken, run) == Comparison::kLess)) {
      certain &= sizes[next] == Dim(1) || Less(taken, run) == true;
      answer.strides[next] = taken * innermost;
      taken *= sizes[next--];
    }
    if (taken != run) {
      if (certain && Equal(taken, run) == false) return ViewAnswer{};
      return std::nullopt;
    }
    if (i > 0) run = 1, innermost = x.strides[i - 1];
  }
  return next < 0 ? answer : ViewAnswer{};
}

}  // namespace t2n
