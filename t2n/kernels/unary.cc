#include <cmath>
#include <type_traits>

#include "t2n/kernels/elementwise.h"

namespace t2n::kernels {
namespace {

template <typename T>
constexpr bool kIsInt = std::is_same_v<T, int64_t>;
template <typename T>
constexpr bool kIsComplex = std::is_same_v<T, Complex>;

#define T2N_FUNCTION(Name, expression) \
  struct Name {                        \
    template <typename T>              \
    auto operator()(T x) const {       \
      return expression;               \
    }                                  \
  };

T2N_FUNCTION(Exp, std::exp(x))
T2N_FUNCTION(Log, std::log(x))
T2N_FUNCTION(Sqrt, std::sqrt(x))
T2N_FUNCTION(Rsqrt, T(1) / std::sqrt(x))
T2N_FUNCTION(Recip, T(1) / x)
T2N_FUNCTION(Sin, std::sin(x))
T2N_FUNCTION(Cos, std::cos(x))
T2N_FUNCTION(Tan, std::tan(x))
T2N_FUNCTION(Asin, std::asin(x))
T2N_FUNCTION(Acos, std::acos(x))
T2N_FUNCTION(Atan, std::atan(x))
T2N_FUNCTION(Sinh, std::sinh(x))
T2N_FUNCTION(Cosh, std::cosh(x))
T2N_FUNCTION(Tanh, std::tanh(x))
T2N_FUNCTION(Asinh, std::asinh(x))
T2N_FUNCTION(Acosh, std::acosh(x))
T2N_FUNCTION(Atanh, std::atanh(x))
T2N_FUNCTION(Sigmoid, T(1) / (T(1) + std::exp(-x)))
T2N_FUNCTION(Erf, std::erf(x))
T2N_FUNCTION(Not, x == T(0))
T2N_FUNCTION(BitNot, ~x)
#undef T2N_FUNCTION

// Integers wrap around: arithmetic on their unsigned forms.
struct Neg {
  int64_t operator()(int64_t x) const { return static_cast<int64_t>(-static_cast<uint64_t>(x)); }
  template <typename T>
  T operator()(T x) const {
    return -x;
  }
};

struct Square {
  int64_t operator()(int64_t x) const {
    return static_cast<int64_t>(static_cast<uint64_t>(x) * static_cast<uint64_t>(x));
  }
  template <typename T>
  T operator()(T x) const {
    return x * x;
  }
};

struct Abs {
  int64_t operator()(int64_t x) const { return x < 0 ? Neg()(x) : x; }
  template <typename T>
  auto operator()(T x) const {
    return std::abs(x);
  }
};

struct Sign {
  template <typename T>
  T operator()(T x) const {
    return static_cast<T>((x > T(0)) - (x < T(0)));
  }
};

// Rounding leaves integers as they are.
#define T2N_ROUNDING(Name, function) \
  struct Name {                      \
    template <typename T>            \
    T operator()(T x) const {        \
      if constexpr (kIsInt<T>) {     \
        return x;                    \
      } else {                       \
        return function(x);          \
      }                              \
    }                                \
  };
T2N_ROUNDING(Floor, std::floor)
T2N_ROUNDING(Ceil, std::ceil)
T2N_ROUNDING(Round, std::nearbyint)
T2N_ROUNDING(Trunc, std::trunc)
#undef T2N_ROUNDING

struct IsNan {
  template <typename T>
  bool operator()(T x) const {
    if constexpr (kIsComplex<T>) {
      return std::isnan(x.real()) || std::isnan(x.imag());
    } else if constexpr (kIsInt<T>) {
      return false;
    } else {
      return std::isnan(x);
    }
  }
};

struct IsInf {
  template <typename T>
  bool operator()(T x) const {
    if constexpr (kIsComplex<T>) {
      return std::isinf(x.real()) || std::isinf(x.imag());
    } else if constexpr (kIsInt<T>) {
      return false;
    } else {
      return std::isinf(x);
    }
  }
};

template <typename F, int types, typename T, typename R>
constexpr BlockFn If() {
  if constexpr ((types & (kIsInt<T> ? kOnInt : kIsComplex<T> ? kOnComplex : kOnFloat)) != 0) {
    return UnaryLoop<F, T, R>;
  } else {
    return nullptr;
  }
}

template <typename F, int types>
constexpr BlockKernel Same(Op op) {
  return {op,
          Result::kSame,
          {If<F, types, int64_t, int64_t>(), If<F, types, float, float>(),
           If<F, types, double, double>(), If<F, types, Complex, Complex>()}};
}

template <typename F, int types>
constexpr BlockKernel Predicate(Op op) {
  return {op,
          Result::kBool,
          {If<F, types, int64_t, int64_t>(), If<F, types, float, int64_t>(),
           If<F, types, double, int64_t>(), If<F, types, Complex, int64_t>()}};
}

constexpr int kNumber = kOnInt | kOnFloat | kOnComplex;
constexpr int kReal = kOnInt | kOnFloat;
constexpr int kAnalytic = kOnFloat | kOnComplex;

constexpr BlockKernel kLoops[] = {
    Same<Neg, kNumber>(Op::kNeg),
    {Op::kAbs,
     Result::kReal,
     {UnaryLoop<Abs, int64_t>, UnaryLoop<Abs, float>, UnaryLoop<Abs, double>,
      UnaryLoop<Abs, Complex, double>}},
    Same<Sign, kReal>(Op::kSign),
    Same<Floor, kReal>(Op::kFloor),
    Same<Ceil, kReal>(Op::kCeil),
    Same<Round, kReal>(Op::kRound),
    Same<Trunc, kReal>(Op::kTrunc),
    Same<Exp, kAnalytic>(Op::kExp),
    Same<Log, kAnalytic>(Op::kLog),
    Same<Sqrt, kAnalytic>(Op::kSqrt),
    Same<Rsqrt, kAnalytic>(Op::kRsqrt),
    Same<Recip, kAnalytic>(Op::kRecip),
    Same<Square, kNumber>(Op::kSquare),
    Same<Sin, kAnalytic>(Op::kSin),
    Same<Cos, kAnalytic>(Op::kCos),
    Same<Tan, kAnalytic>(Op::kTan),
    Same<Asin, kAnalytic>(Op::kAsin),
    Same<Acos, kAnalytic>(Op::kAcos),
    Same<Atan, kAnalytic>(Op::kAtan),
    Same<Sinh, kAnalytic>(Op::kSinh),
    Same<Cosh, kAnalytic>(Op::kCosh),
    Same<Tanh, kAnalytic>(Op::kTanh),
    Same<Asinh, kAnalytic>(Op::kAsinh),
    Same<Acosh, kAnalytic>(Op::kAcosh),
    Same<Atanh, kAnalytic>(Op::kAtanh),
    Same<Sigmoid, kAnalytic>(Op::kSigmoid),
    Same<Erf, kOnFloat>(Op::kErf),
    Predicate<Not, kOnInt>(Op::kNot),
    Same<BitNot, kOnInt>(Op::kBitNot),
    Predicate<IsNan, kNumber>(Op::kIsNan),
    Predicate<IsInf, kNumber>(Op::kIsInf),
};

}  // namespace

absl::Span<const BlockKernel> UnaryLoops() { return kLoops; }

}  // namespace t2n::kernels
