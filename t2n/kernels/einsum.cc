// Einstein sums: operands are contracted from left to right, each pair as batched matrix products.
#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/ir/type_rules.h"
#include "t2n/kernels/gemm.h"
#include "t2n/kernels/reduce.h"

namespace t2n::kernels {
namespace {

// A tensor and the letters of its axes, each once and none of size 1.
struct Operand {
  Tensor t;
  std::string letters;

  int64_t size(char c) const { return t.sizes[letters.find(c)]; }
  bool has(char c) const { return letters.find(c) != std::string::npos; }
};

// Repeated letters become one axis, the diagonal; axes of size 1 go.
absl::StatusOr<Operand> Normalize(const Tensor& t, const std::string& letters) {
  Operand out{t, ""};
  out.t.sizes.clear();
  out.t.strides.clear();
  if (letters.size() != t.sizes.size()) return Invalid(Op::kEinsum, "operand of another rank");
  for (size_t i = 0; i < letters.size(); ++i) {
    if (t.sizes[i] == 1) continue;
    size_t at = out.letters.find(letters[i]);
    if (at == std::string::npos) {
      out.letters += letters[i];
      out.t.sizes.push_back(t.sizes[i]);
      out.t.strides.push_back(t.strides[i]);
    } else if (out.t.sizes[at] == t.sizes[i]) {
      out.t.strides[at] += t.strides[i];
    } else {
      return Invalid(Op::kEinsum, absl::StrCat("sizes of axis ", letters.substr(i, 1), " differ"));
    }
  }
  return out;
}

// Sums over every letter that `keep` does not have.
absl::StatusOr<Operand> SumOut(Operand x, absl::string_view keep) {
  Sizes axes;
  for (size_t i = 0; i < x.letters.size(); ++i) {
    if (!absl::StrContains(keep, x.letters[i])) axes.push_back(i);
  }
  if (axes.empty()) return x;
  T2N_ASSIGN_OR_RETURN(Tensor t, SumAxes(x.t, axes, DTypeOf(ComputeOf(x.t.dtype))));
  Operand out{t, ""};
  out.t.sizes.clear();
  out.t.strides.clear();
  for (size_t i = 0; i < x.letters.size(); ++i) {
    if (!absl::StrContains(keep, x.letters[i])) continue;
    out.letters += x.letters[i];
    out.t.sizes.push_back(t.sizes[i]);
    out.t.strides.push_back(t.strides[i]);
  }
  return out;
}

Tensor InOrder(const Operand& x, const std::string& letters) {
  Sizes perm;
  for (char c : letters) perm.push_back(x.letters.find(c));
  return Permuted(x.t, perm);
}

int64_t Extent(const Operand& x, const std::string& letters) {
  int64_t n = 1;
  for (char c : letters) n *= x.size(c);
  return n;
}

// The letters of a product by role: in both and kept; in both and summed; only in one.
struct Roles {
  std::string batch, sum, left, right;
};

template <typename T>
absl::StatusOr<Operand> Multiply(const Operand& a, const Operand& b, const Roles& roles) {
  const int64_t batch = Extent(a, roles.batch), m = Extent(a, roles.left);
  const int64_t n = Extent(b, roles.right), k = Extent(a, roles.sum);
  T2N_ASSIGN_OR_RETURN(auto x, Elements<T>::Read(InOrder(a, roles.batch + roles.left + roles.sum)));
  T2N_ASSIGN_OR_RETURN(auto y,
                       Elements<T>::Read(InOrder(b, roles.batch + roles.sum + roles.right)));
  Operand out;
  Sizes sizes;
  out.letters = roles.batch + roles.left + roles.right;
  for (char c : out.letters) sizes.push_back(a.has(c) ? a.size(c) : b.size(c));
  uint8_t* bytes;
  T2N_ASSIGN_OR_RETURN(out.t, NewTensor(DTypeOf(kComputeOf<T>), std::move(sizes), &bytes));
  T* z = reinterpret_cast<T*>(bytes);
  if (out.t.numel() == 0) return out;
  for (int64_t i = 0; i < batch; ++i) {
    MatMul(m, n, k, x.data() + i * m * k, y.data() + i * k * n, n, z + i * m * n, n);
  }
  return out;
}

// Contracts two operands; letters of `keep` stay.
absl::StatusOr<Operand> Contract(Operand a, Operand b, const std::string& keep) {
  T2N_ASSIGN_OR_RETURN(a, SumOut(std::move(a), keep + b.letters));
  T2N_ASSIGN_OR_RETURN(b, SumOut(std::move(b), keep + a.letters));
  Roles roles;
  for (char c : a.letters) {
    bool kept = absl::StrContains(keep, c);
    (b.has(c) ? (kept ? roles.batch : roles.sum) : roles.left) += c;
    if (b.has(c) && a.size(c) != b.size(c)) {
      return Invalid(Op::kEinsum, absl::StrCat("sizes of axis ", std::string(1, c), " differ"));
    }
  }
  for (char c : b.letters) {
    if (!a.has(c)) roles.right += c;
  }
  return Dispatch(a.t.dtype, [&](auto v) { return Multiply<decltype(v)>(a, b, roles); });
}

template <typename T>
absl::StatusOr<Tensor> Finish(const Tensor& t, DType dtype, Sizes sizes) {
  T2N_ASSIGN_OR_RETURN(auto elements, Elements<T>::Read(t));
  return Store(dtype, std::move(sizes), elements.data());
}

absl::StatusOr<std::vector<Tensor>> Einsum(const KernelCall& call) {
  EinsumTerms terms = ParseEinsum(call.attrs.Str("equation"));
  DType dtype = call.inputs[0].dtype;
  if (IsQuantized(dtype)) return NotDefined(call.op, dtype);
  std::map<char, int64_t> sizes;
  std::vector<Operand> operands;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(Operand x, Normalize(call.inputs[i], terms.inputs[i]));
    for (char c : x.letters) sizes[c] = x.size(c);
    operands.push_back(std::move(x));
  }
  Operand result = operands[0];
  for (size_t i = 1; i < operands.size(); ++i) {
    std::string keep = terms.output;
    for (size_t k = i + 1; k < operands.size(); ++k) keep += operands[k].letters;
    T2N_ASSIGN_OR_RETURN(result, Contract(std::move(result), operands[i], keep));
  }
  T2N_ASSIGN_OR_RETURN(result, SumOut(std::move(result), terms.output));
  Sizes out;
  std::string letters;
  for (char c : terms.output) {
    out.push_back(sizes.count(c) ? sizes[c] : 1);
    if (sizes.count(c)) letters += c;
  }
  Tensor t = InOrder(result, letters);
  if (t.dtype == dtype && t.is_contiguous()) {
    t.strides = ContiguousStrides(out);
    t.sizes = std::move(out);
    return std::vector<Tensor>{std::move(t)};
  }
  T2N_ASSIGN_OR_RETURN(
      Tensor stored, Dispatch(t.dtype, [&](auto v) { return Finish<decltype(v)>(t, dtype, out); }));
  return std::vector<Tensor>{std::move(stored)};
}

constexpr KernelEntry kTable[] = {{Op::kEinsum, Einsum}};

}  // namespace

absl::Span<const KernelEntry> EinsumKernels() { return kTable; }

}  // namespace t2n::kernels
