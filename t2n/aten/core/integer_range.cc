#include "t2n/aten/core/integer_range.h"

#include <algorithm>
#include <optional>

namespace t2n {
namespace {

// Primitives that are followed.
constexpr int kMaxDepth = 8;
// Constants that are looked at.
constexpr int64_t kMaxElements = 4096;
// No open size is larger.
constexpr Wide kMaxSize = Wide{1} << 40;

using Found = std::optional<IntegerRange>;

Found Find(const Value& value, int depth);

IntegerRange Union(const IntegerRange& a, const IntegerRange& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

Wide SizeAtMost(const Dim& size) { return size.is_const() ? Wide{size.value()} : kMaxSize; }

Found Product(const IntegerRange& a, const IntegerRange& b) {
  Wide corners[4];
  bool overflow = __builtin_mul_overflow(a.low, b.low, &corners[0]);
  overflow |= __builtin_mul_overflow(a.low, b.high, &corners[1]);
  overflow |= __builtin_mul_overflow(a.high, b.low, &corners[2]);
  overflow |= __builtin_mul_overflow(a.high, b.high, &corners[3]);
  if (overflow) return std::nullopt;
  return IntegerRange{*std::min_element(corners, corners + 4),
                      *std::max_element(corners, corners + 4)};
}

// A sum of 1 to `count` elements.
Found Sums(const IntegerRange& x, Wide count) {
  Found all = Product(x, {0, count});
  return all ? Found(Union(*all, x)) : std::nullopt;
}

Found OfConstant(const Value& value) {
  if (value.dims) {
    Found range;
    for (const Dim& d : *value.dims) {
      const Range bounds = d.range();
      if (!bounds.min) return std::nullopt;
      IntegerRange one{*bounds.min, bounds.max ? Wide{*bounds.max} : kMaxSize};
      range = range ? Union(*range, one) : one;
    }
    return range;
  }
  if (value.constant->numel() > kMaxElements || value.constant->numel() == 0) return std::nullopt;
  auto ints = ReadInts(*value.constant);
  if (!ints.ok() || value.dtype() == DType::kU64) return std::nullopt;
  auto [low, high] = std::minmax_element(ints->begin(), ints->end());
  return IntegerRange{*low, *high};
}

Found OfSums(const Node& node, const IntegerRange& x) {
  Wide count = 1;
  const bool running = node.op == Op::kCumulative;
  if (running && node.attrs.Str("mode") != "sum") return std::nullopt;
  const auto axes =
      running ? std::vector<int64_t>{node.attrs.Int("axis")} : node.attrs.Ints("axes");
  for (int64_t axis : axes) {
    if (__builtin_mul_overflow(count, SizeAtMost(node.inputs[0]->shape()[axis]), &count)) {
      return std::nullopt;
    }
  }
  return Sums(x, count);
}

// Of what picks elements of one operand or of several, or counts positions.
Found OfElements(const Value& value, int depth) {
  const Node& node = *value.node;
  auto in = [&](size_t i) { return Find(*node.inputs[i], depth - 1); };
  const bool with_places = node.op == Op::kTopK || node.op == Op::kMaxPool;
  if (PicksElements(node.op) || node.op == Op::kCast || (with_places && value.index == 0)) {
    return in(0);
  }
  if (with_places || node.op == Op::kArgMax || node.op == Op::kArgMin) {
    return IntegerRange{0, kMaxSize};
  }
  if (node.op == Op::kIota) return IntegerRange{0, SizeAtMost(value.shape()[0])};
  if (node.op != Op::kConcat && node.op != Op::kSelect) return std::nullopt;
  const size_t first = node.op == Op::kSelect ? 1 : 0;
  Found range = in(first);
  for (size_t i = first + 1; range && i < node.inputs.size(); ++i) {
    Found next = in(i);
    range = next ? Found(Union(*range, *next)) : std::nullopt;
  }
  return range;
}

Found OfTwo(Op op, const IntegerRange& a, const IntegerRange& b) {
  if (op == Op::kAdd) return IntegerRange{a.low + b.low, a.high + b.high};
  if (op == Op::kSub) return IntegerRange{a.low - b.high, a.high - b.low};
  if (op == Op::kMin) return IntegerRange{std::min(a.low, b.low), std::min(a.high, b.high)};
  if (op == Op::kMax) return IntegerRange{std::max(a.low, b.low), std::max(a.high, b.high)};
  if (op == Op::kMul) return Product(a, b);
  // Remainders and quotients by positive numbers: between 0 and the dividend.
  if (op == Op::kRem || (op == Op::kDiv && b.low >= 1)) return Union(a, {0, 0});
  return std::nullopt;
}

Found Compute(const Value& value, int depth) {
  const Node& node = *value.node;
  if (KindOf(node.op) == OpKind::kBinary) {
    Found a = Find(*node.inputs[0], depth - 1), b = Find(*node.inputs[1], depth - 1);
    return a && b ? OfTwo(node.op, *a, *b) : std::nullopt;
  }
  const bool sums = node.op == Op::kReduceSum || node.op == Op::kCumulative;
  if (node.op != Op::kAbs && !sums) return OfElements(value, depth);
  Found x = Find(*node.inputs[0], depth - 1);
  if (!x) return std::nullopt;
  return sums ? OfSums(node, *x) : IntegerRange{0, std::max(x->high, -x->low)};
}

Found Find(const Value& value, int depth) {
  const bool integers = IsInteger(value.dtype()) || value.dtype() == DType::kBool;
  if (!integers) return std::nullopt;
  const IntegerRange type = RangeOfIntegers(value.dtype());
  Found range;
  if (value.constant || value.dims) {
    range = OfConstant(value);
  } else if (depth > 0) {
    range = Compute(value, depth);
  }
  const bool fits = range && type.low <= range->low && range->high <= type.high;
  return fits ? *range : type;
}

}  // namespace

IntegerRange RangeOfIntegers(DType dtype) {
  if (dtype == DType::kBool) return {0, 1};
  const int bits = static_cast<int>(8 * ItemSize(dtype));
  const Wide half = Wide{1} << (bits - 1);
  return IsSigned(dtype) ? IntegerRange{-half, half - 1} : IntegerRange{0, 2 * half - 1};
}

IntegerRange RangeOf(const Value& value) {
  return Find(value, kMaxDepth).value_or(RangeOfIntegers(DType::kI64));
}

}  // namespace t2n
