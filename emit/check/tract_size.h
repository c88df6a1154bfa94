// How tract 0.23 reads and compares sizes. Its algebra is not ours: it divides towards zero, moves
// terms into quotients as if that were exact, and takes two sizes for equal if their difference
// becomes 0 that way. What it makes of a size is followed here step by step, so that a model whose
// sizes it would read differently is never written.
#ifndef EMIT_CHECK_TRACT_SIZE_H_
#define EMIT_CHECK_TRACT_SIZE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace t2n {

struct TractNode;
using TractSize = std::shared_ptr<const TractNode>;

// An expression. Kinds stand in the order in which tract sorts them.
struct TractNode {
  enum Kind { kSymbol, kValue, kSum, kProduct, kMultiple, kMin, kMax, kQuotient };
  Kind kind;
  int64_t number = 0;  // the symbol's number, the value, the multiple's factor, or the divisor
  std::vector<TractSize> items;
  // Of all of these.
  uint64_t hash = 0, cost = 1;
};

// Sizes as keys: by what they say.
struct TractSizeHash {
  size_t operator()(const TractSize& a) const { return a->hash; }
};
struct TractSizeSame {
  bool operator()(const TractSize& a, const TractSize& b) const;
};

// The operations on sizes of one model, with its symbols and assertions.
class TractAlgebra {
 public:
  TractSize Symbol(absl::string_view name);
  static TractSize Value(int64_t value);
  // What is known: `size` is never negative. Bounds of one symbol are known as such, too.
  void Assert(const TractSize& size);
  void AssertAtLeast(absl::string_view symbol, int64_t bound);
  void AssertAtMost(absl::string_view symbol, int64_t bound);

  TractSize Add(const TractSize& a, const TractSize& b);
  TractSize Subtract(const TractSize& a, const TractSize& b);
  TractSize Multiply(const TractSize& a, const TractSize& b);
  // nullopt where tract fails: by a symbol that is no factor, or by 0.
  std::optional<TractSize> Divide(const TractSize& a, const TractSize& b);
  TractSize Min(const TractSize& a, const TractSize& b);
  TractSize Max(const TractSize& a, const TractSize& b);
  // The cheapest of its forms.
  TractSize Reduce(const TractSize& a);
  // The size of what has both as sizes of an axis, which are equal or 1.
  TractSize Broadcast(const TractSize& a, const TractSize& b);
  // Whether tract takes them for equal.
  bool Equal(const TractSize& a, const TractSize& b);

  // The value where symbols have `values`, in the order of their first mention.
  static int64_t Eval(const TractSize& size, absl::Span<const int64_t> values);
  // As tract prints it.
  std::string ToString(const TractSize& size) const;
  const std::vector<std::string>& symbols() const { return symbols_; }
  // Whether what was asked since the start was so large that results are not tract's: it would not
  // end soon either.
  void Start() { steps_ = 0; }
  bool exhausted() const { return steps_ > kMaxSteps; }

  // How often, up to now, tract takes one form of a size or another by chance: it drops a form that
  // equals one before it only where their hashes, which differ with each run, happen to meet.
  struct Chances {
    int64_t forms = 0, values = 0;  // of these, where the forms have not the same value at a sample
    friend Chances operator+(Chances a, Chances b) {
      return {a.forms + b.forms, a.values + b.values};
    }
    friend Chances operator-(Chances a, Chances b) {
      return {a.forms - b.forms, a.values - b.values};
    }
  };
  Chances chances() const { return chances_; }
  // Whether it drops all that it may drop, or nothing: what it does is in between.
  void SetDropping(bool dropping) { dropping_ = dropping; }
  // Values of the symbols, in the order of their first mention, at which forms are compared.
  void SetSamples(std::vector<std::vector<int64_t>> samples) { samples_ = std::move(samples); }

 private:
  using Node = TractNode;
  static constexpr int64_t kMaxSteps = 2000000;

  // What was computed, and the steps and chances that it took: tract takes them again.
  template <typename T>
  struct Remembered {
    T result;
    int64_t steps;
    Chances chances;
  };
  template <typename T>
  using Memory = absl::flat_hash_map<TractSize, Remembered<T>, TractSizeHash, TractSizeSame>;
  // The result for `a`, by `compute` if that is not yet known.
  template <typename T, typename Compute>
  T Remember(Memory<T>* memory, const TractSize& a, const Compute& compute);

  // tract_size.cc
  TractSize Negate(const TractSize& a);
  TractSize DividedBy(const TractSize& a, int64_t divisor);
  TractSize TimesNumber(const TractSize& a, int64_t number);
  std::optional<std::pair<TractSize, int64_t>> Ratio(const TractSize& a, const TractSize& b);
  std::optional<std::pair<TractSize, int64_t>> RatioOfSum(const TractSize& a, const TractSize& b);
  std::pair<int64_t, std::vector<TractSize>> Factors(const TractSize& a);

  // tract_simplify.cc
  TractSize CheapestForm(const TractSize& a);
  bool MayBeDropped(absl::Span<const TractSize> forms, size_t best);
  TractSize Simplify(const TractSize& a);
  TractSize SimplifyInner(const TractSize& a);
  TractSize SimplifyByKind(const TractSize& a);
  TractSize SimplifySum(const TractSize& a);
  TractSize SimplifyProduct(const TractSize& a);
  TractSize SimplifyMultiple(const TractSize& a);
  TractSize SimplifyQuotient(const TractSize& a);
  TractSize SimplifyQuotientOfSum(const TractSize& sum, int64_t divisor);
  TractSize SimplifyQuotientOfMultiple(const TractSize& multiple, int64_t divisor);
  TractSize SimplifyExtreme(const TractSize& a);
  TractSize MultiplesAndRest(const std::vector<TractSize>& terms, int64_t divisor);
  std::vector<TractSize> Forms(const TractSize& a);
  std::vector<TractSize> FormsOfSum(const TractSize& a);
  std::vector<TractSize> FormsOfQuotient(const TractSize& a);

  // tract_bounds.cc
  bool IsNeverNegative(const TractSize& a);
  bool ProveNeverNegative(const TractSize& a);
  std::optional<int64_t> Bound(const TractSize& a, bool upper) const;
  static std::pair<int64_t, int64_t> Slope(const TractSize& a, int64_t symbol);

  struct Range {
    std::optional<int64_t> min, max;
  };

  std::vector<std::string> symbols_;
  std::map<int64_t, Range> ranges_;
  std::vector<TractSize> known_;  // never negative
  bool comparing_ = false, dropping_ = false;
  int64_t steps_ = 0;
  Chances chances_;
  std::vector<std::vector<int64_t>> samples_;
  // Each for `comparing_` and not, `dropping_` and not.
  struct Memories {
    Memory<TractSize> reduced, simplified;
    Memory<bool> never_negative;
  };
  Memories& memories() { return memories_[comparing_ + 2 * dropping_]; }
  Memories memories_[4];
};

template <typename T, typename Compute>
T TractAlgebra::Remember(Memory<T>* memory, const TractSize& a, const Compute& compute) {
  if (const auto it = memory->find(a); it != memory->end()) {
    steps_ += it->second.steps;
    chances_ = chances_ + it->second.chances;
    return it->second.result;
  }
  const int64_t steps = steps_;
  const Chances chances = chances_;
  T result = compute();
  if (!exhausted()) {
    memory->emplace(a, Remembered<T>{result, steps_ - steps, chances_ - chances});
  }
  return result;
}

// Parts of the algebra that need nothing of the model.
namespace tract_size {

TractSize Make(TractNode::Kind kind, int64_t number, std::vector<TractSize> items);
TractSize Sum(std::vector<TractSize> items);
TractSize Multiple(int64_t factor, TractSize of);
TractSize Quotient(TractSize of, int64_t divisor);
bool IsValue(const TractSize& a, int64_t value);
// tract's order of terms: -1, 0 (they are the same) or 1.
int Compare(const TractSize& a, const TractSize& b);
bool Less(const TractSize& a, const TractSize& b);
// The value of what has no symbols; nullopt if it has or overflows.
std::optional<int64_t> Constant(const TractSize& a);
std::optional<int64_t> Checked(int64_t a, int64_t b, bool times);
uint64_t Gcd(const TractSize& a);
// A size of which the greatest common divisor is a multiple of the divisor.
TractSize ExactQuotient(const TractSize& a, int64_t divisor);

}  // namespace tract_size
}  // namespace t2n

#endif  // EMIT_CHECK_TRACT_SIZE_H_
