// TorchScript's types, as annotations in code (`Optional[Tensor]`) and type tags in pickles
// (`Dict[str, List[Any]]`) spell them.
#ifndef PARSERS_TORCHSCRIPT_TYPE_H_
#define PARSERS_TORCHSCRIPT_TYPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n::torchscript {

enum class TypeKind : uint8_t {
  kTensor,
  kInt,
  kFloat,
  kBool,
  kStr,
  kComplex,
  kNumber,  // int, float or complex: `number`, `Scalar`
  kNone,    // `None` and `NoneType`
  kAny,
  kDevice,
  kAnyList,   // `list` without an element, in isinstance
  kAnyTuple,  // `tuple` without elements, in isinstance
  kOptional,  // args: {T}
  kList,      // args: {T}
  kDict,      // args: {key, value}
  kTuple,     // args: the elements; `Tuple[()]` has none
  kUnion,     // args: the alternatives
  kFuture,    // args: {T}
  kAwait,     // args: {T}
  kRRef,      // args: {T}
  kClass,     // any other name: a class, NamedTuple, interface, enum, or opaque (`Generator`)
};

struct Type {
  TypeKind kind = TypeKind::kAny;
  std::string name;  // as written: "Tensor", "Optional", "__torch__.torch.nn.modules.linear.Linear"
  std::vector<Type> args;
};

// Equal by meaning: names count for kClass only (`None` equals `NoneType`).
bool operator==(const Type& a, const Type& b);
inline bool operator!=(const Type& a, const Type& b) { return !(a == b); }

// The annotation as torch prints it: "Dict[str, List[Any]]", "Tuple[()]".
std::string ToString(const Type& type);

// The type that `text` spells, all of it. Errors: InvalidArgument "1:5: expected …, found …".
absl::StatusOr<Type> ParseType(absl::string_view text);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_TYPE_H_
