// Values that are computed from open sizes.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "emit/lower/families.h"
#include "emit/lower/lowering.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;

namespace {

// A lower bound of all of them.
std::optional<int64_t> LowerBound(const Shape& dims) {
  std::optional<int64_t> bound;
  for (const Dim& d : dims) {
    const Range range = d.range();
    if (!range.min) return std::nullopt;
    bound = std::min(bound.value_or(*range.min), *range.min);
  }
  return bound;
}

}  // namespace

// Where tract reasons on sizes, abs() keeps it from that: it has no rule for it.
Expr Lowering::SizeValues(const Value& value) {
  const std::string name = ValueName(value, model_->naming);
  auto bind = [&](Expr e) { return BindOne(std::move(e), name); };
  auto cast = [&](const Shape& dims, DType dtype) {
    return bind(Cast(value.rank() == 0 ? DimExpr(dims[0]) : DimArray(dims), dtype));
  };
  auto opaque = [&](const std::function<Dim(const Dim&)>& change) {
    Shape changed;
    for (const Dim& d : *value.dims) changed.push_back(change(d));
    return bind(Call("abs", {cast(changed, DType::kI64)}));
  };
  auto numbers = [&] {
    if (!target().reasons_on_sizes()) return cast(*value.dims, value.dtype());
    if (std::optional<int64_t> bound = LowerBound(*value.dims)) {
      const int64_t shift = std::max<int64_t>(-*bound, 0);
      Expr shifted = opaque([&](const Dim& d) { return d + shift; });
      if (shift == 0) return shifted;
      // Beside a plain integer they would be of tract's type for sizes, which no other integers
      // meet.
      return bind(Call("sub", {shifted, bind(Cast(nnef::Int(shift), DType::kI64))}));
    }
    Expr above = opaque([](const Dim& d) { return Max(d, 0); });
    Expr below = opaque([](const Dim& d) { return Max(-d, 0); });
    return bind(Call("sub", {above, below}));
  };
  Expr e = numbers();
  if (target().reasons_on_sizes() && value.dtype() != DType::kI64) {
    e = bind(Cast(std::move(e), value.dtype()));
  }
  if (value.rank() < 2) return e;
  return bind(Call("reshape", {e}, {{"shape", DimArray(value.shape())}}));
}

absl::Status LowerIota(Lowering& l, const Node& node) {
  const Dim& length = node.output()->shape()[0];
  if (l.target().strict || (!length.is_const() && !l.target().has_symbolic_values())) {
    return l.Refuse(node, "a range of symbolic length");
  }
  Expr range =
      Call("tract_core_range", {nnef::Int(0), DimExpr(node.attrs.Size("length")), nnef::Int(1)});
  DType dtype = node.output()->dtype();
  if (!length.is_const() && l.target().reasons_on_sizes()) {
    range = Call("abs", {l.Temp(node, "range", std::move(range))});
  }
  if (dtype != DType::kI64) range = l.Cast(l.Temp(node, "i64", std::move(range)), dtype);
  l.Set(node, std::move(range));
  return absl::OkStatus();
}

}  // namespace t2n
