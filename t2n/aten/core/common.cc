#include "t2n/aten/core/common.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/integer_range.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

std::vector<int64_t> IntRange(int64_t begin, int64_t end) {
  std::vector<int64_t> out(std::max<int64_t>(end - begin, 0));
  std::iota(out.begin(), out.end(), begin);
  return out;
}

Dim WrapIndex(OpCall& c, absl::string_view name, const Dim& i, const Dim& size) {
  std::optional<bool> negative = Less(i, 0);
  if (negative == true) return size + i;
  if (!negative) {
    c.RefuseArg(name, absl::StrCat("may be negative or not; ",
                                   HowToSettle(absl::StrCat(i.ToString(), ">=0"), i)));
  }
  return i;
}

namespace {

// Larger than any size: what `x[a:]` is traced with.
constexpr int64_t kEndOfAxis = int64_t{1} << 48;

Dim ClampedBound(OpCall& c, absl::string_view name, const Dim& size, const Dim& otherwise) {
  if (!c.has(name)) return otherwise;
  Dim i = c.dim(name);
  if (i.is_const() && i.value() >= kEndOfAxis) return size;
  if (i.is_const() && i.value() <= -kEndOfAxis) return 0;
  return Min(Max(WrapIndex(c, name, i, size), 0), size);
}

}  // namespace

Bounds SliceBounds(OpCall& c, absl::string_view start, absl::string_view end, const Dim& size) {
  Bounds b{ClampedBound(c, start, size, 0), ClampedBound(c, end, size, size)};
  b.end = Max(b.begin, b.end);
  return b;
}

bool IsOne(OpCall& c, const Dim& size) {
  std::optional<bool> one = Equal(size, 1);
  if (!one) {
    c.Refuse(absl::StrCat("whether size ", size.ToString(), " is 1 decides the rank; ",
                          HowToSettle(absl::StrCat(size.ToString(), ">=2"), size)));
  }
  return one.value_or(false);
}

Shape InferShape(OpCall& c, Shape shape, const Shape& from) {
  auto minus = std::find(shape.begin(), shape.end(), Dim(-1));
  if (minus == shape.end()) return shape;
  Shape rest = from;
  Dim known = 1;
  for (auto it = shape.begin(); it != shape.end(); ++it) {
    if (it == minus) continue;
    auto same = std::find(rest.begin(), rest.end(), *it);
    if (*it == Dim(-1)) c.Refuse("only one size can be -1");
    if (same != rest.end() && *it != Dim(0)) {
      rest.erase(same);
    } else {
      known *= *it;
    }
  }
  if (known == Dim(0)) c.Refuse("size -1 among zeros is ambiguous");
  *minus = FloorDiv(NumElements(rest), known);
  return shape;
}

std::vector<int64_t> MovePerm(int64_t rank, absl::Span<const int64_t> from,
                              absl::Span<const int64_t> to) {
  std::vector<int64_t> perm(rank, -1);
  std::vector<bool> used(rank, false);
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] >= rank || to[i] >= rank) continue;  // the tensor could not be built
    perm[to[i]] = from[i];
    used[from[i]] = true;
  }
  int64_t next = 0;
  for (int64_t& p : perm) {
    if (p >= 0) continue;
    while (used[next]) ++next;
    p = next++;
  }
  return perm;
}

Shape BroadcastShape(OpCall& c, absl::Span<const Shape> shapes) {
  Shape out;
  for (const Shape& s : shapes) {
    if (s.size() > out.size()) out.insert(out.begin(), s.size() - out.size(), Dim(1));
    for (size_t i = 0; i < s.size(); ++i) {
      Dim& d = out[out.size() - s.size() + i];
      std::optional<Dim> size = BroadcastSize(d, s[i]);
      if (!size) c.Refuse(absl::StrCat("shape ", ShapeToString(s), " does not broadcast"));
      d = size.value_or(d);
    }
  }
  return out;
}

std::optional<std::vector<int64_t>> KnownInts(const Val& x) {
  if (!x.is_constant()) return std::nullopt;
  auto values = ReadInts(*x->constant);
  if (!values.ok()) return std::nullopt;
  return *std::move(values);
}

Val IntTensor(Builder& b, absl::Span<const int64_t> values, absl::Span<const int64_t> shape) {
  Tensor t = Tensor::Ints(values);
  t.sizes.assign(shape.begin(), shape.end());
  t.strides = ContiguousStrides(shape);
  return b.Constant(std::move(t));
}

Val AsIndices(Builder& b, const Val& indices) {
  if (indices && (IsFloat(indices.dtype()) || IsComplex(indices.dtype()))) {
    return b.FailAs({DType::kI64, indices.shape(), nullptr},
                    absl::StrCat("indices are ", DTypeName(indices.dtype()),
                                 ", where torch takes whole numbers (i64)"));
  }
  return b.Cast(indices, DType::kI64);
}

Val WrapIndices(OpCall& c, const Val& indices, const Dim& size) {
  if (!indices) return indices;
  Val i = AsIndices(c.b, indices);
  if (!i || RangeOf(*i.get()).low >= 0) return i;
  return c.b.Select(c.b.Lt(i, 0), i + c.b.DimScalar(size), i);
}

Val Flat(Builder& b, const Val& x) { return b.Reshape(x, {x.numel()}); }

Val AtLeast1d(Builder& b, const Val& x) { return x.rank() > 0 ? x : b.Reshape(x, {1}); }

Val IotaAlong(Builder& b, const Dim& size, int64_t axis, int64_t rank, DType dtype) {
  Shape shape(rank, Dim(1));
  shape[axis] = size;
  return b.Reshape(b.Iota(size, dtype), std::move(shape));
}

namespace {

// Whether `v` is one value everywhere, which has no say in the layout of a result.
bool IsOneValue(const Value& v) {
  if (v.node->op == Op::kBroadcast && NumElements(v.node->inputs[0]->shape()) == Dim(1))
    return true;
  if (!v.is_constant()) return false;
  const std::vector<int64_t>& strides = v.constant->strides;
  return std::all_of(strides.begin(), strides.end(), [](int64_t stride) { return stride == 0; });
}

bool DenseValue(const Value& v, int depth) {
  const Node& n = *v.node;
  if (n.op == Op::kConstant) return v.constant->is_contiguous();
  if (IsViewOp(n.op) && n.op != Op::kReshape) return false;
  if (n.op != Op::kReshape && !IsElementwise(n.op)) return true;
  return depth > 0 && std::all_of(n.inputs.begin(), n.inputs.end(), [&](const Value* i) {
           return (IsElementwise(n.op) && IsOneValue(*i)) || DenseValue(*i, depth - 1);
         });
}

}  // namespace

bool IsDense(const Val& x) { return x && DenseValue(*x.get(), 16); }

bool IsKnownInRows(OpCall& c) {
  return c.memory() ? IsContiguous(*c.memory()) == true : IsDense(c.tensor("self"));
}

Val StridedPositions(Builder& b, const Shape& size, const Shape& stride, const Dim& offset) {
  Val at = b.DimScalar(offset);
  for (size_t i = 0; i < size.size(); ++i) {
    at = at + IotaAlong(b, size[i], i, size.size()) * b.DimScalar(stride[i]);
  }
  return at;
}

}  // namespace t2n
