// The normal form of Dims: sums of products of atoms. Only for dim*.cc; see dim.h.
#ifndef T2N_IR_DIM_OPS_H_
#define T2N_IR_DIM_OPS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "t2n/ir/dim.h"

namespace t2n {

struct Dim::Atom {
  enum Kind { kSymbol, kFloorDiv, kMin, kMax };
  Kind kind;
  std::string text;  // canonical; equal atoms have equal text
  Range range;
  Dim a, b;             // operands of the compound kinds
  Relations relations;  // of a symbol
};

using AtomPtr = std::shared_ptr<const Dim::Atom>;

struct Term {
  std::vector<AtomPtr> atoms;  // sorted by text; empty for the constant term
  int64_t coefficient = 0;
};

// Terms by the joined text of their atoms: the constant term ("") comes first.
struct Dim::Poly {
  std::map<std::string, Term> terms;
  std::string text;
};

// How the symbols begin that stand for what is not known (Overgrown).
inline constexpr char kOvergrown[] = "?";

int64_t FloorDivInt(int64_t a, int64_t b);
// Saturating arithmetic: hostile sizes must not overflow.
int64_t AddInt(int64_t a, int64_t b);
int64_t MulInt(int64_t a, int64_t b);

// Access to the representation for the free functions.
class DimOps {
 public:
  using Terms = std::map<std::string, Term>;
  using Binding = std::function<std::optional<Dim>(absl::string_view)>;

  // dim_ops.cc: the normal form.
  static Terms ToTerms(const Dim& d);
  static Dim FromTerms(Terms terms);
  static Dim FromAtom(AtomPtr atom);
  // What an expression that has grown too long becomes: a symbol like no other, which the type
  // rules refuse. Programs reach such sizes by squaring them in a loop.
  static Dim Overgrown();
  // Adds `factor` times a term to those of the same atoms.
  static void AddTerm(Terms& terms, const std::string& key, const Term& term, int64_t factor);
  static std::string Key(const std::vector<AtomPtr>& atoms);
  // floor(a / b), min(a, b) or max(a, b) as an atom.
  static Dim Compound(Dim::Atom::Kind kind, const Dim& a, const Dim& b);
  // a / b where b divides every term of a exactly (b: one term).
  static std::optional<Dim> ExactDiv(const Dim& a, const Dim& b);
  // The operand of `d` if it is just floor(x / constant).
  static const Dim::Atom* SingleFloorDiv(const Dim& d);

  // dim_substitute.cc: the symbols of `d`, those inside of quotients and extremes too.
  static std::map<std::string, AtomPtr> SymbolsOf(const Dim& d);
  static Dim Substitute(const Dim& d, const Binding& binding);
  // `d` with `by` for an atom, wherever that stands; by its text.
  static Dim Replaced(const Dim& d, const std::string& text, const Dim& by);

  // dim_bounds.cc: what follows from the ranges of the symbols.
  static Range PolyRange(const Dim& d);
  // Whether `d` is known to be negative: by the ranges of its symbols, after a floor, a minimum or
  // a maximum of it is replaced by what bounds it, after something that is not negative is added,
  // or for either operand of a minimum or maximum in a floor.
  static bool Negative(const Dim& d);

 private:
  static void CollectSymbols(const Dim& d, std::map<std::string, AtomPtr>* out);
  static std::string Text(const Terms& terms);
  static std::string Wrapped(const Dim& d);
  static Dim SubstituteAtom(const AtomPtr& atom, const Binding& binding);
  static Relations RelationsOf(const Dim& d);
  static Dim ReplacedIn(const AtomPtr& atom, const std::string& text, const Dim& by);
  static bool Negative(const Dim& d, const Relations& relations, int depth);
  static bool NegativeInCases(const Dim& d, const Relations& relations, int depth);
  static AtomPtr ExtremeInFloor(const Dim& d, bool inside = false);
  static bool NegativeWithout(const Dim& d, const Term& term, const Relations& relations,
                              int depth);
  static bool NegativeWith(const Dim& d, const Relations& relations, int depth);
};

}  // namespace t2n

#endif  // T2N_IR_DIM_OPS_H_
