#include "t2n/sizes/needed_facts.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "t2n/base/status.h"
#include "t2n/ir/dim_facts.h"
#include "t2n/ir/type_rules.h"

namespace t2n {
namespace {

using Pair = std::pair<Dim, Dim>;

// Axis by axis, sizes that are not 1.
void AddAligned(const Node& node, int64_t but, std::vector<Pair>* pairs) {
  for (int64_t axis = 0; axis < node.output()->rank(); ++axis) {
    if (axis == but) continue;
    const Dim* first = nullptr;
    for (const Value* input : node.inputs) {
      if (axis >= input->rank() || input->shape()[axis] == Dim(1)) continue;
      if (first) pairs->emplace_back(*first, input->shape()[axis]);
      if (!first) first = &input->shape()[axis];
    }
  }
}

void AddOfEinsum(const Node& node, std::vector<Pair>* pairs) {
  const EinsumTerms terms = ParseEinsum(node.attrs.Str("equation"));
  std::map<char, Dim> sizes;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    for (int64_t axis = 0; axis < node.inputs[i]->rank(); ++axis) {
      const Dim& size = node.inputs[i]->shape()[axis];
      if (size == Dim(1)) continue;
      const auto [it, is_new] = sizes.try_emplace(terms.inputs[i][axis], size);
      if (!is_new) pairs->emplace_back(it->second, size);
    }
  }
}

std::vector<Pair> TakenForEqual(const Node& node) {
  std::vector<Pair> pairs;
  if (IsElementwise(node.op)) AddAligned(node, -1, &pairs);
  if (node.op == Op::kConcat) AddAligned(node, node.attrs.Int("axis"), &pairs);
  if (node.op == Op::kEinsum) AddOfEinsum(node, &pairs);
  return pairs;
}

bool HasUnnamed(const Dim& d) {
  for (const std::string& s : d.Symbols()) {
    if (s.find('.') != std::string::npos || s.find('?') != std::string::npos) return true;
  }
  return false;
}

std::string Why(const Node& node, const Dim& a, const Dim& b) {
  return absl::StrCat("the sizes ", a.ToString(), " and ", b.ToString(), " of ", OpName(node.op),
                      " must be the same, at ",
                      node.place ? node.place->ToString() : "an unknown place");
}

absl::Status Collect(const Graph& graph, std::map<std::string, bool>* seen,
                     std::vector<NeededFact>* needed) {
  for (const auto& node : graph.nodes()) {
    for (const auto& body : node->bodies) T2N_RETURN_IF_ERROR(Collect(*body, seen, needed));
    for (const auto& [a, b] : TakenForEqual(*node)) {
      if (a == b || Equal(a, b) == true || HasUnnamed(a - b)) continue;
      if (!seen->emplace(absl::StrCat(a.ToString(), "|", b.ToString()), true).second) continue;
      const auto facts = FactsThatEquate(a, b);
      const std::string why = absl::StrCat(
          "the sizes ", a.ToString(), " and ", b.ToString(), " of ", OpName(node->op),
          " must be the same, at ", node->place ? node->place->ToString() : "an unknown place");
      if (!facts) {
        return absl::UnimplementedError(
            absl::StrCat(why, ": no fact about the open sizes makes them so; give numbers"));
      }
      if (!facts->empty()) needed->push_back({*facts, why});
    }
  }
  return absl::OkStatus();
}

// `S%4==1` or `S>=2`.
struct Parsed {
  std::string symbol;
  std::optional<int64_t> divisor;
  int64_t number = 0;
};

std::optional<Parsed> Parse(absl::string_view fact) {
  const bool divides = fact.find('%') != fact.npos;
  Parsed parsed;
  std::vector<std::string> sides = absl::StrSplit(fact, divides ? "==" : ">=");
  if (sides.size() != 2 || !absl::SimpleAtoi(sides[1], &parsed.number)) return std::nullopt;
  const std::pair<std::string, std::string> left = absl::StrSplit(sides[0], '%');
  parsed.symbol = left.first;
  int64_t divisor;
  if (divides && !absl::SimpleAtoi(left.second, &divisor)) return std::nullopt;
  if (divides) parsed.divisor = divisor;
  return parsed;
}

}  // namespace

absl::StatusOr<std::vector<NeededFact>> NeededFacts(const Graph& graph) {
  std::vector<NeededFact> needed;
  std::map<std::string, bool> seen;
  T2N_RETURN_IF_ERROR(Collect(graph, &seen, &needed));
  return needed;
}

std::optional<NeededFact> FactNeededToGoOn(const Graph& graph) {
  if (graph.nodes().empty()) return std::nullopt;
  const Node& node = *graph.nodes().back();
  if (node.op != Op::kReshape) return std::nullopt;
  const Dim before = NumElements(node.inputs[0]->shape());
  const Dim after = NumElements(node.output()->shape());
  if (Equal(before, after) == true || HasUnnamed(before - after)) return std::nullopt;
  const auto facts = FactsThatEquate(before, after);
  if (!facts || facts->empty()) return std::nullopt;
  return NeededFact{*facts, Why(node, before, after)};
}

std::optional<std::string> AddGraphFact(absl::string_view fact, SymbolFacts* facts) {
  const std::optional<Parsed> parsed = Parse(fact);
  if (!parsed) return std::nullopt;
  std::string name = parsed->symbol;
  int64_t divisor = 1, residue = 0;
  for (const auto& [user, known] : *facts) {
    if (GraphSymbol(user, *facts).first != parsed->symbol || known.same_as) continue;
    name = user, divisor = known.divisor, residue = known.residue;
  }
  SymbolFacts more = *facts;
  const Dim size = Dim::Symbol(name, {std::nullopt, std::nullopt});
  const int64_t number = divisor * parsed->number + residue;
  const int64_t modulus = divisor * parsed->divisor.value_or(1);
  const absl::Status added = parsed->divisor ? AddDivisor(size, modulus, number, &more)
                                             : AddBound(size, ">=", number, &more);
  if (!added.ok() || !CheckFacts(more).ok()) return std::nullopt;
  const SymbolFact &was = (*facts)[name], &is = more[name];
  if (was.divisor == is.divisor && was.range.min == is.range.min) return std::nullopt;
  *facts = std::move(more);
  return parsed->divisor ? absl::StrCat(name, "%", modulus, "==", number)
                         : absl::StrCat(name, ">=", number);
}

}  // namespace t2n
