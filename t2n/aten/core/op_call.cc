#include "t2n/aten/core/op_call.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/ir/failure.h"
#include "t2n/ir/loop_counter.h"

namespace t2n {
namespace {

// Whether it is made of the counter of a loop over an open size.
bool CountsTurns(const Arg& a) {
  if (a.is_int()) return IsLoopDim(a.integer());
  return (a.is_list() || a.is_tuple()) &&
         std::any_of(a.items().begin(), a.items().end(), CountsTurns);
}

}  // namespace

const Arg& OpCall::arg(absl::string_view name) {
  static const Arg* const kNone = new Arg();
  int i = schema_.IndexOf(name);
  if (i < 0) return *kNone;
  read_[i] = true;
  return args_[i];
}

bool OpCall::has(absl::string_view name) { return !arg(name).is_none(); }

void OpCall::ignore(std::initializer_list<absl::string_view> names) {
  for (absl::string_view name : names) arg(name);
}

Val OpCall::tensor(absl::string_view name) {
  const Arg& a = arg(name);
  if (a.is_tensor()) return a.tensor();
  if (a.is_bool()) return b.Scalar(DType::kBool, static_cast<int64_t>(a.boolean()));
  if (a.is_int()) return b.DimScalar(a.integer());
  if (a.is_float()) return b.Scalar(DType::kF32, a.real());
  if (a.is_complex()) return b.Scalar(DType::kC64, a.complex());
  return Val();
}

Val OpCall::tensor(absl::string_view name, int64_t min_rank) {
  Val x = tensor(name);
  if (x && x.rank() >= min_rank) return x;
  RefuseArg(name, absl::StrCat("has less than ", min_rank, min_rank == 1 ? " axis" : " axes"));
  return b.FailAs({x.dtype(), Shape(min_rank, Dim(1)), nullptr}, "");
}

std::vector<Val> OpCall::tensors(absl::string_view name) {
  std::vector<Val> out;
  for (const Val& v : optional_tensors(name)) {
    if (!v) RefuseArg(name);
    out.push_back(v);
  }
  return out;
}

std::vector<Val> OpCall::optional_tensors(absl::string_view name) {
  const Arg& a = arg(name);
  std::vector<Val> out;
  if (!a.is_list() && !a.is_tuple()) {
    RefuseArg(name);
    return out;
  }
  for (const Arg& item : a.items()) out.push_back(item.is_tensor() ? item.tensor() : Val());
  return out;
}

bool OpCall::boolean(absl::string_view name) {
  const Arg& a = arg(name);
  if (a.is_bool()) return a.boolean();
  if (!a.is_none()) RefuseArg(name);
  return false;
}

double OpCall::number(absl::string_view name) {
  const Arg& a = arg(name);
  if (a.is_number() && !a.is_complex()) {
    double v = a.AsDouble();
    if (!(a.is_int() && std::isnan(v))) return v;
  }
  if (a.is_tensor() && a.tensor().is_constant() && a.tensor().rank() == 0) {
    auto values = ReadDoubles(*a.tensor()->constant);
    if (values.ok()) return (*values)[0];
  }
  RefuseArg(name, a.is_tensor() ? "is a number that the inputs' values decide; it must be known"
                                : "must be a known number");
  return 0;
}

int64_t OpCall::InRange(absl::string_view name, int64_t value, int64_t otherwise) {
  if (value >= -limits::kMaxIntArgument && value <= limits::kMaxIntArgument) return value;
  RefuseArg(name, "is out of range");
  return otherwise;
}

int64_t OpCall::integer(absl::string_view name) {
  Dim d = dim(name);
  if (d.is_const()) return InRange(name, d.value(), 0);
  RefuseArg(name, "must be a known integer here; give the input a fixed size");
  return 0;
}

namespace {

std::optional<Dim> AsDim(const Arg& a) {
  if (a.is_int()) return a.integer();
  if (a.is_bool()) return Dim(a.boolean() ? 1 : 0);
  if (!a.is_tensor() || !a.tensor() || a.tensor().rank() != 0) return std::nullopt;
  if (a.tensor()->dims) return (*a.tensor()->dims)[0];
  if (!a.tensor().is_constant()) return std::nullopt;
  auto values = ReadInts(*a.tensor()->constant);
  if (!values.ok()) return std::nullopt;
  return Dim((*values)[0]);
}

}  // namespace

Dim OpCall::dim(absl::string_view name) {
  if (std::optional<Dim> d = AsDim(arg(name))) return *d;
  RefuseArg(name, args_[schema_.IndexOf(name)].is_tensor()
                      ? "is a number that the inputs' values decide; it must follow from sizes, "
                        "constants or --args"
                      : "must be an integer");
  return 0;
}

std::string OpCall::str(absl::string_view name) {
  const Arg& a = arg(name);
  if (a.is_string()) return a.string();
  if (!a.is_none()) RefuseArg(name);
  return "";
}

Shape OpCall::dims(absl::string_view name) {
  const Arg& a = arg(name);
  Shape out;
  if (!a.is_list() && !a.is_tuple()) {
    if (!a.is_none()) RefuseArg(name);
    return out;
  }
  for (const Arg& item : a.items()) {
    std::optional<Dim> d = AsDim(item);
    if (!d) RefuseArg(name);
    out.push_back(d.value_or(Dim(1)));
  }
  return out;
}

std::vector<int64_t> OpCall::ints(absl::string_view name) {
  std::vector<int64_t> out;
  for (const Dim& d : dims(name)) {
    if (!d.is_const()) RefuseArg(name, "must be known integers here; give the input fixed sizes");
    out.push_back(InRange(name, d.constant().value_or(1), 1));
  }
  return out;
}

std::vector<int64_t> OpCall::ints(absl::string_view name, size_t n, int64_t otherwise) {
  std::vector<int64_t> out = ints(name);
  if (out.empty()) out.assign(n, otherwise);
  if (out.size() == 1 && n > 1) out.assign(n, int64_t{out[0]});
  if (out.size() != n) {
    RefuseArg(name, absl::StrCat("must have ", n, " entries"));
    out.resize(n, otherwise);
  }
  return out;
}

std::vector<double> OpCall::floats(absl::string_view name) {
  const Arg& a = arg(name);
  std::vector<double> out;
  if (a.is_list() || a.is_tuple()) {
    for (const Arg& item : a.items()) out.push_back(item.AsDouble());
  } else if (a.is_number()) {
    out.push_back(a.AsDouble());
  }
  return out;
}

DType OpCall::dtype(absl::string_view name, DType otherwise) {
  const Arg& a = arg(name);
  if (a.is_none()) return otherwise;
  if (a.is_int() && a.integer().is_const()) {
    if (std::optional<DType> t = DTypeFromTorch(a.integer().value())) return *t;
  }
  RefuseArg(name, "is a dtype that cannot be carried");
  return otherwise;
}

Val OpCall::Call(absl::string_view name, absl::Span<const Arg> args,
                 absl::Span<const NamedArg> keywords) {
  if (!b.ok()) return Val();
  const auto result = operators_.Call(name, args, keywords, &b, env_);
  if (!result.ok()) return b.Fail(result.status());
  return result->is_tensor() ? result->tensor() : Refuse("not one tensor");
}

std::optional<int64_t> NormalizeAxis(int64_t axis, int64_t rank) {
  int64_t n = std::max<int64_t>(rank, 1);
  if (axis < -n || axis >= n) return std::nullopt;
  return axis < 0 ? axis + n : axis;
}

int64_t OpCall::axis(absl::string_view name, int64_t rank) {
  int64_t value = integer(name);
  if (std::optional<int64_t> a = NormalizeAxis(value, rank)) return *a;
  RefuseArg(name, absl::StrCat("is out of range for rank ", rank));
  return 0;
}

std::vector<int64_t> OpCall::axes(absl::string_view name, int64_t rank, bool empty_is_all) {
  const Arg& a = arg(name);
  std::vector<int64_t> out;
  if (a.is_int()) {
    out.push_back(axis(name, rank));
  } else {
    for (int64_t value : ints(name)) {
      std::optional<int64_t> n = NormalizeAxis(value, rank);
      if (!n) RefuseArg(name, absl::StrCat("is out of range for rank ", rank));
      out.push_back(n.value_or(0));
    }
  }
  if (out.empty() && (a.is_none() || empty_is_all)) {
    out.resize(rank);
    std::iota(out.begin(), out.end(), 0);
  }
  std::sort(out.begin(), out.end());
  if (std::adjacent_find(out.begin(), out.end()) != out.end()) RefuseArg(name, "repeats an axis");
  if (rank == 0) out.clear();
  return out;
}

Val OpCall::Refuse(absl::string_view message) {
  return b.Fail(absl::StrCat(schema_.FullName(), ": ", message));
}

Val OpCall::RefuseSize() { return Refuse(kDataDependentSize); }

Val OpCall::RefuseArg(absl::string_view name, absl::string_view why) {
  const Arg& value = arg(name);
  absl::Status refused = absl::UnimplementedError(
      absl::StrCat(schema_.FullName(), ": argument '", name, "' = ", value.ToString(), " ",
                   why.empty() ? "is not supported" : why));
  return b.Fail(CountsTurns(value) ? AsUnlikeFirst(std::move(refused)) : std::move(refused));
}

void OpCall::Warn(absl::string_view message) {
  if (env_.warn) env_.warn(absl::StrCat(schema_.FullName(), ": ", message));
}

}  // namespace t2n
