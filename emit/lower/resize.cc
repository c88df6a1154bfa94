#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "emit/lower/families.h"
#include "t2n/base/status.h"
#include "t2n/kernels/kernel.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Int;

namespace {

// out / in where that is a whole number for every size.
std::optional<int64_t> WholeFactor(const Dim& in, const Dim& out) {
  if (in == Dim(0)) return std::nullopt;
  std::optional<int64_t> factor = FloorDiv(out, in).constant();
  return factor && *factor >= 1 && in * *factor == out ? factor : std::nullopt;
}

// What resizing `values` along one axis alone gives: for nearest, of positions, the one each output
// element takes.
absl::StatusOr<Tensor> ResizeAlong(const Node& node, const Tensor& values, int64_t size) {
  Attrs attrs = node.attrs;
  Shape shape = {1, 1, size};
  attrs.Set("shape", shape);
  const ValueType output = {values.dtype, shape, nullptr};
  const KernelCall call = {Op::kResize, attrs, absl::MakeConstSpan(&values, 1),
                           absl::MakeConstSpan(&output, 1)};
  T2N_ASSIGN_OR_RETURN(std::vector<Tensor> result, FindKernel(Op::kResize)(call));
  return std::move(result[0]);
}

absl::StatusOr<Tensor> NearestPositions(const Node& node, int64_t from, int64_t to) {
  if (from > kMostListed) {
    return absl::UnimplementedError(absl::StrCat("a resize of an axis of ", from, " elements"));
  }
  std::vector<int64_t> positions(from);
  for (int64_t i = 0; i < from; ++i) positions[i] = i;
  Tensor iota = Tensor::Ints(positions);
  iota.sizes = {1, 1, from};
  iota.strides = ContiguousStrides(iota.sizes);
  T2N_ASSIGN_OR_RETURN(Tensor taken, ResizeAlong(node, iota, to));
  taken.sizes = {to};
  taken.strides = {1};
  return taken;
}

// Every element `factor` times along an axis.
Expr Repeat(Lowering& l, const Node& node, Expr x, Shape shape, int64_t axis, int64_t factor) {
  x = l.Temp(node, "split", Call("unsqueeze", {x}, {{"axes", nnef::Ints({axis + 1})}}));
  if (l.Solid(*node.output()) != 0) {
    Expr first = l.Constant(Tensor::Ints(std::vector<int64_t>(factor, 0)), "first");
    x = l.Temp(node, "repeated",
               Call("tract_core_gather", {x, first}, {{"axis", nnef::Int(axis + 1)}}));
  } else {
    std::vector<int64_t> repeats(shape.size() + 1, 1);
    repeats[axis + 1] = factor;
    x = l.Temp(node, "tiled", Call("tile", {x}, {{"repeats", nnef::Ints(repeats)}}));
  }
  return l.Temp(node, "joined",
                Call("reshape", {x},
                     {{"shape", DimArray({shape[axis] * factor})},
                      {"axis_start", Int(axis)},
                      {"axis_count", Int(2)}}));
}

// tract picks neighbours by its own rounding, off by one for some sizes: elements are gathered by
// the positions that torch takes.
absl::Status LowerNearest(Lowering& l, const Node& node) {
  Expr x = l.In(node, 0);
  Shape shape = node.inputs[0]->shape();
  const Shape& to = node.output()->shape();
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == to[axis]) continue;
    std::optional<int64_t> factor = WholeFactor(shape[axis], to[axis]);
    bool aligned = node.attrs.Str("coordinates") == "align_corners";
    if (factor && !aligned) {
      x = Repeat(l, node, x, shape, axis, *factor);
    } else if (shape[axis].is_const() && to[axis].is_const()) {
      T2N_ASSIGN_OR_RETURN(Tensor positions,
                           NearestPositions(node, shape[axis].value(), to[axis].value()));
      Expr taken = l.Constant(positions, "positions");
      const char* gather = l.target().strict ? "gather" : "tract_core_gather";
      x = l.Temp(node, "picked", Call(gather, {x, taken}, {{"axis", Int(axis)}}));
    } else {
      return l.Refuse(node, absl::StrCat("nearest resizing from ", ShapeToString(shape), " to ",
                                         ShapeToString(to), ": not by a whole factor"));
    }
    shape[axis] = to[axis];
  }
  l.Alias(node.output(), x);
  return absl::OkStatus();
}

// x times a matrix [from, to] along an axis.
Expr TimesMatrix(Lowering& l, const Node& node, Expr x, int64_t axis, int64_t rank, Tensor matrix) {
  std::vector<int64_t> perm(rank);
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[axis], perm[rank - 1]);
  Expr swap = nnef::Ints(perm);
  bool last = axis == rank - 1;
  matrix.sizes.insert(matrix.sizes.begin(), rank - 2, 1);
  matrix.strides.insert(matrix.strides.begin(), rank - 2, 1);
  if (!last) x = l.Temp(node, "swapped", Call("transpose", {x}, {{"axes", swap}}));
  x = l.Temp(node, "resampled", Call("matmul", {x, l.Constant(matrix, "weights")}));
  return last ? x : l.Temp(node, "resized", Call("transpose", {x}, {{"axes", swap}}));
}

// The same as a product with a constant matrix [to, from] along each axis.
absl::Status LowerByMatrices(Lowering& l, const Node& node) {
  Expr x = l.In(node, 0);
  const Shape &from = node.inputs[0]->shape(), &to = node.output()->shape();
  std::string axes = std::string("abcdefgh").substr(0, from.size());
  for (size_t axis = 0; axis < from.size(); ++axis) {
    if (from[axis] == to[axis]) continue;
    if (!from[axis].is_const() || !to[axis].is_const()) {
      return l.Refuse(node, "resizing of a symbolic size");
    }
    int64_t in = from[axis].value(), out = to[axis].value();
    // Column i is what a one at position i becomes.
    uint8_t* data;
    Tensor matrix = Tensor::Allocate(DType::kF32, {in, out}, &data);
    for (int64_t i = 0; i < in; ++i) {
      uint8_t* bytes;
      Tensor unit = Tensor::Allocate(DType::kF32, {1, 1, in}, &bytes);
      reinterpret_cast<float*>(bytes)[i] = 1;
      T2N_ASSIGN_OR_RETURN(Tensor column, ResizeAlong(node, unit, out));
      T2N_ASSIGN_OR_RETURN(const uint8_t* values, ContiguousData(column));
      std::copy(values, values + column.nbytes(), data + i * column.nbytes());
    }
    if (!l.target().has_einsum()) {
      x = TimesMatrix(l, node, x, axis, from.size(), std::move(matrix));
      continue;
    }
    std::string result = axes;
    result[axis] = 'z';
    std::string equation = absl::StrCat(axes, ",", axes.substr(axis, 1), "z->", result);
    x = l.Temp(node, "resampled",
               Call("tract_core_einsum", {nnef::Array({x, l.Constant(matrix, "weights")})},
                    {{"expr", nnef::Str(equation)}, {"acc", nnef::Str("f32")}}));
  }
  l.Alias(node.output(), x);
  return absl::OkStatus();
}

}  // namespace

absl::Status LowerResize(Lowering& l, const Node& node) {
  const std::string& mode = node.attrs.Str("mode");
  if (mode == "nearest") return LowerNearest(l, node);
  DType dtype = node.output()->dtype();
  if (l.target().strict && IsFloat(dtype)) return LowerByMatrices(l, node);
  if (dtype != DType::kF32) return l.Refuse(node, "resizing of this type");
  if (!l.target().has_resize()) return LowerByMatrices(l, node);
  l.Set(node, Call("tract_core_resize", {l.In(node, 0)},
                   {{"sizes", DimArray(node.output()->shape())},
                    {"coord_transformer", nnef::Str(node.attrs.Str("coordinates"))},
                    {"interpolator", nnef::Str(mode)}}));
  return absl::OkStatus();
}

}  // namespace t2n
