#include "t2n/ir/dim.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/ir/dim_ops.h"

namespace t2n {

Dim::Dim(std::shared_ptr<const Poly> poly) : poly_(std::move(poly)) {}

Dim Dim::Symbol(absl::string_view name, Range range, Relations relations) {
  if (range.min && range.max && *range.min == *range.max) return Dim(*range.min);
  auto atom = std::make_shared<Atom>();
  atom->kind = Atom::kSymbol;
  atom->text = std::string(name);
  atom->range = range;
  atom->relations = std::move(relations);
  return DimOps::FromAtom(std::move(atom));
}

std::optional<int64_t> Dim::constant() const {
  if (poly_) return std::nullopt;
  return value_;
}

bool Dim::IsPolynomial() const {
  for (const auto& [key, term] : DimOps::ToTerms(*this)) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->kind != Atom::kSymbol) return false;
    }
  }
  return true;
}

bool Dim::IsOvergrown() const {
  for (const std::string& name : Symbols()) {
    if (absl::StartsWith(name, kOvergrown)) return true;
  }
  return false;
}

std::vector<std::string> Dim::Symbols() const {
  std::vector<std::string> names;
  for (const auto& [name, atom] : DimOps::SymbolsOf(*this)) names.push_back(name);
  return names;
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

namespace {

// Of r = (divisor - 1) * t + k the t: -t was divided, and rounded up t is what people write.
std::optional<Dim> NegatedRest(const Dim& r, int64_t divisor) {
  if (divisor < 3) return std::nullopt;
  DimOps::Terms negated;
  for (const auto& [key, term] : DimOps::ToTerms(r)) {
    if (key.empty()) continue;
    if (term.coefficient != divisor - 1) return std::nullopt;
    DimOps::AddTerm(negated, key, Term{term.atoms, 1}, 1);
  }
  return DimOps::FromTerms(std::move(negated));
}

// The greatest divisor of both; numbers that saturated have none.
int64_t Gcd(int64_t a, int64_t b) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  return a == kLeast || b == kLeast ? 1 : std::gcd(a, b);
}

// The greatest divisor of `divisor`, and of every coefficient of `d` but the number's.
int64_t CommonFactor(const Dim& d, int64_t divisor) {
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    if (!key.empty()) divisor = Gcd(divisor, term.coefficient);
  }
  return divisor;
}

// Each coefficient divided, the number's rounded down.
Dim Quotients(const Dim& d, int64_t divisor) {
  DimOps::Terms quotients;
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    const Term quotient = {term.atoms, FloorDivInt(term.coefficient, divisor)};
    DimOps::AddTerm(quotients, key, quotient, 1);
  }
  return DimOps::FromTerms(std::move(quotients));
}

// floor(r / divisor) of r = floor(x / n) + rest is floor((x + n * rest) / (n * divisor)).
std::optional<Dim> OfOneFloor(const Dim& r, int64_t divisor) {
  constexpr int64_t kMaxDivisor = 1 << 20;
  AtomPtr floor;
  for (const auto& [key, term] : DimOps::ToTerms(r)) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->kind == Dim::Atom::kSymbol) continue;
      const bool alone = term.atoms.size() == 1 && term.coefficient == 1 && !floor;
      if (!alone || atom->kind != Dim::Atom::kFloorDiv || !atom->b.is_const()) return std::nullopt;
      floor = atom;
    }
  }
  if (!floor || MulInt(floor->b.value(), divisor) > kMaxDivisor) return std::nullopt;
  const Dim rest = r - DimOps::FromAtom(floor);
  return FloorDiv(floor->a + rest * floor->b, floor->b * divisor);
}

}  // namespace

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
  if (const int64_t common = CommonFactor(r, divisor); common > 1) {
    return q + FloorDiv(Quotients(r, common), divisor / common);
  }
  if (const Dim::Atom* inner = DimOps::SingleFloorDiv(r)) {
    return q + FloorDiv(inner->a, inner->b * b);
  }
  if (const std::optional<Dim> flat = OfOneFloor(r, divisor)) return q + *flat;
  if (const std::optional<Dim> negated = NegatedRest(r, divisor)) {
    return q + *negated - FloorDiv(*negated - r + *negated * (divisor - 1) + (divisor - 1), b);
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

namespace {

// The greatest number that divides every coefficient of both.
int64_t CommonOf(const Dim& a, const Dim& b) {
  int64_t common = 0;
  for (const Dim* d : {&a, &b}) {
    for (const auto& [key, term] : DimOps::ToTerms(*d)) {
      common = Gcd(common, term.coefficient);
    }
  }
  return std::max<int64_t>(common, 1);
}

Dim Extreme(Dim::Atom::Kind kind, const Dim& a, const Dim& b) {
  const int64_t common = CommonOf(a, b);
  return DimOps::Compound(kind, Quotients(a, common), Quotients(b, common)) * common;
}

}  // namespace

Dim Min(const Dim& a, const Dim& b) {
  if (a == b) return a;
  if (LessEqual(a, b) == true) return a;
  if (LessEqual(b, a) == true) return b;
  return Extreme(Dim::Atom::kMin, a, b);
}

Dim Max(const Dim& a, const Dim& b) {
  if (a == b) return a;
  if (LessEqual(a, b) == true) return b;
  if (LessEqual(b, a) == true) return a;
  return Extreme(Dim::Atom::kMax, a, b);
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

std::optional<FloorLine> AsFloorLine(const Dim& d) {
  const DimOps::Terms terms = DimOps::ToTerms(d);
  if (d.is_const() || terms.size() - terms.count("") != 1) return std::nullopt;
  const auto last = std::prev(terms.end());
  if (last->second.atoms.size() != 1) return std::nullopt;
  const Dim::Atom& atom = *last->second.atoms[0];
  if (atom.kind != Dim::Atom::kFloorDiv || !atom.b.is_const()) return std::nullopt;
  const auto offset = terms.find("");
  return FloorLine{atom.a, atom.b.value(), last->second.coefficient,
                   offset == terms.end() ? 0 : offset->second.coefficient};
}

namespace {

// `S%4` if `d` is that, or a multiple of it.
std::optional<std::string> AsRemainder(const Dim& d) {
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    if (term.atoms.size() != 1 || term.atoms[0]->kind != Dim::Atom::kFloorDiv) continue;
    const Dim::Atom& atom = *term.atoms[0];
    const std::optional<Line> line = AsLine(atom.a);
    if (!line || line->slope != 1 || !atom.b.is_const()) continue;
    Dim size = atom.a;
    if (d != Mod(size, atom.b) * FloorDiv(-term.coefficient, atom.b)) {
      size = atom.a - (atom.b - 1);  // what was rounded up
      if (d != Mod(-size, atom.b) * FloorDiv(term.coefficient, atom.b)) continue;
    }
    const bool symbol = size.ToString() == size.Symbols()[0];
    return absl::StrCat(symbol ? "" : "(", size.ToString(), symbol ? "" : ")", "%", atom.b.value());
  }
  return std::nullopt;
}

// Whether `d` == 0 gives one symbol by the others.
bool GivesASymbol(const Dim& d) {
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    if (term.atoms.size() != 1 || term.atoms[0]->kind != Dim::Atom::kSymbol) continue;
    if (term.coefficient != 1 && term.coefficient != -1) continue;
    const std::vector<std::string> others =
        (d - DimOps::FromAtom(term.atoms[0]) * term.coefficient).Symbols();
    if (std::find(others.begin(), others.end(), term.atoms[0]->text) == others.end()) return true;
  }
  return false;
}

// `question` as an assertion: an equation must give one size by the others.
std::string AsAssertion(absl::string_view question, const Dim& about) {
  const size_t sign = question.find('=');
  const bool equation = sign != question.npos && sign > 0 && sign + 1 < question.size() &&
                        (question[sign - 1] == '!' || question[sign + 1] == '=');
  if (!equation) return std::string(question);
  const size_t begin = question[sign - 1] == '!' ? sign - 1 : sign;
  const bool solvable = about.Symbols().size() == 1 || GivesASymbol(about);
  return absl::StrCat(question.substr(0, begin), solvable ? "==" : "<", question.substr(begin + 2));
}

bool IsIdentifier(absl::string_view symbol) {
  return std::all_of(symbol.begin(), symbol.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

}  // namespace

std::string HowToSettle(absl::string_view question, const Dim& about) {
  // Users' symbols are identifiers; others are counts (selection.h).
  const std::vector<std::string> symbols = about.Symbols();
  if (!std::all_of(symbols.begin(), symbols.end(), IsIdentifier)) {
    return "the inputs' values decide it";
  }
  if (const auto remainder = AsRemainder(about)) {
    return absl::StrCat("--assert \"", *remainder, "==0\" would settle it");
  }
  if (!symbols.empty() && (about.IsPolynomial() || AsFloorLine(about))) {
    return absl::StrCat("--assert \"", AsAssertion(question, about), "\" would settle it");
  }
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
