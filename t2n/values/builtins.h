// What the interpreter itself knows: operators on numbers, strings, lists, dicts and optionals, and
// the questions a program asks of a tensor. Everything that computes on tensors is in t2n/aten.
#ifndef T2N_VALUES_BUILTINS_H_
#define T2N_VALUES_BUILTINS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/builder/builder.h"
#include "t2n/ir/failure.h"
#include "t2n/values/value.h"

namespace t2n {

struct BuiltinCall {
  absl::string_view name;  // `add` of `aten::add`
  const std::vector<IValue>& args;
  const std::vector<std::pair<std::string, IValue>>& keywords;
  Builder& builder;
  const OpEnv& env;

  // Argument i, or the keyword `key`, or nullptr.
  const IValue* Get(size_t i, absl::string_view key) const;
};

using BuiltinResult = absl::StatusOr<std::optional<IValue>>;
// Answers the call, or nullopt if it is not for arguments of these kinds.
using BuiltinFn = BuiltinResult (*)(const BuiltinCall&);

// What others than the interpreter ask of a builtin.
enum BuiltinTrait : uint8_t {
  kNoTraits = 0,
  kVisitsItems = 1,   // its time grows with the items of its first argument
  kActs = 2,          // more comes of it than its result
  kAppends = 4,       // to its first argument, a list
  kSortsInPlace = 8,  // its first argument, a list
  kSortsCopy = 16,    // the same, and leaves the argument as it is
  kTruth = 32,        // it is bool(x)
};

struct BuiltinTraits {
  uint8_t traits = kNoTraits;
  std::optional<Op> compares = std::nullopt;  // the primitive that compares two tensors so

  bool Has(BuiltinTrait trait) const { return (traits & trait) != 0; }
};

struct BuiltinEntry {
  const char* name;  // `aten::add`, `prim::dtype`, `python::len`
  BuiltinFn fn;
  uint8_t traits = kNoTraits;
  std::optional<Op> compares = std::nullopt;
};

// The tables, by file.
absl::Span<const BuiltinEntry> OpenFloatBuiltins();
absl::Span<const BuiltinEntry> NumberBuiltins();
absl::Span<const BuiltinEntry> ComparisonBuiltins();
absl::Span<const BuiltinEntry> ConversionBuiltins();
absl::Span<const BuiltinEntry> NumberFunctions();
absl::Span<const BuiltinEntry> ContainerBuiltins();
absl::Span<const BuiltinEntry> SequenceBuiltins();
absl::Span<const BuiltinEntry> StringBuiltins();
absl::Span<const BuiltinEntry> StringMethods();
absl::Span<const BuiltinEntry> FormatBuiltins();
absl::Span<const BuiltinEntry> TensorBuiltins();
absl::Span<const BuiltinEntry> NestedBuiltins();

// nullopt: the name or these arguments are not for the interpreter.
BuiltinResult CallBuiltin(absl::string_view name, const std::vector<IValue>& args,
                          const std::vector<std::pair<std::string, IValue>>& keywords,
                          Builder& builder, const OpEnv& env);
// Whether the interpreter has something under this name.
bool HasBuiltin(absl::string_view name);
// The traits of all rows of this name together; null if there is none.
const BuiltinTraits* TraitsOfBuiltin(absl::string_view name);

// A failure of the program itself: raise, assert (IsRaised).
absl::Status Raised(absl::string_view message);

// A question about sizes that has no single answer: `1<S` (QuestionOf). It is decided by the value
// of `about`.
absl::Status Undecided(absl::string_view question, const Dim& about);

// The one element of a tensor that depends on the inputs, as rank-0 `dtype`: what stands for a
// Python number that is not known. Null for anything else.
Val OpenNumber(const IValue& value, DType dtype);
IValue NewOpenNumber(const Val& value);

// bool(value). Fails if the answer depends on the inputs or on symbolic sizes.
absl::StatusOr<bool> Truth(const IValue& value);
// The items that a for loop or an unpacking sees.
absl::StatusOr<std::vector<IValue>> Items(const IValue& value);
// The number that a one-element tensor holds. Fails if it is not known at conversion.
absl::StatusOr<IValue> ScalarOf(const Val& v);

}  // namespace t2n

#endif  // T2N_VALUES_BUILTINS_H_
