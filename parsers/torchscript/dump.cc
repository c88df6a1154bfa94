#include "parsers/torchscript/dump.h"

#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parsers/torchscript/operators.h"

namespace t2n::torchscript {
namespace {

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text), "\"");
}

std::string Number(double value) {
  return std::isnan(value) ? "nan" : absl::StrFormat("%.17g", value);
}

// Types with one spelling for what is equal.
std::string TypeText(const Type* type) {
  if (type == nullptr) return "<>";
  if (type->kind == TypeKind::kNone) return "None";
  if (type->kind == TypeKind::kNumber) return "number";
  if (type->args.empty()) return ToString(*type);
  std::string text = type->name;
  const char* separator = "[";
  for (const Type& arg : type->args) {
    absl::StrAppend(&text, separator, TypeText(&arg));
    separator = ",";
  }
  return text + "]";
}

class Dumper {
 public:
  void Add(const Stmt& stmt);
  void Add(const Expr& expr);
  void Add(Block block) {
    for (const Stmt* stmt : block) Add(*stmt);
  }

  std::string Take() { return std::move(out_); }

 private:
  // " expr", or " <>" for nullptr.
  void Part(const Expr* expr) {
    out_ += ' ';
    expr != nullptr ? Add(*expr) : void(out_ += "<>");
  }
  void Parts(ExprList exprs) {
    for (const Expr* expr : exprs) Part(expr);
  }
  void Head(absl::string_view head) { absl::StrAppend(&out_, "(", head); }
  void Text(absl::string_view text) { absl::StrAppend(&out_, " ", text); }
  void Targets(ExprList targets, bool unpack) {
    Text(unpack ? "(unpack" : "(target");
    Parts(targets);
    out_ += ')';
  }
  void Nested(absl::string_view title, Block block);

  void AddWord(const Expr& expr);
  void AddOperator(const Expr& expr);
  void AddDict(const DictExpr& dict);
  void AddAttribute(const AttributeExpr& attribute);
  void AddCall(const CallExpr& call);
  void AddBinary(const BinaryExpr& binary);
  void AddIsInstance(const IsInstanceExpr& test);
  void AddFlow(const Stmt& stmt);
  void AddIf(const IfStmt& stmt);
  void AddWith(const WithStmt& stmt);
  void AddFunction(const FunctionDef& def);
  void AddDecl(const AttributeDecl& decl);
  void AddAssign(const AssignStmt& assign);

  std::string out_;
  size_t level_ = 0;
};

void Dumper::AddDict(const DictExpr& dict) {
  Head("dict");
  for (size_t i = 0; i < dict.keys.size(); ++i) {
    Part(dict.keys[i]);
    Text(":");
    Part(dict.values[i]);
  }
}

void Dumper::AddCall(const CallExpr& call) {
  Head("call");
  Part(call.callee);
  Parts(call.args);
  for (const KeywordArg& keyword : call.kwargs) {
    Text(absl::StrCat(keyword.name, "="));
    Part(keyword.value);
  }
}

void Dumper::AddBinary(const BinaryExpr& binary) {
  Head("binary");
  Part(binary.first);
  for (const BinaryExpr::Operand& operand : binary.rest) {
    Text(Spelling(operand.op));
    Part(operand.value);
  }
}

void Dumper::AddIsInstance(const IsInstanceExpr& test) {
  Head("isinstance");
  Part(test.value);
  for (const Type* type : test.types) Text(TypeText(type));
}

// Names and literals.
void Dumper::AddWord(const Expr& expr) {
  if (const auto* name = expr.If<NameExpr>()) {
    absl::StrAppend(&out_, name->name);
  } else if (const auto* number = expr.If<IntExpr>()) {
    number->overflow ? absl::StrAppend(&out_, "overflow:", number->text)
                     : absl::StrAppend(&out_, number->value);
  } else if (const auto* number = expr.If<FloatExpr>()) {
    absl::StrAppend(&out_, "float:", Number(number->value));
  } else if (const auto* number = expr.If<ComplexExpr>()) {
    const std::complex<double> value = number->value;
    absl::StrAppend(&out_, "complex:", Number(value.real()), ",", Number(value.imag()));
  } else if (const auto* text = expr.If<StringExpr>()) {
    out_ += Quoted(text->value);
  } else if (const auto* truth = expr.If<BoolExpr>()) {
    out_ += truth->value ? "True" : "False";
  } else {
    out_ += "None";
  }
}

// Operators, and calls with types among their arguments.
void Dumper::AddOperator(const Expr& expr) {
  if (const auto* unary = expr.If<UnaryExpr>()) {
    Head("unary");
    Text(Spelling(unary->op));
    Part(unary->operand);
  } else if (const auto* ternary = expr.If<TernaryExpr>()) {
    Head("ternary");
    Parts({ternary->condition, ternary->if_true, ternary->if_false});
  } else if (const auto* annotate = expr.If<AnnotateExpr>()) {
    Head("annotate");
    Text(TypeText(annotate->type));
    Part(annotate->value);
  } else if (const auto* cast = expr.If<UncheckedCastExpr>()) {
    Head("unchecked_cast");
    Text(TypeText(cast->type));
    Part(cast->value);
  } else if (const auto* value = expr.If<UninitializedExpr>()) {
    Head("uninitialized");
    Text(TypeText(value->type));
  } else if (const auto* test = expr.If<IsInstanceExpr>()) {
    AddIsInstance(*test);
  } else {
    AddBinary(expr.As<BinaryExpr>());
  }
}

void Dumper::AddAttribute(const AttributeExpr& attribute) {
  Head(".");
  Part(attribute.object);
  Text(IsIdentifier(attribute.name) ? std::string(attribute.name) : Quoted(attribute.name));
}

void Dumper::Add(const Expr& expr) {
  if (expr.kind <= ExprKind::kNone) return AddWord(expr);
  if (const auto* tuple = expr.If<TupleExpr>()) {
    Head("tuple");
    Parts(tuple->items);
  } else if (const auto* list = expr.If<ListExpr>()) {
    Head("list");
    Parts(list->items);
  } else if (const auto* dict = expr.If<DictExpr>()) {
    AddDict(*dict);
  } else if (const auto* attribute = expr.If<AttributeExpr>()) {
    AddAttribute(*attribute);
  } else if (const auto* subscript = expr.If<SubscriptExpr>()) {
    Head("[]");
    Parts({subscript->object, subscript->index});
  } else if (const auto* slice = expr.If<SliceExpr>()) {
    Head("slice");
    Parts({slice->start, slice->stop, slice->step});
  } else if (const auto* call = expr.If<CallExpr>()) {
    AddCall(*call);
  } else {
    AddOperator(expr);
  }
  out_ += ')';
}

// Ends the line with `title` and puts the block below it.
void Dumper::Nested(absl::string_view title, Block block) {
  absl::StrAppend(&out_, title, "\n");
  ++level_;
  Add(block);
  --level_;
}

void Dumper::AddDecl(const AttributeDecl& decl) {
  Head(decl.is_final ? "final" : "attribute");
  Text(Quoted(decl.name));
  Text(TypeText(decl.type));
  Part(decl.value);
  out_ += ")\n";
}

void Dumper::AddIf(const IfStmt& stmt) {
  const char* keyword = "if";
  for (const IfStmt::Branch& branch : stmt.branches) {
    if (&branch != stmt.branches.begin()) out_.append(2 * level_, ' ');
    Head(keyword);
    Part(branch.condition);
    Nested(")", branch.body);
    keyword = "elif";
  }
  if (stmt.else_body.empty()) return;
  out_.append(2 * level_, ' ');
  Nested("(else)", stmt.else_body);
}

void Dumper::AddWith(const WithStmt& stmt) {
  Head("with");
  for (const WithStmt::Item& item : stmt.items) {
    Part(item.context);
    Text("as");
    Part(item.target);
  }
  Nested(")", stmt.body);
}

void Dumper::AddFunction(const FunctionDef& def) {
  Head("def");
  Text(def.name);
  for (const Param& param : def.params) {
    absl::StrAppend(&out_, " (", param.name, " ", TypeText(param.type));
    if (param.default_value != nullptr) Part(param.default_value);
    out_ += ')';
  }
  Text("->");
  Text(TypeText(def.return_type));
  Nested(")", def.body);
}

// Statements with blocks.
void Dumper::AddFlow(const Stmt& stmt) {
  if (const auto* node = stmt.If<IfStmt>()) return AddIf(*node);
  if (const auto* node = stmt.If<WithStmt>()) return AddWith(*node);
  if (const auto* node = stmt.If<FunctionDef>()) return AddFunction(*node);
  if (const auto* node = stmt.If<ForStmt>()) {
    Head("for");
    Targets(node->targets, node->unpack);
    Part(node->iterable);
    return Nested(")", node->body);
  }
  if (const auto* node = stmt.If<WhileStmt>()) {
    Head("while");
    Part(node->condition);
    return Nested(")", node->body);
  }
  const auto& def = stmt.As<ClassDef>();
  Head("class");
  Text(def.name);
  Text(def.base.empty() ? "<>" : def.base);
  Nested(")", def.body);
}

void Dumper::AddAssign(const AssignStmt& assign) {
  Head("=");
  Targets(assign.targets, assign.unpack);
  if (assign.type != nullptr) Text(absl::StrCat(":", TypeText(assign.type)));
  Part(assign.value);
}

void Dumper::Add(const Stmt& stmt) {
  out_.append(2 * level_, ' ');
  switch (stmt.kind) {
    case StmtKind::kAssign:
      AddAssign(stmt.As<AssignStmt>());
      break;
    case StmtKind::kAugAssign:
      Head(absl::StrCat(Spelling(stmt.As<AugAssignStmt>().op), "="));
      Part(stmt.As<AugAssignStmt>().target);
      Part(stmt.As<AugAssignStmt>().value);
      break;
    case StmtKind::kAttributeDecl:
      return AddDecl(stmt.As<AttributeDecl>());
    case StmtKind::kExpr:
      Head("do");
      Part(stmt.As<ExprStmt>().value);
      break;
    case StmtKind::kReturn:
      Head("return");
      Part(stmt.As<ReturnStmt>().value);
      break;
    case StmtKind::kAssert:
      Head("assert");
      Part(stmt.As<AssertStmt>().condition);
      Part(stmt.As<AssertStmt>().message);
      break;
    case StmtKind::kRaise:
      Head("raise");
      Part(stmt.As<RaiseStmt>().exception);
      break;
    case StmtKind::kPass:
      Head("pass");
      break;
    case StmtKind::kBreak:
      Head("break");
      break;
    case StmtKind::kContinue:
      Head("continue");
      break;
    case StmtKind::kImport:
      Head("import");
      Text(stmt.As<ImportStmt>().module);
      break;
    default:
      return AddFlow(stmt);
  }
  out_ += ")\n";
}

}  // namespace

std::string Dump(const SourceFile& file) {
  Dumper dumper;
  dumper.Add(file.body);
  return dumper.Take();
}

std::string Dump(const Stmt& stmt) {
  Dumper dumper;
  dumper.Add(stmt);
  return dumper.Take();
}

std::string Dump(const Expr& expr) {
  Dumper dumper;
  dumper.Add(expr);
  return dumper.Take();
}

}  // namespace t2n::torchscript
