#include "emit/check/size_reading.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace t2n {
namespace {

constexpr int64_t kSmall = 72;  // sizes from the least one on, one by one
constexpr int64_t kMany = 384;  // samples of all symbols together

int64_t Floor(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

int64_t Wrapped(char op, int64_t a, int64_t b) {
  const uint64_t x = a, y = b;
  return op == '+' ? x + y : op == '-' ? x - y : x * y;
}

}  // namespace

// Reads a text whose form was found right (IsSizeText).
class SizeReading::Reader {
 public:
  Reader(SizeReading* all, absl::string_view text) : all_(*all), text_(text) {}

  Reading Sum() {
    Reading sum = Product();
    while (!text_.empty() && (text_[0] == '+' || text_[0] == '-')) {
      const char op = Next();
      sum = all_.Operation(op, sum, Product());
    }
    return sum;
  }

 private:
  char Next() {
    const char c = text_.empty() ? '\0' : text_[0];
    text_.remove_prefix(std::min<size_t>(1, text_.size()));
    return c;
  }

  Reading Product() {
    Reading product = Factor();
    while (!text_.empty() && (text_[0] == '*' || text_[0] == '/')) {
      const char op = Next();
      product = all_.Operation(op, product, Factor());
    }
    return product;
  }

  Reading Factor() {
    if (absl::ConsumePrefix(&text_, "(")) return Until(')');
    const bool least = absl::ConsumePrefix(&text_, "min(");
    if (least || absl::ConsumePrefix(&text_, "max(")) {
      const Reading a = Until(',');
      return all_.Operation(least ? 'm' : 'M', a, Until(')'));
    }
    size_t n = text_.empty() || text_[0] != '-' ? 0 : 1;
    while (n < text_.size() && (absl::ascii_isalnum(text_[n]) || text_[n] == '_')) ++n;
    const absl::string_view leaf = text_.substr(0, n);
    text_.remove_prefix(n);
    return Leaf(leaf);
  }

  Reading Until(char end) {
    Reading inner = Sum();
    if (Next() != end) inner.undefined = true;
    return inner;
  }

  Reading Leaf(absl::string_view leaf) const {
    Reading reading;
    const size_t count = all_.samples_.size();
    int64_t value;
    if (absl::SimpleAtoi(leaf, &value)) {
      reading.tract = TractAlgebra::Value(value);
      reading.values.assign(count, value);
      return reading;
    }
    if (leaf.empty() || !(absl::ascii_isalpha(leaf[0]) || leaf[0] == '_')) {
      reading.tract = TractAlgebra::Value(0);  // a number of more than 64 bits
      reading.values.assign(count, 0);
      reading.undefined = true;
      return reading;
    }
    reading.tract = all_.algebra_.Symbol(leaf);
    for (const std::vector<int64_t>& sample : all_.samples_) {
      const size_t symbol = reading.tract->number;
      reading.values.push_back(symbol < sample.size() ? sample[symbol] : 1);
    }
    return reading;
  }

  SizeReading& all_;
  absl::string_view text_;
};

SizeReading::SizeReading(absl::Span<const std::string> extensions) {
  for (absl::string_view extension : extensions) {
    if (absl::ConsumePrefix(&extension, "tract_symbol ")) algebra_.Symbol(extension);
  }
  Sample();
  for (absl::string_view extension : extensions) {
    if (!absl::ConsumePrefix(&extension, "tract_assert ")) continue;
    const bool least = absl::StrContains(extension, " >= ");
    const std::vector<std::string> sides = absl::StrSplit(extension, least ? " >= " : " <= ");
    int64_t bound;
    if (sides.size() != 2 || !absl::SimpleAtoi(sides[1], &bound)) continue;
    Reading size = Reader(this, sides[0]).Sum();
    for (int64_t& value : size.values) value = least ? value - bound : bound - value;
    KeepWhere(size.values);
    if (size.tract->kind != TractNode::kSymbol) {
      const TractSize limit = TractAlgebra::Value(bound);
      algebra_.Assert(least ? algebra_.Subtract(size.tract, limit)
                            : algebra_.Subtract(limit, size.tract));
    } else if (least) {
      algebra_.AssertAtLeast(sides[0], bound);
    } else {
      algebra_.AssertAtMost(sides[0], bound);
    }
  }
  constants_.clear();
  algebra_.SetSamples(samples_);
}

// Values of all symbols; assertions take some away.
void SizeReading::Sample() {
  const size_t symbols = algebra_.symbols().size();
  if (symbols == 0) samples_.push_back({});
  if (symbols == 1) {
    for (int64_t v = 0; v < kSmall; ++v) samples_.push_back({v});
  }
  // A fixed sequence without a pattern.
  uint64_t state = 88172645463325252u;
  for (int64_t i = 0; symbols > 0 && i < kMany; ++i) {
    std::vector<int64_t> sample;
    for (size_t s = 0; s < symbols; ++s) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      const int64_t least = i % 3 == 2 ? 40 : 0;
      const int64_t most = i % 6 == 5 ? 4000 : i % 6 == 2 ? 400 : i < 64 ? 6 : kSmall;
      sample.push_back(least + static_cast<int64_t>((state >> 20) % most));
    }
    samples_.push_back(std::move(sample));
  }
}

void SizeReading::KeepWhere(absl::Span<const int64_t> values) {
  std::vector<std::vector<int64_t>> kept;
  for (size_t i = 0; i < samples_.size(); ++i) {
    if (values[i] >= 0) kept.push_back(samples_[i]);
  }
  samples_ = std::move(kept);
}

// Two constants that tract takes for equal are one to it.
TractSize SizeReading::Known(const TractSize& size) {
  for (const TractSize& constant : constants_) {
    if (algebra_.Equal(constant, size)) return constant;
  }
  constants_.push_back(size);
  return size;
}

SizeReading::Reading SizeReading::Operation(char op, const Reading& a, const Reading& b) {
  Reading result;
  result.undefined = a.undefined || b.undefined;
  for (size_t i = 0; i < samples_.size(); ++i) {
    const int64_t x = a.values[i], y = b.values[i];
    if (op == '/') {
      result.undefined |= y == 0;
      result.values.push_back(y == 0 ? 0 : Floor(x, y));
    } else {
      result.values.push_back(op == 'm'   ? std::min(x, y)
                              : op == 'M' ? std::max(x, y)
                                          : Wrapped(op, x, y));
    }
  }
  const TractSize x = Known(a.tract), y = Known(b.tract);
  if (op == '+') result.tract = algebra_.Add(x, y);
  if (op == '-') result.tract = algebra_.Subtract(x, y);
  if (op == '*') result.tract = algebra_.Multiply(x, y);
  if (op == 'm') result.tract = algebra_.Min(x, y);
  if (op == 'M') result.tract = algebra_.Max(x, y);
  if (op == '/') {
    const std::optional<TractSize> quotient = algebra_.Divide(x, y);
    result.undefined |= !quotient;
    result.tract = quotient.value_or(x);
  }
  result.tract = Known(result.tract);
  return result;
}

std::string SizeReading::At(size_t sample) const {
  std::vector<std::string> bindings;
  for (size_t i = 0; i < samples_[sample].size(); ++i) {
    bindings.push_back(absl::StrCat(algebra_.symbols()[i], "=", samples_[sample][i]));
  }
  return absl::StrJoin(bindings, ", ");
}

std::string SizeReading::Compare(absl::string_view text, const Reading& reading) {
  if (algebra_.exhausted()) {
    return absl::StrCat("tract would take too long to understand the size ", text);
  }
  if (reading.undefined) return absl::StrCat("the size ", text, " cannot be read");
  for (size_t i = 0; i < samples_.size(); ++i) {
    const int64_t read = TractAlgebra::Eval(reading.tract, samples_[i]);
    if (read == reading.values[i]) continue;
    return absl::StrCat("tract takes the size ", text, " for ", algebra_.ToString(reading.tract),
                        ": where ", At(i), " it is ", reading.values[i], ", not ", read);
  }
  return "";
}

TractSize SizeReading::Read(absl::string_view text) {
  const auto [it, is_new] = read_.try_emplace(std::string(text));
  if (!is_new) return it->second;
  const int64_t chances = algebra_.chances().forms;
  const Reading reading = Reader(this, text).Sum();
  if (!reading.undefined && !algebra_.exhausted()) it->second = reading.tract;
  if (algebra_.chances().forms != chances) by_chance_.insert(it->first);
  return it->second;
}

std::string SizeReading::Fault(absl::string_view text) {
  const auto [it, is_new] = told_.try_emplace(std::string(text));
  algebra_.Start();
  if (!is_new) return it->second;
  const TractAlgebra::Chances before = algebra_.chances();
  it->second = Compare(text, Reader(this, text).Sum());
  if (!it->second.empty() || algebra_.chances().forms == before.forms) return it->second;
  algebra_.SetDropping(true);
  const std::string otherwise = Compare(text, Reader(this, text).Sum());
  algebra_.SetDropping(false);
  if (!otherwise.empty() || algebra_.chances().values != before.values) {
    it->second = absl::StrCat("tract takes the size ", text,
                              " for one or another by chance, where a part of it is negative");
  }
  return it->second;
}

}  // namespace t2n
