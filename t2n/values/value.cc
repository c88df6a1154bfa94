#include "t2n/values/value.h"

#include <cmath>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/limits.h"
#include "t2n/values/text.h"
#include "t2n/values/unusable.h"

namespace t2n {

void ValueHolder::Free(IValue value) {
  static thread_local std::vector<IValue>* pending = nullptr;
  if (pending) {
    pending->push_back(std::move(value));
    return;
  }
  std::vector<IValue> work;
  work.push_back(std::move(value));
  pending = &work;
  while (!work.empty()) {
    IValue last = std::move(work.back());
    work.pop_back();
  }
  pending = nullptr;
}

List::~List() {
  for (IValue& v : items) Free(std::move(v));
}

Tuple::~Tuple() {
  for (IValue& v : items) Free(std::move(v));
}

Dict::~Dict() {
  for (auto& [key, v] : items.Take()) Free(std::move(key)), Free(std::move(v));
}

Object::~Object() {
  for (auto& [name, v] : attributes.Take()) Free(std::move(v));
}

namespace {

thread_local uint64_t values_visited = 0;

}  // namespace

uint64_t ValuesVisited() { return values_visited; }

bool IsBounded(const IValue& root) {
  struct Visit {
    IValue value;
    int depth;
  };
  std::vector<Visit> pending = {{root, 0}};
  uint64_t count = 0;
  while (!pending.empty()) {
    auto [v, depth] = std::move(pending.back());
    pending.pop_back();
    ++values_visited;
    const auto* text = v.If<std::string>();
    count += 1 + (text ? text->size() / sizeof(IValue) : 0);
    if (count > limits::kMaxItems || depth > limits::kMaxValueDepth) return false;
    auto visit = [&, below = depth + 1](const std::vector<IValue>& items) {
      for (const IValue& item : items) pending.push_back({item, below});
    };
    if (auto l = v.list()) visit(l->items);
    if (auto t = v.tuple()) visit(t->items);
    if (auto d = v.dict()) {
      for (const auto& [key, item] : d->items) visit({key, item});
    }
  }
  return true;
}

absl::Status CheckBounded(const IValue& v) {
  if (IsBounded(v)) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("a ", v.TypeName(), " that holds more than ", limits::kMaxItems,
                   " values or nests them more than ", limits::kMaxValueDepth, " deep"));
}

namespace {

std::optional<DType> TypeOfNumber(const IValue& v) {
  if (v.If<bool>()) return DType::kBool;
  if (v.If<Dim>()) return DType::kI64;
  if (v.If<double>()) return DType::kF32;
  if (v.If<std::complex<double>>()) return DType::kC64;
  return std::nullopt;
}

}  // namespace

std::optional<DType> ItemDType(const torchscript::Type& type) {
  using torchscript::TypeKind;
  switch (type.kind) {
    case TypeKind::kInt:
      return DType::kI64;
    case TypeKind::kBool:
      return DType::kBool;
    case TypeKind::kFloat:
      return DType::kF32;
    case TypeKind::kComplex:
      return DType::kC64;
    case TypeKind::kList:
      return ItemDType(type.args[0]);
    default:
      return std::nullopt;
  }
}

IValue IValue::NewList(std::vector<IValue> items, std::optional<DType> item_type) {
  auto list = std::make_shared<List>();
  list->item_type = items.empty() ? item_type : TypeOfNumber(items[0]);
  list->items = std::move(items);
  return list;
}

IValue IValue::NewTuple(std::vector<IValue> items) {
  auto tuple = std::make_shared<Tuple>();
  tuple->items = std::move(items);
  return tuple;
}

std::string IValue::TypeName() const {
  if (is_none()) return "None";
  if (If<Uninitialized>()) return "uninitialized value";
  if (If<bool>()) return "bool";
  if (If<Dim>()) return "int";
  if (If<double>()) return "float";
  if (If<std::complex<double>>()) return "complex";
  if (If<std::string>()) return "str";
  if (If<Device>()) return "Device";
  if (If<FunctionRef>()) return "function";
  if (tensor()) return "Tensor";
  if (list()) return "List";
  if (auto t = tuple()) return t->type_name.empty() ? "Tuple" : t->type_name;
  if (dict()) return "Dict";
  if (auto o = object()) return o->class_name;
  if (auto e = enumerator()) return e->class_name;
  if (opaque()) return opaque()->TypeName();
  return "object";
}

// Numbers that are equal are one key, whatever their kinds.
std::optional<std::string> Dict::Keys::Text(const IValue& key) {
  if (const auto* s = key.If<std::string>()) return absl::StrCat("s", *s);
  if (const bool* b = key.If<bool>()) return *b ? "1" : "0";
  if (const Dim* d = key.If<Dim>(); d && d->is_const()) return absl::StrCat(d->value());
  if (const double* x = key.If<double>(); x && !std::isnan(*x)) {
    const bool whole = *x == std::floor(*x) && std::abs(*x) < 9e18;
    return whole ? absl::StrCat(static_cast<int64_t>(*x)) : absl::StrFormat("%.17g", *x);
  }
  return std::nullopt;
}

bool Dict::Keys::Same(const IValue& key, const IValue& other) { return Equals(key, other) == true; }

namespace {

std::optional<bool> EqualValues(const IValue& a, const IValue& b);

std::optional<bool> EqualItems(const std::vector<IValue>& a, const std::vector<IValue>& b) {
  if (a.size() != b.size()) return false;
  bool known = true;
  for (size_t i = 0; i < a.size(); ++i) {
    std::optional<bool> same = EqualValues(a[i], b[i]);
    if (same == false) return false;
    known = known && same.has_value();
  }
  if (!known) return std::nullopt;
  return true;
}

std::optional<Dim> AsDim(const IValue& v) {
  if (const bool* b = v.If<bool>()) return Dim(*b ? 1 : 0);
  if (const Dim* d = v.If<Dim>()) return *d;
  return std::nullopt;
}

std::optional<bool> EqualNumbers(const IValue& a, const IValue& b) {
  std::optional<Dim> x = AsDim(a), y = AsDim(b);
  if (x && y) return Equal(*x, *y);
  auto number = [](const IValue& v) -> std::optional<std::complex<double>> {
    if (std::optional<Dim> d = AsDim(v)) {
      if (!d->is_const()) return std::nullopt;
      return static_cast<double>(d->value());
    }
    if (const double* d = v.If<double>()) return *d;
    return *v.If<std::complex<double>>();
  };
  auto p = number(a), q = number(b);
  if (!p || !q) return std::nullopt;
  return *p == *q;
}

std::optional<bool> EqualDicts(const Dict& a, Dict& b) {
  if (a.items.size() != b.items.size()) return false;
  for (const auto& [k, v] : a.items) {
    IValue* other = b.Find(k);
    if (!other) return false;
    std::optional<bool> same = EqualValues(v, *other);
    if (same != true) return same;
  }
  return true;
}

std::optional<bool> EqualValues(const IValue& a, const IValue& b) {
  if (WhyUnusable(a) || WhyUnusable(b)) return std::nullopt;
  if (a.is_none() || b.is_none()) return a.is_none() && b.is_none();
  if (a.is_number() && b.is_number()) return EqualNumbers(a, b);
  if (const auto* s = a.If<std::string>()) {
    const auto* t = b.If<std::string>();
    if (IsOpenText(*s) || (t && IsOpenText(*t))) return std::nullopt;
    return t && *s == *t;
  }
  if (const auto* s = a.If<Device>()) {
    const auto* t = b.If<Device>();
    return t && s->name == t->name;
  }
  if (a.list() && b.list()) return EqualItems(a.list()->items, b.list()->items);
  if (a.tuple() && b.tuple()) return EqualItems(a.tuple()->items, b.tuple()->items);
  if (a.enumerator() && b.enumerator()) {
    return a.enumerator()->class_name == b.enumerator()->class_name &&
           EqualValues(a.enumerator()->value, b.enumerator()->value) == true;
  }
  if (a.object() && b.object()) return a.object() == b.object();
  if (a.opaque() || b.opaque()) {
    if (a.opaque() == b.opaque()) return true;
    return std::nullopt;
  }
  if (a.tensor() && b.tensor()) {
    if (a.tensor() == b.tensor()) return true;
    return std::nullopt;
  }
  if (a.dict() && b.dict()) return EqualDicts(*a.dict(), *b.dict());
  return false;
}

std::string Text(const IValue& v) {
  if (v.is_none()) return "None";
  if (const bool* b = v.If<bool>()) return *b ? "True" : "False";
  if (const Dim* d = v.If<Dim>()) return d->ToString();
  if (const double* d = v.If<double>()) return FloatText(*d);
  if (const auto* z = v.If<std::complex<double>>()) return ComplexText(*z);
  if (const auto* s = v.If<std::string>()) return *s;
  if (const auto* d = v.If<Device>()) return d->name;
  auto join = [&](const std::vector<IValue>& items) {
    return absl::StrJoin(items, ", ",
                         [&](std::string* out, const IValue& i) { out->append(Text(i)); });
  };
  if (auto l = v.list()) return absl::StrCat("[", join(l->items), "]");
  if (auto t = v.tuple())
    return absl::StrCat("(", join(t->items), t->items.size() == 1 ? ",)" : ")");
  if (auto d = v.dict()) {
    return absl::StrCat("{",
                        absl::StrJoin(d->items, ", ",
                                      [&](std::string* out, const auto& p) {
                                        absl::StrAppend(out, Text(p.first), ": ", Text(p.second));
                                      }),
                        "}");
  }
  if (auto e = v.enumerator()) {
    return absl::StrCat(e->class_name.substr(e->class_name.rfind('.') + 1), ".", e->name);
  }
  return absl::StrCat("<", v.TypeName(), ">");
}

bool HasType(const IValue& v, const torchscript::Type& type);

bool IsListOf(const IValue& v, const torchscript::Type& type) {
  const auto list = v.list();
  return list && absl::c_all_of(list->items, [&](const IValue& i) { return HasType(i, type); });
}

bool IsTupleOf(const IValue& v, const std::vector<torchscript::Type>& types) {
  const auto t = v.tuple();
  if (!t || t->items.size() != types.size()) return false;
  for (size_t i = 0; i < types.size(); ++i) {
    if (!HasType(t->items[i], types[i])) return false;
  }
  return true;
}

bool IsDictOf(const IValue& v, const torchscript::Type& key, const torchscript::Type& value) {
  const auto dict = v.dict();
  if (!dict) return false;
  return absl::c_all_of(dict->items, [&](const auto& item) {
    return HasType(item.first, key) && HasType(item.second, value);
  });
}

bool HasType(const IValue& v, const torchscript::Type& type) {
  using K = torchscript::TypeKind;
  switch (type.kind) {
    case K::kAny:
      return true;
    case K::kTensor:
      return v.tensor() != nullptr;
    case K::kInt:
      return v.If<Dim>() != nullptr;
    case K::kFloat:
      return v.If<double>() != nullptr;
    case K::kBool:
      return v.If<bool>() != nullptr;
    case K::kStr:
      return v.If<std::string>() != nullptr;
    case K::kComplex:
      return v.If<std::complex<double>>() != nullptr;
    case K::kNumber:
      return v.is_number() && !v.If<bool>();
    case K::kNone:
      return v.is_none();
    case K::kDevice:
      return v.If<Device>() != nullptr;
    case K::kAnyList:
      return v.list() != nullptr;
    case K::kAnyTuple:
      return v.tuple() != nullptr;
    case K::kOptional:
      return v.is_none() || HasType(v, type.args[0]);
    case K::kUnion:
      return absl::c_any_of(type.args, [&](const auto& t) { return HasType(v, t); });
    case K::kList:
      return IsListOf(v, type.args[0]);
    case K::kTuple:
      return IsTupleOf(v, type.args);
    case K::kDict:
      return IsDictOf(v, type.args[0], type.args[1]);
    default:
      return v.TypeName() == type.name;
  }
}

}  // namespace

std::optional<bool> Equals(const IValue& a, const IValue& b) {
  if (!IsBounded(a) || !IsBounded(b)) return std::nullopt;
  return EqualValues(a, b);
}

std::string Str(const IValue& v) { return IsBounded(v) ? Text(v) : "..."; }

bool IsInstance(const IValue& v, const torchscript::Type& type) {
  return IsBounded(v) && HasType(v, type);
}

}  // namespace t2n
