// What tract derives of convolutions and pools.
#include <optional>

#include "emit/tract_shapes.h"

namespace t2n {

using nnef::Expr;

namespace {

struct WindowSizes {
  std::vector<int64_t> kernel, stride, dilation, padding;  // the padding of both sides together
};

// Of the spatial axes of a window that has all its arguments.
std::optional<WindowSizes> ReadWindow(const Expr& call, std::vector<int64_t> kernel, size_t skip) {
  const Expr* padding = FindArgument(call, "padding");
  const Expr *stride = FindArgument(call, "stride"), *dilation = FindArgument(call, "dilation");
  if (!padding || !stride || !dilation || kernel.size() < 2) return std::nullopt;
  WindowSizes window{{kernel.begin() + 2, kernel.end()}, {}, {}, {}};
  const std::vector<int64_t> strides = Integers(*stride), dilations = Integers(*dilation);
  const size_t count = window.kernel.size() + skip;
  if (strides.size() != count || dilations.size() != count || padding->items.size() != count) {
    return std::nullopt;
  }
  for (size_t i = skip; i < count; ++i) {
    window.stride.push_back(strides[i]);
    window.dilation.push_back(dilations[i]);
    const std::vector<int64_t> sides = Integers(padding->items[i].value);
    window.padding.push_back(sides[0] + sides[1]);
  }
  return window;
}

}  // namespace

// (size + padding - field) / stride + 1, or the inverse of that; the padding is always written.
TractShapes::Derived TractShapes::Window(const Expr& call, TractShape x) {
  const Expr* filter = FindArgument(call, "filter", 1);
  const Expr* size = FindArgument(call, "size");
  std::vector<int64_t> kernel = size ? Integers(*size) : std::vector<int64_t>();
  const TractShape* known = size || !filter ? nullptr : Find(filter->text);
  for (size_t i = 0; known && i < known->size(); ++i) {
    const TractSize& k = (*known)[i];
    if (!k || k->kind != TractNode::kValue) return std::nullopt;
    kernel.push_back(k->number);
  }
  const auto window = ReadWindow(call, kernel, size ? 2 : 0);
  if (!window || kernel.size() != x.size()) return std::nullopt;
  if (!size) x[1] = TractAlgebra::Value(kernel[0]);
  TractAlgebra& algebra = sizes_.algebra();
  const auto add = [&](const TractSize& a, int64_t b) {
    return algebra.Add(a, TractAlgebra::Value(b));
  };
  for (size_t i = 0; i < window->kernel.size(); ++i) {
    TractSize& axis = x[i + 2];
    if (!axis) continue;
    const int64_t field = (window->kernel[i] - 1) * window->dilation[i] + 1;
    const int64_t more = window->padding[i] - field;
    const TractSize stride = TractAlgebra::Value(window->stride[i]);
    if (call.text == "deconv") {
      axis = add(algebra.Multiply(add(axis, -1), stride), -more);
      continue;
    }
    const auto quotient = algebra.Divide(add(axis, more), stride);
    axis = quotient ? add(*quotient, 1) : nullptr;
  }
  return x;
}

}  // namespace t2n
