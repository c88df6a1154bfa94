#include "emit/lower/einsum.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "t2n/base/status.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

namespace {

// A tensor and the letters of its axes.
struct Term {
  Expr x;
  std::string axes;
  std::map<char, Dim> sizes;
};

bool Has(const std::string& axes, char axis) { return axes.find(axis) != std::string::npos; }

class Contraction {
 public:
  Contraction(Lowering& l, const Node& node) : l_(l), node_(node) {}

  // Sums over the axes that `keep` does not have.
  void SumOut(Term& t, const std::string& keep) {
    std::vector<int64_t> axes;
    std::string kept;
    for (size_t i = 0; i < t.axes.size(); ++i) {
      if (Has(keep, t.axes[i])) {
        kept += t.axes[i];
      } else {
        axes.push_back(i);
      }
    }
    if (axes.empty()) return;
    t.x = Temp("summed", Call("sum_reduce", {t.x}, {{"axes", Ints(axes)}}));
    t.x = Temp("summed", Call("squeeze", {t.x}, {{"axes", Ints(axes)}}));
    t.axes = kept;
  }

  void Transpose(Term& t, const std::string& axes) {
    if (t.axes == axes) return;
    std::vector<int64_t> perm;
    for (char c : axes) perm.push_back(t.axes.find(c));
    t.x = Temp("ordered", Call("transpose", {t.x}, {{"axes", Ints(perm)}}));
    t.axes = axes;
  }

  // The product of two terms with the axes of `keep`; the others are summed over.
  Term Multiply(Term a, Term b, const std::string& keep) {
    std::string batch, m, n, k;
    for (char c : a.axes) (!Has(b.axes, c) ? m : Has(keep, c) ? batch : k) += c;
    for (char c : b.axes) {
      if (!Has(a.axes, c)) n += c;
    }
    Spread(a, b, k);
    Spread(b, a, k);
    Transpose(a, batch + m + k);
    Transpose(b, batch + k + n);
    std::map<char, Dim> sizes = a.sizes;
    for (const auto& [axis, size] : b.sizes) {
      auto [it, is_new] = sizes.insert({axis, size});
      if (!is_new && it->second == Dim(1)) it->second = size;
    }
    if (k.empty()) {
      a.x = Insert(a.x, batch.size() + m.size(), n.size());
      b.x = Insert(b.x, batch.size(), m.size());
      return {Temp("product", Call("mul", {a.x, b.x})), batch + m + n, sizes};
    }
    a.x = Merge(Merge(a.x, a, batch.size() + m.size(), k), a, batch.size(), m);
    b.x = Merge(Merge(b.x, b, batch.size() + k.size(), n), b, batch.size(), k);
    Expr product = Temp("product", Call("matmul", {a.x, b.x}));
    return {Split(std::move(product), batch.size(), m, n, sizes), batch + m + n, sizes};
  }

 private:
  Expr Temp(const char* suffix, Expr e) { return l_.Temp(node_, suffix, std::move(e)); }

  // Repeats axes of size 1 that are summed over, as often as the other term has them.
  void Spread(Term& t, const Term& other, const std::string& summed) {
    std::vector<int64_t> repeats(t.axes.size(), 1);
    bool any = false;
    for (size_t i = 0; i < t.axes.size(); ++i) {
      char c = t.axes[i];
      if (!Has(summed, c) || t.sizes[c] != Dim(1) || other.sizes.at(c) == Dim(1)) continue;
      any = true;
      repeats[i] = other.sizes.at(c).constant().value_or(1);
      t.sizes[c] = other.sizes.at(c);
    }
    if (any) t.x = Temp("repeated", Call("tile", {t.x}, {{"repeats", Ints(repeats)}}));
  }

  // The last two axes of a product, from `at` on, as those that were merged.
  Expr Split(Expr product, int64_t at, const std::string& m, const std::string& n,
             const std::map<char, Dim>& sizes) {
    if (m.size() == 1 && n.size() == 1) return product;
    if (m.empty() && n.empty()) {
      return Temp("product", Call("squeeze", {product}, {{"axes", Ints({at, at + 1})}}));
    }
    Shape axes;
    for (char c : m + n) axes.push_back(sizes.at(c));
    return Temp("product", Call("reshape", {product},
                                {{"shape", DimArray(axes)},
                                 {"axis_start", nnef::Int(at)},
                                 {"axis_count", nnef::Int(2)}}));
  }

  Expr Insert(Expr x, size_t at, size_t count) {
    if (count == 0) return x;
    std::vector<int64_t> axes;
    for (size_t i = 0; i < count; ++i) axes.push_back(at + i);
    return Temp("aligned", Call("unsqueeze", {x}, {{"axes", Ints(axes)}}));
  }

  // The axes `merged` of the term, which begin at `at`, as one.
  Expr Merge(Expr x, Term& t, size_t at, const std::string& merged) {
    if (merged.size() == 1) return x;
    if (merged.empty()) return Insert(x, at, 1);
    Dim size = 1;
    for (char c : merged) size *= t.sizes[c];
    return Temp("merged", Call("reshape", {x},
                               {{"shape", DimArray({size})},
                                {"axis_start", nnef::Int(at)},
                                {"axis_count", nnef::Int(merged.size())}}));
  }

  Lowering& l_;
  const Node& node_;
};

}  // namespace

absl::StatusOr<Expr> EinsumByMatMul(Lowering& l, const Node& node,
                                    const std::vector<Expr>& operands) {
  EinsumTerms equation = ParseEinsum(node.attrs.Str("equation"));
  std::vector<Term> terms;
  for (size_t i = 0; i < operands.size(); ++i) {
    Term t{operands[i], equation.inputs[i], {}};
    for (size_t axis = 0; axis < t.axes.size(); ++axis) {
      if (!t.sizes.insert({t.axes[axis], node.inputs[i]->shape()[axis]}).second) {
        return l.Refuse(node, "the diagonal of an operand");
      }
    }
    terms.push_back(std::move(t));
  }
  // The letters that are needed beside and behind each term.
  auto needed = [&](size_t without_before, size_t without) {
    std::string keep = equation.output;
    for (size_t i = without_before; i < terms.size(); ++i) {
      if (i != without) keep += equation.inputs[i];
    }
    return keep;
  };
  Contraction contraction(l, node);
  for (size_t i = 0; i < terms.size(); ++i) contraction.SumOut(terms[i], needed(0, i));
  Term result = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) {
    result = contraction.Multiply(result, terms[i], needed(i + 1, terms.size()));
  }
  contraction.SumOut(result, equation.output);
  contraction.Transpose(result, equation.output);
  return result.x;
}

}  // namespace t2n
