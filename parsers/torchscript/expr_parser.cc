#include "parsers/torchscript/expr_parser.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "parsers/torchscript/limits.h"
#include "parsers/torchscript/number_parser.h"

namespace t2n::torchscript {
namespace {

// The operator at the current token, `**` excepted, which ParsePower takes.
std::optional<BinaryOp> PeekBinaryOp(const ParserState& state) {
  const Token& token = state.current();
  if (!token.IsWord() && token.kind < TokenKind::kPlus) return std::nullopt;
  if (token.kind == TokenKind::kName) return std::nullopt;
  if (token.kind == TokenKind::kNot && state.following().kind == TokenKind::kIn) {
    return BinaryOp::kNotIn;
  }
  if (token.kind == TokenKind::kIs && state.following().kind == TokenKind::kNot) {
    return BinaryOp::kIsNot;
  }
  return FindBinaryOp(token.text);
}

class Descent {
 public:
  explicit Descent(int& depth) : depth_(depth) { ++depth_; }
  ~Descent() { --depth_; }

 private:
  int& depth_;
};

}  // namespace

TrailingComma LayoutOf(const Token& comma, const Token& close) {
  const bool tight = comma.line == close.line && comma.column + 1 == close.column;
  return tight ? TrailingComma::kTight : TrailingComma::kSpaced;
}

Expr* ExprParser::TooDeep() {
  return state_.Reject(state_.Here(),
                       absl::StrCat("expression nested deeper than ", kMaxExprHeight));
}

bool ExprParser::Adopt(Expr* parent, const Expr* child) {
  if (child == nullptr) return false;
  parent->height = std::max<uint16_t>(parent->height, child->height + 1);
  return parent->height <= kMaxExprHeight || TooDeep() != nullptr;
}

bool ExprParser::Adopt(Expr* parent, const std::vector<const Expr*>& children) {
  return std::all_of(children.begin(), children.end(),
                     [&](const Expr* child) { return Adopt(parent, child); });
}

Expr* ExprParser::ParseExpr() {
  const Descent descent(depth_);
  if (depth_ > kMaxExprHeight) return TooDeep();
  return ParseTernary();
}

Expr* ExprParser::ParseExprList() { return ParseListOf(&ExprParser::ParseExpr); }

Expr* ExprParser::ParseListOf(Expr* (ExprParser::*parse_item)()) {
  const SourcePos pos = state_.Here();
  Expr* first = (this->*parse_item)();
  if (first == nullptr || !state_.Is(TokenKind::kComma)) return first;
  auto* tuple = state_.New<TupleExpr>(pos);
  std::vector<const Expr*> items = {first};
  while (state_.Is(TokenKind::kComma)) {
    const Token comma = state_.Take();
    if (state_.Is(TokenKind::kNewline) || state_.Is(TokenKind::kAssign) ||
        state_.Is(TokenKind::kIn)) {
      tuple->trailing_comma = LayoutOf(comma, state_.current());
      break;
    }
    items.push_back((this->*parse_item)());
    if (items.back() == nullptr) return nullptr;
  }
  tuple->items = state_.Keep(items);
  return Adopt(tuple, items) ? tuple : nullptr;
}

Expr* ExprParser::ParseTargetList() { return ParseListOf(&ExprParser::ParsePostfix); }

Expr* ExprParser::ParseTernary() {
  Expr* value = ParseBinary(Precedence::kOr);
  if (value == nullptr || !state_.Accept(TokenKind::kIf)) return value;
  auto* ternary = state_.New<TernaryExpr>(value->pos);
  ternary->if_true = value;
  ternary->condition = ParseBinary(Precedence::kOr);
  if (!Adopt(ternary, value) || !Adopt(ternary, ternary->condition)) return nullptr;
  if (!state_.Expect(TokenKind::kElse, "'else'")) return nullptr;
  ternary->if_false = ParseExpr();
  return Adopt(ternary, ternary->if_false) ? ternary : nullptr;
}

Expr* ExprParser::ParseBinary(Precedence loosest) {
  Expr* value = ParseUnary();
  while (value != nullptr) {
    const std::optional<BinaryOp> op = PeekBinaryOp(state_);
    if (!op.has_value() || PrecedenceOf(*op) < loosest) return value;
    value = ParseRun(value, PrecedenceOf(*op));
  }
  return nullptr;
}

// `first` and all operands that operators of just this precedence join to it.
Expr* ExprParser::ParseRun(Expr* first, Precedence precedence) {
  auto* binary = state_.New<BinaryExpr>(first->pos);
  std::vector<BinaryExpr::Operand> rest;
  std::optional<BinaryOp> op = PeekBinaryOp(state_);
  for (; op.has_value() && PrecedenceOf(*op) == precedence; op = PeekBinaryOp(state_)) {
    if (precedence == Precedence::kComparison && !rest.empty()) {
      return state_.Reject(state_.Here(), "comparisons in a row are not TorchScript");
    }
    state_.Take();
    if (*op == BinaryOp::kIsNot || *op == BinaryOp::kNotIn) state_.Take();
    Expr* operand = ParseBinary(Next(precedence));
    if (!Adopt(binary, operand)) return nullptr;
    Expr* joined = rest.empty() ? ComplexSum(state_, *first, *op, *operand) : nullptr;
    if (joined != nullptr) {
      first = joined;
    } else {
      rest.push_back({*op, operand});
    }
  }
  if (rest.empty()) return first;
  binary->first = first;
  binary->rest = state_.Keep(rest);
  return Adopt(binary, first) ? binary : nullptr;
}

Expr* ExprParser::ParseUnary() {
  const TokenKind kind = state_.current().kind;
  if (kind == TokenKind::kMinus || kind == TokenKind::kNot || kind == TokenKind::kTilde) {
    return ParseUnaryOperator();
  }
  return ParsePower();
}

Expr* ExprParser::ParseUnaryOperator() {
  const Descent descent(depth_);
  if (depth_ > kMaxExprHeight) return TooDeep();
  const Token token = state_.Take();
  const UnaryOp op = token.kind == TokenKind::kMinus ? UnaryOp::kNegate
                     : token.kind == TokenKind::kNot ? UnaryOp::kNot
                                                     : UnaryOp::kInvert;
  Expr* operand = op == UnaryOp::kNot ? ParseBinary(Precedence::kComparison) : ParseUnary();
  if (operand == nullptr) return nullptr;
  if (op == UnaryOp::kNegate) {
    Expr* number = NegatedNumber(state_, token, *operand);
    if (number != nullptr) return number;
  }
  auto* unary = state_.New<UnaryExpr>(state_.PosOf(token));
  unary->op = op;
  unary->operand = operand;
  return Adopt(unary, operand) ? unary : nullptr;
}

Expr* ExprParser::ParsePower() {
  Expr* base = ParsePostfix();
  if (base == nullptr || !state_.Is(TokenKind::kDoubleStar)) return base;
  const Descent descent(depth_);
  if (depth_ > kMaxExprHeight) return TooDeep();
  state_.Take();
  auto* power = state_.New<BinaryExpr>(base->pos);
  Expr* exponent = ParseUnary();
  if (!Adopt(power, base) || !Adopt(power, exponent)) return nullptr;
  power->first = base;
  power->rest = state_.Keep(std::vector<BinaryExpr::Operand>{{BinaryOp::kPow, exponent}});
  return power;
}

Expr* ExprParser::ParsePostfix() {
  Expr* value = ParseAtom();
  while (value != nullptr) {
    switch (state_.current().kind) {
      case TokenKind::kDot:
        value = ParseAttribute(value);
        break;
      case TokenKind::kLeftBracket:
        value = ParseSubscript(value);
        break;
      case TokenKind::kLeftParen:
        value = ParseCall(value);
        break;
      default:
        return value;
    }
  }
  return nullptr;
}

Expr* ExprParser::ParseAttribute(const Expr* object) {
  state_.Take();
  if (!state_.current().IsWord()) return state_.Fail("a name after '.'");
  auto* attribute = state_.New<AttributeExpr>(object->pos);
  attribute->object = object;
  attribute->name = state_.Take().text;
  return Adopt(attribute, object) ? attribute : nullptr;
}

Expr* ExprParser::ParseSubscript(const Expr* object) {
  state_.Take();
  auto* subscript = state_.New<SubscriptExpr>(object->pos);
  const SourcePos index_pos = state_.Here();
  std::vector<const Expr*> items;
  bool comma = false;
  do {
    items.push_back(ParseIndexItem());
    if (items.back() == nullptr) return nullptr;
    comma = state_.Accept(TokenKind::kComma);
  } while (comma && !state_.Is(TokenKind::kRightBracket));
  if (!state_.Expect(TokenKind::kRightBracket, "']'")) return nullptr;
  subscript->object = object;
  subscript->index = items[0];
  if (items.size() > 1 || comma) {
    auto* tuple = state_.New<TupleExpr>(index_pos);
    tuple->items = state_.Keep(items);
    tuple->trailing_comma = comma ? TrailingComma::kTight : TrailingComma::kNone;
    if (!Adopt(tuple, items)) return nullptr;
    subscript->index = tuple;
  }
  return Adopt(subscript, object) && Adopt(subscript, subscript->index) ? subscript : nullptr;
}

Expr* ExprParser::ParseIndexItem() {
  const SourcePos pos = state_.Here();
  Expr* start = nullptr;
  if (!state_.Is(TokenKind::kColon)) {
    start = ParseExpr();
    if (start == nullptr || !state_.Is(TokenKind::kColon)) return start;
  }
  auto* slice = state_.New<SliceExpr>(pos);
  if (start != nullptr && !Adopt(slice, start)) return nullptr;
  slice->start = start;
  for (const Expr** part : {&slice->stop, &slice->step}) {
    if (!state_.Accept(TokenKind::kColon)) break;
    if (state_.Is(TokenKind::kColon) || state_.Is(TokenKind::kRightBracket) ||
        state_.Is(TokenKind::kComma)) {
      continue;
    }
    *part = ParseExpr();
    if (!Adopt(slice, *part)) return nullptr;
  }
  return slice;
}

Expr* ExprParser::ParseCall(const Expr* callee) {
  state_.Take();
  auto* call = state_.New<CallExpr>(callee->pos);
  if (!Adopt(call, callee)) return nullptr;
  std::vector<const Expr*> args;
  std::vector<KeywordArg> kwargs;
  while (!state_.Is(TokenKind::kRightParen)) {
    KeywordArg keyword;
    if (state_.current().IsWord() && state_.following().kind == TokenKind::kAssign) {
      keyword.name = state_.Take().text;
      state_.Take();
    } else if (!kwargs.empty()) {
      return state_.Fail("a keyword argument after keyword arguments");
    }
    keyword.value = ParseExpr();
    if (!Adopt(call, keyword.value)) return nullptr;
    if (keyword.name.empty()) {
      args.push_back(keyword.value);
    } else {
      kwargs.push_back(keyword);
    }
    if (!state_.Is(TokenKind::kComma)) break;
    const Token comma = state_.Take();
    if (state_.Is(TokenKind::kRightParen)) call->trailing_comma = LayoutOf(comma, state_.current());
  }
  if (!state_.Expect(TokenKind::kRightParen, "',' or ')'")) return nullptr;
  call->callee = callee;
  call->args = state_.Keep(args);
  call->kwargs = state_.Keep(kwargs);
  return call;
}

}  // namespace t2n::torchscript
