#include "t2n/passes/padded_sizes.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "t2n/builder/selection.h"
#include "t2n/ir/dim_steps.h"

namespace t2n {

Attrs MapSizes(const Attrs& attrs, absl::FunctionRef<Dim(const Dim&)> map) {
  Attrs out;
  for (const auto& [name, attr] : attrs.all()) {
    out.Set(name, attr);
    if (const Dim* size = std::get_if<Dim>(&attr)) out.Set(name, map(*size));
    if (const Shape* sizes = std::get_if<Shape>(&attr)) {
      Shape mapped;
      for (const Dim& d : *sizes) mapped.push_back(map(d));
      out.Set(name, std::move(mapped));
    }
  }
  return out;
}

void PaddedSizes::Add(const std::string& symbol, const Dim& bound, const Val& count) {
  builder_ = count.builder();
  bounds_[symbol] = bound;
  counts_[symbol] = count;
}

bool PaddedSizes::Knows(const Dim& size) const {
  for (const std::string& symbol : size.Symbols()) {
    if (IsSelectionCount(symbol) && bounds_.count(symbol) == 0) return false;
  }
  return true;
}

bool PaddedSizes::Bounds(const Dim& size) const {
  return Knows(size) && RisesWith(size, IsSelectionCount);
}

Dim PaddedSizes::Padded(const Dim& size) const {
  if (!HasSelectionCount(size)) return size;
  return WithBounds(MapMinima(size, [this](int64_t most, const Dim& of) -> std::optional<Dim> {
    const bool open = HasSelectionCount(of) && most <= kFewRows && !WithBounds(of).is_const();
    return open ? std::make_optional<Dim>(most) : std::nullopt;
  }));
}

Dim PaddedSizes::WithBounds(const Dim& size) const {
  return size.Substitute([this](absl::string_view name) -> std::optional<Dim> {
    auto it = bounds_.find(std::string(name));
    return it == bounds_.end() ? std::nullopt : std::make_optional(it->second);
  });
}

Shape PaddedSizes::Padded(const Shape& shape) const {
  Shape out;
  for (const Dim& d : shape) out.push_back(Padded(d));
  return out;
}

Attrs PaddedSizes::Padded(const Attrs& attrs) const {
  return MapSizes(attrs, [this](const Dim& d) { return Padded(d); });
}

Val PaddedSizes::Number(Builder& b, const Dim& size) {
  if (!HasSelectionCount(size)) return b.DimScalar(size);
  if (!IsHere(b)) return Val();
  Val& number = numbers_[size.ToString()];
  if (number) return number;
  DimSteps<Val> steps;
  steps.is_known = [](const Dim& d) { return !HasSelectionCount(d); };
  steps.known = [&](const Dim& d) {
    const std::optional<std::string> symbol = AsSelectionCount(d);
    auto it = symbol ? counts_.find(*symbol) : counts_.end();
    return it != counts_.end() ? it->second : b.DimScalar(Padded(d));
  };
  steps.add = [](const Val& x, const Val& y) { return x + y; };
  steps.multiply = [](const Val& x, const Val& y) { return x * y; };
  steps.floor_div = [](const Val& x, const Val& y) { return x / y; };
  steps.min = [&](const Val& x, const Val& y) { return b.Min(x, y); };
  steps.max = [&](const Val& x, const Val& y) { return b.Max(x, y); };
  number = ComputeDim(size, steps);
  return number;
}

Val PaddedSizes::Mask(Builder& b, const Dim& size, int64_t axis, int64_t rank) {
  if (!IsHere(b)) return Val();
  Val& mask = masks_[size.ToString()];
  if (!mask) mask = b.Lt(b.Iota(Padded(size)), Number(b, size));
  Shape shape(rank, Dim(1));
  shape[axis] = Padded(size);
  return b.Reshape(mask, std::move(shape));
}

Val PaddedSizes::Filled(Builder& b, const Val& x, const Dim& size, int64_t axis, double fill) {
  const Val mask = Mask(b, size, axis, x.rank());
  return mask ? b.Select(mask, x, b.ScalarLike(x, fill)) : Val();
}

Val PaddedSizes::Extended(Builder& b, const Val& x, int64_t axis, const Dim& rows,
                          const Val& fill) {
  if (!x || LessEqual(rows, x.dim(axis)) == true) return x;
  Shape shape = x.shape();
  shape[axis] = rows;
  return b.Concat({x, b.Full(shape, fill)}, axis);
}

Val PaddedSizes::Joined(Builder& b, const Shape& sizes) {
  if (!IsHere(b)) return Val();
  Val& positions = joined_[ShapeToString(sizes)];
  if (positions) return positions;
  std::vector<Val> flags;
  Dim rows = 0;
  for (const Dim& size : sizes) {
    const Dim all = Padded(size);
    flags.push_back(HasSelectionCount(size) ? b.Cast(Mask(b, size, 0, 1), DType::kI64)
                                            : b.Full({all}, DType::kI64, 1));
    rows += all;
  }
  positions = b.TopK(b.Concat(flags, 0), rows, 0, true)[1];
  return positions;
}

}  // namespace t2n
