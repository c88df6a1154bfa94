#include "t2n/torchscript/guess_inputs.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/aten/source_rules.h"
#include "t2n/torchscript/argument_types.h"
#include "t2n/torchscript/operator_name.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;
namespace tv = torchvalue;

constexpr int kMaxCallDepth = 64;
constexpr int kMaxCalls = 20000;

// All that is known of a value: that it is (or is as large as) an input, or what the archive has.
struct Known {
  int input = -1;
  const tv::Value* value = nullptr;
};

// Follows inputs through the methods of modules up to the operators that first take them.
class Follower {
 public:
  explicit Follower(Code* code) : code_(code) {}

  // The value that the method returns for these arguments, self in front.
  Known Follow(const ts::FunctionDef& def, const std::vector<Known>& args) {
    if (depth_ >= kMaxCallDepth || ++calls_ > kMaxCalls) return {};
    ++depth_;
    Locals locals;
    for (size_t i = 0; i < std::min(args.size(), def.params.size()); ++i) {
      locals[def.params[i].name] = args[i];
    }
    Known result;
    Run(def.body, locals, &result);
    --depth_;
    return result;
  }

  const std::map<int, std::string>& types() const { return types_; }

 private:
  using Locals = std::map<absl::string_view, Known>;

  void Run(ts::Block block, Locals& locals, Known* result) {
    for (const ts::Stmt* stmt : block) {
      if (const auto* assign = stmt->If<ts::AssignStmt>()) {
        const Known value = Eval(*assign->value, locals);
        const auto* name = assign->targets[0]->If<ts::NameExpr>();
        if (name && assign->targets.size() == 1 && !assign->unpack) locals[name->name] = value;
      } else if (const auto* e = stmt->If<ts::ExprStmt>()) {
        Eval(*e->value, locals);
      } else if (const auto* ret = stmt->If<ts::ReturnStmt>()) {
        if (ret->value) *result = Eval(*ret->value, locals);
      } else if (const auto* branch = stmt->If<ts::IfStmt>()) {
        for (const auto& b : branch->branches) Run(b.body, locals, result);
        Run(branch->else_body, locals, result);
      }
    }
  }

  Known Eval(const ts::Expr& expr, const Locals& locals) {
    if (const auto* name = expr.If<ts::NameExpr>()) {
      auto it = locals.find(name->name);
      return it == locals.end() ? Known() : it->second;
    }
    if (const auto* attribute = expr.If<ts::AttributeExpr>()) {
      const Known object = Eval(*attribute->object, locals);
      const auto* record = object.value ? object.value->As<tv::ObjectRecord>() : nullptr;
      return {-1, record ? record->Find(attribute->name) : nullptr};
    }
    if (const auto* cast = expr.If<ts::UncheckedCastExpr>()) return Eval(*cast->value, locals);
    if (const auto* annotate = expr.If<ts::AnnotateExpr>()) return Eval(*annotate->value, locals);
    if (const auto* call = expr.If<ts::CallExpr>()) return Call(*call, locals);
    return {};
  }

  Known Call(const ts::CallExpr& call, const Locals& locals) {
    std::vector<Known> args;
    for (const ts::Expr* arg : call.args) args.push_back(Eval(*arg, locals));
    const std::optional<std::string> dotted = ts::DottedName(*call.callee);
    if (const std::optional<std::string> op = dotted ? OperatorName(*dotted) : std::nullopt) {
      const SourceRule* rule = SourceRuleOf(*op);
      return rule ? Operator(*rule, call, args) : Known();
    }
    const auto* callee = call.callee->If<ts::AttributeExpr>();
    if (!callee) return {};
    const Known object = Eval(*callee->object, locals);
    const auto* record = object.value ? object.value->As<tv::ObjectRecord>() : nullptr;
    if (!record) return {};
    const auto method = code_->FindMethod(record->class_name, callee->name);
    if (!method.ok() || !*method) return {};
    args.insert(args.begin(), object);
    return Follow(**method, args);
  }

  Known Operator(const SourceRule& rule, const ts::CallExpr& call, const std::vector<Known>& args) {
    if (args.empty()) return {};
    if (rule.indexes && args.size() > 1) Note(args[1].input, "i64[1,S]");
    const Known result = rule.same_size ? args[0] : Known();
    if (args[0].input < 0 || args.size() < 2) return result;
    const auto* weight = args[1].value ? args[1].value->As<tv::TensorRecord>() : nullptr;
    if (!weight || weight->quantizer) return result;
    const std::string type = tv::ShortName(weight->dtype);
    if (rule.weight == SourceRule::Weight::kMatrix) {
      if (weight->sizes.size() != 2) return result;
      Note(args[0].input, absl::StrCat(type, "[1,", weight->sizes[1], "]"));
    } else if (rule.weight != SourceRule::Weight::kNone) {
      Convolution(rule.weight, call, type, *weight, args[0].input);
    }
    return result;
  }

  void Convolution(SourceRule::Weight kind, const ts::CallExpr& call, const std::string& type,
                   const tv::TensorRecord& weight, int input) {
    static constexpr absl::string_view kSpatial[] = {"L", "H,W", "D,H,W"};
    const int64_t axes = static_cast<int64_t>(weight.sizes.size()) - 2;
    if (axes < 1 || axes > 3) return;
    const auto literal = [&](size_t i) {
      const auto* e = i < call.args.size() ? call.args[i]->If<ts::IntExpr>() : nullptr;
      return e ? e->value : 1;
    };
    bool transposed = kind == SourceRule::Weight::kTransposedFilters;
    int64_t groups = literal(6);
    if (kind == SourceRule::Weight::kFiltersOfEither) {
      const auto* flag = call.args.size() > 6 ? call.args[6]->If<ts::BoolExpr>() : nullptr;
      transposed = flag && flag->value;
      groups = literal(8);
    }
    const int64_t channels = transposed ? weight.sizes[0] : weight.sizes[1] * groups;
    Note(input, absl::StrCat(type, "[1,", channels, ",", kSpatial[axes - 1], "]"));
  }

  void Note(int input, const std::string& type) {
    if (input >= 0) types_.emplace(input, type);
  }

  Code* code_;
  int depth_ = 0;
  int calls_ = 0;
  std::map<int, std::string> types_;
};

}  // namespace

std::string InputsFlag(Code* code, const ts::FunctionDef& method) {
  std::vector<Known> args(method.params.size());
  args[0].value = code->archive().root;
  for (size_t i = 1; i < args.size(); ++i) args[i].input = static_cast<int>(i);
  Follower follower(code);
  follower.Follow(method, args);
  std::vector<std::string> parts;
  for (size_t i = 1; i < method.params.size(); ++i) {
    const ts::Param& p = method.params[i];
    const ts::Type type = p.type ? *p.type : ts::Type{ts::TypeKind::kTensor, "Tensor", {}};
    if (p.default_value || type.kind == ts::TypeKind::kOptional) continue;
    const auto known = follower.types().find(static_cast<int>(i));
    for (const ArgumentLeaf& leaf : LeavesOf(code, {std::string(p.name), {}}, type)) {
      if (!leaf.is_tensor()) continue;
      const bool whole = leaf.path.steps.empty() && known != follower.types().end();
      parts.push_back(absl::StrCat(leaf.path.ToString(), "=", whole ? known->second : "f32[...]"));
    }
  }
  return absl::StrCat("--inputs \"", absl::StrJoin(parts, ";"), "\"");
}

}  // namespace t2n::script
