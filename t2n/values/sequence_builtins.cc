// Going through lists: sorting, looking for items, all and any; ranges.
#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/values/builtins.h"
#include "t2n/values/lists.h"
#include "t2n/values/scalar_math.h"
#include "t2n/values/sorting.h"

namespace t2n {
namespace {

absl::Status NoOrder() {
  return absl::UnimplementedError(
      "sorting items whose order is not known; numbers, strings and tuples of them are sorted");
}

// Negative if `a` is less than `b`, 0 if they are equal.
absl::StatusOr<int> Order(const IValue& a, const IValue& b) {
  auto order = [](const auto& x, const auto& y) { return x < y ? -1 : x == y ? 0 : 1; };
  if (const auto* s = a.If<std::string>(), *t = b.If<std::string>(); s && t) return order(*s, *t);
  if (const auto* x = a.If<bool>(), *y = b.If<bool>(); x && y) return order(*x, *y);
  if (const auto* x = a.If<double>(), *y = b.If<double>(); x && y) {
    if (*x != *x || *y != *y) return NoOrder();
    return order(*x, *y);
  }
  if (const auto* x = a.If<Dim>(), *y = b.If<Dim>(); x && y) {
    const std::optional<bool> less = Less(*x, *y), equal = Equal(*x, *y);
    if (less == true || equal == true) return less == true ? -1 : 0;
    if (less == false && equal == false) return 1;
  }
  const auto s = a.tuple(), t = b.tuple();
  if (!s || !t || s->items.size() != t->items.size()) return NoOrder();
  for (size_t i = 0; i < s->items.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(int first, Order(s->items[i], t->items[i]));
    if (first != 0) return first;
  }
  return 0;
}

BuiltinResult Sort(const BuiltinCall& c) {
  if (c.args.empty() || !c.args[0].list()) return std::nullopt;
  T2N_RETURN_IF_ERROR(CheckBounded(c.args[0]));
  std::vector<IValue> items = c.args[0].list()->items;
  const IValue* reverse = c.Get(1, "reverse");
  const bool descending = reverse && reverse->If<bool>() && *reverse->If<bool>();
  T2N_RETURN_IF_ERROR(
      SortItems(items, [&](const IValue& a, const IValue& b) -> absl::StatusOr<bool> {
        T2N_ASSIGN_OR_RETURN(int order, Order(a, b));
        return descending ? order > 0 : order < 0;
      }));
  if (c.name == "sorted") return IValue::NewList(std::move(items));
  c.args[0].list()->items = std::move(items);
  return IValue();
}

BuiltinResult Find(const BuiltinCall& c) {
  if (c.args.size() < 2 || !c.args[0].list()) return std::nullopt;
  auto& items = c.args[0].list()->items;
  int64_t count = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const std::optional<bool> same = Equals(items[i], c.args[1]);
    if (!same) return EqualUnknown(items[i], c.args[1]);
    if (!*same) continue;
    if (c.name == "index") return IValue(static_cast<int64_t>(i));
    if (c.name == "remove") {
      items.erase(items.begin() + i);
      return IValue();
    }
    ++count;
  }
  if (c.name == "count") return IValue(count);
  return Raised(absl::StrCat("'", Str(c.args[1]), "' is not in list"));
}

// all and any of a list.
BuiltinResult AllAny(const BuiltinCall& c) {
  if (c.args.size() != 1 || !c.args[0].list()) return std::nullopt;
  bool any = c.name == "any";
  for (const IValue& item : c.args[0].list()->items) {
    T2N_ASSIGN_OR_RETURN(bool truth, Truth(item));
    if (truth == any) return IValue(any);
  }
  return IValue(!any);
}

// How many numbers range(lo, hi, step) gives.
uint64_t StepsOfRange(int64_t lo, int64_t hi, int64_t step) {
  if (step > 0 ? lo >= hi : lo <= hi) return 0;
  const uint64_t span = step > 0 ? static_cast<uint64_t>(hi) - lo : static_cast<uint64_t>(lo) - hi;
  const uint64_t width = step > 0 ? step : -static_cast<uint64_t>(step);
  return (span - 1) / width + 1;
}

BuiltinResult Range(const BuiltinCall& c) {
  int64_t bounds[3] = {0, 0, 1};
  if (c.args.empty() || c.args.size() > 3) return std::nullopt;
  for (size_t i = 0; i < c.args.size(); ++i) {
    const Dim* d = c.args[i].If<Dim>();
    if (!d) return std::nullopt;
    if (!d->is_const()) {
      return absl::UnimplementedError(
          absl::StrCat("a loop over the size ", d->ToString(),
                       ", which is not known at conversion; give the input a fixed size there"));
    }
    bounds[c.args.size() == 1 ? 1 : i] = d->value();
  }
  if (bounds[2] == 0) return Raised("range() arg 3 must not be zero");
  const uint64_t count = StepsOfRange(bounds[0], bounds[1], bounds[2]);
  if (count > limits::kMaxItems) return TooMany();
  std::vector<IValue> items;
  for (uint64_t i = 0; i < count; ++i) {
    items.emplace_back(bounds[0] + static_cast<int64_t>(i) * bounds[2]);
  }
  return IValue::NewList(std::move(items));
}

// torch.__range_length(lo, hi, step) and torch.__derive_index(i, start, step) of lowered loops.
BuiltinResult RangeLength(const BuiltinCall& c) {
  if (c.args.size() != 3) return std::nullopt;
  const Dim *lo = c.args[0].If<Dim>(), *hi = c.args[1].If<Dim>(), *step = c.args[2].If<Dim>();
  if (!lo || !hi || !step || !step->is_const()) return std::nullopt;
  if (*step == Dim(0)) return Raised("range() arg 3 must not be zero");
  if (lo->is_const() && hi->is_const()) {
    return IValue(static_cast<int64_t>(StepsOfRange(lo->value(), hi->value(), step->value())));
  }
  Dim n = step->value() > 0 ? CeilDiv(*hi - *lo, *step) : CeilDiv(*lo - *hi, -*step);
  return IValue(Max(n, 0));
}

BuiltinResult DeriveIndex(const BuiltinCall& c) {
  if (c.args.size() != 3) return std::nullopt;
  const Dim *i = c.args[0].If<Dim>(), *start = c.args[1].If<Dim>(), *step = c.args[2].If<Dim>();
  if (!i || !start || !step) return std::nullopt;
  if (i->is_const() && start->is_const() && step->is_const()) {
    return IValue(WrappedAdd(start->value(), WrappedMultiply(i->value(), step->value())));
  }
  return IValue(*start + *i * *step);
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::sort", Sort, kVisitsItems | kSortsInPlace},
    {"aten::sorted", Sort, kVisitsItems | kSortsCopy},
    {"python::sorted", Sort, kVisitsItems | kSortsCopy},
    {"aten::index", Find, kVisitsItems},
    {"aten::count", Find, kVisitsItems},
    {"aten::remove", Find, kVisitsItems},
    {"aten::all", AllAny, kVisitsItems},
    {"aten::any", AllAny, kVisitsItems},
    {"python::range", Range},
    {"prim::rangelist", Range},
    {"aten::__range_length", RangeLength},
    {"aten::__derive_index", DeriveIndex},
};

}  // namespace

absl::Span<const BuiltinEntry> SequenceBuiltins() { return kBuiltins; }

}  // namespace t2n
