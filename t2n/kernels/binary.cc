#include <cmath>
#include <type_traits>

#include "t2n/kernels/elementwise.h"

namespace t2n::kernels {
namespace {

template <typename T>
constexpr bool kIsInt = std::is_same_v<T, int64_t>;
template <typename T>
constexpr bool kIsComplex = std::is_same_v<T, Complex>;

// Integers wrap around: arithmetic on their unsigned forms.
#define T2N_ARITHMETIC(Name, sign)                                                     \
  struct Name {                                                                        \
    template <typename T>                                                              \
    T operator()(T a, T b) const {                                                     \
      if constexpr (kIsInt<T>) {                                                       \
        return static_cast<T>(static_cast<uint64_t>(a) sign static_cast<uint64_t>(b)); \
      } else {                                                                         \
        return a sign b;                                                               \
      }                                                                                \
    }                                                                                  \
  };
T2N_ARITHMETIC(Add, +)
T2N_ARITHMETIC(Sub, -)
T2N_ARITHMETIC(Mul, *)
#undef T2N_ARITHMETIC

// The driver has refused divisors of 0; -1 is apart because the least integer has no negative.
struct Div {
  int64_t operator()(int64_t a, int64_t b) const { return b == -1 ? Sub()(int64_t{0}, a) : a / b; }
  template <typename T>
  T operator()(T a, T b) const {
    return a / b;
  }
};

struct Rem {
  int64_t operator()(int64_t a, int64_t b) const { return b == -1 ? 0 : a % b; }
  template <typename T>
  T operator()(T a, T b) const {
    return std::fmod(a, b);
  }
};

struct Pow {
  // As torch's powi: a negative power of anything but 1 and -1 is 0.
  int64_t operator()(int64_t a, int64_t b) const {
    if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 != 0 ? -1 : 1) : 0;
    uint64_t result = 1, base = static_cast<uint64_t>(a);
    for (; b > 0; b >>= 1, base *= base) {
      if (b & 1) result *= base;
    }
    return static_cast<int64_t>(result);
  }
  Complex operator()(Complex a, Complex b) const {
    if (b == Complex(0)) return 1;
    return a == Complex(0) && b.real() > 0 ? Complex(0) : std::pow(a, b);
  }
  template <typename T>
  T operator()(T a, T b) const {
    return std::pow(a, b);
  }
};

template <typename T>
bool IsNan(T x) {
  return x != x;
}

struct Min {
  template <typename T>
  T operator()(T a, T b) const {
    return IsNan(a) || a < b ? a : b;
  }
};
struct Max {
  template <typename T>
  T operator()(T a, T b) const {
    return IsNan(a) || a > b ? a : b;
  }
};

#define T2N_OPERATOR(Name, sign)      \
  struct Name {                       \
    template <typename T>             \
    auto operator()(T a, T b) const { \
      return a sign b;                \
    }                                 \
  };
T2N_OPERATOR(BitAnd, &)
T2N_OPERATOR(BitOr, |)
T2N_OPERATOR(BitXor, ^)
T2N_OPERATOR(Eq, ==)
T2N_OPERATOR(Ne, !=)
T2N_OPERATOR(Lt, <)
T2N_OPERATOR(Le, <=)
T2N_OPERATOR(Gt, >)
T2N_OPERATOR(Ge, >=)
#undef T2N_OPERATOR

// Shifts by no less than the width, or by less than 0, shift everything out. In 64 bits that is
// right for narrower types too: what is stored are the low bits.
struct Shl {
  int64_t operator()(int64_t a, int64_t b) const {
    return b < 0 || b > 63 ? 0 : static_cast<int64_t>(static_cast<uint64_t>(a) << b);
  }
};
struct Shr {
  int64_t operator()(int64_t a, int64_t b) const { return a >> (b < 0 || b > 63 ? 63 : b); }
};

template <typename F, int types, typename T, typename R>
constexpr BlockFn If() {
  if constexpr ((types & (kIsInt<T> ? kOnInt : kIsComplex<T> ? kOnComplex : kOnFloat)) != 0) {
    return BinaryLoop<F, T, R>;
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

constexpr BlockKernel kLoops[] = {
    Same<Add, kNumber>(Op::kAdd),    Same<Sub, kNumber>(Op::kSub),
    Same<Mul, kNumber>(Op::kMul),    Same<Div, kNumber>(Op::kDiv),
    Same<Rem, kReal>(Op::kRem),      Same<Pow, kNumber>(Op::kPow),
    Same<Min, kReal>(Op::kMin),      Same<Max, kReal>(Op::kMax),
    Same<BitAnd, kOnInt>(Op::kAnd),  Same<BitOr, kOnInt>(Op::kOr),
    Same<BitXor, kOnInt>(Op::kXor),  Same<BitAnd, kOnInt>(Op::kBitAnd),
    Same<BitOr, kOnInt>(Op::kBitOr), Same<BitXor, kOnInt>(Op::kBitXor),
    Same<Shl, kOnInt>(Op::kShl),     Same<Shr, kOnInt>(Op::kShr),
    Predicate<Eq, kNumber>(Op::kEq), Predicate<Ne, kNumber>(Op::kNe),
    Predicate<Lt, kReal>(Op::kLt),   Predicate<Le, kReal>(Op::kLe),
    Predicate<Gt, kReal>(Op::kGt),   Predicate<Ge, kReal>(Op::kGe),
};

}  // namespace

absl::Span<const BlockKernel> BinaryLoops() { return kLoops; }

}  // namespace t2n::kernels
