#include "t2n/ir/dim_ops.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace t2n {
namespace {

constexpr size_t kMaxTerms = 128;
constexpr size_t kMaxText = 4096;
constexpr size_t kMaxExtremes = 12;  // minima and maxima that are compared with each other
constexpr int kMaxRewritten = 200;   // forms of one size, one after the other

}  // namespace

int64_t FloorDivInt(int64_t a, int64_t b) {
  if (b == -1) return a == std::numeric_limits<int64_t>::min() ? a : -a;
  int64_t q = a / b;
  return (a % b != 0 && ((a < 0) != (b < 0))) ? q - 1 : q;
}

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

DimOps::Terms DimOps::ToTerms(const Dim& d) {
  if (d.poly_) return d.poly_->terms;
  Terms terms;
  if (d.value_ != 0) terms[""] = Term{{}, d.value_};
  return terms;
}

Dim DimOps::Overgrown() {
  static std::atomic<int64_t> count{0};
  return Dim::Symbol(absl::StrCat(kOvergrown, ++count), Range());
}

namespace {

bool IsExtreme(const Dim::Atom& atom) {
  return atom.kind == Dim::Atom::kMin || atom.kind == Dim::Atom::kMax;
}

// floor(x/2n) or floor((x+n)/2n): floor(x/n) less the other one of them.
struct Half {
  AtomPtr atom, other;
  Dim of;  // floor(x/n)
  bool up = false;
};

std::optional<Half> HalfOf(const AtomPtr& atom) {
  const bool floor = atom->kind == Dim::Atom::kFloorDiv && atom->b.is_const();
  if (!floor || atom->b.value() < 2 || atom->b.value() % 2 != 0) return std::nullopt;
  const DimOps::Terms terms = DimOps::ToTerms(atom->a);
  const auto number = terms.find("");
  const int64_t n = atom->b.value() / 2,
                more = number == terms.end() ? 0 : number->second.coefficient;
  if (more < 0 || more >= 2 * n || terms.size() == (number != terms.end())) return std::nullopt;
  const bool up = more >= n;
  const Dim x = up ? atom->a - n : atom->a;
  const Dim other = DimOps::Compound(Dim::Atom::kFloorDiv, up ? x : x + n, atom->b);
  return Half{atom, DimOps::ToTerms(other).begin()->second.atoms[0], FloorDiv(x, n), up};
}

std::vector<AtomPtr> Product(std::vector<AtomPtr> a, const std::vector<AtomPtr>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end(),
            [](const AtomPtr& p, const AtomPtr& q) { return p->text < q->text; });
  return a;
}

std::vector<AtomPtr> Without(std::vector<AtomPtr> atoms, const Half& half) {
  atoms.erase(std::find_if(atoms.begin(), atoms.end(),
                           [&](const AtomPtr& atom) { return atom->text == half.atom->text; }));
  return atoms;
}

// Adds what `term` is if its half is said by the other one.
void AddSaid(const Term& term, const Half& half, DimOps::Terms* terms) {
  const std::vector<AtomPtr> beside = Without(term.atoms, half);
  const auto add = [&](const std::vector<AtomPtr>& atoms, int64_t coefficient) {
    DimOps::AddTerm(*terms, DimOps::Key(atoms), Term{atoms, coefficient}, 1);
  };
  for (const auto& [key, part] : DimOps::ToTerms(half.of)) {
    add(Product(part.atoms, beside), MulInt(term.coefficient, part.coefficient));
  }
  add(Product({half.other}, beside), MulInt(term.coefficient, -1));
}

// The sum with `by` for the atom `text`.
Dim Replaced(const DimOps::Terms& terms, const std::string& text, const Dim& by) {
  Dim sum = 0;
  for (const auto& [key, term] : terms) {
    Dim product = term.coefficient;
    for (const AtomPtr& atom : term.atoms) {
      product *= atom->text == text ? by : DimOps::FromAtom(atom);
    }
    sum += product;
  }
  return sum;
}

std::map<std::string, AtomPtr> ExtremesOf(const DimOps::Terms& terms) {
  std::map<std::string, AtomPtr> extremes;
  for (const auto& [key, term] : terms) {
    for (const AtomPtr& atom : term.atoms) {
      if (IsExtreme(*atom)) extremes.emplace(atom->text, atom);
    }
  }
  return extremes;
}

// The second of two extremes of which the operands differ by the same, or by the `opposite`.
Dim SaidBy(const Dim::Atom& p, const Dim::Atom& q, bool opposite) {
  const Dim known = DimOps::Compound(p.kind, p.a, p.b);
  const Dim same_kind = opposite ? known + q.b - p.a : known - p.b + q.b;
  return p.kind == q.kind ? same_kind : q.a + q.b - same_kind;
}

std::optional<Dim> WithoutExtremes(const DimOps::Terms& terms,
                                   const std::map<std::string, AtomPtr>& extremes) {
  if (extremes.size() < 2 || extremes.size() > kMaxExtremes) return std::nullopt;
  std::map<std::string, AtomPtr> differences;
  for (const auto& [text, atom] : extremes) {
    const Dim difference = atom->a - atom->b;
    for (const bool opposite : {true, false}) {
      const auto said = differences.find((opposite ? -difference : difference).ToString());
      if (said == differences.end()) continue;
      return Replaced(terms, text, SaidBy(*said->second, *atom, opposite));
    }
    differences.emplace(difference.ToString(), atom);
  }
  return std::nullopt;
}

// By how much the sum of the absolute coefficients of `half`'s x grows, beside what else is in
// `term`, if the half is said by the other one.
int64_t Growth(const DimOps::Terms& terms, const Term& term, const Half& half) {
  const std::vector<AtomPtr> beside = Without(term.atoms, half);
  int64_t growth = 0;
  for (const auto& [key, part] : DimOps::ToTerms(half.of)) {
    const auto there = terms.find(DimOps::Key(Product(part.atoms, beside)));
    const int64_t now = there == terms.end() ? 0 : there->second.coefficient;
    const int64_t then = AddInt(now, MulInt(term.coefficient, part.coefficient));
    growth = AddInt(growth, std::abs(then) - std::abs(now));
  }
  return growth;
}

// Both halves beside the same become one; one that is taken against its x becomes the other.
std::optional<Dim> WithoutHalves(const DimOps::Terms& terms) {
  for (const auto& [key, term] : terms) {
    for (const AtomPtr& atom : term.atoms) {
      const std::optional<Half> half = HalfOf(atom);
      if (!half) continue;
      const auto other = Product({half->other}, Without(term.atoms, *half));
      const bool both = half->up && terms.count(DimOps::Key(other)) > 0;
      const int64_t growth = both ? -1 : Growth(terms, term, *half);
      if (growth > 0 || (growth == 0 && !half->up)) continue;
      DimOps::Terms said = terms;
      said.erase(key);
      AddSaid(term, *half, &said);
      return DimOps::FromTerms(std::move(said));
    }
  }
  return std::nullopt;
}

// One atom of a sum may say another: floor((x+1)/2) is x - floor(x/2), max(-x,0) is max(x,0) - x.
// The sum with one atom said so, or by what it is of where that makes the sum shorter.
std::optional<Dim> WithoutPairs(const DimOps::Terms& terms) {
  static thread_local int depth = 0;
  if (terms.size() < 2 || depth >= kMaxRewritten) return std::nullopt;
  ++depth;
  std::optional<Dim> sum = WithoutExtremes(terms, ExtremesOf(terms));
  if (!sum) sum = WithoutHalves(terms);
  --depth;
  return sum;
}

}  // namespace

Dim DimOps::FromTerms(Terms terms) {
  for (auto it = terms.begin(); it != terms.end();) {
    it = it->second.coefficient == 0 ? terms.erase(it) : std::next(it);
  }
  if (terms.empty()) return Dim(0);
  if (terms.size() == 1 && terms.begin()->first.empty()) {
    return Dim(terms.begin()->second.coefficient);
  }
  if (terms.size() > kMaxTerms) return Overgrown();
  if (const std::optional<Dim> shorter = WithoutPairs(terms)) return *shorter;
  auto poly = std::make_shared<Dim::Poly>();
  poly->terms = std::move(terms);
  poly->text = Text(poly->terms);
  if (poly->text.size() > kMaxText) return Overgrown();
  return Dim(std::shared_ptr<const Dim::Poly>(std::move(poly)));
}

void DimOps::AddTerm(Terms& terms, const std::string& key, const Term& term, int64_t factor) {
  Term& t = terms[key];
  if (t.coefficient == 0) t.atoms = term.atoms;
  t.coefficient = AddInt(t.coefficient, MulInt(term.coefficient, factor));
}

Dim DimOps::FromAtom(AtomPtr atom) {
  Terms terms;
  std::string key = atom->text;
  terms[key] = Term{{std::move(atom)}, 1};
  return FromTerms(std::move(terms));
}

std::string DimOps::Key(const std::vector<AtomPtr>& atoms) {
  return absl::StrJoin(atoms, "*",
                       [](std::string* out, const AtomPtr& a) { out->append(a->text); });
}

std::string DimOps::Text(const Terms& terms) {
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

std::string DimOps::Wrapped(const Dim& d) {
  std::string s = d.ToString();
  bool single = d.is_const()
                    ? d.value() >= 0
                    : d.poly_->terms.size() == 1 &&
                          d.poly_->terms.begin()->second.coefficient == 1 &&
                          d.poly_->terms.begin()->second.atoms.size() == 1 &&
                          d.poly_->terms.begin()->second.atoms[0]->kind != Dim::Atom::kFloorDiv;
  return single ? s : absl::StrCat("(", s, ")");
}

Dim DimOps::Compound(Dim::Atom::Kind kind, const Dim& a, const Dim& b) {
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

namespace {

// a / b, if that is a number.
std::optional<Dim> NumberOfTimes(const Dim& a, const Dim& b) {
  const DimOps::Terms terms = DimOps::ToTerms(a), divisor = DimOps::ToTerms(b);
  if (terms.size() != divisor.size()) return std::nullopt;
  const int64_t first = divisor.rbegin()->second.coefficient;
  const int64_t number = FloorDivInt(terms.rbegin()->second.coefficient, first);
  return a == b * number ? std::make_optional<Dim>(number) : std::nullopt;
}

}  // namespace

std::optional<Dim> DimOps::ExactDiv(const Dim& a, const Dim& b) {
  Terms tb = ToTerms(b);
  if (tb.size() > 1) return NumberOfTimes(a, b);
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

const Dim::Atom* DimOps::SingleFloorDiv(const Dim& d) {
  if (d.is_const() || d.poly_->terms.size() != 1) return nullptr;
  const Term& t = d.poly_->terms.begin()->second;
  if (t.coefficient != 1 || t.atoms.size() != 1) return nullptr;
  const Dim::Atom* atom = t.atoms[0].get();
  return atom->kind == Dim::Atom::kFloorDiv && atom->b.is_const() ? atom : nullptr;
}

}  // namespace t2n
