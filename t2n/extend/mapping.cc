#include "t2n/extend/mapping.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/builder/custom.h"
#include "t2n/extend/inside.h"
#include "t2n/extend/snippet.h"
#include "t2n/values/convert_args.h"

namespace t2n {
namespace {

using Values = std::vector<IValue>;

absl::StatusOr<Arg> ToArg(const IValue& value) {
  T2N_ASSIGN_OR_RETURN(const Operand operand, ToOperand(value));
  return operand.Read();
}

// A parameter of the fragment and what it is given.
struct Bound {
  nnef::Typed parameter;
  Snippet value;

  bool takes_tensor() const { return absl::StartsWith(parameter.type, "tensor<"); }
};

// What a result is: as an argument, or of a dtype and a shape of its own.
struct ResultType {
  std::string dtype_of;  // an argument
  std::optional<DType> dtype;
  std::string shape_of;
  std::optional<Snippet> shape;
};

// A list of numbers of one kind as an attribute.
std::optional<Attr> ListAttr(const ArgList& items) {
  Shape sizes;
  for (const Arg& item : items) {
    if (!item.is_int()) return std::nullopt;
    sizes.push_back(item.integer());
  }
  return Attr(std::move(sizes));
}

// What is written for a parameter that takes no tensor, or a number in the place of one.
std::optional<Attr> LiteralAttr(const Arg& value, const nnef::Typed& parameter) {
  const bool real = parameter.type == "scalar" || absl::StartsWith(parameter.type, "tensor<");
  if (value.is_bool()) return Attr(value.boolean());
  if (value.is_float()) return Attr(value.real());
  if (value.is_string()) return Attr(value.string());
  if (value.is_int() && !value.integer().is_const()) return Attr(value.integer());
  if (value.is_int() && real) return Attr(static_cast<double>(value.integer().value()));
  if (value.is_int()) return Attr(value.integer().value());
  if (value.is_list() || value.is_tuple()) return ListAttr(value.items());
  return std::nullopt;
}

class FragmentMapping : public Mapping {
 public:
  Arg Call(OpCall& call, const Module& module) const override;

 private:
  friend class MappingReader;

  // What the node is made of.
  struct Parts {
    Attrs attrs;
    std::vector<std::string> operands;
    std::vector<Val> inputs;
  };

  Values ValuesOf(const OpCall& call, const Module& module) const;
  absl::Status Bind(const Bound& bound, const Values& values, const Module& module, OpCall& call,
                    Parts* parts) const;
  absl::StatusOr<std::vector<ValueType>> Types(const Values& values, const Module& module,
                                               OpCall& call) const;
  Builder::BodyFn Body(const Values& values, const Module& module, const OpEnv& env,
                       const std::vector<Val>& inputs) const;
  absl::StatusOr<Arg> Make(OpCall& call, const Module& module) const;

  std::string fragment_;
  std::vector<std::string> arguments_;
  std::vector<Bound> bound_;
  std::vector<std::string> ignored_;
  std::vector<ResultType> results_;
  std::optional<Snippet> body_;
  bool is_list_ = false;  // the one result of the schema is a list
};

Values FragmentMapping::ValuesOf(const OpCall& call, const Module& module) const {
  Values values;
  if (module.self) values.push_back(IValue(module.self));
  for (const Arg& arg : call.args()) values.push_back(FromOperand(OperandOf(arg)));
  return values;
}

absl::Status FragmentMapping::Bind(const Bound& bound, const Values& values, const Module& module,
                                   OpCall& call, Parts* parts) const {
  for (const std::string& name : arguments_) {
    if (bound.value.Reads(name)) call.arg(name);
  }
  T2N_ASSIGN_OR_RETURN(const IValue value,
                       bound.value.Run(values, module.code, &call.b, call.env()));
  T2N_ASSIGN_OR_RETURN(const Arg given, ToArg(value));
  const std::string& name = bound.parameter.name;
  if (given.is_none() && bound.parameter.optional) return absl::OkStatus();
  const bool array = absl::EndsWith(bound.parameter.type, "[]");
  const auto add = [&](const Arg& item) {
    if (!item.is_tensor()) return false;
    parts->operands.push_back(name);
    parts->inputs.push_back(item.tensor());
    return true;
  };
  if (bound.takes_tensor()) {
    if (!array && add(given)) return absl::OkStatus();
    const bool several = array && (given.is_list() || given.is_tuple()) && !given.items().empty();
    if (several && std::all_of(given.items().begin(), given.items().end(), add)) {
      return absl::OkStatus();
    }
  }
  const std::optional<Attr> literal =
      array && bound.takes_tensor() ? std::nullopt : LiteralAttr(given, bound.parameter);
  if (!literal) {
    return absl::UnimplementedError(absl::StrCat("fragment ", fragment_, ": parameter '", name,
                                                 "' (", bound.parameter.type, ") is given ",
                                                 given.ToString()));
  }
  parts->attrs.Set(absl::StrCat(".", name), *literal);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ValueType>> FragmentMapping::Types(const Values& values,
                                                              const Module& module,
                                                              OpCall& call) const {
  const auto argument = [&](const std::string& name) -> absl::StatusOr<ValueType> {
    const Arg& arg = call.args()[call.schema().IndexOf(name)];
    if (arg.is_tensor() && arg.tensor()) return arg.tensor()->type;
    return absl::UnimplementedError(
        absl::StrCat("a result is to be as '", name, "', which is ", arg.ToString()));
  };
  std::vector<ValueType> types;
  for (const ResultType& result : results_) {
    ValueType type;
    if (!result.dtype_of.empty()) {
      T2N_ASSIGN_OR_RETURN(type, argument(result.dtype_of));
    }
    if (result.dtype) type = {*result.dtype, {}, nullptr};
    if (!result.shape_of.empty()) {
      T2N_ASSIGN_OR_RETURN(const ValueType like, argument(result.shape_of));
      type.shape = like.shape;
    } else {
      T2N_ASSIGN_OR_RETURN(const IValue value,
                           result.shape->Run(values, module.code, &call.b, call.env()));
      T2N_ASSIGN_OR_RETURN(const Arg shape, ToArg(value));
      const bool listed = shape.is_list() || shape.is_tuple();
      const std::optional<Attr> sizes = listed ? ListAttr(shape.items()) : std::nullopt;
      if (!sizes) {
        return absl::InvalidArgumentError(
            absl::StrCat("the shape of a result is ", shape.ToString(), ", no list of sizes"));
      }
      type.shape = std::get<Shape>(*sizes);
    }
    types.push_back(std::move(type));
  }
  return types;
}

// Of what the call has, evaluated in the graph of the body.
Builder::BodyFn FragmentMapping::Body(const Values& values, const Module& module, const OpEnv& env,
                                      const std::vector<Val>& inputs) const {
  if (!body_) return nullptr;
  return [this, values, module, &env, inputs](Builder& inner, absl::Span<const Val> params) {
    std::map<const Value*, Val> by_value;
    for (size_t i = 0; i < inputs.size(); ++i) by_value.emplace(inputs[i].get(), params[i]);
    Inside inside(&inner, std::move(by_value));
    Values copies;
    for (const IValue& v : values) copies.push_back(inside.Copy(v));
    absl::StatusOr<IValue> result = body_->Run(std::move(copies), module.code, &inner, env);
    absl::StatusOr<Arg> arg = result.ok() ? ToArg(*result) : result.status();
    std::vector<Val> tensors;
    if (!arg.ok()) {
      inner.Fail(arg.status());
    } else if (arg->is_tensor()) {
      tensors = {arg->tensor()};
    } else if (arg->is_list() || arg->is_tuple()) {
      for (const Arg& item : arg->items()) {
        if (item.is_tensor()) tensors.push_back(item.tensor());
      }
    }
    return tensors;
  };
}

absl::StatusOr<Arg> FragmentMapping::Make(OpCall& call, const Module& module) const {
  const Values values = ValuesOf(call, module);
  Parts parts;
  for (const std::string& name : ignored_) call.arg(name);
  for (const Bound& bound : bound_) {
    T2N_RETURN_IF_ERROR(Bind(bound, values, module, call, &parts));
  }
  T2N_ASSIGN_OR_RETURN(std::vector<ValueType> types, Types(values, module, call));
  parts.attrs.Set("fragment", fragment_);
  parts.attrs.Set("operands", absl::StrJoin(parts.operands, ","));
  if (body_) {  // it may read what the fragment is not given
    for (const Val& v : OpenTensors(values)) {
      const bool there =
          std::find(parts.inputs.begin(), parts.inputs.end(), v) != parts.inputs.end();
      if (!there) parts.inputs.push_back(v);
    }
  }
  const std::vector<Val> results = Custom(call.b, std::move(parts.attrs), parts.inputs, types,
                                          Body(values, module, call.env(), parts.inputs));
  T2N_RETURN_IF_ERROR(call.b.status());
  if (is_list_) return Arg::List(absl::MakeConstSpan(results));
  return results.size() == 1 ? Arg(results[0]) : Arg::Tuple(absl::MakeConstSpan(results));
}

Arg FragmentMapping::Call(OpCall& call, const Module& module) const {
  absl::StatusOr<Arg> made = Make(call, module);
  if (made.ok()) return *std::move(made);
  if (call.b.ok()) {
    call.b.Fail(absl::Status(made.status().code(), absl::StrCat(call.schema().FullName(), ": ",
                                                                made.status().message())));
  }
  return Arg();
}

// Makes one of what a file says.
class MappingReader {
 public:
  MappingReader(const std::string& file, const proto::CustomCall& call, const Schema& schema,
                bool is_module, const nnef::FragmentLibrary& library)
      : where_(absl::StrCat(file, ", ", schema.FullName())),
        call_(call),
        schema_(schema),
        library_(library) {
    if (is_module) parameters_.push_back("self");
    for (const SchemaArg& arg : schema.args) parameters_.push_back(arg.name);
  }

  absl::StatusOr<std::shared_ptr<const Mapping>> Read() {
    for (const SchemaArg& arg : schema_.args) mapping_->arguments_.push_back(arg.name);
    const auto found = library_.find(call_.fragment());
    if (found == library_.end()) {
      return Bad(absl::StrCat("no file of fragments: has the fragment '", call_.fragment(), "'"));
    }
    const nnef::Fragment& fragment = found->second.fragment;
    mapping_->fragment_ = fragment.name;
    T2N_RETURN_IF_ERROR(ReadBindings(fragment));
    for (const std::string& name : call_.ignore()) {
      if (schema_.IndexOf(name) < 0) return Bad(absl::StrCat("ignore: no argument '", name, "'"));
      mapping_->ignored_.push_back(name);
    }
    for (const proto::CustomResult& result : call_.result()) {
      T2N_RETURN_IF_ERROR(ReadResult(result));
    }
    mapping_->is_list_ = schema_.returns.size() == 1 && schema_.returns[0].list;
    const size_t results = mapping_->results_.size();
    const size_t declared = std::max<size_t>(1, schema_.returns.size());
    if (results == 0 || (!mapping_->is_list_ && results != declared)) {
      return Bad(absl::StrCat(results, " result { }, but the schema returns ", declared,
                              "; each says like: \"ARGUMENT\", or dtype and shape"));
    }
    if (fragment.results.size() != results) {
      return Bad(absl::StrCat(results, " result { }, but fragment ", fragment.name, " gives ",
                              fragment.results.size()));
    }
    if (!call_.body().empty()) {
      T2N_ASSIGN_OR_RETURN(mapping_->body_,
                           Snippet::Statements(where_ + ", body", parameters_, call_.body()));
    }
    return mapping_;
  }

 private:
  absl::Status Bad(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(where_, ": ", what));
  }

  absl::Status ReadBindings(const nnef::Fragment& fragment) {
    std::map<std::string, std::string> values;
    for (const proto::Binding& bind : call_.bind()) {
      if (!values.emplace(bind.parameter(), bind.value()).second) {
        return Bad(absl::StrCat("bind: '", bind.parameter(), "' twice"));
      }
    }
    for (const nnef::Typed& p : fragment.parameters) {
      const auto it = values.find(p.name);
      std::string text = it != values.end() ? it->second : "";
      if (it != values.end()) values.erase(it);
      if (text.empty() && schema_.IndexOf(p.name) >= 0) text = p.name;
      if (text.empty() && p.optional) continue;
      if (text.empty()) {
        return Bad(absl::StrCat("nothing is given for parameter '", p.name, "' of fragment ",
                                fragment.name, ": add bind { parameter: \"", p.name,
                                "\" value: \"...\" }"));
      }
      T2N_ASSIGN_OR_RETURN(
          Snippet value,
          Snippet::Expression(absl::StrCat(where_, ", bind ", p.name), parameters_, text));
      mapping_->bound_.push_back({p, std::move(value)});
    }
    if (values.empty()) return absl::OkStatus();
    return Bad(absl::StrCat("bind: fragment ", fragment.name, " has no parameter '",
                            values.begin()->first, "'"));
  }

  absl::Status ReadResult(const proto::CustomResult& result) {
    ResultType type;
    type.dtype_of = type.shape_of = result.like();
    if (!result.dtype().empty()) {
      type.dtype = ParseDType(result.dtype());
      type.dtype_of = type.dtype ? "" : result.dtype();
    }
    if (!result.shape().empty()) {
      type.shape_of.clear();
      T2N_ASSIGN_OR_RETURN(type.shape,
                           Snippet::Expression(where_ + ", shape", parameters_, result.shape()));
    }
    if ((type.dtype_of.empty() && !type.dtype) || (type.shape_of.empty() && !type.shape)) {
      return Bad("a result { } without like, or without dtype and shape");
    }
    for (const std::string& name : {type.dtype_of, type.shape_of}) {
      if (name.empty() || schema_.IndexOf(name) >= 0) continue;
      return Bad(absl::StrCat("result: '", name, "' is no argument",
                              name == result.dtype() ? " and no type" : ""));
    }
    mapping_->results_.push_back(std::move(type));
    return absl::OkStatus();
  }

  std::string where_;
  const proto::CustomCall& call_;
  const Schema& schema_;
  const nnef::FragmentLibrary& library_;
  std::vector<std::string> parameters_;
  std::shared_ptr<FragmentMapping> mapping_ = std::make_shared<FragmentMapping>();
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Mapping>> Mapping::Make(const std::string& file,
                                                             const proto::CustomCall& call,
                                                             const Schema& schema, bool is_module,
                                                             const nnef::FragmentLibrary& library) {
  return MappingReader(file, call, schema, is_module, library).Read();
}

}  // namespace t2n
