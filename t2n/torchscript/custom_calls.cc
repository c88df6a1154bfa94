#include "t2n/torchscript/custom_calls.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "t2n/base/status.h"
#include "t2n/torchscript/parts.h"
#include "t2n/values/convert_args.h"

namespace t2n::script {
namespace {

absl::StatusOr<Arg> Read(const IValue& value) {
  T2N_ASSIGN_OR_RETURN(const Operand operand, ToOperand(value));
  return operand.Read();
}

// Whether forward's parameters are those that the user says, in their order.
bool HasNames(const torchscript::FunctionDef& def, const Schema& schema) {
  if (def.params.size() != schema.args.size() + 1) return false;
  for (size_t i = 0; i < schema.args.size(); ++i) {
    if (def.params[i + 1].name != schema.args[i].name) return false;
  }
  return true;
}

// `forward`, or what tracing calls its further calls: forward1.
bool IsForward(absl::string_view method, bool traced) {
  if (!absl::ConsumePrefix(&method, "forward")) return false;
  return method.empty() || (traced && absl::c_all_of(method, absl::ascii_isdigit));
}

}  // namespace

absl::StatusOr<std::optional<IValue>> CallCustom(Machine& m, Parts& parts,
                                                 const std::shared_ptr<Object>& object,
                                                 absl::string_view method,
                                                 const torchscript::FunctionDef& def,
                                                 const std::vector<IValue>& args,
                                                 const Keywords& keywords) {
  const CustomModule* module = m.custom ? m.custom->modules.Find(object->class_name) : nullptr;
  if (!module) return std::nullopt;
  const bool traced = !m.code.archive().traced_inputs.empty();
  if (!IsForward(method, traced)) return std::nullopt;
  std::vector<Arg> positional;
  std::vector<NamedArg> named;
  for (const IValue& v : args) {
    T2N_ASSIGN_OR_RETURN(Arg arg, Read(v));
    positional.push_back(std::move(arg));
  }
  for (const auto& [name, v] : keywords) {
    T2N_ASSIGN_OR_RETURN(Arg arg, Read(v));
    named.push_back({name, std::move(arg)});
  }
  std::vector<Arg> given;
  if (!traced && HasNames(def, module->schema)) {
    T2N_ASSIGN_OR_RETURN(given, ArgumentsInOrder(*module, positional, named));
  } else {
    for (NamedArg& n : named) positional.push_back(std::move(n.value));
    T2N_ASSIGN_OR_RETURN(given, ArgumentsByUse(*module, positional));
  }
  const auto attributes = [&](absl::string_view path) -> absl::StatusOr<IValue> {
    IValue value = object;
    for (absl::string_view name : absl::StrSplit(path, '.')) {
      T2N_ASSIGN_OR_RETURN(value, parts.expressions.GetAttribute(value, name));
    }
    return value;
  };
  const Schema& schema = SchemaOf(*module, given.size());
  ModuleCall call(&m.builder, &schema, std::move(given), &m.env, object, attributes, &m.code);
  const PlacePtr caller = m.builder.place();
  auto place = caller ? std::make_shared<Place>(*caller) : std::make_shared<Place>();
  place->module_path = object->path;
  m.builder.set_place(place);
  T2N_ASSIGN_OR_RETURN(const Arg result, CallModule(*module, call));
  m.builder.set_place(caller);
  return FromOperand(OperandOf(result));
}

}  // namespace t2n::script
