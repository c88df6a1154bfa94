#include "t2n/torchscript/expressions.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/torchscript/parts.h"
#include "t2n/values/builtins.h"
#include "t2n/values/unusable.h"

namespace t2n::script {

namespace ts = torchscript;

absl::StatusOr<std::vector<IValue>> Expressions::EvalAll(ts::ExprList exprs, Frame& frame) {
  std::vector<IValue> values;
  values.reserve(exprs.size());
  for (const ts::Expr* e : exprs) {
    T2N_ASSIGN_OR_RETURN(IValue v, Eval(*e, frame));
    values.push_back(std::move(v));
  }
  return values;
}

absl::StatusOr<IValue> Expressions::NewDict(const ts::DictExpr& expr, Frame& frame) {
  auto dict = std::make_shared<Dict>();
  for (size_t i = 0; i < expr.keys.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(IValue key, Eval(*expr.keys[i], frame));
    T2N_ASSIGN_OR_RETURN(IValue value, Eval(*expr.values[i], frame));
    if (const absl::Status* why = WhyUnusable(key)) return *why;
    dict->Set(key, std::move(value));
  }
  T2N_RETURN_IF_ERROR(m_.budget.Charge(dict->items.size() + 1, 0));
  return IValue(dict);
}

absl::StatusOr<IValue> Expressions::Eval(const ts::Expr& expr, Frame& frame) {
  switch (expr.kind) {
    case ts::ExprKind::kName:
      return EvalName(expr.As<ts::NameExpr>(), frame);
    case ts::ExprKind::kInt:
    case ts::ExprKind::kFloat:
    case ts::ExprKind::kComplex:
    case ts::ExprKind::kString:
    case ts::ExprKind::kBool:
    case ts::ExprKind::kNone:
    case ts::ExprKind::kUninitialized:
      return EvalLiteral(expr);
    case ts::ExprKind::kTuple: {
      T2N_ASSIGN_OR_RETURN(auto items, EvalAll(expr.As<ts::TupleExpr>().items, frame));
      T2N_RETURN_IF_ERROR(m_.budget.Charge(items.size() + 1, 0));
      return IValue::NewTuple(std::move(items));
    }
    case ts::ExprKind::kList: {
      T2N_ASSIGN_OR_RETURN(auto items, EvalAll(expr.As<ts::ListExpr>().items, frame));
      T2N_RETURN_IF_ERROR(m_.budget.Charge(items.size() + 1, 0));
      return IValue::NewList(std::move(items));
    }
    case ts::ExprKind::kDict:
      return NewDict(expr.As<ts::DictExpr>(), frame);
    case ts::ExprKind::kAttribute:
      return EvalAttribute(expr.As<ts::AttributeExpr>(), frame);
    case ts::ExprKind::kSubscript:
      return EvalSubscript(expr.As<ts::SubscriptExpr>(), frame);
    case ts::ExprKind::kCall:
      return parts_.calls.EvalCall(expr.As<ts::CallExpr>(), frame);
    case ts::ExprKind::kUnary:
      return EvalUnary(expr.As<ts::UnaryExpr>(), frame);
    case ts::ExprKind::kBinary:
      return EvalBinary(expr.As<ts::BinaryExpr>(), frame);
    case ts::ExprKind::kTernary:
      return parts_.branches.EvalTernary(expr.As<ts::TernaryExpr>(), frame);
    case ts::ExprKind::kAnnotate:
      return EvalAnnotate(expr.As<ts::AnnotateExpr>(), frame);
    case ts::ExprKind::kUncheckedCast:
      return Eval(*expr.As<ts::UncheckedCastExpr>().value, frame);
    case ts::ExprKind::kIsInstance:
      return EvalIsInstance(expr.As<ts::IsInstanceExpr>(), frame);
    case ts::ExprKind::kSlice:
      break;
  }
  return absl::UnimplementedError("such an expression");
}

absl::StatusOr<IValue> Expressions::EvalLiteral(const ts::Expr& expr) {
  if (const auto* e = expr.If<ts::IntExpr>()) {
    if (e->overflow) return absl::OutOfRangeError(absl::StrCat("integer ", e->text));
    return IValue(e->value);
  }
  if (const auto* e = expr.If<ts::FloatExpr>()) return IValue(e->value);
  if (const auto* e = expr.If<ts::ComplexExpr>()) return IValue(e->value);
  if (const auto* e = expr.If<ts::BoolExpr>()) return IValue(e->value);
  if (const auto* e = expr.If<ts::StringExpr>()) {
    T2N_RETURN_IF_ERROR(m_.budget.Charge(0, e->value.size()));
    return IValue(std::string(e->value));
  }
  return expr.kind == ts::ExprKind::kNone ? IValue() : IValue(Uninitialized());
}

absl::StatusOr<IValue> Expressions::EvalIsInstance(const ts::IsInstanceExpr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue v, Eval(*expr.value, frame));
  if (const absl::Status* why = WhyUnusable(v)) return *why;
  for (const ts::Type* type : expr.types) {
    if (IsInstance(v, *type)) return IValue(true);
  }
  return IValue(false);
}

// Where a number is wanted of a tensor, torch prints aten::IntImplicit and its like as annotations.
absl::StatusOr<IValue> Expressions::EvalAnnotate(const ts::AnnotateExpr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue value, Eval(*expr.value, frame));
  if (auto list = value.list(); list && list->items.empty()) {
    list->item_type = ItemDType(*expr.type);
  }
  if (!value.tensor()) return value;
  switch (expr.type->kind) {
    case ts::TypeKind::kInt:
      return parts_.operators.CallOp("aten::IntImplicit", {value}, {});
    case ts::TypeKind::kFloat:
      return parts_.operators.CallOp("aten::FloatImplicit", {value}, {});
    case ts::TypeKind::kComplex:
      return parts_.operators.CallOp("aten::ComplexImplicit", {value}, {});
    case ts::TypeKind::kNumber:
      return parts_.operators.CallOp("aten::ScalarImplicit", {value}, {});
    default:
      return value;
  }
}

absl::StatusOr<IValue> Expressions::EvalName(const ts::NameExpr& expr, Frame& frame) {
  auto it = frame.locals.find(expr.name);
  if (it != frame.locals.end()) {
    const UnusableValue* unusable = AsUnusable(it->second);
    if (unusable && !unusable->number()) return unusable->status();
    return it->second;
  }
  return absl::InvalidArgumentError(absl::StrCat("name '", expr.name, "' is not defined"));
}

absl::StatusOr<IValue> Expressions::GetAttribute(const IValue& value, absl::string_view name) {
  bool found = false;
  if (const std::shared_ptr<Object> object = value.object()) {
    T2N_ASSIGN_OR_RETURN(IValue attribute, AttributeOfObject(object, name, &found));
    if (found) return attribute;
  } else if (const std::shared_ptr<Tuple> tuple = value.tuple()) {
    for (size_t i = 0; i < tuple->fields.size(); ++i) {
      if (tuple->fields[i] == name) return tuple->items[i];
    }
  } else if (const std::shared_ptr<Enum> e = value.enumerator()) {
    T2N_ASSIGN_OR_RETURN(IValue attribute, AttributeOfEnum(*e, name, &found));
    if (found) return attribute;
  }
  if (const absl::Status* why = WhyUnusable(value)) return *why;
  // As people write it, in code of their own: x.shape.
  const std::string property = absl::StrCat("prim::", name);
  if (value.tensor() && HasBuiltin(property)) {
    return parts_.operators.CallOp(property, {value}, {});
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a ", value.TypeName(), " has no attribute '", name, "'"));
}

absl::StatusOr<IValue> Expressions::AttributeOfObject(const std::shared_ptr<Object>& object,
                                                      absl::string_view name, bool* found) {
  *found = true;
  T2N_RETURN_IF_ERROR(parts_.calls.Materialize(object));
  if (IValue* attribute = object->Find(name)) {
    if (const absl::Status* why = WhyUnusable(*attribute)) return *why;
    return *attribute;
  }
  // A class-level constant: `name : Final[int] = 3`.
  T2N_ASSIGN_OR_RETURN(const ts::ClassDef* def, m_.code.FindClass(object->class_name));
  for (const ts::Stmt* stmt : def ? def->body : ts::Block()) {
    const auto* decl = stmt->If<ts::AttributeDecl>();
    if (!decl || decl->name != name || !decl->value) continue;
    Frame empty;
    return Eval(*decl->value, empty);
  }
  *found = false;
  return IValue();
}

absl::StatusOr<IValue> Expressions::AttributeOfEnum(const Enum& e, absl::string_view name,
                                                    bool* found) {
  *found = true;
  if (name == "value") return e.value;
  *found = name == "name";
  if (!*found) return IValue();
  T2N_ASSIGN_OR_RETURN(const ts::ClassDef* def, m_.code.FindClass(e.class_name));
  if (!def || !e.name.empty()) return IValue(e.name);
  T2N_ASSIGN_OR_RETURN(IValue member, EnumMember(*def, e.class_name, "", &e.value));
  *found = member.enumerator() != nullptr;
  return *found ? IValue(member.enumerator()->name) : IValue();
}

// The member called `name`, or the one of that value; None if there is none.
absl::StatusOr<IValue> Expressions::EnumMember(const ts::ClassDef& def,
                                               const std::string& class_name,
                                               absl::string_view name, const IValue* value) {
  for (const ts::Stmt* stmt : def.body) {
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

absl::StatusOr<IValue> Expressions::EvalAttribute(const ts::AttributeExpr& expr, Frame& frame) {
  const auto* root = expr.object->If<ts::NameExpr>();
  if (root && root->name == "CONSTANTS") return EvalConstant(expr.name);
  // An enum's member: __torch__.a.Color.RED.
  if (std::optional<std::string> dotted = ts::DottedName(expr)) {
    if (dotted->rfind("__torch__.", 0) == 0 && !frame.locals.contains("__torch__")) {
      std::string class_name = dotted->substr(0, dotted->rfind('.'));
      T2N_ASSIGN_OR_RETURN(const ts::ClassDef* def, m_.code.FindClass(class_name));
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

absl::StatusOr<IValue> Expressions::EvalConstant(absl::string_view name) {
  int64_t index = -1;
  if (!absl::SimpleAtoi(name.substr(1), &index) || index < 0 ||
      index >= static_cast<int64_t>(m_.code.archive().constants.size())) {
    return absl::InvalidArgumentError(absl::StrCat("no constant CONSTANTS.", name));
  }
  T2N_ASSIGN_OR_RETURN(IValue v, m_.loader.Load(m_.code.archive().constants[index],
                                                absl::StrCat("constant_", index)));
  if (std::shared_ptr<TensorRef> tensor = v.tensor()) tensor->set_origin(Origin::kConstant);
  return v;
}

absl::StatusOr<IValue> Expressions::EvalSubscript(const ts::SubscriptExpr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue object, Eval(*expr.object, frame));
  if (const auto* slice = expr.index->If<ts::SliceExpr>()) {
    std::vector<IValue> args = {object};
    for (const ts::Expr* part : {slice->start, slice->stop, slice->step}) {
      IValue v;
      if (part) {
        T2N_ASSIGN_OR_RETURN(v, Eval(*part, frame));
      }
      args.push_back(std::move(v));
    }
    if (!slice->step) args.back() = IValue(1);
    return parts_.operators.CallOp("aten::slice", args, {});
  }
  T2N_ASSIGN_OR_RETURN(IValue index, Eval(*expr.index, frame));
  return parts_.operators.CallOp("aten::__getitem__", {object, index}, {});
}

absl::StatusOr<IValue> Expressions::EvalUnary(const ts::UnaryExpr& expr, Frame& frame) {
  T2N_ASSIGN_OR_RETURN(IValue v, Eval(*expr.operand, frame));
  switch (expr.op) {
    case ts::UnaryOp::kNegate:
      return parts_.operators.CallOp("aten::neg", {v}, {});
    case ts::UnaryOp::kInvert:
      return parts_.operators.CallOp("aten::bitwise_not", {v}, {});
    case ts::UnaryOp::kNot:
      return parts_.operators.CallOp("aten::__not__", {v}, {});
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

absl::StatusOr<IValue> Expressions::EvalBinary(const ts::BinaryExpr& expr, Frame& frame) {
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
      T2N_ASSIGN_OR_RETURN(left, parts_.operators.CallOp("aten::__contains__", {right, left}, {}));
      if (operand.op == ts::BinaryOp::kNotIn) {
        T2N_ASSIGN_OR_RETURN(bool found, Truth(left));
        left = IValue(!found);
      }
      continue;
    }
    T2N_ASSIGN_OR_RETURN(
        left, parts_.operators.CallOp(std::string(OperatorName(operand.op)), {left, right}, {}));
  }
  return left;
}

}  // namespace t2n::script
