// Sizes as integer expressions over symbols.
//
// A Dim is an integer or a polynomial with integer coefficients over atoms: symbols, floor(a / b),
// min(a, b) and max(a, b). It is kept in a normal form, so that equal Dims built in different ways
// compare equal as long as the rules below see it:
//  - sums and products are expanded, like terms collected, terms ordered by their text;
//  - `a % b` is a - b * floor(a / b), ceil(a / b) is floor((a + b - 1) / b);
//  - floor(a / b) for a constant b > 0 takes out of `a` whatever b divides.
// Symbols carry an inclusive range and their relations to others, which decide comparisons.
#ifndef T2N_IR_DIM_H_
#define T2N_IR_DIM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace t2n {

// Inclusive bounds of an integer; absent means unbounded.
struct Range {
  std::optional<int64_t> min;
  std::optional<int64_t> max;
};

class Dim;
using Relations = std::shared_ptr<const std::vector<Dim>>;

class Dim {
 public:
  struct Poly;
  struct Atom;

  Dim() = default;
  Dim(int64_t value) : value_(value) {}  // NOLINT: integers are Dims.

  // The symbol `name`, known to lie in `range`. Two symbols are the same if their names are.
  // `relations` are what else is known of it and others: Dims that are never negative.
  static Dim Symbol(absl::string_view name, Range range = {1, std::nullopt},
                    Relations relations = nullptr);

  bool is_const() const { return poly_ == nullptr; }
  // The integer, if this is one.
  std::optional<int64_t> constant() const;
  // The integer; only for is_const().
  int64_t value() const { return value_; }

  // Bounds that follow from the ranges of the symbols.
  Range range() const;
  // Whether it has neither floors nor minima nor maxima.
  bool IsPolynomial() const;
  // Whether the expression was longer than can be kept: then it is not known.
  bool IsOvergrown() const;
  // Every symbol's name, each once, sorted.
  std::vector<std::string> Symbols() const;
  // The value at a binding of the symbols; nullopt if one is not bound or a divisor is zero.
  std::optional<int64_t> Eval(
      const std::function<std::optional<int64_t>(absl::string_view)>& binding) const;
  // Replaces symbols; symbols for which `binding` has nothing stay.
  Dim Substitute(const std::function<std::optional<Dim>(absl::string_view)>& binding) const;

  // `2*S+1`, `(S+1)/2` (floor division), `min(S,8)`: tract's notation, also for messages.
  std::string ToString() const;

  friend Dim operator+(const Dim& a, const Dim& b);
  friend Dim operator-(const Dim& a, const Dim& b);
  friend Dim operator*(const Dim& a, const Dim& b);
  Dim operator-() const { return Dim(0) - *this; }
  Dim& operator+=(const Dim& other) { return *this = *this + other; }
  Dim& operator*=(const Dim& other) { return *this = *this * other; }

  // Structural equality of normal forms: true is certain, false means "not known to be equal".
  friend bool operator==(const Dim& a, const Dim& b);
  friend bool operator!=(const Dim& a, const Dim& b) { return !(a == b); }

  template <typename H>
  friend H AbslHashValue(H h, const Dim& d) {
    return H::combine(std::move(h), d.ToString());
  }
  friend std::ostream& operator<<(std::ostream& os, const Dim& d) { return os << d.ToString(); }

 private:
  friend class DimOps;
  explicit Dim(std::shared_ptr<const Poly> poly);

  int64_t value_ = 0;
  std::shared_ptr<const Poly> poly_;
};

// Floor division and Python's modulo; `b` must not be the constant 0 (then the result is 0).
Dim FloorDiv(const Dim& a, const Dim& b);
Dim CeilDiv(const Dim& a, const Dim& b);
Dim Mod(const Dim& a, const Dim& b);
// C's division, rounding towards zero: known only when the signs are.
std::optional<Dim> TruncDiv(const Dim& a, const Dim& b);
Dim Min(const Dim& a, const Dim& b);
Dim Max(const Dim& a, const Dim& b);

// Comparisons for every value the symbols may take: true, false, or unknown.
std::optional<bool> Less(const Dim& a, const Dim& b);
std::optional<bool> LessEqual(const Dim& a, const Dim& b);
std::optional<bool> Equal(const Dim& a, const Dim& b);

// `slope * symbol + offset`
struct Line {
  std::string symbol;
  int64_t slope;
  int64_t offset;
};
// nullopt for anything else, integers too.
std::optional<Line> AsLine(const Dim& d);

// `slope * floor(of / divisor) + offset`, for a divisor > 0
struct FloorLine {
  Dim of;
  int64_t divisor, slope, offset;
};
std::optional<FloorLine> AsFloorLine(const Dim& d);

// What to do where `question`, whose answer depends on the value of `about`, has none:
// `--assert "S>=3" would settle it` where an assertion can say so.
std::string HowToSettle(absl::string_view question, const Dim& about);

using Shape = std::vector<Dim>;

// The product of all sizes (1 for rank 0).
Dim NumElements(absl::Span<const Dim> shape);
// The sizes as integers, if all are.
std::optional<std::vector<int64_t>> ConstantShape(absl::Span<const Dim> shape);
// `[1,S,2*S+1]`
std::string ShapeToString(absl::Span<const Dim> shape);

}  // namespace t2n

#endif  // T2N_IR_DIM_H_
