// An einsum of two operands as transpositions, reshapes and one matmul: for targets without einsum,
// and for contractions over several axes, which tract (0.23.9 and before) fails to compile.
#include "absl/strings/str_cat.h"
#include "emit/lower/families.h"

namespace t2n {

using nnef::Call;
using nnef::Expr;
using nnef::Ints;

namespace {

bool Has(const std::string& axes, char axis) { return axes.find(axis) != std::string::npos; }

bool Repeats(const std::string& axes) {
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes.find(axes[i], i + 1) != std::string::npos) return true;
  }
  return false;
}

// Axes by the part they play.
struct Roles {
  std::string batch, m, n, k;
};

Dim SizeOf(const Node& node, const EinsumTerms& terms, int operand, char axis) {
  return node.inputs[operand]->shape()[terms.inputs[operand].find(axis)];
}

Expr Permuted(Lowering& l, const Node& node, Expr x, const std::string& from,
              const std::string& to) {
  if (from == to) return x;
  std::vector<int64_t> perm;
  for (char c : to) perm.push_back(static_cast<int64_t>(from.find(c)));
  return l.Temp(node, "permuted", Call("transpose", {std::move(x)}, {{"axes", Ints(perm)}}));
}

Expr Reshaped(Lowering& l, const Node& node, Expr x, const Shape& shape) {
  return l.Temp(node, "merged", Call("reshape", {std::move(x)}, {{"shape", DimArray(shape)}}));
}

}  // namespace

bool IsContraction(const Node& node, const EinsumTerms& terms) {
  if (terms.inputs.size() != 2 || Repeats(terms.output)) return false;
  const std::string &a = terms.inputs[0], &b = terms.inputs[1];
  if (Repeats(a) || Repeats(b)) return false;
  for (int i = 0; i < 2; ++i) {
    for (char c : terms.inputs[i]) {
      bool shared = Has(terms.inputs[1 - i], c);
      // An axis of one operand alone that is summed, or spread from size 1, is no matmul.
      if (!shared && !Has(terms.output, c)) return false;
      if (shared && SizeOf(node, terms, 0, c) != SizeOf(node, terms, 1, c)) return false;
    }
  }
  return true;
}

int ContractedAxes(const EinsumTerms& terms) {
  int count = 0;
  for (char c : terms.inputs[0]) count += !Has(terms.output, c);
  return count;
}

Expr ContractByMatMul(Lowering& l, const Node& node, const EinsumTerms& terms, Expr x, Expr y) {
  const std::string &a = terms.inputs[0], &b = terms.inputs[1];
  Roles roles;
  for (char c : terms.output) {
    (Has(a, c) && Has(b, c) ? roles.batch : Has(a, c) ? roles.m : roles.n) += c;
  }
  for (char c : a) {
    if (!Has(terms.output, c)) roles.k += c;
  }
  auto sizes = [&](int operand, const std::string& axes) {
    Shape shape;
    for (char c : axes) shape.push_back(SizeOf(node, terms, operand, c));
    return shape;
  };
  auto merged = [&](int operand, const std::string& rows, const std::string& columns) {
    Shape shape = sizes(operand, roles.batch);
    shape.push_back(NumElements(sizes(operand, rows)));
    shape.push_back(NumElements(sizes(operand, columns)));
    return shape;
  };
  x = Reshaped(l, node, Permuted(l, node, std::move(x), a, roles.batch + roles.m + roles.k),
               merged(0, roles.m, roles.k));
  y = Reshaped(l, node, Permuted(l, node, std::move(y), b, roles.batch + roles.k + roles.n),
               merged(1, roles.k, roles.n));
  Expr product = l.Temp(node, "product", Call("matmul", {std::move(x), std::move(y)}));
  Shape shape = sizes(0, roles.batch + roles.m);
  for (const Dim& d : sizes(1, roles.n)) shape.push_back(d);
  std::string order = roles.batch + roles.m + roles.n;
  Expr unmerged = Call("reshape", {std::move(product)}, {{"shape", DimArray(shape)}});
  if (order == terms.output) return unmerged;
  std::vector<int64_t> perm;
  for (char c : terms.output) perm.push_back(static_cast<int64_t>(order.find(c)));
  return Call("transpose", {l.Temp(node, "unmerged", std::move(unmerged))}, {{"axes", Ints(perm)}});
}

}  // namespace t2n
