#include "t2n/aten/core/arg.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace t2n {

Arg Arg::List(ArgList items) {
  Arg a;
  a.v_ = ListBox{std::make_shared<const ArgList>(std::move(items))};
  return a;
}
Arg Arg::Tuple(ArgList items) {
  Arg a;
  a.v_ = TupleBox{std::make_shared<const ArgList>(std::move(items))};
  return a;
}
Arg Arg::Tuple(absl::Span<const Val> items) { return Tuple(ArgList(items.begin(), items.end())); }
Arg Arg::Tuple(std::initializer_list<Val> items) {
  return Tuple(absl::MakeSpan(items.begin(), items.size()));
}

Arg Arg::List(absl::Span<const Val> items) { return List(ArgList(items.begin(), items.end())); }

const ArgList& Arg::items() const {
  if (const auto* list = std::get_if<ListBox>(&v_)) return *list->items;
  return *std::get<TupleBox>(v_).items;
}

double Arg::AsDouble() const {
  switch (kind()) {
    case Kind::kBool:
      return boolean();
    case Kind::kInt:
      return integer().is_const() ? static_cast<double>(integer().value()) : std::nan("");
    case Kind::kFloat:
      return real();
    case Kind::kComplex:
      return complex().real();
    default:
      return 0;
  }
}

std::string Arg::ToString() const {
  switch (kind()) {
    case Kind::kNone:
      return "None";
    case Kind::kBool:
      return boolean() ? "True" : "False";
    case Kind::kInt:
      return integer().ToString();
    case Kind::kFloat:
      return absl::StrCat(real());
    case Kind::kComplex:
      return absl::StrCat("(", complex().real(), "+", complex().imag(), "j)");
    case Kind::kString:
      return absl::StrCat("\"", string(), "\"");
    case Kind::kTensor:
      return tensor() ? absl::StrCat("Tensor ", TypeToString(tensor()->type)) : "Tensor";
    case Kind::kList:
    case Kind::kTuple: {
      std::string inner = absl::StrJoin(
          items(), ", ", [](std::string* out, const Arg& a) { out->append(a.ToString()); });
      return kind() == Kind::kList ? absl::StrCat("[", inner, "]") : absl::StrCat("(", inner, ")");
    }
    case Kind::kOpaque:
      return opaque() ? opaque()->TypeName() : "object";
  }
  return "?";
}

}  // namespace t2n
