// Moves between channels and space: pixel shuffles, patches.
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// The axes behind the first `n` ones replaced by `tail`.
Shape WithTail(const Val& x, int64_t n, const Shape& tail) {
  Shape shape(x.shape().begin(), x.shape().begin() + n);
  shape.insert(shape.end(), tail.begin(), tail.end());
  return shape;
}

// Transposes the axes behind the first `n` ones.
Val TransposeTail(Builder& b, const Val& x, int64_t n, std::vector<int64_t> perm) {
  std::vector<int64_t> all = IntRange(0, n);
  for (int64_t p : perm) all.push_back(n + p);
  return b.Transpose(x, all);
}

Arg PixelShuffle(OpCall& c) {
  Val x = c.tensor("self");
  int64_t r = c.integer("upscale_factor"), n = x.rank() - 3;
  if (n < 0 || r < 1) return c.Refuse("rank or factor out of range");
  Dim channels = FloorDiv(x.dim(-3), r * r), h = x.dim(-2), w = x.dim(-1);
  Val split = c.b.Reshape(x, WithTail(x, n, {channels, r, r, h, w}));
  Val moved = TransposeTail(c.b, split, n, {0, 3, 1, 4, 2});
  return c.b.Reshape(moved, WithTail(x, n, {channels, h * r, w * r}));
}

Arg PixelUnshuffle(OpCall& c) {
  Val x = c.tensor("self");
  int64_t r = c.integer("downscale_factor"), n = x.rank() - 3;
  if (n < 0 || r < 1) return c.Refuse("rank or factor out of range");
  Dim channels = x.dim(-3), h = FloorDiv(x.dim(-2), r), w = FloorDiv(x.dim(-1), r);
  Val split = c.b.Reshape(x, WithTail(x, n, {channels, h, r, w, r}));
  Val moved = TransposeTail(c.b, split, n, {0, 2, 4, 1, 3});
  return c.b.Reshape(moved, WithTail(x, n, {channels * r * r, h, w}));
}

Arg ChannelShuffle(OpCall& c) {
  Val x = c.tensor("self");
  int64_t groups = c.integer("groups");
  if (x.rank() < 3 || groups < 1) return c.Refuse("rank or groups out of range");
  Shape shape = x.shape();
  shape[1] = FloorDiv(shape[1], groups);
  shape.insert(shape.begin() + 1, Dim(groups));
  return c.b.Reshape(c.b.SwapAxes(c.b.Reshape(x, shape), 1, 2), x.shape());
}

// Sliding blocks over two axes, one entry an axis.
struct Blocks {
  std::vector<int64_t> kernel, dilation, padding, stride;
  Dim Count(int axis, const Dim& size) const {
    return FloorDiv(size + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1,
                    stride[axis]) +
           1;
  }
  // Whether the blocks of a padded axis of `size` tile it.
  bool Tiles(int axis, const Dim& size) const {
    return kernel[axis] == stride[axis] && dilation[axis] == 1 && padding[axis] == 0 &&
           Count(axis, size) * stride[axis] == size;
  }
};

std::optional<Blocks> ReadBlocks(OpCall& c) {
  Blocks k{c.ints("kernel_size", 2, 1), c.ints("dilation", 2, 1), c.ints("padding", 2, 0),
           c.ints("stride", 2, 1)};
  for (int i = 0; i < 2; ++i) {
    if (k.kernel[i] < 1 || k.dilation[i] < 1 || k.padding[i] < 0 || k.stride[i] < 1) {
      c.Refuse("a block's geometry is out of range");
      return std::nullopt;
    }
  }
  return k;
}

// An axis of blocks as two: [kernel, count].
Val BlocksAlong(Builder& b, const Val& x, int64_t axis, const Blocks& k, int i) {
  if (x.rank() <= axis) return b.FailAs(x ? x->type : ValueType(), "no such axis");
  Dim count = k.Count(i, x.dim(axis));
  if (k.Tiles(i, x.dim(axis))) {
    Shape shape = x.shape();
    shape[axis] = count;
    shape.insert(shape.begin() + axis + 1, Dim(k.kernel[i]));
    return b.SwapAxes(b.Reshape(x, shape), axis, axis + 1);
  }
  Shape pad(x.rank(), Dim(0));
  pad[axis] = k.padding[i];
  Val at = IotaAlong(b, k.kernel[i], 0, 2) * static_cast<double>(k.dilation[i]) +
           IotaAlong(b, count, 1, 2) * static_cast<double>(k.stride[i]);
  return b.Gather(b.Pad(x, pad, pad), axis, at);
}

Arg Im2col(OpCall& c) {
  Val self = c.tensor("self");
  std::optional<Blocks> k = ReadBlocks(c);
  if (!k || self.rank() < 3 || self.rank() > 4) return c.Refuse("of a tensor that is no image");
  Val x = self.rank() == 3 ? c.b.Unsqueeze(self, 0) : self;
  Dim rows = k->Count(0, x.dim(2)), columns = k->Count(1, x.dim(3));
  Val blocks = BlocksAlong(c.b, BlocksAlong(c.b, x, 2, *k, 0), 4, *k, 1);
  Shape shape = {x.dim(0), x.dim(1) * k->kernel[0] * k->kernel[1], rows * columns};
  if (self.rank() == 3) shape.erase(shape.begin());
  return c.b.Reshape(c.b.Transpose(blocks, {0, 1, 2, 4, 3, 5}), shape);
}

// Blocks that tile the image only move; others add up where they overlap, which is a transposed
// convolution by a kernel with a single 1 for each place in the block.
Arg Col2im(OpCall& c) {
  Val self = c.tensor("self");
  std::optional<Blocks> k = ReadBlocks(c);
  Shape size = c.dims("output_size");
  if (!k || size.size() != 2 || self.rank() < 2 || self.rank() > 3) {
    return c.Refuse("of a tensor that is no list of blocks");
  }
  Val x = self.rank() == 2 ? c.b.Unsqueeze(self, 0) : self;
  int64_t kh = k->kernel[0], kw = k->kernel[1];
  Dim channels = FloorDiv(x.dim(1), kh * kw);
  Dim rows = k->Count(0, size[0]), columns = k->Count(1, size[1]);
  Shape image = {x.dim(0), channels, size[0], size[1]};
  if (self.rank() == 2) image.erase(image.begin());
  if (k->Tiles(0, size[0]) && k->Tiles(1, size[1])) {
    Val split = c.b.Reshape(x, {x.dim(0), channels, kh, kw, rows, columns});
    return c.b.Reshape(c.b.Transpose(split, {0, 1, 4, 2, 5, 3}), image);
  }
  if (!channels.is_const()) return c.Refuse("of an unknown number of channels");
  Val one_hot =
      c.b.Cast(c.b.Eq(IotaAlong(c.b, kh * kw, 0, 2), IotaAlong(c.b, kh * kw, 1, 2)), x.dtype());
  Val weight = c.b.Reshape(c.b.BroadcastTo(c.b.Unsqueeze(one_hot, 0), {channels, kh * kw, kh * kw}),
                           {channels * kh * kw, 1, kh, kw});
  Window window{{}, k->stride, k->dilation, k->padding, k->padding};
  std::vector<int64_t> extra;
  const Dim counts[] = {rows, columns};
  for (int i = 0; i < 2; ++i) {
    Dim reach = (counts[i] - 1) * k->stride[i] - 2 * k->padding[i] +
                k->dilation[i] * (k->kernel[i] - 1) + 1;
    Dim rest = size[i] - reach;
    if (!rest.is_const()) return c.RefuseArg("output_size", "must be known");
    extra.push_back(rest.value());
  }
  Val grid = c.b.Reshape(x, {x.dim(0), channels * kh * kw, rows, columns});
  return c.b.Reshape(c.b.ConvTranspose(grid, weight, Val(), window, channels.value(), extra),
                     image);
}

constexpr OpEntry kOps[] = {
    {"aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor", PixelShuffle},
    {"aten::pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor", PixelUnshuffle},
    {"aten::channel_shuffle(Tensor self, SymInt groups) -> Tensor", ChannelShuffle},
    {"aten::native_channel_shuffle(Tensor self, SymInt groups) -> Tensor", ChannelShuffle},
    {"aten::im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] "
     "stride) -> Tensor",
     Im2col},
    {"aten::col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, "
     "int[2] padding, int[2] stride) -> Tensor",
     Col2im},
};

}  // namespace

absl::Span<const OpEntry> SpatialOps() { return kOps; }

}  // namespace t2n
