// torch.einsum and other contractions (ATen/native/Linear.cpp).
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "t2n/aten/core/layers.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/linalg/ops.h"

namespace t2n {
namespace {

constexpr absl::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

// Operands with a letter an axis, and the letters of the result.
struct Contraction {
  std::vector<Val> operands;
  std::vector<std::string> letters;
  std::string output;
};

// The letters that `...` stands for, by the number of axes: the last `n` of `all`.
std::string Expand(absl::string_view term, absl::string_view all, int64_t n) {
  return absl::StrReplaceAll(term, {{"...", all.substr(all.size() - n)}});
}

// Without `->`: the ellipsis, then every letter that occurs once, in alphabetical order.
std::string ImplicitOutput(const std::vector<std::string>& terms) {
  std::map<char, int> count;
  bool ellipsis = false;
  for (const std::string& term : terms) {
    ellipsis |= absl::StrContains(term, "...");
    for (char ch : term) {
      if (ch != '.') ++count[ch];
    }
  }
  std::string out = ellipsis ? "..." : "";
  for (const auto& [ch, n] : count) {
    if (n == 1) out.push_back(ch);
  }
  return out;
}

bool IsTerm(absl::string_view term) {
  std::string rest(term);
  size_t dots = rest.find("...");
  if (dots != std::string::npos) rest.erase(dots, 3);
  return std::all_of(rest.begin(), rest.end(),
                     [](char ch) { return absl::StrContains(kLetters, std::string(1, ch)); });
}

// Reads `equation`, replacing ellipses by letters that it does not use.
Contraction ParseContraction(OpCall& c, std::string equation, std::vector<Val> operands) {
  Contraction out;
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  std::vector<std::string> sides = absl::StrSplit(equation, "->");
  std::vector<std::string> terms = absl::StrSplit(sides[0], ',');
  std::string output = sides.size() > 1 ? sides[1] : ImplicitOutput(terms);
  bool valid = sides.size() <= 2 && terms.size() == operands.size() && IsTerm(output);
  std::vector<int64_t> hidden;
  int64_t most = 0;
  for (size_t i = 0; i < terms.size() && valid; ++i) {
    bool dots = absl::StrContains(terms[i], "...");
    int64_t n = operands[i].rank() - static_cast<int64_t>(terms[i].size()) + (dots ? 3 : 0);
    valid = IsTerm(terms[i]) && n >= 0 && (dots || n == 0);
    hidden.push_back(n);
    most = std::max(most, n);
  }
  std::string fresh;
  for (char ch : kLetters) {
    if (!absl::StrContains(equation, std::string(1, ch))) fresh.push_back(ch);
  }
  if (!valid || most > static_cast<int64_t>(fresh.size())) {
    c.RefuseArg("equation", "does not fit the operands");
    return out;
  }
  fresh.resize(most);
  for (size_t i = 0; i < terms.size(); ++i) {
    out.letters.push_back(Expand(terms[i], fresh, hidden[i]));
  }
  out.operands = std::move(operands);
  out.output = Expand(output, fresh, most);
  return out;
}

// Replaces two axes of one letter by their diagonal.
void TakeDiagonals(Builder& b, Val* x, std::string* letters) {
  for (size_t i = 0; i < letters->size(); ++i) {
    size_t j;
    while ((j = letters->find((*letters)[i], i + 1)) != std::string::npos) {
      Shape rows(x->rank(), Dim(1)), columns = rows;
      rows[i] = x->dim(i);
      columns[j] = x->dim(j);
      Val on = b.Eq(b.Reshape(b.Iota(rows[i]), rows), b.Reshape(b.Iota(columns[j]), columns));
      Val kept = b.Select(on, *x, b.ScalarLike(*x, 0));
      *x = b.Reduce(Op::kReduceSum, kept, {static_cast<int64_t>(j)}, false);
      letters->erase(j, 1);
    }
  }
}

// Sums over the axes whose letters are not among `needed`.
void SumOthers(Builder& b, Val* x, std::string* letters, const std::set<char>& needed) {
  std::vector<int64_t> axes;
  std::string kept;
  for (size_t i = 0; i < letters->size(); ++i) {
    if (needed.count((*letters)[i])) {
      kept.push_back((*letters)[i]);
    } else {
      axes.push_back(i);
    }
  }
  *x = b.Reduce(Op::kReduceSum, *x, axes, false);
  *letters = kept;
}

// Two operands at a time, from the left; a letter is summed over when nothing else has it.
Val Contract(Builder& b, Contraction k) {
  auto needed_after = [&](size_t i) {
    std::set<char> needed(k.output.begin(), k.output.end());
    for (size_t j = i; j < k.letters.size(); ++j) {
      needed.insert(k.letters[j].begin(), k.letters[j].end());
    }
    return needed;
  };
  for (size_t i = 0; i < k.operands.size(); ++i) TakeDiagonals(b, &k.operands[i], &k.letters[i]);
  Val y = k.operands[0];
  std::string letters = k.letters[0];
  SumOthers(b, &y, &letters, needed_after(1));
  for (size_t i = 1; i < k.operands.size(); ++i) {
    std::set<char> needed = needed_after(i + 1);
    std::set<char> mine = needed;
    mine.insert(letters.begin(), letters.end());
    SumOthers(b, &k.operands[i], &k.letters[i], mine);
    std::string out;
    if (i + 1 == k.operands.size()) {
      out = k.output;
    } else {
      for (char ch : absl::StrCat(letters, k.letters[i])) {
        if (needed.count(ch) && !absl::StrContains(out, std::string(1, ch))) out.push_back(ch);
      }
    }
    y = b.Einsum(absl::StrCat(letters, ",", k.letters[i], "->", out), {y, k.operands[i]});
    letters = out;
  }
  if (letters == k.output) return y;
  std::vector<int64_t> perm;
  for (char ch : k.output) perm.push_back(letters.find(ch));
  return b.Transpose(y, perm);
}

Arg Einsum(OpCall& c) {
  c.ignore({"path"});
  std::vector<Val> operands = c.tensors("tensors");
  if (operands.empty()) return c.Refuse("without operands");
  Contraction k = ParseContraction(c, c.str("equation"), std::move(operands));
  if (!c.b.ok()) return Val();
  for (char ch : k.output) {
    bool found = std::any_of(k.letters.begin(), k.letters.end(), [&](const std::string& l) {
      return absl::StrContains(l, std::string(1, ch));
    });
    if (!found || std::count(k.output.begin(), k.output.end(), ch) != 1) {
      return c.RefuseArg("equation");
    }
  }
  return Contract(c.b, std::move(k));
}

Arg Tensordot(OpCall& c) {
  Val x = c.tensor("self"), y = c.tensor("other");
  std::vector<int64_t> dims_x = c.ints("dims_self"), dims_y = c.ints("dims_other");
  if (dims_x.size() != dims_y.size() || x.rank() + y.rank() > 50) return c.RefuseArg("dims_other");
  std::string left(kLetters.substr(0, x.rank())), right(kLetters.substr(x.rank(), y.rank()));
  std::string summed;
  for (size_t i = 0; i < dims_x.size(); ++i) {
    auto ax = NormalizeAxis(dims_x[i], x.rank()), ay = NormalizeAxis(dims_y[i], y.rank());
    if (!ax || !ay || x.rank() == 0 || y.rank() == 0) return c.Refuse("an axis out of range");
    right[*ay] = left[*ax];
    summed.push_back(left[*ax]);
  }
  Contraction k{{x, y}, {left, right}, ""};
  for (char ch : absl::StrCat(left, right)) {
    if (!absl::StrContains(summed, std::string(1, ch))) k.output.push_back(ch);
  }
  return Contract(c.b, std::move(k));
}

Arg Kron(OpCall& c) {
  Builder& b = c.b;
  std::vector<Val> x = Promote(b, {c.arg("self"), c.arg("other")});
  int64_t rank = std::max(x[0].rank(), x[1].rank());
  Shape left, right, out;
  for (int64_t i = 0; i < rank; ++i) {
    Dim m = x[0].dim(i - rank), n = x[1].dim(i - rank);
    left.insert(left.end(), {m, Dim(1)});
    right.insert(right.end(), {Dim(1), n});
    out.push_back(m * n);
  }
  return b.Reshape(b.Mul(b.Reshape(x[0], left), b.Reshape(x[1], right)), out);
}

Arg Bilinear(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input1"), y = c.tensor("input2"), bias = c.tensor("bias");
  std::string lead(kLetters.substr(0, std::max<int64_t>(x.rank() - 1, 0)));
  Val left = b.Einsum(absl::StrCat(lead, "X,ZXY->", lead, "ZY"), {x, c.tensor("weight")});
  Val out = b.Einsum(absl::StrCat(lead, "ZY,", lead, "Y->", lead, "Z"), {left, y});
  return bias ? b.Add(out, bias) : out;
}

// Sums of products of x1, x2, x3 as _trilinear spells them: each lacks the axes of its list.
Arg Trilinear(OpCall& c) {
  Builder& b = c.b;
  Val y;
  for (int i = 1; i <= 3; ++i) {
    Val x = c.tensor(absl::StrCat("i", i));
    std::vector<int64_t> expand = c.ints(absl::StrCat("expand", i));
    std::sort(expand.begin(), expand.end());
    for (int64_t axis : expand) {
      if (axis < 0 || axis > x.rank()) return c.RefuseArg(absl::StrCat("expand", i));
      x = b.Unsqueeze(x, axis);
    }
    y = y ? b.Mul(y, x) : x;
  }
  c.ignore({"unroll_dim"});
  return b.Reduce(Op::kReduceSum, y, c.axes("sumdim", y.rank(), false), false);
}

constexpr OpEntry kOps[] = {
    {"aten::einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor", Einsum},
    {"aten::tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor",
     Tensordot},
    {"aten::kron(Tensor self, Tensor other) -> Tensor", Kron},
    {"aten::bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor",
     Bilinear},
    {"aten::_trilinear(Tensor i1, Tensor i2, Tensor i3, int[] expand1, int[] expand2, int[] "
     "expand3, int[] sumdim, int unroll_dim=1) -> Tensor",
     Trilinear},
};

}  // namespace

absl::Span<const OpEntry> EinsumOps() { return kOps; }

}  // namespace t2n
