// Makes the values of a method's arguments: tensors become inputs of the graph.
#ifndef T2N_TORCHSCRIPT_ARGUMENT_MAKER_H_
#define T2N_TORCHSCRIPT_ARGUMENT_MAKER_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/torchscript/type.h"
#include "parsers/torchvalue/value.h"
#include "t2n/builder/builder.h"
#include "t2n/program/given.h"
#include "t2n/torchscript/argument_types.h"
#include "t2n/torchscript/signature.h"
#include "t2n/values/value.h"

namespace t2n::script {

class ArgumentMaker {
 public:
  // All must outlive it.
  ArgumentMaker(const InputRequest& request, GivenArguments* given, Code* code, Builder* builder)
      : request_(request), given_(*given), code_(code), builder_(*builder) {}

  // A value of the type from what is given for it (null: nothing by name); nullopt if nothing is.
  absl::StatusOr<std::optional<IValue>> FromGiven(const InputPath& path,
                                                  const torchscript::Type& type, Given* given);

  // A value like the example, but for what is given.
  absl::StatusOr<IValue> FromExample(const InputPath& path, const torchvalue::Value& example,
                                     Given* given);

  // Open sizes, and what they were in the examples.
  const std::vector<std::pair<Dim, int64_t>>& examples() const { return examples_; }

  // Axes that were asked to be open, of no input: `--dynamic_axes 'y'`.
  std::vector<std::string> Unused() const;

 private:
  using Type = torchscript::Type;
  using Made = absl::StatusOr<std::optional<IValue>>;

  // FromGiven of what holds others.
  Made FromItems(const InputPath& path, const Type& type, Given* given);
  Made TupleOf(const InputPath& path, const std::vector<Field>& fields,
               const std::string& class_name, Given* given);
  Made ListOf(const InputPath& path, const Type& item, Given* given);
  Made DictOf(const InputPath& path, const Type& type, Given* given);
  Made UnionOf(const InputPath& path, const Type& type, Given* given);

  // A value of --args as one of the type.
  absl::StatusOr<IValue> FromLiteral(const InputPath& path, const Type& type, const IValue& value);
  absl::StatusOr<IValue> ItemsOfLiteral(const InputPath& path, const Type& type,
                                        const IValue& value);
  absl::StatusOr<IValue> TensorOf(const InputPath& path, const IValue& value);

  // Whether all that is given can be part of a value of the type.
  bool Fits(const Given& given, const Type& type, int depth = 0);

  absl::StatusOr<IValue> NewInput(const InputPath& path, ValueType type);
  absl::StatusOr<IValue> TensorLikeExample(const InputPath& path,
                                           const torchvalue::TensorRecord& example, Given* given);
  absl::StatusOr<IValue> InputLikeExample(const InputPath& path, ValueType type, Given* given);
  IValue WithOpenSizes(const IValue& value) const;

  const InputRequest& request_;
  GivenArguments& given_;
  Code* code_;
  Builder& builder_;
  std::set<std::string> inputs_;
  std::vector<std::pair<Dim, int64_t>> examples_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_ARGUMENT_MAKER_H_
