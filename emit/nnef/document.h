// An NNEF document as data, and its text (NNEF 1.0.5, section 3: syntax of graph.nnef).
#ifndef EMIT_NNEF_DOCUMENT_H_
#define EMIT_NNEF_DOCUMENT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace t2n::nnef {

struct Argument;

// A right-hand side: identifier, literal, array, tuple or invocation of an operator. There is no
// empty one.
struct Expr {
  enum class Kind { kText, kString, kArray, kTuple, kCall };
  explicit Expr(Kind kind, std::string text = "") : kind(kind), text(std::move(text)) {}

  Kind kind;
  std::string text;             // kText: as written; kString: its characters; kCall: the operator
  std::vector<Argument> items;  // elements, or arguments of the invocation

  bool is_identifier() const;
};

// A positional (no name) or named argument; an element of an array or tuple.
struct Argument {
  std::string name;
  Expr value;
};

Expr Id(absl::string_view name);
Expr Int(int64_t value);
// Reads back as the same float (or double, if `is_double`), with '.' or 'e' in it. The parsers know
// inf but no NaN: a NaN has no literal.
Expr Float(double value, bool is_double = false);
Expr Bool(bool value);
Expr Str(absl::string_view value);
Expr Array(std::vector<Expr> items);
Expr Tuple(std::vector<Expr> items);
Expr Ints(absl::Span<const int64_t> values);
// `op(a, b, name = value)`.
Expr Call(absl::string_view op, std::vector<Expr> operands,
          std::vector<std::pair<std::string, Expr>> named = {});

// `a, b = op(...);`
struct Assignment {
  std::vector<std::string> results;
  Expr value;
  int source = -1;  // what it was written for, by the writer's numbers
};

// A parameter or result of a fragment: name and type (`tensor<scalar>`).
struct Typed {
  std::string name;
  std::string type;
  bool optional = false;  // a parameter that has a default
};

struct Fragment {
  std::string name;
  std::vector<Typed> parameters;
  std::vector<Typed> results;
  std::vector<Assignment> body;
  std::string source;  // its text, if a user has written it; then the body is empty
};

struct Document {
  std::vector<std::string> extensions;  // `tract_registry tract_core`
  std::vector<Fragment> fragments;
  std::string graph_name;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<Assignment> body;
};

std::string ToText(const Expr& expr);
std::string ToText(const Fragment& fragment);
// The whole file, one assignment a line in what is not a user's own text.
std::string ToText(const Document& document);

}  // namespace t2n::nnef

#endif  // EMIT_NNEF_DOCUMENT_H_
