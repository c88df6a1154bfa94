// What types of a method's arguments tell of the values that are given for them.
#ifndef T2N_TORCHSCRIPT_ARGUMENT_TYPES_H_
#define T2N_TORCHSCRIPT_ARGUMENT_TYPES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "parsers/torchscript/type.h"
#include "t2n/program/input_path.h"
#include "t2n/torchscript/code.h"
#include "t2n/values/value.h"

namespace t2n::script {

struct Field {
  std::string name;
  torchscript::Type type;
};
// Those of a NamedTuple; nullopt for other types.
std::optional<std::vector<Field>> FieldsOf(Code* code, const torchscript::Type& type);

// Those of a tuple of these types: 0, 1, ...
std::vector<Field> NumberedFields(const std::vector<torchscript::Type>& types);
// A tuple with these fields; without a class's name a plain one.
IValue NewNamedTuple(std::vector<IValue> items, const std::vector<Field>& fields,
                     const std::string& class_name);

// A step of a path as a key of a dict; nullopt if no key of that type is written so.
std::optional<IValue> AsKey(const PathStep& step, const torchscript::Type& type);
// The step that leads to a key.
PathStep StepTo(const IValue& key);

// The types that a value at the end of these steps into one of `type` may have; none if they lead
// nowhere.
std::vector<torchscript::Type> TypesAt(Code* code, const torchscript::Type& type,
                                       absl::Span<const PathStep> steps);

// Whether values of the type may have tensors in them.
bool HoldsTensor(Code* code, const torchscript::Type& type);

struct ArgumentLeaf {
  InputPath path;
  torchscript::Type type;  // neither optional nor a container

  bool is_tensor() const { return type.kind == torchscript::TypeKind::kTensor; }
};
// The leaves of a value of this type, the first 64: of a list the first item, of a dict that of the
// key KEY or 0.
std::vector<ArgumentLeaf> LeavesOf(Code* code, const InputPath& path,
                                   const torchscript::Type& type);

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_ARGUMENT_TYPES_H_
