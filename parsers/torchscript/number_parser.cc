#include "parsers/torchscript/number_parser.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "parsers/torchscript/literals.h"

namespace t2n::torchscript {
namespace {

// The source from the beginning of `first` to the end of `last`; both are views into it.
absl::string_view Joined(absl::string_view first, absl::string_view last) {
  return absl::string_view(first.data(), last.data() + last.size() - first.data());
}

Expr* NewInt(ParserState& state, SourcePos pos, absl::string_view digits, bool negative,
             absl::string_view text) {
  auto* node = state.New<IntExpr>(pos);
  node->overflow = !DecodeInt(absl::StrCat(negative ? "-" : "", digits), node->value);
  node->text = text;
  return node;
}

Expr* NewFloat(ParserState& state, SourcePos pos, double value, absl::string_view text) {
  auto* node = state.New<FloatExpr>(pos);
  node->value = value;
  node->text = text;
  return node;
}

Expr* NewComplex(ParserState& state, SourcePos pos, std::complex<double> value,
                 absl::string_view text) {
  auto* node = state.New<ComplexExpr>(pos);
  node->value = value;
  node->text = text;
  return node;
}

}  // namespace

Expr* NumberOf(ParserState& state, const Token& token) {
  const SourcePos pos = state.PosOf(token);
  absl::string_view text = token.text;
  if (token.kind == TokenKind::kInt) return NewInt(state, pos, text, false, text);
  if (token.kind == TokenKind::kFloat || text == "inf" || text == "nan") {
    return NewFloat(state, pos, DecodeFloat(text), text);
  }
  if (token.kind == TokenKind::kImaginary || text == "infj" || text == "nanj") {
    const double imaginary = DecodeFloat(text.substr(0, text.size() - 1));
    return NewComplex(state, pos, {0, imaginary}, text);
  }
  return nullptr;
}

Expr* NegatedNumber(ParserState& state, const Token& minus, const Expr& operand) {
  if (operand.parens > 0) return nullptr;
  const SourcePos pos = state.PosOf(minus);
  if (const auto* number = operand.If<IntExpr>(); number != nullptr && number->text[0] != '-') {
    return NewInt(state, pos, number->text, true, Joined(minus.text, number->text));
  }
  if (const auto* number = operand.If<FloatExpr>(); number != nullptr && number->text[0] != '-') {
    return NewFloat(state, pos, -number->value, Joined(minus.text, number->text));
  }
  return nullptr;
}

Expr* ComplexSum(ParserState& state, const Expr& first, BinaryOp op, const Expr& second) {
  const auto* real = first.If<FloatExpr>();
  const auto* imaginary = second.If<ComplexExpr>();
  const bool sum = op == BinaryOp::kAdd || op == BinaryOp::kSub;
  if (real == nullptr || imaginary == nullptr || !sum || real->parens > 0 ||
      imaginary->parens > 0) {
    return nullptr;
  }
  const double sign = op == BinaryOp::kAdd ? 1 : -1;
  return NewComplex(state, real->pos, {real->value, sign * imaginary->value.imag()},
                    Joined(real->text, imaginary->text));
}

}  // namespace t2n::torchscript
