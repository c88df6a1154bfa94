#include "t2n/torchscript/signature.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/program/given.h"
#include "t2n/program/input_path.h"
#include "t2n/torchscript/argument_maker.h"
#include "t2n/torchscript/argument_types.h"
#include "t2n/torchscript/guess_inputs.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;

// Without an annotation a parameter is a Tensor.
ts::Type TypeOf(const ts::Param& param) {
  return param.type ? *param.type : ts::Type{ts::TypeKind::kTensor, "Tensor", {}};
}

// What a method takes, for messages: `forward(x, st), which takes x, st.v, st.i`.
std::string Describe(Code* code, const ts::FunctionDef& method, absl::string_view method_name) {
  std::vector<std::string> names, leaves;
  for (size_t i = 1; i < method.params.size(); ++i) {
    const ts::Param& param = method.params[i];
    names.emplace_back(param.name);
    for (const ArgumentLeaf& leaf : LeavesOf(code, {names.back(), {}}, TypeOf(param))) {
      leaves.push_back(leaf.path.ToString());
    }
  }
  return absl::StrCat(method_name, "(", absl::StrJoin(names, ", "), ")",
                      names == leaves ? "" : ", which takes ",
                      names == leaves ? "" : absl::StrJoin(leaves, ", "));
}

const ts::Param* FindParam(const ts::FunctionDef& method, absl::string_view name) {
  for (size_t i = 1; i < method.params.size(); ++i) {
    if (method.params[i].name == name) return &method.params[i];
  }
  return nullptr;
}

// Whether a path leads into an argument; for one of --inputs, to a tensor.
bool LeadsThere(Code* code, const ts::FunctionDef& method, const std::string& text, bool tensor) {
  const absl::StatusOr<InputPath> path = ParseInputPath(text);
  const ts::Param* param = path.ok() ? FindParam(method, path->argument) : nullptr;
  if (!param) return false;
  const std::vector<ts::Type> types = TypesAt(code, TypeOf(*param), path->steps);
  return std::any_of(types.begin(), types.end(),
                     [&](const ts::Type& t) { return !tensor || t.kind == ts::TypeKind::kTensor; });
}

// What leads nowhere: `--inputs 'y'`.
std::optional<std::string> Astray(Code* code, const ts::FunctionDef& method,
                                  const InputRequest& request) {
  for (const InputSpec& spec : request.specs) {
    if (spec.name.empty() || LeadsThere(code, method, spec.name, true)) continue;
    return absl::StrCat("--inputs '", spec.name, "'");
  }
  for (const auto& [path, value] : request.args) {
    if (!LeadsThere(code, method, path, false)) return absl::StrCat("--args '", path, "'");
  }
  return std::nullopt;
}

absl::Status NoValue(Code* code, const ts::FunctionDef& method, const ts::Param& param) {
  const ts::Type type = TypeOf(param);
  if (HoldsTensor(code, type)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the archive does not say the sizes of '", param.name, "' (",
                     ts::ToString(type), "); add ", InputsFlag(code, method),
                     " with the sizes filled in (a letter is a size that stays open)"));
  }
  const std::vector<ArgumentLeaf> leaves = LeavesOf(code, {std::string(param.name), {}}, type);
  const std::string path =
      leaves.empty() ? std::string(param.name) : leaves.front().path.ToString();
  return absl::FailedPreconditionError(
      absl::StrCat("argument '", param.name, "' (", ts::ToString(type),
                   ") has no value; add --args \"", path, "=VALUE\""));
}

}  // namespace

absl::StatusOr<CallArguments> MakeArguments(const ts::FunctionDef& method,
                                            absl::string_view method_name,
                                            const InputRequest& request, Code* code,
                                            Builder* builder) {
  const std::vector<const torchvalue::Value*>* examples = nullptr;
  for (const auto& [name, values] : code->archive().traced_inputs) {
    if (name == method_name) examples = &values;
  }
  const auto misfit = [&](const std::string& what) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " fits no argument of ", Describe(code, method, method_name)));
  };
  if (const auto astray = Astray(code, method, request)) return misfit(*astray);
  T2N_ASSIGN_OR_RETURN(GivenArguments given, GivenArguments::Of(request));
  ArgumentMaker maker(request, &given, code, builder);
  CallArguments out;
  bool positional = true;
  for (size_t i = 1; i < method.params.size(); ++i) {
    const ts::Param& param = method.params[i];
    const InputPath path = {std::string(param.name), {}};
    Given* own = given.Find(param.name);
    const ts::Type type = TypeOf(param);
    const bool whole = own && own->value && own->is_leaf();
    std::optional<IValue> value;
    if (!whole && examples && i - 1 < examples->size()) {
      T2N_ASSIGN_OR_RETURN(value, maker.FromExample(path, *(*examples)[i - 1], own));
    } else {
      T2N_ASSIGN_OR_RETURN(value, maker.FromGiven(path, type, own));
    }
    if (!value && param.default_value) {
      positional = false;
      continue;
    }
    if (!value && type.kind == ts::TypeKind::kOptional) value = IValue();
    if (!value) return NoValue(code, method, param);
    if (positional) {
      out.positional.push_back(*std::move(value));
    } else {
      out.keywords.emplace_back(path.argument, *std::move(value));
    }
  }
  out.examples = maker.examples();
  std::vector<std::string> unused = given.Unused();
  for (std::string& flag : maker.Unused()) unused.push_back(std::move(flag));
  if (!unused.empty()) return misfit(unused[0]);
  return out;
}

}  // namespace t2n::script
