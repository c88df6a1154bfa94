// The syntax tree of a TorchScript source file (`code/**/*.py` of an archive).
//
// Nodes are plain structs in the arena of their SourceFile and live as long as it does; so do all
// the string_views in them. Switch on `kind`, then read the node with As<T>():
//
//   switch (expr.kind) {
//     case ExprKind::kCall: return EvalCall(expr.As<CallExpr>());
//
// Fields under "layout" say how the text was written; they have no meaning for evaluation and do
// not count for equality.
#ifndef PARSERS_TORCHSCRIPT_AST_H_
#define PARSERS_TORCHSCRIPT_AST_H_

#include <cassert>
#include <complex>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parsers/torchscript/arena.h"
#include "parsers/torchscript/type.h"

namespace t2n::torchscript {

// A place in an archive entry; line and column count from 1, columns in bytes.
struct SourcePos {
  const std::string* entry = nullptr;  // owned by the SourceFile
  uint32_t line = 0;
  uint32_t column = 0;

  std::string ToString() const;  // "code/__torch__/net.py:12:5"
};

// ---- Expressions ----

enum class ExprKind : uint8_t {
  kName,
  kInt,
  kFloat,
  kComplex,
  kString,
  kBool,
  kNone,
  kTuple,
  kList,
  kDict,
  kAttribute,
  kSubscript,
  kSlice,
  kCall,
  kUnary,
  kBinary,
  kTernary,
  kAnnotate,
  kUncheckedCast,
  kUninitialized,
  kIsInstance,
};

enum class TrailingComma : uint8_t {
  kNone,    // f(a)
  kTight,   // (a,)
  kSpaced,  // f(a, )
};

struct Expr {
  ExprKind kind;
  uint8_t parens = 0;   // layout: pairs of parentheses around it, a tuple's own included
  uint16_t height = 1;  // of this tree, never above kMaxExprHeight: recursion is safe
  SourcePos pos;

  template <typename T>
  const T& As() const {
    assert(kind == T::kKind);
    return static_cast<const T&>(*this);
  }

  // The node as T, or nullptr when it is of another kind.
  template <typename T>
  const T* If() const {
    return kind == T::kKind ? static_cast<const T*>(this) : nullptr;
  }

 protected:
  explicit Expr(ExprKind k) : kind(k) {}
};

using ExprList = absl::Span<const Expr* const>;

template <ExprKind K>
struct ExprOf : Expr {
  static constexpr ExprKind kKind = K;
  ExprOf() : Expr(K) {}
};

struct NameExpr : ExprOf<ExprKind::kName> {
  absl::string_view name;
};

// A sign in front of a number belongs to the number: `-1` is an IntExpr.
struct IntExpr : ExprOf<ExprKind::kInt> {
  int64_t value = 0;
  bool overflow = false;   // does not fit: `value` is meaningless, `text` has the digits
  absl::string_view text;  // as written
};

struct FloatExpr : ExprOf<ExprKind::kFloat> {  // also inf, -inf, nan
  double value = 0;
  absl::string_view text;  // as written
};

struct ComplexExpr : ExprOf<ExprKind::kComplex> {  // `2j`, `1.+2.j`, `nan-infj`
  std::complex<double> value;
  absl::string_view text;  // as written
};

struct StringExpr : ExprOf<ExprKind::kString> {
  absl::string_view value;  // unescaped; adjacent literals joined
};

struct BoolExpr : ExprOf<ExprKind::kBool> {
  bool value = false;
};

struct NoneExpr : ExprOf<ExprKind::kNone> {};

struct TupleExpr : ExprOf<ExprKind::kTuple> {
  ExprList items;
  TrailingComma trailing_comma = TrailingComma::kNone;  // layout
};

struct ListExpr : ExprOf<ExprKind::kList> {
  ExprList items;
  TrailingComma trailing_comma = TrailingComma::kNone;  // layout
};

struct DictExpr : ExprOf<ExprKind::kDict> {
  ExprList keys;
  ExprList values;  // as many as keys
};

// `object.name`, and `getattr(object, "name")` for names that are no identifiers ("0").
struct AttributeExpr : ExprOf<ExprKind::kAttribute> {
  const Expr* object = nullptr;
  absl::string_view name;
};

struct SubscriptExpr : ExprOf<ExprKind::kSubscript> {
  const Expr* object = nullptr;
  const Expr* index = nullptr;  // a SliceExpr for `x[1:2]`, a TupleExpr for `x[1, 2]`
};

// Only as the index of a SubscriptExpr, or an item of its tuple.
struct SliceExpr : ExprOf<ExprKind::kSlice> {
  const Expr* start = nullptr;  // nullptr where left out
  const Expr* stop = nullptr;
  const Expr* step = nullptr;
};

struct KeywordArg {
  absl::string_view name;
  const Expr* value = nullptr;
};

struct CallExpr : ExprOf<ExprKind::kCall> {
  const Expr* callee = nullptr;
  ExprList args;
  absl::Span<const KeywordArg> kwargs;                  // all after `args`
  TrailingComma trailing_comma = TrailingComma::kNone;  // layout
};

enum class UnaryOp : uint8_t { kNegate, kNot, kInvert };

struct UnaryExpr : ExprOf<ExprKind::kUnary> {
  UnaryOp op = UnaryOp::kNegate;
  const Expr* operand = nullptr;
};

enum class BinaryOp : uint8_t {
  kOr,
  kAnd,
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kIs,
  kIsNot,
  kIn,
  kNotIn,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShiftLeft,
  kShiftRight,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kFloorDiv,
  kMod,
  kMatMul,
  kPow,
};

// A run of operators of one precedence, applied from left to right: `first op value op value …`.
// Flat, so that a sum of ten thousand terms is no deeper than a sum of two. Comparisons and `**`
// have exactly one operand in `rest`; `a ** b ** c` nests to the right.
struct BinaryExpr : ExprOf<ExprKind::kBinary> {
  struct Operand {
    BinaryOp op;
    const Expr* value;
  };
  const Expr* first = nullptr;
  absl::Span<const Operand> rest;  // at least one
};

struct TernaryExpr : ExprOf<ExprKind::kTernary> {  // `if_true if condition else if_false`
  const Expr* condition = nullptr;
  const Expr* if_true = nullptr;
  const Expr* if_false = nullptr;
};

struct AnnotateExpr : ExprOf<ExprKind::kAnnotate> {  // `annotate(T, value)`
  const Type* type = nullptr;
  const Expr* value = nullptr;
  bool space_after_comma = true;  // layout
};

struct UncheckedCastExpr : ExprOf<ExprKind::kUncheckedCast> {  // `unchecked_cast(T, value)`
  const Type* type = nullptr;
  const Expr* value = nullptr;
};

struct UninitializedExpr : ExprOf<ExprKind::kUninitialized> {  // `uninitialized(T)`
  const Type* type = nullptr;
};

// `isinstance(value, T)`; `isinstance(value, (T, U))` and `[T, U]`.
struct IsInstanceExpr : ExprOf<ExprKind::kIsInstance> {
  const Expr* value = nullptr;
  absl::Span<const Type* const> types;
  char bracket = 0;  // layout: '(', '[' or 0 for one bare type
};

// ---- Statements ----

enum class StmtKind : uint8_t {
  kAssign,
  kAugAssign,
  kAttributeDecl,
  kExpr,
  kReturn,
  kIf,
  kFor,
  kWhile,
  kWith,
  kAssert,
  kRaise,
  kPass,
  kBreak,
  kContinue,
  kImport,
  kFunction,
  kClass,
};

struct Stmt {
  StmtKind kind;
  SourcePos pos;

  template <typename T>
  const T& As() const {
    assert(kind == T::kKind);
    return static_cast<const T&>(*this);
  }

  template <typename T>
  const T* If() const {
    return kind == T::kKind ? static_cast<const T*>(this) : nullptr;
  }

 protected:
  explicit Stmt(StmtKind k) : kind(k) {}
};

using Block = absl::Span<const Stmt* const>;  // never nested deeper than kMaxBlockDepth

template <StmtKind K>
struct StmtOf : Stmt {
  static constexpr StmtKind kKind = K;
  StmtOf() : Stmt(K) {}
};

// `x = v`, `x : T = v`, `a, b = v`, `a, = v`, `self.x = v`, `d[k] = v`.
struct AssignStmt : StmtOf<StmtKind::kAssign> {
  ExprList targets;            // names, attributes, subscripts; at least one
  const Type* type = nullptr;  // annotation; only with a single target
  const Expr* value = nullptr;
  bool unpack = false;  // the value is a sequence with one item a target, also when there is one
  bool trailing_comma = false;     // layout: `a, b, = v`
  bool space_before_colon = true;  // layout: `x : T`
};

struct AugAssignStmt : StmtOf<StmtKind::kAugAssign> {
  const Expr* target = nullptr;
  BinaryOp op = BinaryOp::kAdd;
  const Expr* value = nullptr;
};

// In a class: `name : T`, `name : T = v`, `name : Final[T] = v`, `__annotations__["0"] = T`.
struct AttributeDecl : StmtOf<StmtKind::kAttributeDecl> {
  absl::string_view name;
  const Type* type = nullptr;
  bool is_final = false;
  const Expr* value = nullptr;     // nullptr where none is given
  bool space_before_colon = true;  // layout
};

struct ExprStmt : StmtOf<StmtKind::kExpr> {
  const Expr* value = nullptr;
};

struct ReturnStmt : StmtOf<StmtKind::kReturn> {
  const Expr* value = nullptr;  // nullptr for a bare `return`
};

// if / elif / … / else, flat.
struct IfStmt : StmtOf<StmtKind::kIf> {
  struct Branch {
    const Expr* condition;
    Block body;
  };
  absl::Span<const Branch> branches;  // at least one; the first whose condition holds runs
  Block else_body;                    // empty where there is no else
};

struct ForStmt : StmtOf<StmtKind::kFor> {
  ExprList targets;
  bool unpack = false;  // as in AssignStmt
  const Expr* iterable = nullptr;
  Block body;
};

struct WhileStmt : StmtOf<StmtKind::kWhile> {
  const Expr* condition = nullptr;
  Block body;
};

struct WithStmt : StmtOf<StmtKind::kWith> {
  struct Item {
    const Expr* context;
    const Expr* target;  // nullptr without `as`
  };
  absl::Span<const Item> items;
  Block body;
};

struct AssertStmt : StmtOf<StmtKind::kAssert> {
  const Expr* condition = nullptr;
  const Expr* message = nullptr;  // may be nullptr
};

struct RaiseStmt : StmtOf<StmtKind::kRaise> {
  const Expr* exception = nullptr;  // may be nullptr
};

struct PassStmt : StmtOf<StmtKind::kPass> {};
struct BreakStmt : StmtOf<StmtKind::kBreak> {};
struct ContinueStmt : StmtOf<StmtKind::kContinue> {};

struct ImportStmt : StmtOf<StmtKind::kImport> {
  absl::string_view module;  // "__torch__.torch.nn.functional"
};

struct Param {
  absl::string_view name;
  const Type* type = nullptr;           // nullptr for a bare `self`
  const Expr* default_value = nullptr;  // nullptr where there is none
  SourcePos pos;
};

struct FunctionDef : StmtOf<StmtKind::kFunction> {
  absl::string_view name;
  absl::Span<const Param> params;
  const Type* return_type = nullptr;  // nullptr without `->`
  Block body;
  bool param_per_line = false;  // layout
};

enum class ClassKind : uint8_t {
  kPlain,  // no base
  kModule,
  kNamedTuple,
  kInterface,
  kModuleInterface,
  kEnum,
  kOther,  // any other base
};

// Fields, constants and methods in the order written: AttributeDecl, AssignStmt
// (`__parameters__ = ["weight", ]`, enum members), FunctionDef, PassStmt.
struct ClassDef : StmtOf<StmtKind::kClass> {
  absl::string_view name;  // without the module path
  ClassKind class_kind = ClassKind::kPlain;
  absl::string_view base;  // as written; empty for kPlain
  Block body;
};

// ---- The file ----

struct SourceFile {
  SourceFile(std::string entry_name, std::string source)
      : entry(std::move(entry_name)), text(std::move(source)) {}
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;

  const std::string entry;  // archive entry, e.g. "code/__torch__/net.py"
  const std::string text;
  Block body;  // classes, functions, imports, `op_version_set = 1`

  Arena arena;
  std::deque<Type> types;
};

// "torch.nn.relu" for names and attributes of names; nullopt for anything else.
std::optional<std::string> DottedName(const Expr& expr);

// [A-Za-z_][A-Za-z0-9_]*: what torch prints as `x.name` rather than `getattr(x, "name")`.
bool IsIdentifier(absl::string_view name);

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_AST_H_
