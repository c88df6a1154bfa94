// Sizes computed again, step by step, as numbers of another kind.
#ifndef T2N_IR_DIM_STEPS_H_
#define T2N_IR_DIM_STEPS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "t2n/ir/dim.h"
#include "t2n/ir/dim_ops.h"

namespace t2n {

// Whether `d` never gets smaller where a symbol that `is` tells of gets larger, the others staying:
// sums of products with such a symbol in one factor, their minima, maxima and quotients.
bool RisesWith(const Dim& d, absl::FunctionRef<bool(absl::string_view)> is);

// The dividends and divisors of the quotients in `d` whose divisor is not a number.
std::vector<std::pair<Dim, Dim>> OpenQuotients(const Dim& d);

// `d` with what `by` says for minima of a number and a size; where it says nothing they stay.
Dim MapMinima(const Dim& d, absl::FunctionRef<std::optional<Dim>(int64_t, const Dim&)> by);

// How many minima and maxima it has, each as often as it stands there.
int64_t CountExtremes(const Dim& d);

// What is known of the symbol that `d` is, and others; null of nothing, or if it is none.
Relations RelationsOfSymbol(const Dim& d);

// The steps of a size, of numbers T. `known` makes a number of a size without such symbols, and of
// a symbol; the others are given two numbers.
template <typename T>
struct DimSteps {
  std::function<bool(const Dim&)> is_known;
  std::function<T(const Dim&)> known;
  std::function<T(const T&, const T&)> add, multiply, floor_div, min, max;
};

template <typename T>
T ComputeDim(const Dim& d, const DimSteps<T>& steps);

namespace internal {

template <typename T>
T ComputeAtom(const AtomPtr& atom, const DimSteps<T>& steps) {
  if (atom->kind == Dim::Atom::kSymbol) return steps.known(DimOps::FromAtom(atom));
  const T a = ComputeDim(atom->a, steps), b = ComputeDim(atom->b, steps);
  if (atom->kind == Dim::Atom::kFloorDiv) return steps.floor_div(a, b);
  return atom->kind == Dim::Atom::kMin ? steps.min(a, b) : steps.max(a, b);
}

template <typename T>
T ComputeTerm(const Term& term, const DimSteps<T>& steps) {
  if (term.atoms.empty()) return steps.known(term.coefficient);
  T product = ComputeAtom(term.atoms[0], steps);
  for (size_t i = 1; i < term.atoms.size(); ++i) {
    product = steps.multiply(product, ComputeAtom(term.atoms[i], steps));
  }
  if (term.coefficient == 1) return product;
  return steps.multiply(product, steps.known(term.coefficient));
}

}  // namespace internal

// The size as a number of the other kind.
template <typename T>
T ComputeDim(const Dim& d, const DimSteps<T>& steps) {
  if (d.is_const() || steps.is_known(d)) return steps.known(d);
  T sum{};
  bool first = true;
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    const T next = internal::ComputeTerm(term, steps);
    sum = first ? next : steps.add(sum, next);
    first = false;
  }
  return sum;
}

}  // namespace t2n

#endif  // T2N_IR_DIM_STEPS_H_
