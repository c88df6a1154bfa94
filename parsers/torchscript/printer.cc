#include "parsers/torchscript/printer.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parsers/torchscript/expr_printer.h"

namespace t2n::torchscript {
namespace {

class Printer {
 public:
  void PrintStmts(Block block) {
    for (const Stmt* stmt : block) PrintStmt(*stmt);
  }
  void PrintStmt(const Stmt& stmt);

  std::string Take() { return std::move(out_); }

 private:
  void PrintAssign(const AssignStmt& stmt);
  void PrintAugAssign(const AugAssignStmt& stmt);
  void PrintAttributeDecl(const AttributeDecl& decl);
  void PrintIf(const IfStmt& stmt);
  void PrintFor(const ForStmt& stmt);
  void PrintWith(const WithStmt& stmt);
  void PrintFunction(const FunctionDef& def);
  void PrintClass(const ClassDef& def);
  void PrintEnumMembers(Block members);
  void PrintTarget(const Expr& target);
  void PrintTargets(ExprList targets, bool unpack, bool trailing_comma);

  // `keyword`, and ` value` where there is one.
  void PrintLine(absl::string_view keyword, const Expr* value);
  void PrintBlock(Block block);  // `:` and the lines below
  void Indent() { out_.append(2 * level_, ' '); }
  void PrintValue(const Expr& expr) { PrintExpr(expr, Precedence::kTernary, out_); }
  void PrintValues(const Expr& expr) { PrintExpr(expr, Precedence::kList, out_); }

  std::string out_;
  size_t level_ = 0;
};

void Printer::PrintLine(absl::string_view keyword, const Expr* value) {
  absl::StrAppend(&out_, keyword);
  if (value != nullptr) {
    out_ += ' ';
    PrintValues(*value);
  }
  out_ += '\n';
}

void Printer::PrintBlock(Block block) {
  out_ += ":\n";
  ++level_;
  PrintStmts(block);
  --level_;
}

// Never as `getattr(x, "name")`, which cannot be assigned to.
void Printer::PrintTarget(const Expr& target) {
  const auto* attribute = target.If<AttributeExpr>();
  if (attribute == nullptr) return PrintValue(target);
  PrintDotted(*attribute, out_);
}

void Printer::PrintTargets(ExprList targets, bool unpack, bool trailing_comma) {
  if (targets.empty()) out_ += "()";
  const char* separator = "";
  for (const Expr* target : targets) {
    out_ += separator;
    PrintTarget(*target);
    separator = ", ";
  }
  if (unpack && (trailing_comma || targets.size() == 1)) out_ += ',';
}

void Printer::PrintAssign(const AssignStmt& stmt) {
  PrintTargets(stmt.targets, stmt.unpack, stmt.trailing_comma);
  if (stmt.type != nullptr) {
    absl::StrAppend(&out_, stmt.space_before_colon ? " : " : ": ", ToString(*stmt.type));
  }
  out_ += " = ";
  PrintValues(*stmt.value);
  out_ += '\n';
}

void Printer::PrintAugAssign(const AugAssignStmt& stmt) {
  PrintTarget(*stmt.target);
  absl::StrAppend(&out_, " ", Spelling(stmt.op), "= ");
  PrintValues(*stmt.value);
  out_ += '\n';
}

void Printer::PrintAttributeDecl(const AttributeDecl& decl) {
  std::string type = ToString(*decl.type);
  if (decl.is_final) type = absl::StrCat("Final[", type, "]");
  if (IsIdentifier(decl.name) || decl.is_final || decl.value != nullptr) {
    absl::StrAppend(&out_, decl.name, decl.space_before_colon ? " : " : ": ", type);
  } else {
    out_ += "__annotations__[";
    PrintQuoted(decl.name, out_);
    absl::StrAppend(&out_, "] = ", type);
  }
  if (decl.value != nullptr) {
    out_ += " = ";
    PrintValues(*decl.value);
  }
  out_ += '\n';
}

void Printer::PrintIf(const IfStmt& stmt) {
  for (size_t i = 0; i < stmt.branches.size(); ++i) {
    if (i > 0) Indent();
    out_ += i > 0 ? "elif " : "if ";
    PrintValue(*stmt.branches[i].condition);
    PrintBlock(stmt.branches[i].body);
  }
  if (stmt.else_body.empty()) return;
  Indent();
  out_ += "else";
  PrintBlock(stmt.else_body);
}

void Printer::PrintFor(const ForStmt& stmt) {
  out_ += "for ";
  PrintTargets(stmt.targets, stmt.unpack, /*trailing_comma=*/false);
  out_ += " in ";
  PrintValues(*stmt.iterable);
  PrintBlock(stmt.body);
}

void Printer::PrintWith(const WithStmt& stmt) {
  const char* separator = "with ";
  for (const WithStmt::Item& item : stmt.items) {
    out_ += separator;
    PrintValue(*item.context);
    if (item.target != nullptr) {
      out_ += " as ";
      PrintTarget(*item.target);
    }
    separator = ", ";
  }
  PrintBlock(stmt.body);
}

void Printer::PrintFunction(const FunctionDef& def) {
  absl::StrAppend(&out_, "def ", def.name, "(");
  const char* separator = "";
  for (const Param& param : def.params) {
    absl::StrAppend(&out_, separator, param.name);
    if (param.type != nullptr) absl::StrAppend(&out_, ": ", ToString(*param.type));
    if (param.default_value != nullptr) {
      out_ += '=';
      PrintValue(*param.default_value);
    }
    separator = def.param_per_line ? ",\n    " : ", ";
  }
  out_ += ')';
  if (def.return_type != nullptr) absl::StrAppend(&out_, " -> ", ToString(*def.return_type));
  PrintBlock(def.body);
}

void Printer::PrintClass(const ClassDef& def) {
  absl::StrAppend(&out_, "class ", def.name);
  if (!def.base.empty()) absl::StrAppend(&out_, "(", def.base, ")");
  if (def.class_kind == ClassKind::kEnum) return PrintEnumMembers(def.body);
  PrintBlock(def.body);
}

// torch writes the strings of an Enum as they are, without escapes.
void Printer::PrintEnumMembers(Block members) {
  out_ += ":\n";
  ++level_;
  for (const Stmt* member : members) {
    const auto* assign = member->If<AssignStmt>();
    const auto* text = assign != nullptr ? assign->value->If<StringExpr>() : nullptr;
    if (text == nullptr || !absl::StrContains(text->value, '\'') ||
        text->value.find_first_of("\\\"\n") != absl::string_view::npos) {
      PrintStmt(*member);
      continue;
    }
    Indent();
    PrintTargets(assign->targets, assign->unpack, assign->trailing_comma);
    absl::StrAppend(&out_, " = \"", text->value, "\"\n");
  }
  --level_;
}

void Printer::PrintStmt(const Stmt& stmt) {
  Indent();
  switch (stmt.kind) {
    case StmtKind::kAssign:
      return PrintAssign(stmt.As<AssignStmt>());
    case StmtKind::kAugAssign:
      return PrintAugAssign(stmt.As<AugAssignStmt>());
    case StmtKind::kAttributeDecl:
      return PrintAttributeDecl(stmt.As<AttributeDecl>());
    case StmtKind::kExpr:
      PrintValues(*stmt.As<ExprStmt>().value);
      return void(out_ += '\n');
    case StmtKind::kReturn:
      return PrintLine("return", stmt.As<ReturnStmt>().value);
    case StmtKind::kIf:
      return PrintIf(stmt.As<IfStmt>());
    case StmtKind::kFor:
      return PrintFor(stmt.As<ForStmt>());
    case StmtKind::kWhile:
      out_ += "while ";
      PrintValue(*stmt.As<WhileStmt>().condition);
      return PrintBlock(stmt.As<WhileStmt>().body);
    case StmtKind::kWith:
      return PrintWith(stmt.As<WithStmt>());
    case StmtKind::kAssert: {
      const auto& node = stmt.As<AssertStmt>();
      out_ += "assert ";
      PrintValue(*node.condition);
      if (node.message == nullptr) return PrintLine("", nullptr);
      return PrintLine(",", node.message);
    }
    case StmtKind::kRaise:
      return PrintLine("raise", stmt.As<RaiseStmt>().exception);
    case StmtKind::kPass:
      return PrintLine("pass", nullptr);
    case StmtKind::kBreak:
      return PrintLine("break", nullptr);
    case StmtKind::kContinue:
      return PrintLine("continue", nullptr);
    case StmtKind::kImport:
      return void(absl::StrAppend(&out_, "import ", stmt.As<ImportStmt>().module, "\n"));
    case StmtKind::kFunction:
      return PrintFunction(stmt.As<FunctionDef>());
    case StmtKind::kClass:
      return PrintClass(stmt.As<ClassDef>());
  }
}

}  // namespace

std::string Print(const SourceFile& file) {
  Printer printer;
  printer.PrintStmts(file.body);
  return printer.Take();
}

std::string Print(const Stmt& stmt) {
  Printer printer;
  printer.PrintStmt(stmt);
  return printer.Take();
}

std::string Print(const Expr& expr) {
  std::string out;
  PrintExpr(expr, Precedence::kTernary, out);
  return out;
}

}  // namespace t2n::torchscript
