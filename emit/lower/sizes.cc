// Values that are computed from open sizes.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "emit/lower/families.h"
#include "emit/lower/lowering.h"
#include "t2n/ir/dim_steps.h"

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

// Readers reason on more minima and maxima for seconds.
constexpr int64_t kFewExtremes = 2;

// Whether readers can be told the size as an expression.
bool IsWritable(const Dim& size) {
  return OpenQuotients(size).empty() && CountExtremes(size) <= kFewExtremes;
}

// Whether one of them is better computed, and all can be.
bool AreComputed(const Shape& dims) {
  bool any = false;
  for (const Dim& size : dims) {
    any |= !IsWritable(size);
    for (const auto& [dividend, divisor] : OpenQuotients(size)) {
      if (LessEqual(0, dividend) != true || LessEqual(1, divisor) != true) return false;
    }
  }
  return any;
}

}  // namespace

// Where tract reasons on sizes, abs() keeps it from that: it has no rule for it.
Expr Lowering::SizeNumbers(const Shape& dims, int64_t rank, DType dtype, const std::string& name) {
  auto bind = [&](Expr e) { return BindOne(std::move(e), name); };
  auto cast = [&](const Shape& sizes, DType to) {
    return bind(Cast(rank == 0 ? DimExpr(sizes[0]) : DimArray(sizes), to));
  };
  if (!target().reasons_on_sizes()) return cast(dims, dtype);
  auto opaque = [&](const std::function<Dim(const Dim&)>& change) {
    Shape changed;
    for (const Dim& d : dims) changed.push_back(change(d));
    return bind(Call("abs", {cast(changed, DType::kI64)}));
  };
  auto numbers = [&] {
    if (std::optional<int64_t> bound = LowerBound(dims)) {
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
  return dtype == DType::kI64 ? e : bind(Cast(std::move(e), dtype));
}

// tract has no sizes divided by sizes. It divides integers toward 0.
Expr Lowering::ComputedSize(const Dim& size, const std::string& name) {
  DimSteps<std::string> steps;
  auto step = [&](absl::string_view op) {
    return [this, &name, op](const std::string& a, const std::string& b) {
      return BindOne(Call(op, {nnef::Id(a), nnef::Id(b)}), name).text;
    };
  };
  steps.is_known = IsWritable;
  steps.known = [&](const Dim& d) {
    if (d.is_const()) return BindOne(Cast(nnef::Int(d.value()), DType::kI64), name).text;
    return SizeNumbers({d}, 0, DType::kI64, name).text;
  };
  steps.add = step("add");
  steps.multiply = step("mul");
  steps.floor_div = step("div");
  steps.min = step("min");
  steps.max = step("max");
  return nnef::Id(ComputeDim(size, steps));
}

Expr Lowering::ComputedSizes(const Value& value, const std::string& name) {
  auto bind = [&](Expr e) { return BindOne(std::move(e), name); };
  std::vector<Expr> numbers;
  for (const Dim& size : *value.dims) {
    Expr e = ComputedSize(size, name);
    if (value.dtype() != DType::kI64) e = bind(Cast(std::move(e), value.dtype()));
    if (value.rank() == 0) return e;
    numbers.push_back(bind(Call("unsqueeze", {e}, {{"axes", nnef::Ints({0})}})));
  }
  return bind(Call("concat", {nnef::Array(std::move(numbers))}, {{"axis", nnef::Int(0)}}));
}

Expr Lowering::SizeValues(const Value& value) {
  const std::string name = ValueName(value, model_->naming);
  const bool computed = target().reasons_on_sizes() && AreComputed(*value.dims);
  Expr e = computed ? ComputedSizes(value, name)
                    : SizeNumbers(*value.dims, value.rank(), value.dtype(), name);
  if (value.rank() < 2) return e;
  return BindOne(Call("reshape", {e}, {{"shape", DimArray(value.shape())}}), name);
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
