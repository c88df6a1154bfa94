#include "parsers/torchscript/type.h"

#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "parsers/torchscript/lexer.h"
#include "parsers/torchscript/limits.h"
#include "parsers/torchscript/type_parser.h"

namespace t2n::torchscript {
namespace {

constexpr int kAnyCount = -1;

struct Constructor {
  TypeKind kind;
  int args;  // how many it takes; 0 for none and no brackets
};

Constructor FindConstructor(absl::string_view name) {
  static const auto* const kConstructors = new absl::flat_hash_map<absl::string_view, Constructor>({
      {"Tensor", {TypeKind::kTensor, 0}},
      {"int", {TypeKind::kInt, 0}},
      {"float", {TypeKind::kFloat, 0}},
      {"bool", {TypeKind::kBool, 0}},
      {"str", {TypeKind::kStr, 0}},
      {"complex", {TypeKind::kComplex, 0}},
      {"number", {TypeKind::kNumber, 0}},
      {"Scalar", {TypeKind::kNumber, 0}},
      {"None", {TypeKind::kNone, 0}},
      {"NoneType", {TypeKind::kNone, 0}},
      {"Any", {TypeKind::kAny, 0}},
      {"Device", {TypeKind::kDevice, 0}},
      {"list", {TypeKind::kAnyList, 0}},
      {"tuple", {TypeKind::kAnyTuple, 0}},
      {"Optional", {TypeKind::kOptional, 1}},
      {"List", {TypeKind::kList, 1}},
      {"Dict", {TypeKind::kDict, 2}},
      {"Tuple", {TypeKind::kTuple, kAnyCount}},
      {"Union", {TypeKind::kUnion, kAnyCount}},
      {"Future", {TypeKind::kFuture, 1}},
      {"Await", {TypeKind::kAwait, 1}},
      {"RRef", {TypeKind::kRRef, 1}},
  });
  auto it = kConstructors->find(name);
  return it == kConstructors->end() ? Constructor{TypeKind::kClass, 0} : it->second;
}

class TypeParser {
 public:
  TypeParser(Lexer& lexer, std::string& error) : lexer_(lexer), error_(error) {}

  bool Parse(Type& type, int depth) {
    if (depth > kMaxTypeDepth) {
      return Fail(absl::StrCat("a type nested no deeper than ", kMaxTypeDepth));
    }
    if (lexer_.current().kind == TokenKind::kNone) {
      type.name = "None";
      lexer_.Advance();
    } else if (!ParseDottedName(lexer_, type.name, error_)) {
      return false;
    }
    const Constructor constructor = FindConstructor(type.name);
    type.kind = constructor.kind;
    if (constructor.args == 0) return true;
    if (lexer_.current().kind != TokenKind::kLeftBracket) {
      return Fail(absl::StrCat("'[' after ", type.name));
    }
    lexer_.Advance();
    if (!ParseArgs(type, depth)) return false;
    if (constructor.args != kAnyCount && type.args.size() != constructor.args) {
      return Fail(absl::StrCat(type.name, " with ", constructor.args, " type arguments"));
    }
    lexer_.Advance();
    return true;
  }

 private:
  // Up to the closing bracket, which stays.
  bool ParseArgs(Type& type, int depth) {
    if (type.kind == TypeKind::kTuple && lexer_.current().kind == TokenKind::kLeftParen) {
      lexer_.Advance();
      if (lexer_.current().kind != TokenKind::kRightParen) return Fail("')' in Tuple[()]");
      lexer_.Advance();
      return lexer_.current().kind == TokenKind::kRightBracket || Fail("']' after Tuple[()");
    }
    while (true) {
      type.args.emplace_back();
      if (!Parse(type.args.back(), depth + 1)) return false;
      if (lexer_.current().kind == TokenKind::kRightBracket) return true;
      if (lexer_.current().kind != TokenKind::kComma) return Fail("',' or ']' in a type");
      lexer_.Advance();
    }
  }

  bool Fail(absl::string_view expected) {
    error_ = lexer_.Expected(expected);
    return false;
  }

  Lexer& lexer_;
  std::string& error_;
};

}  // namespace

bool ParseDottedName(Lexer& lexer, std::string& name, std::string& error) {
  if (lexer.current().kind != TokenKind::kName) {
    error = lexer.Expected("a name");
    return false;
  }
  name = std::string(lexer.current().text);
  lexer.Advance();
  while (lexer.current().kind == TokenKind::kDot) {
    lexer.Advance();
    if (!lexer.current().IsWord()) {
      error = lexer.Expected("a name after '.'");
      return false;
    }
    absl::StrAppend(&name, ".", lexer.current().text);
    lexer.Advance();
  }
  return true;
}

bool ParseType(Lexer& lexer, Type& type, std::string& error) {
  return TypeParser(lexer, error).Parse(type, 1);
}

absl::StatusOr<Type> ParseType(absl::string_view text) {
  if (text.size() > kMaxSourceBytes) return absl::InvalidArgumentError("type text too large");
  Lexer lexer(text);
  Type type;
  std::string error;
  if (!ParseType(lexer, type, error)) return absl::InvalidArgumentError(error);
  if (lexer.current().kind == TokenKind::kNewline) lexer.Advance();
  if (lexer.current().kind != TokenKind::kEof) {
    return absl::InvalidArgumentError(lexer.Expected("end of the type"));
  }
  return type;
}

bool operator==(const Type& a, const Type& b) {
  return a.kind == b.kind && a.args == b.args && (a.kind != TypeKind::kClass || a.name == b.name);
}

std::string ToString(const Type& type) {
  std::string text = type.name;
  if (type.kind == TypeKind::kTuple && type.args.empty()) return text + "[()]";
  if (type.args.empty()) return text;
  const char* separator = "[";
  for (const Type& arg : type.args) {
    absl::StrAppend(&text, separator, ToString(arg));
    separator = ", ";
  }
  return text + "]";
}

}  // namespace t2n::torchscript
