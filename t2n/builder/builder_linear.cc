// Builder: contractions, convolutions, pools and the Fourier transform.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/builder/builder.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

Val Builder::Einsum(absl::string_view equation, absl::Span<const Val> xs) {
  EinsumTerms terms = ParseEinsum(equation);
  std::vector<Val> operands(xs.begin(), xs.end());
  if (terms.inputs.size() != xs.size()) return Fail("einsum with another number of operands");
  auto sharers = [&](char c) {
    return std::count_if(terms.inputs.begin(), terms.inputs.end(),
                         [&](const std::string& t) { return t.find(c) != std::string::npos; });
  };
  // Calls `drop` for every axis that is summed; where it returns true the axis is gone.
  auto for_each_summed = [&](const std::function<bool(Val&, int64_t axis, char letter)>& drop) {
    for (size_t i = 0; i < operands.size(); ++i) {
      std::string& axes = terms.inputs[i];
      if (!operands[i] || operands[i].rank() != static_cast<int64_t>(axes.size())) continue;
      for (size_t a = axes.size(); a-- > 0;) {
        char c = axes[a];
        if (terms.output.find(c) != std::string::npos || axes.find(c) != axes.rfind(c)) continue;
        if (drop(operands[i], a, c)) axes.erase(a, 1);
      }
    }
  };
  // What spreads from size 1 goes, then what only one operand has is summed: the rest is a
  // contraction of axes of one size.
  for_each_summed([&](Val& x, int64_t axis, char) {
    if (x.dim(axis) != Dim(1)) return false;
    x = Squeeze(x, axis);
    return true;
  });
  for_each_summed([&](Val& x, int64_t axis, char letter) {
    if (sharers(letter) > 1) return false;
    x = Reduce(Op::kReduceSum, x, {axis}, false);
    return true;
  });
  std::string reduced = absl::StrCat(absl::StrJoin(terms.inputs, ","), "->", terms.output);
  return Make(Op::kEinsum, {{"equation", std::move(reduced)}}, operands);
}

Val Builder::MatMul(const Val& a, const Val& b) {
  if (!a || !b) return Val();
  if (a.rank() == 0 || b.rank() == 0) return Fail("matmul of a scalar");
  int64_t batch = std::max<int64_t>({a.rank() - 2, b.rank() - 2, 0});
  if (batch > 20) return Fail("matmul of too many axes");
  std::string letters = std::string("abcdefghijklmnopqrstuv").substr(0, batch);
  auto tail = [&](const Val& x) {
    return letters.substr(batch - std::max<int64_t>(x.rank() - 2, 0));
  };
  std::string left = tail(a) + (a.rank() > 1 ? "x" : "") + "z";
  std::string right = tail(b) + "z" + (b.rank() > 1 ? "y" : "");
  std::string out = letters + (a.rank() > 1 ? "x" : "") + (b.rank() > 1 ? "y" : "");
  return Einsum(absl::StrCat(left, ",", right, "->", out), {a, b});
}

namespace {

Attrs WindowAttrs(const Window& w) {
  Attrs attrs;
  if (!w.size.empty()) attrs.Set("size", w.size);
  attrs.Set("stride", w.stride);
  attrs.Set("dilation", w.dilation);
  attrs.Set("pad_before", w.pad_before);
  attrs.Set("pad_after", w.pad_after);
  return attrs;
}

}  // namespace

Val Builder::Conv(const Val& x, const Val& w, const Val& bias, const Window& window,
                  int64_t groups) {
  Attrs attrs = WindowAttrs(window);
  attrs.Set("groups", groups);
  std::vector<Val> inputs = {x, w};
  if (bias) inputs.push_back(bias);
  return Make(Op::kConv, std::move(attrs), inputs);
}

Val Builder::ConvTranspose(const Val& x, const Val& w, const Val& bias, const Window& window,
                           int64_t groups, std::vector<int64_t> output_padding) {
  Attrs attrs = WindowAttrs(window);
  attrs.Set("groups", groups);
  attrs.Set("output_padding", std::move(output_padding));
  std::vector<Val> inputs = {x, w};
  if (bias) inputs.push_back(bias);
  return Make(Op::kConvTranspose, std::move(attrs), inputs);
}

std::vector<Val> Builder::MaxPool(const Val& x, const Window& window) {
  return MakeAll(Op::kMaxPool, WindowAttrs(window), {x});
}

Val Builder::AvgPool(const Val& x, const Window& window, bool count_include_pad) {
  Attrs attrs = WindowAttrs(window);
  attrs.Set("count_include_pad", count_include_pad);
  return Make(Op::kAvgPool, std::move(attrs), {x});
}

Val Builder::Fft(const Val& x, int64_t axis, bool inverse) {
  return Make(Op::kFft, {{"axis", axis}, {"inverse", inverse}}, {x});
}

}  // namespace t2n
