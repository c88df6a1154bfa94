#include "t2n/ir/dim_facts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/ir/dim_ops.h"

namespace t2n {
namespace {

constexpr int64_t kMaxModulus = 64;  // all up to here, and what follows
constexpr int64_t kMoreModuli[] = {96, 128, 192, 256};
constexpr int64_t kMaxResidueModulus = 16;
constexpr int64_t kMaxLeast = 128;
constexpr int64_t kSamples = 1000;  // the first of them near, the next ones farther
constexpr int64_t kFewSamples = 3;

// The sizes that a symbol may have: `least` and more, of a remainder.
struct Values {
  int64_t modulus = 1, residue = 0;
  int64_t least = 0;
};

class Search {
 public:
  explicit Search(const Dim& difference) : difference_(difference) {
    for (const auto& [name, atom] : DimOps::SymbolsOf(difference)) {
      names_.push_back(name);
      ranges_.push_back(atom->range);
      if (atom->relations) relations_ = atom->relations;
      const bool named = std::all_of(name.begin(), name.end(),
                                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
      users_ &= named;
    }
  }

  std::optional<std::vector<std::string>> Run() const {
    if (names_.empty() || !users_) return std::nullopt;
    std::vector<Values> all(names_.size());
    if (IsZeroWhere(all)) return std::vector<std::string>();
    for (size_t i = 0; i < names_.size(); ++i) {
      if (const auto values = Least(i)) return Facts(*values);
    }
    for (int64_t m = 2; m <= kMaxModulus; ++m) {
      if (const auto divisors = Divisors(m)) return Facts(*divisors);
    }
    for (const int64_t m : kMoreModuli) {
      if (const auto divisors = Divisors(m)) return Facts(*divisors);
    }
    for (size_t i = 0; i < names_.size(); ++i) {
      if (const auto values = Residue(i)) return Facts(*values);
    }
    for (int64_t m = 2; names_.size() == 2 && m <= kMaxResidueModulus; ++m) {
      if (const auto values = Residues(m)) return Facts(*values);
    }
    return std::nullopt;
  }

 private:
  // All symbols divided by `m`, or by as little of it as is enough.
  std::optional<std::vector<Values>> Divisors(int64_t m) const {
    std::vector<Values> values(names_.size());
    for (Values& v : values) v.modulus = m;
    if (!IsZeroWhere(values)) return std::nullopt;
    for (Values& v : values) {
      for (int64_t less = 1; less < m; ++less) {
        v.modulus = less;
        if (m % less == 0 && IsZeroWhere(values)) break;
        v.modulus = m;
      }
    }
    return values;
  }

  std::optional<std::vector<Values>> Residue(size_t symbol) const {
    std::vector<Values> values(names_.size());
    Values& v = values[symbol];
    for (v.modulus = 2; v.modulus <= kMaxResidueModulus; ++v.modulus) {
      for (v.residue = 1; v.residue < v.modulus; ++v.residue) {
        if (IsZeroWhere(values)) return values;
      }
    }
    return std::nullopt;
  }

  // Of two symbols, each of a remainder by `m` or by as little of it as is enough.
  std::optional<std::vector<Values>> Residues(int64_t m) const {
    for (int64_t both = 0; both < m * m; ++both) {
      std::vector<Values> values = {{m, both / m, 0}, {m, both % m, 0}};
      if (!IsZeroWhere(values)) continue;
      for (Values& v : values) {
        const Values whole = v;
        for (int64_t less = 1; less < m; ++less) {
          v = {less, whole.residue % less, 0};
          if (m % less == 0 && IsZeroWhere(values)) break;
          v = whole;
        }
      }
      return values;
    }
    return std::nullopt;
  }

  std::optional<std::vector<Values>> Least(size_t symbol) const {
    std::vector<Values> values(names_.size());
    values[symbol].least = kMaxLeast;
    if (!IsZeroWhere(values)) return std::nullopt;
    int64_t low = -1;  // where it is not 0, or none
    for (int64_t high = kMaxLeast; low + 1 < high;) {
      values[symbol].least = low + (high - low) / 2;
      (IsZeroWhere(values) ? high : low) = values[symbol].least;
      values[symbol].least = high;
    }
    return values;
  }

  // Whether the difference is 0 wherever the symbols are so.
  bool IsZeroWhere(const std::vector<Values>& values) const {
    int64_t tried = 0;
    uint64_t state = 88172645463325252u;
    for (int64_t i = 0; i < kSamples; ++i) {
      std::map<std::string, int64_t> at;
      bool within = true;
      for (size_t s = 0; s < values.size(); ++s) {
        const Values& v = values[s];
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        const int64_t steps = i < 24 ? 6 : i < 48 ? 40 : 97;
        const int64_t step = values.size() == 1 || i == 0 ? i : (state >> 20) % steps;
        int64_t first = std::max(v.least, ranges_[s].min.value_or(0));
        first = v.residue + FloorDivInt(first - v.residue + v.modulus - 1, v.modulus) * v.modulus;
        at[names_[s]] = first + step * v.modulus;
        within &= at[names_[s]] <= ranges_[s].max.value_or(at[names_[s]]);
      }
      if (!within || !Related(at)) continue;
      ++tried;
      if (Value(difference_, at) != std::optional<int64_t>(0)) return false;
    }
    return tried >= kFewSamples;
  }

  static std::optional<int64_t> Value(const Dim& d, const std::map<std::string, int64_t>& at) {
    return d.Eval([&](absl::string_view name) -> std::optional<int64_t> {
      const auto it = at.find(std::string(name));
      return it == at.end() ? std::nullopt : std::make_optional(it->second);
    });
  }

  bool Related(const std::map<std::string, int64_t>& at) const {
    if (!relations_) return true;
    return std::all_of(relations_->begin(), relations_->end(),
                       [&](const Dim& relation) { return Value(relation, at).value_or(0) >= 0; });
  }

  std::vector<std::string> Facts(const std::vector<Values>& values) const {
    std::vector<std::string> facts;
    for (size_t i = 0; i < values.size(); ++i) {
      const Values& v = values[i];
      if (v.modulus > 1) facts.push_back(absl::StrCat(names_[i], "%", v.modulus, "==", v.residue));
      if (v.least > 0) facts.push_back(absl::StrCat(names_[i], ">=", v.least));
    }
    return facts;
  }

  Dim difference_;
  std::vector<std::string> names_;
  std::vector<Range> ranges_;
  Relations relations_;
  bool users_ = true;
};

// Whether `d` == 0 gives one symbol of two or more by the others.
bool GivesOneByOthers(const Dim& d) {
  if (!d.IsPolynomial() || d.Symbols().size() < 2) return false;
  for (const auto& [key, term] : DimOps::ToTerms(d)) {
    if (term.atoms.size() != 1 || (term.coefficient != 1 && term.coefficient != -1)) continue;
    const Dim rest = d - DimOps::FromAtom(term.atoms[0]) * term.coefficient;
    const std::vector<std::string> others = rest.Symbols();
    if (std::find(others.begin(), others.end(), key) == others.end()) return true;
  }
  return false;
}

}  // namespace

std::optional<std::vector<std::string>> FactsThatEquate(const Dim& a, const Dim& b) {
  const Dim difference = a - b;
  if (difference.IsOvergrown()) return std::nullopt;
  if (difference.is_const()) {
    return difference.value() == 0 ? std::make_optional<std::vector<std::string>>() : std::nullopt;
  }
  if (auto facts = Search(difference).Run()) return facts;
  if (!GivesOneByOthers(difference)) return std::nullopt;
  return std::vector<std::string>{absl::StrCat(a.ToString(), "==", b.ToString())};
}

std::vector<std::string> RemaindersThatEquate(const Dim& a, const Dim& b) {
  if ((a - b).IsPolynomial()) return {};
  const auto facts = FactsThatEquate(a, b);
  const auto is_remainder = [](const std::string& fact) { return absl::StrContains(fact, '%'); };
  return facts && absl::c_all_of(*facts, is_remainder) ? *facts : std::vector<std::string>();
}

}  // namespace t2n
