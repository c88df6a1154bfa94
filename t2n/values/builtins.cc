#include "t2n/values/builtins.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/ir/loop_counter.h"
#include "t2n/values/text.h"
#include "t2n/values/unusable.h"

namespace t2n {
namespace {

// The rows of a name, and what any of them says of itself.
struct Builtin {
  std::vector<BuiltinEntry> rows;
  BuiltinTraits traits;

  void Add(const BuiltinEntry& row) {
    rows.push_back(row);
    traits.traits |= row.traits;
    if (row.compares) traits.compares = row.compares;
  }
};

using Table = absl::flat_hash_map<absl::string_view, Builtin>;

const Table& AllBuiltins() {
  static const Table* const table = [] {
    auto* t = new Table();
    for (auto family :
         {OpenFloatBuiltins(), NumberBuiltins(), ComparisonBuiltins(), ConversionBuiltins(),
          NumberFunctions(), ContainerBuiltins(), SequenceBuiltins(), StringBuiltins(),
          StringMethods(), FormatBuiltins(), TensorBuiltins(), NestedBuiltins()}) {
      for (const BuiltinEntry& e : family) (*t)[e.name].Add(e);
    }
    return t;
  }();
  return *table;
}

}  // namespace

const IValue* BuiltinCall::Get(size_t i, absl::string_view key) const {
  if (i < args.size()) return &args[i];
  for (const auto& [k, v] : keywords) {
    if (k == key) return &v;
  }
  return nullptr;
}

bool HasBuiltin(absl::string_view name) { return AllBuiltins().contains(name); }

const BuiltinTraits* TraitsOfBuiltin(absl::string_view name) {
  const auto it = AllBuiltins().find(name);
  return it == AllBuiltins().end() ? nullptr : &it->second.traits;
}

BuiltinResult CallBuiltin(absl::string_view name, const std::vector<IValue>& args,
                          const std::vector<std::pair<std::string, IValue>>& keywords,
                          Builder& builder, const OpEnv& env) {
  auto it = AllBuiltins().find(name);
  if (it == AllBuiltins().end()) return std::nullopt;
  BuiltinCall call{name.substr(name.find("::") + 2), args, keywords, builder, env};
  for (const BuiltinEntry& e : it->second.rows) {
    BuiltinResult result = e.fn(call);
    if (!result.ok() || *result) return result;
  }
  return std::nullopt;
}

absl::Status Raised(absl::string_view message) {
  return AsRaised(absl::FailedPreconditionError(
      absl::StrCat("the model raises: ",
                   absl::StrReplaceAll(message, {{absl::string_view(&kOpenMark, 1), ""}}))));
}

absl::Status Undecided(absl::string_view question, const Dim& about) {
  absl::Status asked = AsQuestion(
      absl::UnimplementedError(absl::StrCat(
          "whether ", question, " decides here, but is not known for every size; ",
          HowToSettle(question, about), AsLine(about) ? " (as its opposite would)" : "")),
      question);
  return IsLoopDim(about) ? AsUnlikeFirst(std::move(asked)) : asked;
}

Val OpenNumber(const IValue& value, DType dtype) {
  auto t = value.tensor();
  Val v = t ? t->Read() : Val();
  if (!v || v.is_constant() || v->dims || v.numel() != Dim(1)) return Val();
  return v.builder()->Cast(v.builder()->Reshape(v, {}), dtype);
}

IValue NewOpenNumber(const Val& value) {
  auto number = TensorRef::New(value);
  number->set_is_number();
  return IValue(number);
}

absl::StatusOr<IValue> ScalarOf(const Val& v) {
  if (!v) return absl::InternalError("a tensor without a value");
  if (v->dims && v->dims->size() == 1) {
    if (v.dtype() == DType::kBool) return IValue((*v->dims)[0] != Dim(0));
    return IValue((*v->dims)[0]);
  }
  if (!v.is_constant()) {
    return absl::UnimplementedError(
        "the program needs the value of a tensor that depends on the inputs; only sizes and "
        "constants are known at conversion: give the input that decides it a value with --args "
        "\"lengths=[20,15]\"");
  }
  if (v->constant->numel() != 1) {
    return absl::InvalidArgumentError("a tensor of several elements used as a number");
  }
  if (IsComplex(v.dtype())) {
    T2N_ASSIGN_OR_RETURN(auto values, ReadComplex(*v->constant));
    return IValue(values[0]);
  }
  if (IsFloat(v.dtype())) {
    T2N_ASSIGN_OR_RETURN(auto values, ReadDoubles(*v->constant));
    return IValue(values[0]);
  }
  T2N_ASSIGN_OR_RETURN(auto values, ReadInts(*v->constant));
  return v.dtype() == DType::kBool ? IValue(values[0] != 0) : IValue(values[0]);
}

absl::StatusOr<bool> Truth(const IValue& value) {
  if (value.is_none()) return false;
  if (const bool* v = value.If<bool>()) return *v;
  if (const Dim* v = value.If<Dim>()) {
    std::optional<bool> zero = Equal(*v, 0);
    if (zero) return !*zero;
    return absl::UnimplementedError(
        absl::StrCat("whether ", v->ToString(), " is 0 decides here, but is not known; ",
                     HowToSettle(absl::StrCat(v->ToString(), ">=1"), *v)));
  }
  if (const double* v = value.If<double>()) return *v != 0;
  if (const auto* v = value.If<std::string>()) return !v->empty();
  if (auto v = value.list()) {
    if (!v->items.empty() || !v->tail) return !v->items.empty();
    return Truth(IValue(v->tail->count));
  }
  if (auto v = value.tuple()) return !v->items.empty();
  if (auto v = value.dict()) return !v->items.empty();
  if (auto v = value.tensor()) {
    T2N_ASSIGN_OR_RETURN(IValue scalar, ScalarOf(v->Read()));
    return Truth(scalar);
  }
  if (const absl::Status* why = WhyUnusable(value)) return *why;
  return absl::InvalidArgumentError(absl::StrCat("a ", value.TypeName(), " as a condition"));
}

absl::StatusOr<std::vector<IValue>> Items(const IValue& value) {
  if (auto v = value.list(); v && v->tail) {
    return absl::UnimplementedError(
        absl::StrCat("going through a list of as many items as the open "
                     "size ",
                     v->tail->count.ToString()));
  }
  if (auto v = value.list()) return v->items;
  if (auto v = value.tuple()) return v->items;
  if (auto v = value.dict()) {
    std::vector<IValue> keys;
    for (const auto& [k, item] : v->items) keys.push_back(k);
    return keys;
  }
  if (const auto* v = value.If<std::string>()) {
    std::vector<IValue> characters;
    for (char c : *v) characters.emplace_back(std::string(1, c));
    return characters;
  }
  if (auto v = value.tensor()) {
    Val t = v->Read();
    std::optional<int64_t> n = t.rank() > 0 ? t.dim(0).constant() : std::nullopt;
    if (!n) {
      return absl::UnimplementedError(
          "iterating over a tensor needs its first size; give the input a fixed size there");
    }
    if (*n > limits::kMaxIterations) {
      return absl::ResourceExhaustedError(
          absl::StrCat("going through the ", *n, " rows of a tensor: loops run at most ",
                       limits::kMaxIterations, " times, as a graph of more is of no use"));
    }
    std::vector<IValue> rows;
    for (int64_t i = 0; i < *n; ++i) {
      rows.emplace_back(v->Derive(t.builder()->SelectIndex(t, 0, i)));
    }
    return rows;
  }
  if (const absl::Status* why = WhyUnusable(value)) return *why;
  return absl::InvalidArgumentError(absl::StrCat("a ", value.TypeName(), " cannot be iterated"));
}

}  // namespace t2n
