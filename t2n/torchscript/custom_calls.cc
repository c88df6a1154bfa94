#include "t2n/torchscript/custom_calls.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "t2n/base/status.h"
#include "t2n/torchscript/origin.h"
#include "t2n/torchscript/parts.h"
#include "t2n/torchscript/result_order.h"
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
bool IsForward(absl::string_view method, Origin origin) {
  if (!absl::ConsumePrefix(&method, "forward")) return false;
  const bool traced = origin != Origin::kScripted;
  return method.empty() || (traced && absl::c_all_of(method, absl::ascii_isdigit));
}

// Whether forward's own order of tensors and that of their first use are the same, as far as the
// user tells.
bool IsOneOrder(const CustomModule& module) {
  std::vector<std::string> tensors;
  for (const SchemaArg& arg : module.schema.args) {
    if (arg.type.kind == SchemaType::Kind::kTensor) tensors.push_back(arg.name);
  }
  return module.any_arguments || tensors.size() < 2 || tensors == module.used;
}

std::string Parameters(const torchscript::FunctionDef& def) {
  std::vector<std::string> names;
  for (size_t i = 1; i < def.params.size(); ++i) names.emplace_back(def.params[i].name);
  return absl::StrJoin(names, ", ");
}

// The arguments as the user's schema has them.
absl::StatusOr<std::vector<Arg>> Match(const CustomModule& module, Origin origin,
                                       const torchscript::FunctionDef& def,
                                       std::vector<Arg> positional, std::vector<NamedArg> named) {
  const bool names_fit = HasNames(def, module.schema);
  if (origin == Origin::kUnknown && !IsOneOrder(module)) {
    return absl::UnimplementedError(absl::StrCat(
        "module ", module.pattern, ": nothing in the archive tells whether (", Parameters(def),
        ") are forward's own arguments, as in scripted code, or the tensors that it uses, as in "
        "traced code; save the model with the debug files of its code (code/**/*.debug_pkl), with "
        "a "
        "torch from 1.4 on"));
  }
  if (origin == Origin::kScripted && !names_fit && !module.any_arguments) {
    return absl::InvalidArgumentError(
        absl::StrCat("module ", module.pattern,
                     " of --extend does not have the arguments of forward(", Parameters(def), ")"));
  }
  if (origin != Origin::kTraced && names_fit) {
    return ArgumentsInOrder(module, positional, named);
  }
  for (NamedArg& n : named) positional.push_back(std::move(n.value));
  return ArgumentsByUse(module, positional);
}

// The results as the code has them, of those in forward's own order.
absl::StatusOr<Arg> InOrderOfCode(const CustomModule& module, Origin origin,
                                  const torchscript::FunctionDef& def, const Arg& result) {
  if (origin == Origin::kScripted || !result.is_tuple() || result.items().size() < 2) return result;
  const auto order = OrderOfComputing(def);
  const size_t count = result.items().size();
  if (!order || order->size() != count || module.made.size() != count) {
    return absl::UnimplementedError(absl::StrCat(
        "module ", module.pattern,
        ": traced code has the results of forward in an order of its "
        "own",
        order ? absl::StrCat(" (", order->size(), " of ", count, " here)") : "",
        "; say in the file of --extend in which order forward computes them, a number a line, such "
        "as made: 0"));
  }
  std::vector<Arg> items;
  for (int rank : *order) items.push_back(result.items()[module.made[rank]]);
  return Arg::Tuple(std::move(items));
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
  const Origin origin = OriginOf(m.code.archive(), *def.pos.entry);
  if (!IsForward(method, origin)) return std::nullopt;
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
  T2N_ASSIGN_OR_RETURN(std::vector<Arg> given,
                       Match(*module, origin, def, std::move(positional), std::move(named)));
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
  T2N_ASSIGN_OR_RETURN(Arg result, CallModule(*module, call));
  T2N_ASSIGN_OR_RETURN(result, InOrderOfCode(*module, origin, def, result));
  m.builder.set_place(caller);
  return FromOperand(OperandOf(result));
}

}  // namespace t2n::script
