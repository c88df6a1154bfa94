// Operator schemas in torch's own notation (native_functions.yaml; c10::FunctionSchema):
//   aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
#ifndef T2N_ATEN_CORE_SCHEMA_H_
#define T2N_ATEN_CORE_SCHEMA_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/aten/core/arg.h"

namespace t2n {

struct SchemaType {
  enum class Kind { kTensor, kInt, kFloat, kBool, kComplex, kScalar, kString, kAny };
  Kind kind = Kind::kAny;
  bool optional = false;        // `T?`, `T[]?`
  bool list = false;            // `T[]`
  bool optional_items = false;  // `T?[]`
  bool broadcasts = false;      // `int[2]`: a single int stands for all
  std::string alias;            // "a" of `Tensor(a)` or `Tensor(a!)`; "*" of `Tensor(*)`
  bool written = false;         // `Tensor(a!)`
};

struct SchemaArg {
  std::string name;
  SchemaType type;
  bool keyword_only = false;
  std::optional<Arg> default_value;
};

struct Schema {
  std::string name;      // `aten::add`
  std::string overload;  // `Tensor`; may be empty
  std::vector<SchemaArg> args;
  std::vector<SchemaType> returns;

  // `aten::add.Tensor`
  std::string FullName() const;
  int IndexOf(absl::string_view arg) const;  // -1 if there is none
};

// Parses one schema. `int`, `SymInt`, `ScalarType`, `Layout`, `MemoryFormat` are kInt; `Device`,
// `str` kString; whatever else is not a tensor or number kAny.
absl::StatusOr<Schema> ParseSchema(absl::string_view text);

// `aten::add` of a schema's text, without parsing the rest.
absl::string_view SchemaBaseName(absl::string_view text);
// `Tensor` of the text of `aten::add.Tensor(...)`; may be empty.
absl::string_view SchemaOverloadName(absl::string_view text);

struct NamedArg {
  std::string name;
  Arg value;
};

// The arguments in the schema's order with defaults filled in, converted to the formal types (a
// single int to `int[2]`, an int to a float formal, a number to a tensor formal only if
// `convert_numbers`). nullopt if they do not fit; `*why` then says what does not.
std::optional<std::vector<Arg>> MatchArgs(const Schema& schema, absl::Span<const Arg> positional,
                                          absl::Span<const NamedArg> keywords, bool convert_numbers,
                                          std::string* why);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_SCHEMA_H_
