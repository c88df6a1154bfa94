#include "emit/tract_shapes.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "emit/lower/lowering.h"

namespace t2n {

using nnef::Argument;
using nnef::Expr;

namespace {

std::optional<int64_t> Integer(const Expr& e) {
  int64_t value;
  return absl::SimpleAtoi(e.text, &value) ? std::make_optional(value) : std::nullopt;
}

bool IsNumber(const TractSize& size, int64_t value) {
  return size && size->kind == TractNode::kValue && size->number == value;
}

}  // namespace

const Expr* FindArgument(const Expr& call, absl::string_view name, int position) {
  int at = 0;
  for (const Argument& argument : call.items) {
    if (argument.name.empty() ? at++ == position : argument.name == name) return &argument.value;
  }
  return nullptr;
}

std::vector<int64_t> Integers(const Expr& array) {
  std::vector<int64_t> values;
  for (const Argument& item : array.items) values.push_back(Integer(item.value).value_or(0));
  return values;
}

bool TractShapes::IsElementwise(absl::string_view op) {
  static const auto* const kOps = new absl::flat_hash_set<absl::string_view>{"add",
                                                                             "sub",
                                                                             "mul",
                                                                             "div",
                                                                             "pow",
                                                                             "min",
                                                                             "max",
                                                                             "lt",
                                                                             "gt",
                                                                             "le",
                                                                             "ge",
                                                                             "eq",
                                                                             "ne",
                                                                             "and",
                                                                             "or",
                                                                             "select",
                                                                             "tract_core_xor",
                                                                             "tract_shl",
                                                                             "tract_shr"};
  return kOps->contains(op);
}

const TractShape* TractShapes::Find(absl::string_view name) const {
  const auto it = derived_.find(name);
  return it == derived_.end() ? nullptr : &it->second;
}

const Shape* TractShapes::Known(absl::string_view name) const {
  const auto it = shapes_.find(name);
  return it == shapes_.end() ? nullptr : &it->second;
}

TractSize TractShapes::Read(const Expr& size) {
  sizes_.algebra().Start();
  TractSize read = sizes_.Read(size.text);
  return sizes_.algebra().exhausted() ? nullptr : read;
}

TractSize TractShapes::Read(const Dim& size) { return Read(DimExpr(size)); }

bool TractShapes::Equal(const TractSize& a, const TractSize& b) {
  if (!a || !b) return false;
  if (tract_size::Compare(a, b) == 0) return true;
  sizes_.algebra().Start();
  const bool equal = sizes_.algebra().Equal(a, b);
  return equal && !sizes_.algebra().exhausted();
}

namespace {

// Products of what is no sum, by their texts, and how often each is there.
using Expanded = std::map<std::vector<std::string>, int64_t>;

Expanded Product(const Expanded& a, const Expanded& b) {
  Expanded product;
  for (const auto& [x, n] : a) {
    for (const auto& [y, m] : b) {
      std::vector<std::string> both = x;
      both.insert(both.end(), y.begin(), y.end());
      std::sort(both.begin(), both.end());
      product[both] += n * m;
    }
  }
  return product;
}

Expanded Expand(const TractSize& size, const TractAlgebra& algebra) {
  Expanded all;
  switch (size->kind) {
    case TractNode::kValue:
      return {{{}, size->number}};
    case TractNode::kMultiple:
      return Product({{{}, size->number}}, Expand(size->items[0], algebra));
    case TractNode::kSum:
      for (const TractSize& term : size->items) {
        for (const auto& [key, count] : Expand(term, algebra)) all[key] += count;
      }
      return all;
    case TractNode::kProduct:
      all[{}] = 1;
      for (const TractSize& factor : size->items) all = Product(all, Expand(factor, algebra));
      return all;
    default:
      return {{{algebra.ToString(size)}, 1}};
  }
}

}  // namespace

// The sizes multiplied one by one; nullptr if one is not known.
TractSize TractShapes::Product(absl::Span<const TractSize> sizes, bool dropping) {
  sizes_.algebra().Start();
  sizes_.algebra().SetDropping(dropping);
  TractSize product = TractAlgebra::Value(1);
  for (const TractSize& size : sizes) {
    product = size && product ? sizes_.algebra().Multiply(product, size) : nullptr;
  }
  sizes_.algebra().SetDropping(false);
  return product;
}

std::vector<TractSize> TractShapes::Products(const TractShape& sizes, const TractShape& others) {
  std::vector<TractSize> products = {Product(sizes, false), Product(sizes, true)};
  if (!products[0] || !products[1]) return {};
  for (size_t axis = 0; axis < std::min(sizes.size(), others.size()); ++axis) {
    if (!others[axis] || tract_size::Compare(sizes[axis], others[axis]) == 0) continue;
    TractShape mixed = sizes;
    mixed[axis] = others[axis];
    products.push_back(Product(mixed, false));
  }
  return products;
}

bool TractShapes::AreEqual(absl::Span<const TractSize> sizes) {
  for (const TractSize& size : sizes) {
    if (!Equal(sizes[0], size) || !Equal(size, sizes[0])) return false;
  }
  return true;
}

TractShape TractShapes::Reduced(absl::Span<const TractSize> sizes, bool dropping) {
  sizes_.algebra().SetDropping(dropping);
  TractShape reduced;
  for (const TractSize& size : sizes) {
    reduced.push_back(size ? sizes_.algebra().Reduce(size) : nullptr);
  }
  sizes_.algebra().SetDropping(false);
  return reduced;
}

// tract multiplies volumes out before it compares them.
bool TractShapes::SameVolume(absl::Span<const TractSize> a, absl::Span<const TractSize> b) {
  const TractSize volumes[2] = {Product(a, false), Product(b, false)};
  Expanded expanded[2];
  for (int i = 0; i < 2; ++i) {
    if (!volumes[i]) return false;
    for (const auto& [key, count] : Expand(volumes[i], sizes_.algebra())) {
      if (count != 0) expanded[i][key] = count;
    }
  }
  return expanded[0] == expanded[1] || Equal(volumes[0], volumes[1]);
}

TractShape TractShapes::ReadAll(const Expr& array) {
  TractShape sizes;
  for (const Argument& item : array.items) sizes.push_back(Read(item.value));
  return sizes;
}

void TractShapes::Visit(const nnef::Assignment& assignment) {
  Derived first = Derive(assignment);
  for (size_t i = 0; i < assignment.results.size(); ++i) {
    const std::string& result = assignment.results[i];
    const Shape* known = Known(result);
    if (i == 0 && first) {
      derived_[result] = *std::move(first);
    } else if (known) {
      TractShape sizes;
      for (const Dim& d : *known) sizes.push_back(Read(d));
      derived_[result] = std::move(sizes);
    }
  }
}

bool TractShapes::MultipliesByChance(const nnef::Assignment& convolution) {
  const TractShape* operand = Find(convolution.value.items[0].value.text);
  if (!operand) return false;
  Derive(convolution);  // reads its texts, of which ReadsByChance tells
  const auto spatial = [&](bool result, bool dropping) {
    sizes_.algebra().SetDropping(dropping);
    TractShape sizes = result ? Derive(convolution).value_or(TractShape()) : *operand;
    sizes.erase(sizes.begin(), sizes.begin() + std::min<size_t>(sizes.size(), 2));
    return Reduced(sizes, dropping);
  };
  for (const bool result : {false, true}) {
    if (!AreEqual(Products(spatial(result, false), spatial(result, true)))) return true;
  }
  return false;
}

bool TractShapes::MultipliesByChance(absl::Span<const TractSize> from,
                                     absl::Span<const TractSize> to) {
  std::vector<TractSize> products;
  for (const auto& sizes : {from, to}) {
    for (TractSize& product : Products(Reduced(sizes, false), Reduced(sizes, true))) {
      products.push_back(std::move(product));
    }
  }
  return !AreEqual(products);
}

bool TractShapes::ReadsByChance(const Expr& size) {
  return Read(size) != nullptr && sizes_.IsByChance(size.text);
}

TractShapes::Derived TractShapes::Derive(const nnef::Assignment& assignment) {
  const Expr& call = assignment.value;
  if (call.kind != Expr::Kind::kCall) return std::nullopt;
  sizes_.algebra().Start();
  Derived derived = Rule(call);
  const Shape* known = Known(assignment.results[0]);
  if (derived && known && derived->size() != known->size()) return std::nullopt;
  if (derived && sizes_.algebra().exhausted()) {
    std::fill(derived->begin(), derived->end(), nullptr);
  }
  if (derived || !known) return derived;
  return ByKnownSizes(assignment, *known);
}

// Of operators without a rule: what is the size of an operand's axis stays that.
TractShapes::Derived TractShapes::ByKnownSizes(const nnef::Assignment& assignment,
                                               const Shape& known) {
  TractShape sizes(known.size());
  for (const Argument& argument : assignment.value.items) {
    const Expr& operand = argument.value;
    const Shape* own = argument.name.empty() ? Known(operand.text) : nullptr;
    const TractShape* theirs = Find(operand.text);
    if (!own || !theirs || own->size() != known.size() || theirs->size() != known.size()) continue;
    for (size_t axis = 0; axis < known.size(); ++axis) {
      if (!sizes[axis] && (*own)[axis] == known[axis]) sizes[axis] = (*theirs)[axis];
    }
  }
  for (size_t axis = 0; axis < known.size(); ++axis) {
    if (!sizes[axis]) sizes[axis] = Read(known[axis]);
  }
  return sizes;
}

TractShapes::Derived TractShapes::Rule(const Expr& call) {
  const absl::string_view op = call.text;
  const Expr* shape = FindArgument(call, "shape");
  if (absl::StartsWith(op, "external") || absl::StartsWith(op, "variable") ||
      op == "tract_core_external" || op == "tract_core_broadcast") {
    return shape ? Derived(ReadAll(*shape)) : std::nullopt;
  }
  if (op == "concat") return Concat(call);
  if (op == "tract_core_range") return Range(call);
  if (IsElementwise(op)) return Elementwise(call);
  const Expr* operand = FindArgument(call, "input", 0);
  const TractShape* x = operand ? Find(operand->text) : nullptr;
  return x ? OfOperand(call, *x) : std::nullopt;
}

TractShapes::Derived TractShapes::OfOperand(const Expr& call, TractShape x) {
  static const auto* const kRules =
      new absl::flat_hash_map<absl::string_view,
                              Derived (TractShapes::*)(const Expr& call, TractShape x)>{
          {"slice", &TractShapes::Slice},
          {"reshape", &TractShapes::Reshape},
          {"conv", &TractShapes::Window},
          {"deconv", &TractShapes::Window},
          {"box", &TractShapes::Window},
          {"max_pool", &TractShapes::Window},
          {"max_pool_with_index", &TractShapes::Window},
          {"squeeze", &TractShapes::Squeeze},
          {"unsqueeze", &TractShapes::Unsqueeze},
          {"transpose", &TractShapes::Transpose},
          {"tract_core_gather", &TractShapes::Gather},
          {"pad", &TractShapes::Pad},
      };
  const absl::string_view op = call.text;
  if (const auto rule = kRules->find(op); rule != kRules->end()) {
    return (this->*rule->second)(call, std::move(x));
  }
  const Expr* axes = FindArgument(call, "axes");
  if (absl::EndsWith(op, "_reduce") && axes) {
    for (const int64_t axis : Integers(*axes)) x[axis] = TractAlgebra::Value(1);
    return x;
  }
  const bool one = call.items.size() == 1 || op == "tract_core_cast" || op == "leaky_relu";
  const bool same_rank = !absl::StrContains(op, "complex") && !absl::StrContains(op, "fft");
  return one && same_rank ? Derived(std::move(x)) : std::nullopt;
}

TractShapes::Derived TractShapes::Transpose(const Expr& call, TractShape x) {
  const std::vector<int64_t> at = Integers(*FindArgument(call, "axes"));
  const TractShape before = x;
  for (size_t i = 0; i < at.size(); ++i) x[i] = before[at[i]];
  return x;
}

TractShapes::Derived TractShapes::Squeeze(const Expr& call, TractShape x) {
  std::vector<int64_t> at = Integers(*FindArgument(call, "axes"));
  std::sort(at.begin(), at.end());
  for (auto axis = at.rbegin(); axis != at.rend(); ++axis) x.erase(x.begin() + *axis);
  return x;
}

TractShapes::Derived TractShapes::Unsqueeze(const Expr& call, TractShape x) {
  std::vector<int64_t> at = Integers(*FindArgument(call, "axes"));
  std::sort(at.begin(), at.end());
  for (const int64_t axis : at) x.insert(x.begin() + axis, TractAlgebra::Value(1));
  return x;
}

TractShapes::Derived TractShapes::Gather(const Expr& call, TractShape x) {
  const TractShape* indices = Find(call.items[1].value.text);
  const Expr* at = FindArgument(call, "axis");
  if (!indices || !at) return std::nullopt;
  const int64_t axis = Integer(*at).value_or(0);
  x.erase(x.begin() + axis);
  x.insert(x.begin() + axis, indices->begin(), indices->end());
  return x;
}

TractShapes::Derived TractShapes::Pad(const Expr& call, TractShape x) {
  const Expr* padding = FindArgument(call, "padding");
  for (size_t i = 0; padding && i < x.size() && i < padding->items.size(); ++i) {
    if (!x[i]) continue;
    for (const int64_t side : Integers(padding->items[i].value)) {
      x[i] = sizes_.algebra().Add(x[i], TractAlgebra::Value(side));
    }
  }
  return x;
}

TractShapes::Derived TractShapes::Elementwise(const Expr& call) {
  Derived all;
  for (const Argument& argument : call.items) {
    const TractShape* x = Find(argument.value.text);
    if (!x) continue;
    if (!all || all->size() < x->size()) all = TractShape(x->size(), TractAlgebra::Value(1));
  }
  if (!all) return std::nullopt;
  for (const Argument& argument : call.items) {
    const TractShape* x = Find(argument.value.text);
    for (size_t axis = 0; x && x->size() == all->size() && axis < x->size(); ++axis) {
      TractSize& size = (*all)[axis];
      if (IsNumber(size, 1)) {
        size = (*x)[axis];
      } else if (size && (*x)[axis]) {
        size = sizes_.algebra().Broadcast(size, (*x)[axis]);
      }
    }
  }
  return all;
}

TractShapes::Derived TractShapes::Concat(const Expr& call) {
  const Expr* axis_text = FindArgument(call, "axis");
  const Expr* values = FindArgument(call, "values", 0);
  if (!axis_text || !values || values->items.empty()) return std::nullopt;
  const size_t axis = Integer(*axis_text).value_or(0);
  Derived all;
  for (const Argument& value : values->items) {
    const TractShape* x = Find(value.value.text);
    if (!x || axis >= x->size()) return std::nullopt;
    if (!all) {
      all = *x;
      continue;
    }
    TractSize& sum = (*all)[axis];
    sum = sum && (*x)[axis] ? sizes_.algebra().Add((*x)[axis], sum) : nullptr;
  }
  return all;
}

TractShapes::Derived TractShapes::Range(const Expr& call) {
  if (call.items.size() != 3) return std::nullopt;
  const TractSize start = Read(call.items[0].value), end = Read(call.items[1].value);
  const std::optional<int64_t> step = Integer(call.items[2].value);
  if (!start || !end || !step || *step == 0) return TractShape{nullptr};
  TractAlgebra& algebra = sizes_.algebra();
  const TractSize length = *step < 0 ? algebra.Subtract(start, end) : algebra.Subtract(end, start);
  if (std::abs(*step) == 1) return TractShape{length};
  const auto count = algebra.Divide(algebra.Add(length, TractAlgebra::Value(std::abs(*step) - 1)),
                                    TractAlgebra::Value(std::abs(*step)));
  return TractShape{count ? *count : nullptr};
}

TractShapes::Derived TractShapes::Slice(const Expr& call, TractShape x) {
  const Expr* axes = FindArgument(call, "axes");
  const Expr* begin = FindArgument(call, "begin");
  const Expr* end = FindArgument(call, "end");
  const Expr* stride = FindArgument(call, "stride");
  if (!axes || !begin || !end) return std::nullopt;
  const std::vector<int64_t> at = Integers(*axes);
  const std::vector<int64_t> steps =
      stride ? Integers(*stride) : std::vector<int64_t>(at.size(), 1);
  for (size_t i = 0; i < at.size(); ++i) {
    const TractSize first = Read(begin->items[i].value), last = Read(end->items[i].value);
    if (IsNumber(last, 0) || steps[i] < 1) return std::nullopt;
    TractSize& size = x[at[i]];
    size = first && last ? sizes_.algebra().Subtract(last, first) : nullptr;
    if (!size || steps[i] == 1) continue;
    size = sizes_.algebra().Add(size, TractAlgebra::Value(steps[i] - 1));
    size = sizes_.algebra().Divide(size, TractAlgebra::Value(steps[i])).value_or(nullptr);
  }
  return x;
}

TractShapes::Derived TractShapes::Reshape(const Expr& call, TractShape x) {
  const Expr* start_text = FindArgument(call, "axis_start");
  const Expr* count_text = FindArgument(call, "axis_count");
  const int64_t start = start_text ? Integer(*start_text).value_or(0) : 0;
  const int64_t count = count_text ? Integer(*count_text).value_or(0) : x.size() - start;
  const TractShape to = ReadAll(*FindArgument(call, "shape"));
  x.erase(x.begin() + start, x.begin() + start + count);
  x.insert(x.begin() + start, to.begin(), to.end());
  return x;
}

}  // namespace t2n
