// The same elements under another shape or order of axes.
#include <algorithm>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/shape/ops.h"

namespace t2n {
namespace {

Arg Same(OpCall& c) { return c.tensor("self"); }

Val ReshapeTo(OpCall& c, const Val& x, Shape shape) {
  return c.b.Reshape(x, InferShape(c, std::move(shape), x.shape()));
}

Arg View(OpCall& c) { return ReshapeTo(c, c.tensor("self"), c.dims("size")); }
Arg ReshapeAlias(OpCall& c) {
  c.ignore({"stride"});
  return View(c);
}
Arg Reshape(OpCall& c) { return ReshapeTo(c, c.tensor("self"), c.dims("shape")); }
Arg ViewAs(OpCall& c) { return c.b.Reshape(c.tensor("self"), c.tensor("other").shape()); }
Arg Ravel(OpCall& c) { return Flat(c.b, c.tensor("self")); }

Arg ViewDtype(OpCall& c) {
  Val x = c.tensor("self");
  if (c.dtype("dtype", x.dtype()) != x.dtype()) {
    return c.RefuseArg("dtype", "reads the bits of the elements as another type");
  }
  return x;
}

Arg Flatten(OpCall& c) {
  Val x = c.tensor("self");
  int64_t start = c.axis("start_dim", x.rank()), end = c.axis("end_dim", x.rank());
  if (x.rank() == 0) return c.b.Reshape(x, {1});
  if (start > end) return c.Refuse("start_dim is behind end_dim");
  const Shape& s = x.shape();
  Shape shape(s.begin(), s.begin() + start);
  shape.push_back(NumElements(absl::MakeSpan(s).subspan(start, end - start + 1)));
  shape.insert(shape.end(), s.begin() + end + 1, s.end());
  return c.b.Reshape(x, std::move(shape));
}

Arg Unflatten(OpCall& c) {
  Val x = c.tensor("self");
  int64_t axis = c.axis("dim", x.rank());
  if (x.rank() == 0) return c.Refuse("of a rank-0 tensor");
  Shape sizes = InferShape(c, c.dims("sizes"), {x.dim(axis)});
  Shape shape = x.shape();
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin() + axis, sizes.begin(), sizes.end());
  return c.b.Reshape(x, std::move(shape));
}

Arg SqueezeAxes(OpCall& c, const std::vector<int64_t>& axes) {
  Val x = c.tensor("self");
  Shape shape;
  for (int64_t i = 0; i < x.rank(); ++i) {
    bool listed = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (!listed || !IsOne(c, x.dim(i))) shape.push_back(x.dim(i));
  }
  return c.b.Reshape(x, std::move(shape));
}
Arg SqueezeAll(OpCall& c) { return SqueezeAxes(c, IntRange(0, c.tensor("self").rank())); }
Arg Squeeze(OpCall& c) {
  return SqueezeAxes(c, c.axes("dim", c.tensor("self").rank(), /*empty_is_all=*/false));
}

Arg Unsqueeze(OpCall& c) {
  Val x = c.tensor("self");
  return c.b.Unsqueeze(x, c.axis("dim", x.rank() + 1));
}

std::vector<int64_t> OrderedAxes(OpCall& c, absl::string_view name, int64_t rank) {
  std::vector<int64_t> out = c.ints(name);
  for (int64_t& a : out) {
    std::optional<int64_t> axis = NormalizeAxis(a, rank);
    if (!axis) c.RefuseArg(name, "is out of range");
    a = axis.value_or(0);
  }
  return out;
}

Arg Permute(OpCall& c) {
  Val x = c.tensor("self");
  return c.b.Transpose(x, OrderedAxes(c, "dims", x.rank()));
}

Val Swap(OpCall& c, absl::string_view a, absl::string_view b) {
  Val x = c.tensor("self");
  const int64_t first = c.axis(a, x.rank()), second = c.axis(b, x.rank());
  return x.rank() == 0 ? x : c.b.SwapAxes(x, first, second);
}
Arg Transpose(OpCall& c) { return Swap(c, "dim0", "dim1"); }
Arg SwapAxes(OpCall& c) { return Swap(c, "axis0", "axis1"); }

Arg MatrixTranspose(OpCall& c) {
  Val x = c.tensor("self");
  return x.rank() < 2 ? x : c.b.SwapAxes(x, x.rank() - 2, x.rank() - 1);
}

Arg ConjugateTranspose(OpCall& c) {
  Val x = MatrixTranspose(c).tensor();
  return IsComplex(x.dtype()) ? c.b.MakeComplex(c.b.Real(x), c.b.Neg(c.b.Imag(x))) : x;
}

Arg ReverseAxes(OpCall& c) {
  std::vector<int64_t> perm = IntRange(0, c.tensor("self").rank());
  std::reverse(perm.begin(), perm.end());
  return c.b.Transpose(c.tensor("self"), std::move(perm));
}

Arg MoveAxes(OpCall& c) {
  Val x = c.tensor("self");
  bool lists = c.arg("source").is_list();
  std::vector<int64_t> from, to;
  if (lists) {
    from = OrderedAxes(c, "source", x.rank()), to = OrderedAxes(c, "destination", x.rank());
  } else {
    from = {c.axis("source", x.rank())}, to = {c.axis("destination", x.rank())};
  }
  if (from.size() != to.size()) return c.Refuse("source and destination differ in length");
  return x.rank() == 0 ? x : c.b.Transpose(x, MovePerm(x.rank(), from, to));
}

Arg Expand(OpCall& c) {
  c.ignore({"implicit"});
  Val x = c.tensor("self");
  Shape shape = c.dims("size");
  int64_t added = static_cast<int64_t>(shape.size()) - x.rank();
  if (added < 0) return c.Refuse("to a lower rank");
  for (int64_t i = added; i < static_cast<int64_t>(shape.size()); ++i) {
    if (shape[i] == Dim(-1)) shape[i] = x.dim(i - added);
  }
  return c.b.BroadcastTo(x, shape);
}
Arg ExpandAs(OpCall& c) { return c.b.BroadcastTo(c.tensor("self"), c.tensor("other").shape()); }

// The reverse of expand: sums over the axes that expand would add or repeat.
Arg BroadcastTensors(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  std::vector<Shape> shapes;
  for (const Val& x : xs) shapes.push_back(x.shape());
  Shape shape = BroadcastShape(c, shapes);
  for (Val& x : xs) x = c.b.BroadcastTo(x, shape);
  return Arg::List(xs);
}

// resize_: the first elements of the storage, of a tensor that is all of it.
Arg Resized(OpCall& c, Shape shape) {
  const Val x = c.tensor("self");
  const Dim count = NumElements(shape);
  if (c.has("memory_format") && c.integer("memory_format") != 0) {
    return c.RefuseArg("memory_format", "leaves the elements in another order");
  }
  if (!IsDense(x)) return c.Refuse("of a tensor that may not lie densely in memory");
  if (LessEqual(count, x.numel()) != std::optional<bool>(true)) {
    return c.RefuseArg(c.schema().args[1].name, "adds elements that nothing sets");
  }
  return c.b.Reshape(c.b.Slice(Flat(c.b, x), 0, 0, count), std::move(shape));
}

Arg Resize(OpCall& c) { return Resized(c, c.dims("size")); }
Arg ResizeAs(OpCall& c) { return Resized(c, c.tensor("the_template").shape()); }

Val AtLeast(OpCall& c, const Val& x, int64_t rank) {
  Shape shape = x.shape();
  if (x.rank() == 0) shape.assign(rank, Dim(1));
  if (x.rank() == 1 && rank > 1) shape.insert(shape.begin(), Dim(1));
  if (x.rank() < rank && rank == 3 && x.rank() > 0) shape.push_back(Dim(1));
  return c.b.Reshape(x, std::move(shape));
}
template <int64_t rank>
Arg AtLeastRank(OpCall& c) {
  return AtLeast(c, c.tensor("self"), rank);
}
template <int64_t rank>
Arg AllAtLeastRank(OpCall& c) {
  std::vector<Val> xs = c.tensors("tensors");
  for (Val& x : xs) x = AtLeast(c, x, rank);
  return Arg::List(xs);
}

Arg ViewAsComplex(OpCall& c) {
  Val x = c.tensor("self");
  if (x.rank() == 0 || x.dim(-1) != Dim(2)) return c.Refuse("the last axis must have size 2");
  return c.b.MakeComplex(c.b.SelectIndex(x, x.rank() - 1, 0), c.b.SelectIndex(x, x.rank() - 1, 1));
}
Arg ViewAsReal(OpCall& c) {
  Val x = c.tensor("self");
  return c.b.Stack({c.b.Real(x), c.b.Imag(x)}, x.rank());
}

constexpr OpEntry kOps[] = {
    {"aten::resolve_conj(Tensor(a) self) -> Tensor(a)", Same, &kItselfIfUnchanged},
    {"aten::resize(Tensor(a) self, SymInt[] size, *, MemoryFormat? memory_format=None) -> "
     "Tensor(a)",
     Resize},
    {"aten::resize_as(Tensor(a) self, Tensor the_template, *, MemoryFormat? memory_format=None) -> "
     "Tensor(a)",
     ResizeAs},
    {"aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)", View},
    {"aten::view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)", ViewDtype},
    {"aten::view_copy(Tensor self, SymInt[] size) -> Tensor", View, &kInRows},
    {"aten::view_copy.dtype(Tensor self, ScalarType dtype) -> Tensor", ViewDtype, &kInRows},
    {"aten::_unsafe_view(Tensor self, SymInt[] size) -> Tensor", View, &kUnmarkedView},
    {"aten::_reshape_alias(Tensor(a) self, SymInt[] size, SymInt[] stride) -> Tensor(a)",
     ReshapeAlias},
    {"aten::_reshape_copy(Tensor self, SymInt[] size) -> Tensor", View, &kInRows},
    {"aten::reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)", Reshape, &kViewIfStridesAllow},
    {"aten::reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)", ViewAs, &kViewIfStridesAllow},
    {"aten::view_as(Tensor(a) self, Tensor other) -> Tensor(a)", ViewAs},
    {"aten::ravel(Tensor(a) self) -> Tensor(a)", Ravel, &kItselfIfContiguous},
    {"aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)",
     Flatten, &kItselfOrViewIfStridesAllow},
    {"aten::unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)", Unflatten},
    {"aten::squeeze(Tensor(a) self) -> Tensor(a)", SqueezeAll},
    {"aten::squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)", Squeeze},
    {"aten::squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)", Squeeze},
    {"aten::squeeze_copy(Tensor self) -> Tensor", SqueezeAll, &kInRows},
    {"aten::squeeze_copy.dim(Tensor self, int dim) -> Tensor", Squeeze, &kInRows},
    {"aten::squeeze_copy.dims(Tensor self, int[] dim) -> Tensor", Squeeze, &kInRows},
    {"aten::unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", Unsqueeze},
    {"aten::unsqueeze_copy(Tensor self, int dim) -> Tensor", Unsqueeze, &kInRows},
    {"aten::permute(Tensor(a) self, int[] dims) -> Tensor(a)", Permute},
    {"aten::permute_copy(Tensor self, int[] dims) -> Tensor", Permute, &kInRows},
    {"aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", Transpose},
    {"aten::transpose_copy.int(Tensor self, int dim0, int dim1) -> Tensor", Transpose, &kInRows},
    {"aten::swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", Transpose},
    {"aten::swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)", SwapAxes},
    {"aten::t(Tensor(a) self) -> Tensor(a)", MatrixTranspose},
    {"aten::t_copy(Tensor self) -> Tensor", MatrixTranspose, &kInRows},
    {"aten::mT(Tensor(a) self) -> Tensor(a)", MatrixTranspose},
    {"aten::mH(Tensor(a) self) -> Tensor(a)", ConjugateTranspose},
    {"aten::adjoint(Tensor(a) self) -> Tensor(a)", ConjugateTranspose},
    {"aten::matrix_H(Tensor(a) self) -> Tensor(a)", ConjugateTranspose},
    {"aten::numpy_T(Tensor(a) self) -> Tensor(a)", ReverseAxes},
    {"aten::movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a)", MoveAxes},
    {"aten::movedim.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)",
     MoveAxes},
    {"aten::moveaxis.int(Tensor(a) self, int source, int destination) -> Tensor(a)", MoveAxes},
    {"aten::moveaxis.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)",
     MoveAxes},
    {"aten::expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)", Expand},
    {"aten::expand_copy(Tensor self, SymInt[] size, *, bool implicit=False) -> Tensor", Expand,
     &kInRows},
    {"aten::broadcast_to(Tensor(a) self, SymInt[] size) -> Tensor(a)", Expand},
    {"aten::expand_as(Tensor(a) self, Tensor other) -> Tensor(a)", ExpandAs},
    {"aten::broadcast_tensors(Tensor[] tensors) -> Tensor[]", BroadcastTensors, &kUnmarkedView},
    {"aten::atleast_1d(Tensor self) -> Tensor", AtLeastRank<1>, &kUnmarkedItself},
    {"aten::atleast_2d(Tensor self) -> Tensor", AtLeastRank<2>, &kUnmarkedItself},
    {"aten::atleast_3d(Tensor self) -> Tensor", AtLeastRank<3>, &kUnmarkedItself},
    {"aten::atleast_1d.Sequence(Tensor[] tensors) -> Tensor[]", AllAtLeastRank<1>,
     &kUnmarkedItself},
    {"aten::atleast_2d.Sequence(Tensor[] tensors) -> Tensor[]", AllAtLeastRank<2>,
     &kUnmarkedItself},
    {"aten::atleast_3d.Sequence(Tensor[] tensors) -> Tensor[]", AllAtLeastRank<3>,
     &kUnmarkedItself},
    {"aten::view_as_complex(Tensor(a) self) -> Tensor(a)", ViewAsComplex},
    {"aten::view_as_complex_copy(Tensor self) -> Tensor", ViewAsComplex},
    {"aten::view_as_real(Tensor(a) self) -> Tensor(a)", ViewAsReal},
    {"aten::view_as_real_copy(Tensor self) -> Tensor", ViewAsReal, &kInRows},
};

}  // namespace

absl::Span<const OpEntry> ViewOps() { return kOps; }

}  // namespace t2n
