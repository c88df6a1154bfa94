// What an operator is called with and what it returns: plain values, no script syntax, no aliases.
#ifndef T2N_ATEN_CORE_ARG_H_
#define T2N_ATEN_CORE_ARG_H_

#include <complex>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "t2n/builder/builder.h"

namespace t2n {

// A value that only some operators understand: packed parameters of quantized layers and the like.
class Opaque {
 public:
  virtual ~Opaque() = default;
  // For messages: `Conv2dPackedParams`.
  virtual std::string TypeName() const = 0;
};

class Arg;
using ArgList = std::vector<Arg>;

struct NoneArg {};

// What a rank-0 tensor is where the dtypes of operands meet (see promote.h).
enum class Origin : uint8_t {
  kTensor,
  kNumber,   // a number of the program that only the inputs decide, such as x.item()
  kConstant  // written in the program's text: a tensor, but read as a number by some operators
};

// None, bool, int (a Dim: constant or symbolic), float, complex, str (devices are strings), Tensor,
// a list, a tuple, or an opaque object. dtypes, layouts and memory formats are ints with torch's
// codes, as in TorchScript.
class Arg {
 public:
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kComplex,
    kString,
    kTensor,
    kList,
    kTuple,
    kOpaque
  };

  Arg() = default;
  Arg(bool v) : v_(v) {}                                      // NOLINT
  Arg(int v) : v_(Dim(v)) {}                                  // NOLINT
  Arg(int64_t v) : v_(Dim(v)) {}                              // NOLINT
  Arg(Dim v) : v_(std::move(v)) {}                            // NOLINT
  Arg(double v) : v_(v) {}                                    // NOLINT
  Arg(std::complex<double> v) : v_(v) {}                      // NOLINT
  Arg(std::string v) : v_(std::move(v)) {}                    // NOLINT
  Arg(const char* v) : v_(std::string(v)) {}                  // NOLINT
  Arg(Val v) : v_(v) {}                                       // NOLINT
  Arg(std::shared_ptr<const Opaque> v) : v_(std::move(v)) {}  // NOLINT
  Arg(Val v, Origin origin) : v_(v), origin_(origin) {}
  static Arg List(ArgList items);
  static Arg Tuple(ArgList items);
  // A tuple of tensors: what operators with several results return.
  static Arg Tuple(absl::Span<const Val> items);
  static Arg Tuple(std::initializer_list<Val> items);
  static Arg List(absl::Span<const Val> items);

  Kind kind() const { return static_cast<Kind>(v_.index()); }
  bool is_none() const { return kind() == Kind::kNone; }
  bool is_tensor() const { return kind() == Kind::kTensor; }
  bool is_int() const { return kind() == Kind::kInt; }
  bool is_float() const { return kind() == Kind::kFloat; }
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_complex() const { return kind() == Kind::kComplex; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_list() const { return kind() == Kind::kList; }
  bool is_tuple() const { return kind() == Kind::kTuple; }
  bool is_number() const { return kind() >= Kind::kBool && kind() <= Kind::kComplex; }

  // Only for the kind they name.
  bool boolean() const { return std::get<bool>(v_); }
  const Dim& integer() const { return std::get<Dim>(v_); }
  double real() const { return std::get<double>(v_); }
  std::complex<double> complex() const { return std::get<std::complex<double>>(v_); }
  const std::string& string() const { return std::get<std::string>(v_); }
  const Val& tensor() const { return std::get<Val>(v_); }
  Origin origin() const { return origin_; }
  // Elements of a list or tuple.
  const ArgList& items() const;
  const std::shared_ptr<const Opaque>& opaque() const {
    return std::get<std::shared_ptr<const Opaque>>(v_);
  }

  // A number as double (symbolic ints: NaN); 0 for others.
  double AsDouble() const;

  // For messages: `3`, `[1, S]`, `Tensor f32[1,3]`.
  std::string ToString() const;

 private:
  struct ListBox {
    std::shared_ptr<const ArgList> items;
  };
  struct TupleBox {
    std::shared_ptr<const ArgList> items;
  };
  std::variant<NoneArg, bool, Dim, double, std::complex<double>, std::string, Val, ListBox,
               TupleBox, std::shared_ptr<const Opaque>>
      v_;
  Origin origin_ = Origin::kTensor;
};

}  // namespace t2n

#endif  // T2N_ATEN_CORE_ARG_H_
