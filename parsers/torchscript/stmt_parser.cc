#include "parsers/torchscript/stmt_parser.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "parsers/torchscript/limits.h"

namespace t2n::torchscript {
namespace {

bool IsTarget(const Expr& expr) {
  const auto* attribute = expr.If<AttributeExpr>();
  if (attribute != nullptr) return IsWord(attribute->name);  // not getattr(x, "0")
  return expr.kind == ExprKind::kName || expr.kind == ExprKind::kSubscript;
}

ClassKind ClassKindOf(absl::string_view base) {
  if (base.empty()) return ClassKind::kPlain;
  if (base == "Module") return ClassKind::kModule;
  if (base == "NamedTuple") return ClassKind::kNamedTuple;
  if (base == "Interface") return ClassKind::kInterface;
  if (base == "ModuleInterface") return ClassKind::kModuleInterface;
  return base == "Enum" ? ClassKind::kEnum : ClassKind::kOther;
}

}  // namespace

bool StmtParser::ParseFile(Block& body) {
  std::vector<const Stmt*> stmts;
  while (!state_.Is(TokenKind::kEof)) {
    stmts.push_back(ParseStmt(Scope::kCode));
    if (stmts.back() == nullptr) return false;
  }
  body = state_.Keep(stmts);
  return true;
}

bool StmtParser::ParseBlock(Scope scope, Block& body) {
  if (!state_.Expect(TokenKind::kColon, "':'")) return false;
  if (!state_.Expect(TokenKind::kNewline, "end of line after ':'")) return false;
  if (!state_.Expect(TokenKind::kIndent, "an indented block")) return false;
  if (depth_ >= kMaxBlockDepth) {
    state_.Reject(state_.Here(), absl::StrCat("blocks nested deeper than ", kMaxBlockDepth));
    return false;
  }
  ++depth_;
  std::vector<const Stmt*> stmts;
  while (!state_.Accept(TokenKind::kDedent)) {
    stmts.push_back(ParseStmt(scope));
    if (stmts.back() == nullptr) return false;
  }
  --depth_;
  body = state_.Keep(stmts);
  return true;
}

Stmt* StmtParser::ParseStmt(Scope scope) {
  switch (state_.current().kind) {
    case TokenKind::kIf:
      return ParseIf();
    case TokenKind::kFor:
      return ParseFor();
    case TokenKind::kWhile:
      return ParseWhile();
    case TokenKind::kWith:
      return ParseWith();
    case TokenKind::kDef:
      return ParseFunction();
    case TokenKind::kClass:
      return ParseClass();
    default: {
      Stmt* stmt = ParseSimple(scope);
      if (stmt == nullptr) return nullptr;
      return state_.Expect(TokenKind::kNewline, "end of line") ? stmt : nullptr;
    }
  }
}

Stmt* StmtParser::ParseSimple(Scope scope) {
  switch (state_.current().kind) {
    case TokenKind::kReturn:
      return ParseReturn();
    case TokenKind::kPass:
      return ParseKeyword<PassStmt>();
    case TokenKind::kBreak:
      return ParseKeyword<BreakStmt>();
    case TokenKind::kContinue:
      return ParseKeyword<ContinueStmt>();
    case TokenKind::kAssert:
      return ParseAssert();
    case TokenKind::kRaise:
      return ParseRaise();
    case TokenKind::kImport:
      return ParseImport();
    case TokenKind::kName:
      if (scope == Scope::kClass) {
        if (state_.following().kind == TokenKind::kColon) return ParseAttributeDecl();
        if (state_.current().text == "__annotations__" &&
            state_.following().kind == TokenKind::kLeftBracket) {
          return ParseAnnotationsEntry();
        }
      }
      return ParseExprStmt();
    default:
      return ParseExprStmt();
  }
}

template <typename Node>
Stmt* StmtParser::ParseKeyword() {
  return state_.New<Node>(state_.PosOf(state_.Take()));
}

// An assignment of any kind, or an expression.
Stmt* StmtParser::ParseExprStmt() {
  const SourcePos pos = state_.Here();
  const Token first = state_.current();
  const Expr* value = exprs_.ParseExprList();
  if (value == nullptr) return nullptr;
  switch (state_.current().kind) {
    case TokenKind::kAssign:
      return ParseAssign(pos, value);
    case TokenKind::kColon:
      return ParseAnnotatedAssign(pos, value, first.column + first.text.size());
    case TokenKind::kAugAssign: {
      auto* assign = state_.New<AugAssignStmt>(pos);
      if (!CheckTarget(*value)) return nullptr;
      const absl::string_view text = state_.Take().text;
      assign->target = value;
      assign->op = *FindBinaryOp(text.substr(0, text.size() - 1));
      assign->value = exprs_.ParseExprList();
      return assign->value != nullptr ? assign : nullptr;
    }
    default: {
      auto* stmt = state_.New<ExprStmt>(pos);
      stmt->value = value;
      return stmt;
    }
  }
}

bool StmtParser::CheckTarget(const Expr& target) {
  if (IsTarget(target)) return true;
  state_.Reject(target.pos, "cannot assign to this expression");
  return false;
}

bool StmtParser::SetTargets(const Expr* target, ExprList& targets, bool& unpack,
                            bool& trailing_comma) {
  if (const auto* tuple = target->If<TupleExpr>(); tuple != nullptr) {
    targets = tuple->items;
    unpack = true;
    trailing_comma = tuple->trailing_comma != TrailingComma::kNone;
  } else {
    targets = state_.Keep(std::vector<const Expr*>{target});
  }
  return std::all_of(targets.begin(), targets.end(),
                     [this](const Expr* item) { return CheckTarget(*item); });
}

Stmt* StmtParser::ParseAssign(SourcePos pos, const Expr* target) {
  auto* assign = state_.New<AssignStmt>(pos);
  if (!SetTargets(target, assign->targets, assign->unpack, assign->trailing_comma)) return nullptr;
  state_.Take();
  assign->value = exprs_.ParseExprList();
  return assign->value != nullptr ? assign : nullptr;
}

Stmt* StmtParser::ParseAnnotatedAssign(SourcePos pos, const Expr* target, uint32_t target_end) {
  auto* assign = state_.New<AssignStmt>(pos);
  if (!SetTargets(target, assign->targets, assign->unpack, assign->trailing_comma)) return nullptr;
  if (assign->unpack) return state_.Fail("'=' after several targets");
  assign->space_before_colon = state_.Take().column > target_end;
  assign->type = state_.ParseType();
  if (assign->type == nullptr || !state_.Expect(TokenKind::kAssign, "'='")) return nullptr;
  assign->value = exprs_.ParseExprList();
  return assign->value != nullptr ? assign : nullptr;
}

// `name : T`, `name : Final[T] = v`.
Stmt* StmtParser::ParseAttributeDecl() {
  const Token name = state_.Take();
  const Token colon = state_.Take();
  auto* decl = state_.New<AttributeDecl>(state_.PosOf(name));
  decl->name = name.text;
  decl->space_before_colon = colon.column > name.column + name.text.size();
  decl->is_final =
      state_.current().text == "Final" && state_.following().kind == TokenKind::kLeftBracket;
  if (decl->is_final) {
    state_.Take();
    state_.Take();
  }
  decl->type = state_.ParseType();
  if (decl->type == nullptr) return nullptr;
  if (decl->is_final && !state_.Expect(TokenKind::kRightBracket, "']'")) return nullptr;
  if (!state_.Accept(TokenKind::kAssign)) return decl;
  decl->value = exprs_.ParseExprList();
  return decl->value != nullptr ? decl : nullptr;
}

// `__annotations__["0"] = T`: an attribute whose name is no identifier.
Stmt* StmtParser::ParseAnnotationsEntry() {
  auto* decl = state_.New<AttributeDecl>(state_.PosOf(state_.Take()));
  state_.Take();
  const Expr* name = exprs_.ParseExpr();
  if (name == nullptr) return nullptr;
  if (name->kind != ExprKind::kString) return state_.Fail("an attribute name before this");
  if (!state_.Expect(TokenKind::kRightBracket, "']'")) return nullptr;
  if (!state_.Expect(TokenKind::kAssign, "'='")) return nullptr;
  decl->name = name->As<StringExpr>().value;
  decl->type = state_.ParseType();
  return decl->type != nullptr ? decl : nullptr;
}

Stmt* StmtParser::ParseReturn() {
  auto* stmt = state_.New<ReturnStmt>(state_.PosOf(state_.Take()));
  if (state_.Is(TokenKind::kNewline)) return stmt;
  stmt->value = exprs_.ParseExprList();
  return stmt->value != nullptr ? stmt : nullptr;
}

Stmt* StmtParser::ParseAssert() {
  auto* stmt = state_.New<AssertStmt>(state_.PosOf(state_.Take()));
  stmt->condition = exprs_.ParseExpr();
  if (stmt->condition == nullptr) return nullptr;
  if (!state_.Accept(TokenKind::kComma)) return stmt;
  stmt->message = exprs_.ParseExpr();
  return stmt->message != nullptr ? stmt : nullptr;
}

Stmt* StmtParser::ParseRaise() {
  auto* stmt = state_.New<RaiseStmt>(state_.PosOf(state_.Take()));
  if (state_.Is(TokenKind::kNewline)) return stmt;
  stmt->exception = exprs_.ParseExpr();
  return stmt->exception != nullptr ? stmt : nullptr;
}

Stmt* StmtParser::ParseImport() {
  auto* stmt = state_.New<ImportStmt>(state_.PosOf(state_.Take()));
  return state_.ParseDottedName(stmt->module) ? stmt : nullptr;
}

Stmt* StmtParser::ParseIf() {
  auto* stmt = state_.New<IfStmt>(state_.Here());
  std::vector<IfStmt::Branch> branches;
  while (state_.Accept(TokenKind::kIf) || state_.Accept(TokenKind::kElif)) {
    IfStmt::Branch branch = {exprs_.ParseExpr(), {}};
    if (branch.condition == nullptr || !ParseBlock(Scope::kCode, branch.body)) return nullptr;
    branches.push_back(branch);
    if (!state_.Is(TokenKind::kElif)) break;
  }
  stmt->branches = state_.Keep(branches);
  if (!state_.Accept(TokenKind::kElse)) return stmt;
  return ParseBlock(Scope::kCode, stmt->else_body) ? stmt : nullptr;
}

Stmt* StmtParser::ParseWhile() {
  auto* stmt = state_.New<WhileStmt>(state_.PosOf(state_.Take()));
  stmt->condition = exprs_.ParseExpr();
  if (stmt->condition == nullptr) return nullptr;
  return ParseBlock(Scope::kCode, stmt->body) ? stmt : nullptr;
}

Stmt* StmtParser::ParseFor() {
  auto* stmt = state_.New<ForStmt>(state_.PosOf(state_.Take()));
  const Expr* target = exprs_.ParseTargetList();
  if (target == nullptr) return nullptr;
  bool trailing_comma = false;
  if (!SetTargets(target, stmt->targets, stmt->unpack, trailing_comma)) return nullptr;
  if (!state_.Expect(TokenKind::kIn, "'in'")) return nullptr;
  stmt->iterable = exprs_.ParseExprList();
  if (stmt->iterable == nullptr) return nullptr;
  return ParseBlock(Scope::kCode, stmt->body) ? stmt : nullptr;
}

Stmt* StmtParser::ParseWith() {
  auto* stmt = state_.New<WithStmt>(state_.PosOf(state_.Take()));
  std::vector<WithStmt::Item> items;
  do {
    WithStmt::Item item = {exprs_.ParseExpr(), nullptr};
    if (item.context == nullptr) return nullptr;
    if (state_.Accept(TokenKind::kAs)) {
      item.target = exprs_.ParseExpr();
      if (item.target == nullptr || !CheckTarget(*item.target)) return nullptr;
    }
    items.push_back(item);
  } while (state_.Accept(TokenKind::kComma));
  stmt->items = state_.Keep(items);
  return ParseBlock(Scope::kCode, stmt->body) ? stmt : nullptr;
}

Stmt* StmtParser::ParseFunction() {
  auto* def = state_.New<FunctionDef>(state_.PosOf(state_.Take()));
  if (!state_.Is(TokenKind::kName)) return state_.Fail("a function name");
  const Token name = state_.Take();
  def->name = name.text;
  if (!state_.Expect(TokenKind::kLeftParen, "'('")) return nullptr;
  std::vector<Param> params;
  while (!state_.Is(TokenKind::kRightParen)) {
    def->param_per_line = state_.current().line > name.line;
    params.emplace_back();
    if (!ParseParam(params.back())) return nullptr;
    if (!state_.Accept(TokenKind::kComma)) break;
  }
  if (!state_.Expect(TokenKind::kRightParen, "',' or ')'")) return nullptr;
  def->params = state_.Keep(params);
  if (state_.Accept(TokenKind::kArrow)) {
    def->return_type = state_.ParseType();
    if (def->return_type == nullptr) return nullptr;
  }
  return ParseBlock(Scope::kCode, def->body) ? def : nullptr;
}

bool StmtParser::ParseParam(Param& param) {
  if (!state_.Is(TokenKind::kName)) return state_.Fail("a parameter name") != nullptr;
  param.pos = state_.Here();
  param.name = state_.Take().text;
  if (state_.Accept(TokenKind::kColon)) {
    param.type = state_.ParseType();
    if (param.type == nullptr) return false;
  }
  if (!state_.Accept(TokenKind::kAssign)) return true;
  param.default_value = exprs_.ParseExpr();
  return param.default_value != nullptr;
}

Stmt* StmtParser::ParseClass() {
  auto* def = state_.New<ClassDef>(state_.PosOf(state_.Take()));
  if (!state_.Is(TokenKind::kName)) return state_.Fail("a class name");
  def->name = state_.Take().text;
  if (state_.Accept(TokenKind::kLeftParen)) {
    if (!state_.ParseDottedName(def->base)) return nullptr;
    if (!state_.Expect(TokenKind::kRightParen, "')'")) return nullptr;
  }
  def->class_kind = ClassKindOf(def->base);
  return ParseBlock(Scope::kClass, def->body) ? def : nullptr;
}

}  // namespace t2n::torchscript
