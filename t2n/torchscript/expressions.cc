#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/torchscript/evaluator.h"
#include "t2n/values/builtins.h"
#include "t2n/values/unusable.h"

namespace t2n::script {

namespace ts = torchscript;

absl::StatusOr<std::vector<IValue>> Evaluator::EvalAll(ts::ExprList exprs, Frame& frame) {
  std::vector<IValue> values;
  values.reserve(exprs.size());
  for (const Expr* e : exprs) {
    T2N_ASSIGN_OR_RETURN(IValue v, Eval(*e, frame));
    values.push_back(std::move(v));
  }
  return values;
}

absl::StatusOr<IValue> Evaluator::NewDict(const ts::DictExpr& expr, Frame& frame) {
  auto dict = std::make_shared<Dict>();
  for (size_t i = 0; i < expr.keys.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(IValue key, Eval(*expr.keys[i], frame));
    T2N_ASSIGN_OR_RETURN(IValue value, Eval(*expr.values[i], frame));
    if (const absl::Status* why = WhyUnusable(key)) return *why;
    dict->Set(key, std::move(value));
  }
  T2N_RETURN_IF_ERROR(Charge(dict->items.size() + 1, 0));
  return IValue(dict);
}

absl::StatusOr<IValue> Evaluator::Eval(const Expr& expr, Frame& frame) {
  switch (expr.kind) {
    case ts::ExprKind::kName:
      return EvalName(expr.As<ts::NameExpr>(), frame);
    case ts::ExprKind::kInt: {
      const auto& e = expr.As<ts::IntExpr>();
      if (e.overflow) return absl::OutOfRangeError(absl::StrCat("integer ", e.text));
      return IValue(e.value);
    }
    case ts::ExprKind::kFloat:
      return IValue(expr.As<ts::FloatExpr>().value);
    case ts::ExprKind::kComplex:
      return IValue(expr.As<ts::ComplexExpr>().value);
    case ts::ExprKind::kString: {
      const absl::string_view text = expr.As<ts::StringExpr>().value;
      T2N_RETURN_IF_ERROR(Charge(0, text.size()));
      return IValue(std::string(text));
    }
    case ts::ExprKind::kBool:
      return IValue(expr.As<ts::BoolExpr>().value);
    case ts::ExprKind::kNone:
      return IValue();
    case ts::ExprKind::kTuple: {
      T2N_ASSIGN_OR_RETURN(auto items, EvalAll(expr.As<ts::TupleExpr>().items, frame));
      T2N_RETURN_IF_ERROR(Charge(items.size() + 1, 0));
      return IValue::NewTuple(std::move(items));
    }
    case ts::ExprKind::kList: {
      T2N_ASSIGN_OR_RETURN(auto items, EvalAll(expr.As<ts::ListExpr>().items, frame));
      T2N_RETURN_IF_ERROR(Charge(items.size() + 1, 0));
      return IValue::NewList(std::move(items));
    }
    case ts::ExprKind::kDict:
      return NewDict(expr.As<ts::DictExpr>(), frame);
    case ts::ExprKind::kAttribute:
      return EvalAttribute(expr.As<ts::AttributeExpr>(), frame);
    case ts::ExprKind::kSubscript:
      return EvalSubscript(expr.As<ts::SubscriptExpr>(), frame);
    case ts::ExprKind::kCall:
      return EvalCall(expr.As<ts::CallExpr>(), frame);
    case ts::ExprKind::kUnary:
      return EvalUnary(expr.As<ts::UnaryExpr>(), frame);
    case ts::ExprKind::kBinary:
      return EvalBinary(expr.As<ts::BinaryExpr>(), frame);
    case ts::ExprKind::kTernary:
      return EvalTernary(expr.As<ts::TernaryExpr>(), frame);
    case ts::ExprKind::kAnnotate:
      return EvalAnnotate(expr.As<ts::AnnotateExpr>(), frame);
    case ts::ExprKind::kUncheckedCast:
      return Eval(*expr.As<ts::UncheckedCastExpr>().value, frame);
    case ts::ExprKind::kUninitialized:
      return IValue(Uninitialized());
    case ts::ExprKind::kIsInstance: {
      const auto& e = expr.As<ts::IsInstanceExpr>();
      T2N_ASSIGN_OR_RETURN(IValue v, Eval(*e.value, frame));
      if (const absl::Status* why = WhyUnusable(v)) return *why;
      for (const ts::Type* type : e.types) {
        if (IsInstance(v, *type)) return IValue(true);
      }
      return IValue(false);
    }
    case ts::ExprKind::kSlice:
      break;
  }
  return absl::UnimplementedError("such an expression");
}

// Where a number is wanted of a tensor, torch prints aten::IntImplicit and its like as annotations.
absl::StatusOr<IValue> Evaluator::EvalAnnotate(const ts::AnnotateExpr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue value, Eval(*expr.value, frame));
  if (!value.tensor()) return value;
  switch (expr.type->kind) {
    case ts::TypeKind::kInt:
      return CallOp("aten::IntImplicit", {value}, {});
    case ts::TypeKind::kFloat:
      return CallOp("aten::FloatImplicit", {value}, {});
    case ts::TypeKind::kComplex:
      return CallOp("aten::ComplexImplicit", {value}, {});
    case ts::TypeKind::kNumber:
      return CallOp("aten::ScalarImplicit", {value}, {});
    default:
      return value;
  }
}

absl::StatusOr<IValue> Evaluator::EvalName(const ts::NameExpr& expr, Frame& frame) {
  auto it = frame.locals.find(expr.name);
  if (it != frame.locals.end()) {
    const UnusableValue* unusable = AsUnusable(it->second);
    if (unusable && !unusable->number()) return unusable->status();
    return it->second;
  }
  return absl::InvalidArgumentError(absl::StrCat("name '", expr.name, "' is not defined"));
}

absl::StatusOr<IValue> Evaluator::GetAttribute(const IValue& value, absl::string_view name) {
  if (std::shared_ptr<Object> object = value.object()) {
    T2N_RETURN_IF_ERROR(Materialize(object));
    if (IValue* attribute = object->Find(name)) {
      if (const absl::Status* why = WhyUnusable(*attribute)) return *why;
      return *attribute;
    }
    // A class-level constant: `name : Final[int] = 3`.
    T2N_ASSIGN_OR_RETURN(const ts::ClassDef* def, code_->FindClass(object->class_name));
    for (const Stmt* stmt : def ? def->body : ts::Block()) {
      const auto* decl = stmt->If<ts::AttributeDecl>();
      if (!decl || decl->name != name || !decl->value) continue;
      Frame empty;
      return Eval(*decl->value, empty);
    }
  } else if (std::shared_ptr<Tuple> tuple = value.tuple()) {
    for (size_t i = 0; i < tuple->fields.size(); ++i) {
      if (tuple->fields[i] == name) return tuple->items[i];
    }
  } else if (std::shared_ptr<Enum> e = value.enumerator()) {
    if (name == "value") return e->value;
    if (name == "name") {
      T2N_ASSIGN_OR_RETURN(const ts::ClassDef* def, code_->FindClass(e->class_name));
      if (!def || !e->name.empty()) return IValue(e->name);
      T2N_ASSIGN_OR_RETURN(IValue member, EnumMember(*def, e->class_name, "", &e->value));
      if (member.enumerator()) return IValue(member.enumerator()->name);
    }
  }
  if (const absl::Status* why = WhyUnusable(value)) return *why;
  return absl::InvalidArgumentError(
      absl::StrCat("a ", value.TypeName(), " has no attribute '", name, "'"));
}

// The member called `name`, or the one of that value; None if there is none.
absl::StatusOr<IValue> Evaluator::EnumMember(const ts::ClassDef& def, const std::string& class_name,
                                             absl::string_view name, const IValue* value) {
  for (const Stmt* stmt : def.body) {
    const auto* assign = stmt->If<ts::AssignStmt>();
    const auto* target = assign ? assign->targets[0]->If<ts::NameExpr>() : nullptr;
    if (!target || absl::StartsWith(target->name, "__")) continue;
    if (!value && target->name != name) continue;
    Frame empty;
    T2N_ASSIGN_OR_RETURN(IValue v, Eval(*assign->value, empty));
    if (value && Equals(v, *value) != true) continue;
    auto e = std::make_shared<Enum>();
    e->class_name = class_name;
    e->name = std::string(target->name);
    e->value = std::move(v);
    return IValue(e);
  }
  return IValue();
}

absl::StatusOr<IValue> Evaluator::EvalAttribute(const ts::AttributeExpr& expr, Frame& frame) {
  const auto* root = expr.object->If<ts::NameExpr>();
  if (root && root->name == "CONSTANTS") {
    int64_t index = -1;
    if (!absl::SimpleAtoi(expr.name.substr(1), &index) || index < 0 ||
        index >= static_cast<int64_t>(code_->archive().constants.size())) {
      return absl::InvalidArgumentError(absl::StrCat("no constant CONSTANTS.", expr.name));
    }
    T2N_ASSIGN_OR_RETURN(IValue v, loader_.Load(code_->archive().constants[index],
                                                absl::StrCat("constant_", index)));
    if (std::shared_ptr<TensorRef> tensor = v.tensor()) tensor->set_origin(Origin::kConstant);
    return v;
  }
  // An enum's member: __torch__.a.Color.RED.
  if (std::optional<std::string> dotted = ts::DottedName(expr)) {
    if (dotted->rfind("__torch__.", 0) == 0 && !frame.locals.contains("__torch__")) {
      std::string class_name = dotted->substr(0, dotted->rfind('.'));
      T2N_ASSIGN_OR_RETURN(const ts::ClassDef* def, code_->FindClass(class_name));
      if (def) {
        T2N_ASSIGN_OR_RETURN(IValue member, EnumMember(*def, class_name, expr.name, nullptr));
        if (!member.is_none()) return member;
      }
      return IValue(FunctionRef{*std::move(dotted)});
    }
  }
  T2N_ASSIGN_OR_RETURN(IValue object, Eval(*expr.object, frame));
  return GetAttribute(object, expr.name);
}

absl::StatusOr<IValue> Evaluator::EvalSubscript(const ts::SubscriptExpr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue object, Eval(*expr.object, frame));
  if (const auto* slice = expr.index->If<ts::SliceExpr>()) {
    std::vector<IValue> args = {object};
    for (const Expr* part : {slice->start, slice->stop, slice->step}) {
      IValue v;
      if (part) {
        T2N_ASSIGN_OR_RETURN(v, Eval(*part, frame));
      }
      args.push_back(std::move(v));
    }
    if (!slice->step) args.back() = IValue(1);
    return CallOp("aten::slice", args, {});
  }
  T2N_ASSIGN_OR_RETURN(IValue index, Eval(*expr.index, frame));
  return CallOp("aten::__getitem__", {object, index}, {});
}

absl::StatusOr<IValue> Evaluator::EvalUnary(const ts::UnaryExpr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue v, Eval(*expr.operand, frame));
  switch (expr.op) {
    case ts::UnaryOp::kNegate:
      return CallOp("aten::neg", {v}, {});
    case ts::UnaryOp::kInvert:
      return CallOp("aten::bitwise_not", {v}, {});
    case ts::UnaryOp::kNot:
      return CallOp("aten::__not__", {v}, {});
  }
  return absl::InternalError("unary operator");
}

namespace {

// The operator that a Python operator stands for; operands swapped for `in`.
absl::string_view OperatorName(ts::BinaryOp op) {
  switch (op) {
    case ts::BinaryOp::kEq:
      return "aten::eq";
    case ts::BinaryOp::kNe:
      return "aten::ne";
    case ts::BinaryOp::kLt:
      return "aten::lt";
    case ts::BinaryOp::kLe:
      return "aten::le";
    case ts::BinaryOp::kGt:
      return "aten::gt";
    case ts::BinaryOp::kGe:
      return "aten::ge";
    case ts::BinaryOp::kIs:
      return "aten::__is__";
    case ts::BinaryOp::kIsNot:
      return "aten::__isnot__";
    case ts::BinaryOp::kBitOr:
      return "aten::__or__";
    case ts::BinaryOp::kBitXor:
      return "aten::__xor__";
    case ts::BinaryOp::kBitAnd:
      return "aten::__and__";
    case ts::BinaryOp::kShiftLeft:
      return "aten::__lshift__";
    case ts::BinaryOp::kShiftRight:
      return "aten::__rshift__";
    case ts::BinaryOp::kAdd:
      return "aten::add";
    case ts::BinaryOp::kSub:
      return "aten::sub";
    case ts::BinaryOp::kMul:
      return "aten::mul";
    case ts::BinaryOp::kDiv:
      return "aten::div";
    case ts::BinaryOp::kFloorDiv:
      return "aten::floordiv";
    case ts::BinaryOp::kMod:
      return "aten::remainder";
    case ts::BinaryOp::kMatMul:
      return "aten::matmul";
    case ts::BinaryOp::kPow:
      return "aten::pow";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<IValue> Evaluator::EvalBinary(const ts::BinaryExpr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue left, Eval(*expr.first, frame));
  for (const auto& operand : expr.rest) {
    if (operand.op == ts::BinaryOp::kAnd || operand.op == ts::BinaryOp::kOr) {
      T2N_ASSIGN_OR_RETURN(bool truth, Truth(left));
      if (truth == (operand.op == ts::BinaryOp::kAnd)) {
        T2N_ASSIGN_OR_RETURN(left, Eval(*operand.value, frame));
      }
      continue;
    }
    T2N_ASSIGN_OR_RETURN(IValue right, Eval(*operand.value, frame));
    if (operand.op == ts::BinaryOp::kIn || operand.op == ts::BinaryOp::kNotIn) {
      T2N_ASSIGN_OR_RETURN(left, CallOp("aten::__contains__", {right, left}, {}));
      if (operand.op == ts::BinaryOp::kNotIn) {
        T2N_ASSIGN_OR_RETURN(bool found, Truth(left));
        left = IValue(!found);
      }
      continue;
    }
    T2N_ASSIGN_OR_RETURN(left, CallOp(std::string(OperatorName(operand.op)), {left, right}, {}));
  }
  return left;
}

}  // namespace t2n::script
