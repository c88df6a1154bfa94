#include "t2n/ir/dim.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace t2n {

struct Dim::Atom {
  enum Kind { kSymbol, kFloorDiv, kMin, kMax };
  Kind kind;
  std::string text;  // canonical; equal atoms have equal text
  Range range;
  Dim a, b;  // operands of the compound kinds
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

namespace {

constexpr size_t kMaxTerms = 128;
constexpr size_t kMaxText = 4096;
constexpr char kOvergrown[] = "?";

int64_t FloorDivInt(int64_t a, int64_t b) {
  if (b == -1) return a == std::numeric_limits<int64_t>::min() ? a : -a;
  int64_t q = a / b;
  return (a % b != 0 && ((a < 0) != (b < 0))) ? q - 1 : q;
}

// Saturating arithmetic: hostile sizes must not overflow.
int64_t AddInt(int64_t a, int64_t b) {
  int64_t r;
  if (!__builtin_add_overflow(a, b, &r)) return r;
  return a > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

int64_t MulInt(int64_t a, int64_t b) {
  int64_t r;
  if (!__builtin_mul_overflow(a, b, &r)) return r;
  return (a > 0) == (b > 0) ? std::numeric_limits<int64_t>::max()
                            : std::numeric_limits<int64_t>::min();
}

std::optional<int64_t> AddBound(std::optional<int64_t> a, std::optional<int64_t> b) {
  if (!a || !b) return std::nullopt;
  return AddInt(*a, *b);
}

Range MulRange(const Range& a, const Range& b) {
  // Only the cases sizes need: exact with finite bounds, one-sided for non-negative factors.
  if (a.min && a.max && b.min && b.max) {
    int64_t p[] = {MulInt(*a.min, *b.min), MulInt(*a.min, *b.max), MulInt(*a.max, *b.min),
                   MulInt(*a.max, *b.max)};
    return {*std::min_element(p, p + 4), *std::max_element(p, p + 4)};
  }
  if (a.min && b.min && *a.min >= 0 && *b.min >= 0) {
    Range r{MulInt(*a.min, *b.min), std::nullopt};
    if (a.max && b.max) r.max = MulInt(*a.max, *b.max);
    return r;
  }
  return {};
}

Range ScaleRange(const Range& a, int64_t c) {
  Range r;
  if (a.min) (c >= 0 ? r.min : r.max) = MulInt(*a.min, c);
  if (a.max) (c >= 0 ? r.max : r.min) = MulInt(*a.max, c);
  return r;
}

}  // namespace

// Access to the representation for the free functions.
class DimOps {
 public:
  using Terms = std::map<std::string, Term>;

  static Terms ToTerms(const Dim& d) {
    if (d.poly_) return d.poly_->terms;
    Terms terms;
    if (d.value_ != 0) terms[""] = Term{{}, d.value_};
    return terms;
  }

  // What an expression that has grown too long becomes: a symbol like no other, which the type
  // rules refuse. Programs reach such sizes by squaring them in a loop.
  static Dim Overgrown() {
    static std::atomic<int64_t> count{0};
    return Dim::Symbol(absl::StrCat(kOvergrown, ++count), Range());
  }

  static Dim FromTerms(Terms terms) {
    for (auto it = terms.begin(); it != terms.end();) {
      it = it->second.coefficient == 0 ? terms.erase(it) : std::next(it);
    }
    if (terms.empty()) return Dim(0);
    if (terms.size() == 1 && terms.begin()->first.empty()) {
      return Dim(terms.begin()->second.coefficient);
    }
    if (terms.size() > kMaxTerms) return Overgrown();
    auto poly = std::make_shared<Dim::Poly>();
    poly->terms = std::move(terms);
    poly->text = Text(poly->terms);
    if (poly->text.size() > kMaxText) return Overgrown();
    return Dim(std::shared_ptr<const Dim::Poly>(std::move(poly)));
  }

  static void AddTerm(Terms& terms, const std::string& key, const Term& term, int64_t factor) {
    Term& t = terms[key];
    if (t.coefficient == 0) t.atoms = term.atoms;
    t.coefficient = AddInt(t.coefficient, MulInt(term.coefficient, factor));
  }

  static Dim FromAtom(AtomPtr atom) {
    Terms terms;
    std::string key = atom->text;
    terms[key] = Term{{std::move(atom)}, 1};
    return FromTerms(std::move(terms));
  }

  static std::string Key(const std::vector<AtomPtr>& atoms) {
    return absl::StrJoin(atoms, "*",
                         [](std::string* out, const AtomPtr& a) { out->append(a->text); });
  }

  static std::string Text(const Terms& terms) {
    std::string text;
    auto append = [&text](const std::string& key, int64_t c) {
      if (key.empty()) {
        absl::StrAppend(&text, (c >= 0 && !text.empty()) ? "+" : "", c);
        return;
      }
      if (c < 0) {
        text += "-";
      } else if (!text.empty()) {
        text += "+";
      }
      if (c != 1 && c != -1) absl::StrAppend(&text, c < 0 ? -static_cast<uint64_t>(c) : c, "*");
      text += key;
    };
    // Positive terms first: NNEF reads a leading minus, people do not.
    for (const auto& [key, term] : terms) {
      if (!key.empty() && term.coefficient > 0) append(key, term.coefficient);
    }
    for (const auto& [key, term] : terms) {
      if (!key.empty() && term.coefficient < 0) append(key, term.coefficient);
    }
    auto it = terms.find("");
    if (it != terms.end()) append("", it->second.coefficient);
    return text;
  }

  static std::string Wrapped(const Dim& d) {
    std::string s = d.ToString();
    bool single = d.is_const()
                      ? d.value() >= 0
                      : d.poly_->terms.size() == 1 &&
                            d.poly_->terms.begin()->second.coefficient == 1 &&
                            d.poly_->terms.begin()->second.atoms.size() == 1 &&
                            d.poly_->terms.begin()->second.atoms[0]->kind != Dim::Atom::kFloorDiv;
    return single ? s : absl::StrCat("(", s, ")");
  }

  static Dim Compound(Dim::Atom::Kind kind, const Dim& a, const Dim& b) {
    auto atom = std::make_shared<Dim::Atom>();
    atom->kind = kind;
    atom->a = a;
    atom->b = b;
    Range ra = a.range(), rb = b.range();
    switch (kind) {
      case Dim::Atom::kSymbol:
        break;
      case Dim::Atom::kFloorDiv:
        atom->text = absl::StrCat("(", Wrapped(a), "/", Wrapped(b), ")");
        if (rb.min && *rb.min > 0) {
          if (ra.min)
            atom->range.min =
                *ra.min >= 0 ? (rb.max ? *ra.min / *rb.max : 0) : FloorDivInt(*ra.min, *rb.min);
          if (ra.max) atom->range.max = *ra.max >= 0 ? *ra.max / *rb.min : -1;
        }
        break;
      case Dim::Atom::kMin:
      case Dim::Atom::kMax: {
        bool is_min = kind == Dim::Atom::kMin;
        std::string x = a.ToString(), y = b.ToString();
        if (y < x) std::swap(x, y), std::swap(atom->a, atom->b);
        atom->text = absl::StrCat(is_min ? "min(" : "max(", x, ",", y, ")");
        auto pick = [](std::optional<int64_t> p, std::optional<int64_t> q, bool smaller,
                       bool either) -> std::optional<int64_t> {
          if (p && q) return smaller ? std::min(*p, *q) : std::max(*p, *q);
          return either ? (p ? p : q) : std::nullopt;
        };
        atom->range.min = pick(ra.min, rb.min, is_min, !is_min);
        atom->range.max = pick(ra.max, rb.max, is_min, is_min);
        break;
      }
    }
    return FromAtom(std::move(atom));
  }

  // a / b where b divides every term of a exactly (b: one term).
  static std::optional<Dim> ExactDiv(const Dim& a, const Dim& b) {
    Terms tb = ToTerms(b);
    if (tb.size() != 1) return std::nullopt;
    const Term& divisor = tb.begin()->second;
    Terms out;
    for (const auto& [key, term] : ToTerms(a)) {
      int64_t quotient = FloorDivInt(term.coefficient, divisor.coefficient);
      if (MulInt(quotient, divisor.coefficient) != term.coefficient) return std::nullopt;
      std::vector<AtomPtr> atoms = term.atoms;
      for (const AtomPtr& d : divisor.atoms) {
        auto it = std::find_if(atoms.begin(), atoms.end(),
                               [&](const AtomPtr& x) { return x->text == d->text; });
        if (it == atoms.end()) return std::nullopt;
        atoms.erase(it);
      }
      std::string k = Key(atoms);
      AddTerm(out, k, Term{atoms, quotient}, 1);
    }
    return FromTerms(std::move(out));
  }

  // The operand of `d` if it is just floor(x / constant).
  static const Dim::Atom* SingleFloorDiv(const Dim& d) {
    if (d.is_const() || d.poly_->terms.size() != 1) return nullptr;
    const Term& t = d.poly_->terms.begin()->second;
    if (t.coefficient != 1 || t.atoms.size() != 1) return nullptr;
    const Dim::Atom* atom = t.atoms[0].get();
    return atom->kind == Dim::Atom::kFloorDiv && atom->b.is_const() ? atom : nullptr;
  }

  static Range PolyRange(const Dim& d) {
    Range sum{0, 0};
    for (const auto& [key, term] : d.poly_->terms) {
      Range r{1, 1};
      for (const AtomPtr& atom : term.atoms) r = MulRange(r, atom->range);
      r = ScaleRange(r, term.coefficient);
      sum = {AddBound(sum.min, r.min), AddBound(sum.max, r.max)};
    }
    return sum;
  }

  static void CollectSymbols(const Dim& d, std::set<std::string>& out) {
    if (d.is_const()) return;
    for (const auto& [key, term] : d.poly_->terms) {
      for (const AtomPtr& atom : term.atoms) {
        if (atom->kind == Dim::Atom::kSymbol) {
          out.insert(atom->text);
        } else {
          CollectSymbols(atom->a, out);
          CollectSymbols(atom->b, out);
        }
      }
    }
  }

  static Dim Substitute(const Dim& d,
                        const std::function<std::optional<Dim>(absl::string_view)>& binding) {
    if (d.is_const()) return d;
    Dim sum = 0;
    for (const auto& [key, term] : d.poly_->terms) {
      Dim product = term.coefficient;
      for (const AtomPtr& atom : term.atoms) product *= SubstituteAtom(atom, binding);
      sum += product;
    }
    return sum;
  }

  // Whether `d` is known to be negative: by the ranges of its symbols, or after a floor, a minimum
  // or a maximum of it is replaced by what bounds it.
  static bool Negative(const Dim& d, int depth = 4) {
    const Range range = d.range();
    if (range.max && *range.max < 0) return true;
    if (d.is_const() || depth == 0) return false;
    // Minima and maxima first: what is between them and their operands' floors is then exact.
    const Term* chosen = nullptr;
    for (const auto& [key, term] : d.poly_->terms) {
      if (term.atoms.size() != 1 || term.atoms[0]->kind == Dim::Atom::kSymbol) continue;
      if (!chosen || chosen->atoms[0]->kind == Dim::Atom::kFloorDiv) chosen = &term;
    }
    return chosen && NegativeWithout(d, *chosen->atoms[0], chosen->coefficient, depth - 1);
  }

 private:
  // The same for `d` with its term coefficient * atom bounded from above by the atom's operands.
  static bool NegativeWithout(const Dim& d, const Dim::Atom& atom, int64_t coefficient, int depth) {
    Terms terms = d.poly_->terms;
    terms.erase(atom.text);
    const Dim rest = FromTerms(std::move(terms));
    if (atom.kind == Dim::Atom::kFloorDiv) {
      if (!atom.b.is_const() || atom.b.value() < 1) return false;
      const Dim bound = coefficient > 0 ? atom.a : atom.a - atom.b + 1;
      return Negative(rest * atom.b + bound * coefficient, depth);
    }
    const bool first = Negative(rest + atom.a * coefficient, depth);
    const bool either = (atom.kind == Dim::Atom::kMin) == (coefficient > 0);
    if (first == either) return first;
    return Negative(rest + atom.b * coefficient, depth);
  }

  static Dim SubstituteAtom(const AtomPtr& atom,
                            const std::function<std::optional<Dim>(absl::string_view)>& binding) {
    if (atom->kind == Dim::Atom::kSymbol) {
      std::optional<Dim> bound = binding(atom->text);
      return bound ? *bound : FromAtom(atom);
    }
    Dim a = Substitute(atom->a, binding), b = Substitute(atom->b, binding);
    switch (atom->kind) {
      case Dim::Atom::kFloorDiv:
        return FloorDiv(a, b);
      case Dim::Atom::kMin:
        return Min(a, b);
      default:
        return Max(a, b);
    }
  }
};

Dim::Dim(std::shared_ptr<const Poly> poly) : poly_(std::move(poly)) {}

Dim Dim::Symbol(absl::string_view name, Range range) {
  if (range.min && range.max && *range.min == *range.max) return Dim(*range.min);
  auto atom = std::make_shared<Atom>();
  atom->kind = Atom::kSymbol;
  atom->text = std::string(name);
  atom->range = range;
  return DimOps::FromAtom(std::move(atom));
}

std::optional<int64_t> Dim::constant() const {
  if (poly_) return std::nullopt;
  return value_;
}

Range Dim::range() const { return poly_ ? DimOps::PolyRange(*this) : Range{value_, value_}; }

bool Dim::IsOvergrown() const {
  for (const std::string& name : Symbols()) {
    if (absl::StartsWith(name, kOvergrown)) return true;
  }
  return false;
}

std::vector<std::string> Dim::Symbols() const {
  std::set<std::string> names;
  DimOps::CollectSymbols(*this, names);
  return {names.begin(), names.end()};
}

Dim Dim::Substitute(const std::function<std::optional<Dim>(absl::string_view)>& binding) const {
  return DimOps::Substitute(*this, binding);
}

std::optional<int64_t> Dim::Eval(
    const std::function<std::optional<int64_t>(absl::string_view)>& binding) const {
  return Substitute([&](absl::string_view name) -> std::optional<Dim> {
           std::optional<int64_t> v = binding(name);
           if (!v) return std::nullopt;
           return Dim(*v);
         })
      .constant();
}

std::string Dim::ToString() const { return poly_ ? poly_->text : absl::StrCat(value_); }

Dim operator+(const Dim& a, const Dim& b) {
  if (a.is_const() && b.is_const()) return AddInt(a.value(), b.value());
  DimOps::Terms terms = DimOps::ToTerms(a);
  for (const auto& [key, term] : DimOps::ToTerms(b)) DimOps::AddTerm(terms, key, term, 1);
  return DimOps::FromTerms(std::move(terms));
}

Dim operator-(const Dim& a, const Dim& b) {
  if (a.is_const() && b.is_const()) return AddInt(a.value(), MulInt(b.value(), -1));
  DimOps::Terms terms = DimOps::ToTerms(a);
  for (const auto& [key, term] : DimOps::ToTerms(b)) DimOps::AddTerm(terms, key, term, -1);
  return DimOps::FromTerms(std::move(terms));
}

Dim operator*(const Dim& a, const Dim& b) {
  if (a.is_const() && b.is_const()) return MulInt(a.value(), b.value());
  DimOps::Terms out;
  DimOps::Terms tb = DimOps::ToTerms(b);
  for (const auto& [ka, x] : DimOps::ToTerms(a)) {
    for (const auto& [kb, y] : tb) {
      std::vector<AtomPtr> atoms = x.atoms;
      atoms.insert(atoms.end(), y.atoms.begin(), y.atoms.end());
      std::sort(atoms.begin(), atoms.end(),
                [](const AtomPtr& p, const AtomPtr& q) { return p->text < q->text; });
      std::string key = DimOps::Key(atoms);
      DimOps::AddTerm(out, key, Term{std::move(atoms), x.coefficient}, y.coefficient);
    }
  }
  return DimOps::FromTerms(std::move(out));
}

bool operator==(const Dim& a, const Dim& b) {
  if (a.is_const() || b.is_const()) {
    return a.is_const() && b.is_const() && a.value() == b.value();
  }
  return a.poly_ == b.poly_ || a.poly_->text == b.poly_->text;
}

Dim FloorDiv(const Dim& a, const Dim& b) {
  if (b == Dim(0)) return 0;
  if (a.is_const() && b.is_const()) return FloorDivInt(a.value(), b.value());
  if (b == Dim(1)) return a;
  if (b.is_const() && b.value() < 0) return FloorDiv(-a, -b);
  if (std::optional<Dim> exact = DimOps::ExactDiv(a, b)) return *exact;
  if (!b.is_const()) return DimOps::Compound(Dim::Atom::kFloorDiv, a, b);
  // a = b * q + r, every coefficient of r in [0, b).
  int64_t divisor = b.value();
  DimOps::Terms quotient, rest;
  for (const auto& [key, term] : DimOps::ToTerms(a)) {
    int64_t q = FloorDivInt(term.coefficient, divisor);
    DimOps::AddTerm(quotient, key, Term{term.atoms, q}, 1);
    DimOps::AddTerm(rest, key, Term{term.atoms, term.coefficient - q * divisor}, 1);
  }
  Dim q = DimOps::FromTerms(std::move(quotient)), r = DimOps::FromTerms(std::move(rest));
  Range range = r.range();
  if (range.min && range.max &&
      FloorDivInt(*range.min, divisor) == FloorDivInt(*range.max, divisor)) {
    return q + FloorDivInt(*range.min, divisor);
  }
  if (const Dim::Atom* inner = DimOps::SingleFloorDiv(r)) {
    return q + FloorDiv(inner->a, inner->b * b);
  }
  return q + DimOps::Compound(Dim::Atom::kFloorDiv, r, b);
}

Dim CeilDiv(const Dim& a, const Dim& b) { return FloorDiv(a + b - 1, b); }

Dim Mod(const Dim& a, const Dim& b) { return a - b * FloorDiv(a, b); }

std::optional<Dim> TruncDiv(const Dim& a, const Dim& b) {
  Range ra = a.range(), rb = b.range();
  bool a_pos = ra.min && *ra.min >= 0, a_neg = ra.max && *ra.max <= 0;
  bool b_pos = rb.min && *rb.min > 0, b_neg = rb.max && *rb.max < 0;
  if ((a_pos && b_pos) || (a_neg && b_neg)) return FloorDiv(a, b);
  if ((a_pos && b_neg) || (a_neg && b_pos)) return -FloorDiv(-a, b);
  return std::nullopt;
}

Dim Min(const Dim& a, const Dim& b) {
  if (a == b) return a;
  if (LessEqual(a, b) == true) return a;
  if (LessEqual(b, a) == true) return b;
  return DimOps::Compound(Dim::Atom::kMin, a, b);
}

Dim Max(const Dim& a, const Dim& b) {
  if (a == b) return a;
  if (LessEqual(a, b) == true) return b;
  if (LessEqual(b, a) == true) return a;
  return DimOps::Compound(Dim::Atom::kMax, a, b);
}

std::optional<bool> Less(const Dim& a, const Dim& b) {
  const Dim d = a - b;
  if (DimOps::Negative(d)) return true;
  if (DimOps::Negative(-d - 1)) return false;
  return std::nullopt;
}

std::optional<bool> LessEqual(const Dim& a, const Dim& b) {
  std::optional<bool> greater = Less(b, a);
  if (!greater) return std::nullopt;
  return !*greater;
}

std::optional<bool> Equal(const Dim& a, const Dim& b) {
  Dim d = a - b;
  if (d.is_const()) return d.value() == 0;
  if (DimOps::Negative(d) || DimOps::Negative(-d)) return false;
  return std::nullopt;
}

std::optional<Line> AsLine(const Dim& d) {
  const std::vector<std::string> names = d.Symbols();
  if (names.size() != 1) return std::nullopt;
  auto at = [&](int64_t v) { return d.Eval([v](absl::string_view) { return v; }); };
  const std::optional<int64_t> zero = at(0), one = at(1);
  if (!zero || !one || *one == *zero) return std::nullopt;
  const Line line = {names[0], *one - *zero, *zero};
  const Dim symbol = Dim::Symbol(line.symbol, {std::nullopt, std::nullopt});
  if (d != symbol * line.slope + line.offset) return std::nullopt;
  return line;
}

std::string HowToSettle(absl::string_view question, const Dim& about) {
  if (AsLine(about)) return absl::StrCat("--assert \"", question, "\" would settle it");
  return "a fixed size would settle it, or bounds (--assert) of the open ones";
}

Dim NumElements(absl::Span<const Dim> shape) {
  Dim n = 1;
  for (const Dim& d : shape) n *= d;
  return n;
}

std::optional<std::vector<int64_t>> ConstantShape(absl::Span<const Dim> shape) {
  std::vector<int64_t> out;
  out.reserve(shape.size());
  for (const Dim& d : shape) {
    if (!d.is_const()) return std::nullopt;
    out.push_back(d.value());
  }
  return out;
}

std::string ShapeToString(absl::Span<const Dim> shape) {
  return absl::StrCat(
      "[",
      absl::StrJoin(shape, ",", [](std::string* out, const Dim& d) { out->append(d.ToString()); }),
      "]");
}

}  // namespace t2n
