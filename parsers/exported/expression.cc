#include "parsers/exported/expression.h"

#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "parsers/exported/expression_operators.h"
#include "parsers/torchscript/parser.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

namespace ts = torchscript;
using Kind = Expression::Kind;
using Args = std::vector<Expression>;

// A function of SymPy's, torch's or Python's, how many arguments it takes (-1: any number but
// none), and how Python writes what it is, as an operator or as a call.
struct Function {
  absl::string_view name;
  Kind kind;
  int arity;
};
constexpr Function kFunctions[] = {
    {"Add", Kind::kAdd, -1},
    {"Mul", Kind::kMul, -1},
    {"Pow", Kind::kPow, 2},
    {"PowByNatural", Kind::kPow, 2},
    {"FloorDiv", Kind::kFloorDiv, 2},
    {"CleanDiv", Kind::kFloorDiv, 2},
    {"Mod", Kind::kMod, 2},
    {"PythonMod", Kind::kMod, 2},
    {"IntTrueDiv", Kind::kTrueDiv, 2},
    {"FloatTrueDiv", Kind::kTrueDiv, 2},
    {"Rational", Kind::kTrueDiv, 2},
    {"Max", Kind::kMax, -1},
    {"torch.sym_max", Kind::kMax, -1},
    {"Min", Kind::kMin, -1},
    {"torch.sym_min", Kind::kMin, -1},
    {"Equality", Kind::kEq, 2},
    {"Eq", Kind::kEq, 2},
    {"Unequality", Kind::kNe, 2},
    {"Ne", Kind::kNe, 2},
    {"StrictLessThan", Kind::kLt, 2},
    {"LessThan", Kind::kLe, 2},
    {"StrictGreaterThan", Kind::kGt, 2},
    {"GreaterThan", Kind::kGe, 2},
    {"And", Kind::kAnd, -1},
    {"Or", Kind::kOr, -1},
    {"Not", Kind::kNot, 1},
};

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("no expression of sizes: ", what));
}

Expression Int(int64_t number) {
  Expression e;
  e.number = number;
  return e;
}

Expression Apply(Kind kind, Args args) {
  Expression e;
  e.kind = kind;
  e.args = std::move(args);
  return e;
}

// A sum or product, flat, with its integers taken together: behind the terms of a sum, before the
// factors of a product.
absl::StatusOr<Expression> Collect(Kind kind, Args args) {
  const bool sum = kind == Kind::kAdd;
  int64_t number = sum ? 0 : 1;
  Args flat;
  const auto add = [&](Expression e) -> absl::Status {
    if (e.kind != Kind::kInt) {
      flat.push_back(std::move(e));
    } else if (sum ? __builtin_add_overflow(number, e.number, &number)
                   : __builtin_mul_overflow(number, e.number, &number)) {
      return Malformed("a number does not fit 64 bits");
    }
    return absl::OkStatus();
  };
  for (Expression& arg : args) {
    if (arg.kind != kind) {
      T2N_RETURN_IF_ERROR(add(std::move(arg)));
      continue;
    }
    for (Expression& inner : arg.args) T2N_RETURN_IF_ERROR(add(std::move(inner)));
  }
  if (flat.empty() || (!sum && number == 0)) return Int(number);
  if (number != (sum ? 0 : 1)) flat.insert(sum ? flat.end() : flat.begin(), Int(number));
  if (flat.size() == 1) return std::move(flat[0]);
  return Apply(kind, std::move(flat));
}

absl::StatusOr<Expression> Negate(Expression e) {
  return Collect(Kind::kMul, {Int(-1), std::move(e)});
}

// All or any of truths, flat; of one it is that one.
Expression CollectTruths(Kind kind, Args args) {
  Args flat;
  for (Expression& arg : args) {
    if (arg.kind != kind) {
      flat.push_back(std::move(arg));
      continue;
    }
    for (Expression& inner : arg.args) flat.push_back(std::move(inner));
  }
  if (flat.size() == 1) return std::move(flat[0]);
  return Apply(kind, std::move(flat));
}

// What takes any number of arguments, and is the same however they are grouped.
bool IsCollected(Kind kind) {
  return kind == Kind::kAdd || kind == Kind::kMul || kind == Kind::kAnd || kind == Kind::kOr;
}

absl::StatusOr<Expression> Make(Kind kind, Args args) {
  if (kind == Kind::kAdd || kind == Kind::kMul) return Collect(kind, std::move(args));
  if (IsCollected(kind)) return CollectTruths(kind, std::move(args));
  return Apply(kind, std::move(args));
}

// From Python's syntax tree; as deep as that is.
absl::StatusOr<Expression> Convert(const ts::Expr& expr);

absl::StatusOr<Args> ConvertAll(ts::ExprList exprs) {
  Args out;
  for (const ts::Expr* e : exprs) {
    T2N_ASSIGN_OR_RETURN(Expression arg, Convert(*e));
    out.push_back(std::move(arg));
  }
  return out;
}

absl::StatusOr<Expression> Symbol(absl::string_view name) {
  if (!ts::IsIdentifier(name)) return Malformed("a symbol's name is no identifier");
  Expression e;
  e.kind = Kind::kSymbol;
  e.name = std::string(name);
  return e;
}

Expression Bool(bool value) {
  Expression e;
  e.kind = Kind::kBool;
  e.number = value;
  return e;
}

// Symbol('s0', positive=True), Integer(2), Float('1.5', precision=53).
absl::StatusOr<std::optional<Expression>> ConvertAtom(absl::string_view name, ts::ExprList args) {
  const bool symbol = name == "Symbol";
  if (!symbol && name != "Integer" && name != "Float") return std::nullopt;
  if (args.size() != 1) return Malformed(absl::StrCat(name, " takes one argument"));
  const auto* text = args[0]->If<ts::StringExpr>();
  if (symbol) {
    if (text == nullptr) return Malformed("a Symbol's name is no string");
    return Symbol(text->value);
  }
  if (text != nullptr) return ParseExpression(text->value);
  return Convert(*args[0]);
}

absl::StatusOr<Expression> ConvertCall(const ts::CallExpr& call) {
  const std::optional<std::string> name = ts::DottedName(*call.callee);
  if (!name) return Malformed("it calls what has no name");
  T2N_ASSIGN_OR_RETURN(std::optional<Expression> atom, ConvertAtom(*name, call.args));
  if (atom) return *std::move(atom);
  if (!call.kwargs.empty()) return Malformed(absl::StrCat("an argument of ", *name, " by name"));
  T2N_ASSIGN_OR_RETURN(Args args, ConvertAll(call.args));
  for (const Function& f : kFunctions) {
    if (f.name != *name) continue;
    if (f.arity < 0 ? args.empty() : args.size() != static_cast<size_t>(f.arity)) {
      return Malformed(absl::StrCat(*name, " of ", args.size(), " arguments"));
    }
    return Make(f.kind, std::move(args));
  }
  if (*name == "Identity" && args.size() == 1) return std::move(args[0]);
  if (*name == "CeilDiv" && args.size() == 2) {  // -((-a)//b)
    T2N_ASSIGN_OR_RETURN(Expression negative, Negate(std::move(args[0])));
    return Negate(Apply(Kind::kFloorDiv, {std::move(negative), std::move(args[1])}));
  }
  if (*name == "ModularIndexing" && args.size() == 3) {
    return Apply(Kind::kMod, {Apply(Kind::kFloorDiv, {std::move(args[0]), std::move(args[1])}),
                              std::move(args[2])});
  }
  Expression e = Apply(Kind::kCall, std::move(args));
  e.name = *name == "math.trunc" ? "TruncToInt" : *name;
  return e;
}

// L['x'], L['pair'][0], L['x'].size()[0].
absl::StatusOr<Expression> ConvertSubscript(const ts::SubscriptExpr& subscript) {
  const auto* index = subscript.index->If<ts::IntExpr>();
  const auto* key = subscript.index->If<ts::StringExpr>();
  if (key == nullptr && (index == nullptr || index->overflow)) {
    return Malformed("an index is no number");
  }
  Expression e;
  e.kind = Kind::kArgument;
  const auto* object = subscript.object->If<ts::NameExpr>();
  if (object != nullptr) {
    if (object->name != "L" || key == nullptr) return Malformed("an index of what is unknown");
    e.name = std::string(key->value);
  } else if (const auto* call = subscript.object->If<ts::CallExpr>()) {
    const auto* method = call->callee->If<ts::AttributeExpr>();
    if (method == nullptr || method->name != "size" || !call->args.empty() || index == nullptr ||
        index->value < 0) {
      return Malformed("an index of what is unknown");
    }
    T2N_ASSIGN_OR_RETURN(Expression tensor, Convert(*method->object));
    if (tensor.kind != Kind::kArgument) return Malformed("the size of what is no argument");
    e.kind = Kind::kSize;
    e.number = index->value;
    e.args.push_back(std::move(tensor));
    return e;
  } else {
    T2N_ASSIGN_OR_RETURN(const Expression outer, Convert(*subscript.object));
    if (outer.kind != Kind::kArgument) return Malformed("an index of what is unknown");
    e.name = key ? absl::StrCat(outer.name, "_", key->value)
                 : absl::StrCat(outer.name, "_", index->value);
  }
  if (!ts::IsIdentifier(e.name)) return Malformed("an argument's name is no identifier");
  return e;
}

// kInt for an operator that sizes have not.
Kind KindOf(ts::BinaryOp op) {
  if (op == ts::BinaryOp::kMul) return Kind::kMul;
  if (op == ts::BinaryOp::kAdd || op == ts::BinaryOp::kSub) return Kind::kAdd;
  for (const ExpressionOperator& o : kExpressionOperators) {
    if (o.op == op) return o.kind;
  }
  return Kind::kInt;
}

absl::StatusOr<Expression> ConvertBinary(const ts::BinaryExpr& run) {
  Args args(1);
  T2N_ASSIGN_OR_RETURN(args[0], Convert(*run.first));
  Kind kind = Kind::kInt;
  for (const ts::BinaryExpr::Operand& operand : run.rest) {
    const Kind next = KindOf(operand.op);
    if (next == Kind::kInt) return Malformed("an operator that sizes have not");
    // A run of terms is collected at its end, once.
    if (args.size() > 1 && (next != kind || !IsCollected(kind))) {
      T2N_ASSIGN_OR_RETURN(Expression left, Make(kind, std::move(args)));
      args.clear();
      args.push_back(std::move(left));
    }
    kind = next;
    T2N_ASSIGN_OR_RETURN(Expression right, Convert(*operand.value));
    if (operand.op == ts::BinaryOp::kSub) {
      T2N_ASSIGN_OR_RETURN(right, Negate(std::move(right)));
    }
    args.push_back(std::move(right));
  }
  return Make(kind, std::move(args));
}

absl::StatusOr<Expression> ConvertUnary(const ts::UnaryExpr& unary) {
  T2N_ASSIGN_OR_RETURN(Expression operand, Convert(*unary.operand));
  if (unary.op == ts::UnaryOp::kNegate) return Negate(std::move(operand));
  if (unary.op == ts::UnaryOp::kNot) return Apply(Kind::kNot, {std::move(operand)});
  return Malformed("an operator that sizes have not");
}

absl::StatusOr<Expression> Convert(const ts::Expr& expr) {
  if (const auto* e = expr.If<ts::IntExpr>()) {
    if (e->overflow) return Malformed("a number does not fit 64 bits");
    return Int(e->value);
  }
  if (const auto* e = expr.If<ts::FloatExpr>()) {
    Expression real;
    real.kind = Kind::kFloat;
    real.real = e->value;
    return real;
  }
  if (const auto* e = expr.If<ts::BoolExpr>()) return Bool(e->value);
  if (const auto* e = expr.If<ts::NameExpr>()) {
    if (e->name == "true" || e->name == "false") return Bool(e->name == "true");
    return Symbol(e->name);
  }
  if (const auto* e = expr.If<ts::UnaryExpr>()) return ConvertUnary(*e);
  if (const auto* e = expr.If<ts::BinaryExpr>()) return ConvertBinary(*e);
  if (const auto* e = expr.If<ts::CallExpr>()) return ConvertCall(*e);
  if (const auto* e = expr.If<ts::SubscriptExpr>()) return ConvertSubscript(*e);
  return Malformed("Python that sizes do not need");
}

}  // namespace

bool Expression::operator==(const Expression& other) const {
  const bool both_nan = std::isnan(real) && std::isnan(other.real);
  return kind == other.kind && number == other.number &&
         (both_nan || std::memcmp(&real, &other.real, sizeof(real)) == 0) && name == other.name &&
         args == other.args;
}

absl::StatusOr<Expression> ParseExpression(absl::string_view text) {
  if (text.size() > limits::kMaxExpressionBytes) {
    return Malformed(absl::StrCat("its text is longer than ", limits::kMaxExpressionBytes));
  }
  const auto parsed = ts::ParseSource("expression", absl::StrCat(text, "\n"));
  if (!parsed.ok()) return Malformed(parsed.status().message());
  const ts::Block body = (*parsed)->body;
  const auto* statement = body.size() == 1 ? body[0]->If<ts::ExprStmt>() : nullptr;
  if (statement == nullptr) return Malformed("it is empty, or a statement");
  return Convert(*statement->value);
}

}  // namespace t2n::exported
