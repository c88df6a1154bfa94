// The rest of ExprParser: what begins an expression - names, literals, brackets - and the calls
// with types among their arguments.
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "parsers/torchscript/expr_parser.h"
#include "parsers/torchscript/literals.h"
#include "parsers/torchscript/number_parser.h"

namespace t2n::torchscript {

Expr* ExprParser::ParseAtom() {
  const SourcePos pos = state_.Here();
  switch (state_.current().kind) {
    case TokenKind::kName:
      return ParseName();
    case TokenKind::kInt:
    case TokenKind::kFloat:
    case TokenKind::kImaginary:
      return NumberOf(state_, state_.Take());
    case TokenKind::kString:
      return ParseString();
    case TokenKind::kNone:
      state_.Take();
      return state_.New<NoneExpr>(pos);
    case TokenKind::kTrue:
    case TokenKind::kFalse: {
      auto* node = state_.New<BoolExpr>(pos);
      node->value = state_.Take().kind == TokenKind::kTrue;
      return node;
    }
    case TokenKind::kLeftParen:
      return ParseParenthesised();
    case TokenKind::kLeftBracket:
      return ParseList();
    case TokenKind::kLeftBrace:
      return ParseDict();
    default:
      return state_.Fail("an expression");
  }
}

Expr* ExprParser::ParseName() {
  const absl::string_view name = state_.current().text;
  if (state_.following().kind == TokenKind::kLeftParen) {
    if (name == "getattr") return ParseGetattr();
    if (name == "annotate") return ParseTypedValue<AnnotateExpr>();
    if (name == "unchecked_cast") return ParseTypedValue<UncheckedCastExpr>();
    if (name == "uninitialized") return ParseUninitialized();
    if (name == "isinstance") return ParseIsInstance();
  }
  const Token token = state_.Take();
  if (Expr* number = NumberOf(state_, token); number != nullptr) return number;
  auto* node = state_.New<NameExpr>(state_.PosOf(token));
  node->name = name;
  return node;
}

Expr* ExprParser::ParseString() {
  auto* node = state_.New<StringExpr>(state_.Here());
  std::string value;
  while (state_.Is(TokenKind::kString)) {
    const Token token = state_.Take();
    if (!DecodeString(token.text, value)) {
      return state_.Reject(state_.PosOf(token), "unknown escape sequence in a string");
    }
  }
  node->value = state_.Keep(value);
  return node;
}

// Items up to `close`, which is taken too.
bool ExprParser::ParseItems(TokenKind close, std::vector<const Expr*>& items,
                            TrailingComma& trailing) {
  while (!state_.Is(close)) {
    items.push_back(ParseExpr());
    if (items.back() == nullptr) return false;
    if (!state_.Is(TokenKind::kComma)) break;
    const Token comma = state_.Take();
    if (state_.Is(close)) trailing = LayoutOf(comma, state_.current());
  }
  return state_.Expect(close, close == TokenKind::kRightParen ? "',' or ')'" : "',' or ']'");
}

Expr* ExprParser::ParseParenthesised() {
  auto* tuple = state_.New<TupleExpr>(state_.PosOf(state_.Take()));
  tuple->parens = 1;
  if (state_.Accept(TokenKind::kRightParen)) return tuple;
  Expr* first = ParseExpr();
  if (first == nullptr) return nullptr;
  if (state_.Accept(TokenKind::kRightParen)) {
    if (first->parens < std::numeric_limits<uint8_t>::max()) ++first->parens;
    return first;
  }
  std::vector<const Expr*> items = {first};
  if (!state_.Is(TokenKind::kComma)) return state_.Fail("',' or ')'");
  const Token comma = state_.Take();
  if (state_.Is(TokenKind::kRightParen)) tuple->trailing_comma = LayoutOf(comma, state_.current());
  if (!ParseItems(TokenKind::kRightParen, items, tuple->trailing_comma)) return nullptr;
  tuple->items = state_.Keep(items);
  return Adopt(tuple, items) ? tuple : nullptr;
}

Expr* ExprParser::ParseList() {
  auto* list = state_.New<ListExpr>(state_.PosOf(state_.Take()));
  std::vector<const Expr*> items;
  if (!ParseItems(TokenKind::kRightBracket, items, list->trailing_comma)) return nullptr;
  list->items = state_.Keep(items);
  return Adopt(list, items) ? list : nullptr;
}

Expr* ExprParser::ParseDict() {
  auto* dict = state_.New<DictExpr>(state_.PosOf(state_.Take()));
  std::vector<const Expr*> keys;
  std::vector<const Expr*> values;
  while (!state_.Is(TokenKind::kRightBrace)) {
    keys.push_back(ParseExpr());
    if (!Adopt(dict, keys.back()) || !state_.Expect(TokenKind::kColon, "':'")) return nullptr;
    values.push_back(ParseExpr());
    if (!Adopt(dict, values.back())) return nullptr;
    if (!state_.Accept(TokenKind::kComma)) break;
  }
  if (!state_.Expect(TokenKind::kRightBrace, "',' or '}'")) return nullptr;
  dict->keys = state_.Keep(keys);
  dict->values = state_.Keep(values);
  return dict;
}

Expr* ExprParser::ParseGetattr() {
  auto* attribute = state_.New<AttributeExpr>(state_.PosOf(state_.Take()));
  state_.Take();
  attribute->object = ParseExpr();
  if (!Adopt(attribute, attribute->object)) return nullptr;
  if (!state_.Expect(TokenKind::kComma, "','")) return nullptr;
  if (!state_.Is(TokenKind::kString)) return state_.Fail("the attribute's name as a string");
  const Expr* name = ParseString();
  if (name == nullptr) return nullptr;
  attribute->name = name->As<StringExpr>().value;
  return state_.Expect(TokenKind::kRightParen, "')'") ? attribute : nullptr;
}

template <typename Node>
Expr* ExprParser::ParseTypedValue() {
  auto* node = state_.New<Node>(state_.PosOf(state_.Take()));
  state_.Take();
  node->type = state_.ParseType();
  const Token comma = state_.current();
  if (node->type == nullptr || !state_.Expect(TokenKind::kComma, "','")) return nullptr;
  if constexpr (std::is_same_v<Node, AnnotateExpr>) {
    node->space_after_comma = LayoutOf(comma, state_.current()) == TrailingComma::kSpaced;
  }
  node->value = ParseExpr();
  if (!Adopt(node, node->value)) return nullptr;
  return state_.Expect(TokenKind::kRightParen, "')'") ? node : nullptr;
}

Expr* ExprParser::ParseUninitialized() {
  auto* node = state_.New<UninitializedExpr>(state_.PosOf(state_.Take()));
  state_.Take();
  node->type = state_.ParseType();
  if (node->type == nullptr) return nullptr;
  return state_.Expect(TokenKind::kRightParen, "')'") ? node : nullptr;
}

Expr* ExprParser::ParseIsInstance() {
  auto* node = state_.New<IsInstanceExpr>(state_.PosOf(state_.Take()));
  state_.Take();
  node->value = ParseExpr();
  if (!Adopt(node, node->value) || !state_.Expect(TokenKind::kComma, "','")) return nullptr;
  std::vector<const Type*> types;
  if (!ParseTypeList(types, node->bracket)) return nullptr;
  node->types = state_.Keep(types);
  return state_.Expect(TokenKind::kRightParen, "')'") ? node : nullptr;
}

// `T`, `(T, U)` or `[T, U]`.
bool ExprParser::ParseTypeList(std::vector<const Type*>& types, char& bracket) {
  TokenKind close = TokenKind::kEof;
  if (state_.Accept(TokenKind::kLeftParen)) {
    bracket = '(';
    close = TokenKind::kRightParen;
  } else if (state_.Accept(TokenKind::kLeftBracket)) {
    bracket = '[';
    close = TokenKind::kRightBracket;
  }
  do {
    if (!types.empty() && state_.Is(close)) break;
    types.push_back(state_.ParseType());
    if (types.back() == nullptr) return false;
  } while (bracket != 0 && state_.Accept(TokenKind::kComma));
  return bracket == 0 || state_.Expect(close, "',' or a closing bracket");
}

}  // namespace t2n::torchscript
