#include "t2n/reference/compare.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

using Complex = std::complex<double>;

enum class Kind { kBool, kInteger, kFloat, kComplex };

Kind KindOf(DType dtype) {
  if (dtype == DType::kBool) return Kind::kBool;
  if (IsComplex(dtype)) return Kind::kComplex;
  return IsFloat(dtype) ? Kind::kFloat : Kind::kInteger;
}

std::string Sizes(const std::vector<int64_t>& sizes) {
  return absl::StrCat("[", absl::StrJoin(sizes, ","), "]");
}

bool SamePart(double a, double b) { return a == b || (a != a && b != b); }

bool Finite(Complex z) { return std::isfinite(z.real()) && std::isfinite(z.imag()); }

std::string Text(int64_t v) { return absl::StrCat(v); }
std::string Text(Complex z) {
  if (z.imag() == 0) return absl::StrCat(z.real());
  return absl::StrCat("(", z.real(), ",", z.imag(), ")");
}

double Error(int64_t got, int64_t want) {
  return std::abs(static_cast<double>(got) - static_cast<double>(want));
}
double Error(Complex got, Complex want) {
  return Finite(got) && Finite(want) ? std::abs(got - want) : 0;
}

bool Agree(int64_t got, int64_t want, const Tolerance&) { return got == want; }
bool Agree(Complex got, Complex want, const Tolerance& t) {
  if (Finite(got) && Finite(want)) return std::abs(got - want) <= t.atol + t.rtol * std::abs(want);
  return SamePart(got.real(), want.real()) && SamePart(got.imag(), want.imag());
}

constexpr double kEqualShare = 0.99;

template <typename T>
Comparison CompareSteps(const std::vector<T>& got, const std::vector<T>& want, double step) {
  Comparison c;
  for (size_t i = 0; i < got.size(); ++i) {
    double error = Error(got[i], want[i]);
    if (error == 0 && !Agree(got[i], want[i], {0, 0})) error = INFINITY;  // NaN for a number
    c.max_abs_error = std::max(c.max_abs_error, error);
    if (!(error < 0.01 * step)) ++c.differing;
  }
  double equal = got.empty() ? 1 : 1 - static_cast<double>(c.differing) / got.size();
  c.equal = equal >= kEqualShare && c.max_abs_error < 1.01 * step;
  if (c.equal) return c;
  c.message = absl::StrCat(100 * equal, " % of ", got.size(), " elements equal, largest error ",
                           c.max_abs_error / step, " steps");
  return c;
}

template <typename T>
Comparison CompareElements(const std::vector<T>& got, const std::vector<T>& want,
                           const std::vector<int64_t>& sizes, const Tolerance& tolerance) {
  if (tolerance.step > 0) return CompareSteps(got, want, tolerance.step);
  Comparison c;
  size_t first = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    c.max_abs_error = std::max(c.max_abs_error, Error(got[i], want[i]));
    if (!Agree(got[i], want[i], tolerance) && c.differing++ == 0) first = i;
  }
  c.equal = c.differing == 0;
  if (c.equal) return c;
  int64_t rest = first;
  c.first.resize(sizes.size());
  for (int64_t axis = sizes.size() - 1; axis >= 0; rest /= sizes[axis--]) {
    c.first[axis] = rest % sizes[axis];
  }
  c.message = absl::StrCat(c.differing, " of ", got.size(), " elements differ, first at ",
                           Sizes(c.first), ": ", Text(got[first]), ", expected ", Text(want[first]),
                           "; largest error ", c.max_abs_error);
  return c;
}

}  // namespace

absl::StatusOr<Comparison> Compare(const Tensor& got, const Tensor& want,
                                   const Tolerance& tolerance) {
  Comparison c;
  if (got.sizes != want.sizes) {
    c.message = absl::StrCat("shape ", Sizes(got.sizes), ", expected ", Sizes(want.sizes));
    return c;
  }
  const Kind kind = KindOf(want.dtype);
  if (KindOf(got.dtype) != kind) {
    c.message = absl::StrCat("type ", DTypeName(got.dtype), ", expected ", DTypeName(want.dtype));
    return c;
  }
  if (kind == Kind::kBool || kind == Kind::kInteger) {
    T2N_ASSIGN_OR_RETURN(auto a, ReadInts(got));
    T2N_ASSIGN_OR_RETURN(auto b, ReadInts(want));
    return CompareElements(a, b, got.sizes, tolerance);
  }
  T2N_ASSIGN_OR_RETURN(auto a, ReadComplex(got));
  T2N_ASSIGN_OR_RETURN(auto b, ReadComplex(want));
  return CompareElements(a, b, got.sizes, tolerance);
}

}  // namespace t2n
