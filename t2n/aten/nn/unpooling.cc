// The inverses of max pooling (ATen/native/MaxUnpooling.cpp).
#include "t2n/aten/core/common.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// x [..., spatial...] is scattered to its flat positions in planes of `size`, zeros elsewhere.
Val Unpool(OpCall& c, int64_t n) {
  Builder& b = c.b;
  Val x = c.tensor("self"), indices = c.tensor("indices");
  Shape size = c.dims("output_size");
  if ((x.rank() != n + 1 && x.rank() != n + 2) || size.size() != n || indices.rank() != x.rank()) {
    return c.Refuse("ranks of the operands or number of sizes");
  }
  Shape lead(x.shape().begin(), x.shape().end() - n), from = lead, to = lead, out = lead;
  from.push_back(NumElements(absl::MakeSpan(x.shape()).subspan(lead.size())));
  to.push_back(NumElements(size));
  out.insert(out.end(), size.begin(), size.end());
  Val y = b.ScatterElements(b.Full(to, x.dtype(), 0), lead.size(),
                            b.Reshape(AsIndices(b, indices), from), b.Reshape(x, from));
  return b.Reshape(y, out);
}

Arg MaxUnpool2d(OpCall& c) { return Unpool(c, 2); }

Arg MaxUnpool3d(OpCall& c) {
  c.ignore({"stride", "padding"});
  return Unpool(c, 3);
}

// The gradient of max pooling: each window's goes to its maximum.
Arg MaxPoolBackward(OpCall& c) {
  Builder& b = c.b;
  c.ignore({"kernel_size", "stride", "padding", "dilation", "ceil_mode"});
  Val x = c.tensor("self"), grad = c.tensor("grad_output"), indices = c.tensor("indices");
  int64_t lead_axes = x.rank() - 2;
  if (lead_axes < 1 || grad.rank() != x.rank()) return c.Refuse("ranks of the operands");
  Shape from(x.shape().begin(), x.shape().begin() + lead_axes), to = from;
  from.push_back(grad.dim(-1) * grad.dim(-2));
  to.push_back(x.dim(-1) * x.dim(-2));
  Val y = b.ScatterElements(b.Full(to, grad.dtype(), 0), lead_axes,
                            b.Reshape(AsIndices(b, indices), from), b.Reshape(grad, from), "add");
  return b.Reshape(y, x.shape());
}

constexpr OpEntry kOps[] = {
    {"aten::max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor",
     MaxUnpool2d},
    {"aten::max_unpool3d(Tensor self, Tensor indices, SymInt[3] output_size, int[3] stride, int[3] "
     "padding) -> Tensor",
     MaxUnpool3d},
    {"aten::max_pool2d_with_indices_backward(Tensor grad_output, Tensor self, int[2] kernel_size, "
     "int[2] stride, int[2] padding, int[2] dilation, bool ceil_mode, Tensor indices) -> Tensor",
     MaxPoolBackward},
};

}  // namespace

absl::Span<const OpEntry> UnpoolingOps() { return kOps; }

}  // namespace t2n
