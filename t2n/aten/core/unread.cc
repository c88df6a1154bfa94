#include "t2n/aten/core/unread.h"

#include <cmath>
#include <complex>

namespace t2n {
namespace {

bool SameFloat(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool SameNumber(const Arg& a, const Arg& b) {
  if (a.is_complex() || b.is_complex()) {
    auto parts = [](const Arg& x) { return x.is_complex() ? x.complex() : x.AsDouble(); };
    return SameFloat(parts(a).real(), parts(b).real()) &&
           SameFloat(parts(a).imag(), parts(b).imag());
  }
  if (a.is_int() && b.is_int()) return a.integer() == b.integer();
  auto open = [](const Arg& x) { return x.is_int() && !x.integer().is_const(); };
  return !open(a) && !open(b) && SameFloat(a.AsDouble(), b.AsDouble());
}

bool IsSequence(const Arg& a) { return a.is_list() || a.is_tuple(); }

// Whether a given argument is what the operator takes for granted: one number in the place of
// several stands for each of them.
bool SameArg(const Arg& given, const Arg& other) {
  if (given.is_number() && other.is_number()) return SameNumber(given, other);
  if (given.is_string() && other.is_string()) return given.string() == other.string();
  if (!IsSequence(given) || !IsSequence(other)) return given.is_none() && other.is_none();
  const ArgList &items = given.items(), &others = other.items();
  if (items.size() != others.size() && others.size() != 1) return false;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!SameArg(items[i], others[others.size() == 1 ? 0 : i])) return false;
  }
  return !items.empty() || others.empty();
}

}  // namespace

void RefuseUnread(OpCall& call) {
  for (size_t i = 0; call.b.ok() && i < call.args().size(); ++i) {
    const SchemaArg& formal = call.schema().args[i];
    const Arg& given = call.args()[i];
    if (call.read()[i] || given.is_none()) continue;
    if (formal.default_value && SameArg(given, *formal.default_value)) continue;
    call.RefuseArg(formal.name);
  }
}

}  // namespace t2n
