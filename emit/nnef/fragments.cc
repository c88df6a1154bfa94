#include "emit/nnef/fragments.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "emit/nnef/tokens.h"

namespace t2n::nnef {
namespace {

constexpr int kDeepest = 100;  // of expressions in each other

class Reader {
 public:
  Reader(const std::string& file, absl::string_view text, FragmentLibrary* library)
      : file_(file), text_(text), lexer_(text), library_(*library) {
    Next();
  }

  absl::Status Read() {
    if (Take("version")) {
      Next();
      Expect(";");
    }
    std::vector<std::string> extensions;
    while (ok() && Take("extension")) extensions.push_back(Until(';'));
    while (ok() && token_.kind != Token::Kind::kEnd) {
      SourceFragment source;
      source.extensions = extensions;
      ReadFragment(&source);
      if (!ok()) break;
      std::string name = source.fragment.name;
      const auto [it, is_new] = library_.try_emplace(std::move(name), std::move(source));
      if (!is_new) {
        return absl::InvalidArgumentError(absl::StrCat(source.place, ": fragment ", it->first,
                                                       " is there already, at ", it->second.place));
      }
    }
    return status_;
  }

 private:
  bool ok() const { return status_.ok(); }

  void FailAt(size_t at, absl::string_view what) {
    if (!ok()) return;
    status_ = absl::InvalidArgumentError(absl::StrCat(lexer_.Place(file_, at), ": ", what));
    token_ = {};
  }
  void Fail(absl::string_view what) { FailAt(at_, what); }

  void Next() {
    if (!ok()) return;
    end_ = at_ + token_.text.size();
    at_ = end_;
    token_ = lexer_.At(&at_);
    if (token_.kind == Token::Kind::kBad) Fail("a text without its end");
  }

  bool Is(absl::string_view text) const {
    return token_.kind != Token::Kind::kString && token_.text == text;
  }
  bool Take(absl::string_view text) {
    if (!Is(text)) return false;
    Next();
    return true;
  }
  void Expect(absl::string_view text) {
    if (ok() && !Take(text)) {
      Fail(absl::StrCat("expected `", text, "`, found ",
                        token_.text.empty() ? "the end" : absl::StrCat("`", token_.text, "`")));
    }
  }

  std::string Until(char end) {
    const size_t found = text_.find(end, at_);
    if (found == text_.npos) return Fail(absl::StrCat("no `", std::string(1, end), "`")), "";
    std::string taken(absl::StripAsciiWhitespace(text_.substr(at_, found - at_)));
    at_ = found + 1;
    token_ = lexer_.At(&at_);
    return taken;
  }

  std::string Name() {
    if (ok() && token_.kind != Token::Kind::kName) {
      Fail(absl::StrCat("expected a name, found `", token_.text, "`"));
    }
    std::string name(token_.text);
    Next();
    return name;
  }

  // `fragment NAME<? = scalar>(parameters) -> (results) { body }`
  void ReadFragment(SourceFragment* source) {
    const size_t begin = at_;
    source_ = source;
    known_.clear();
    assigned_.clear();
    Expect("fragment");
    source->place = lexer_.Place(file_, at_);
    Fragment& fragment = source->fragment;
    fragment.name = Name();
    if (Take("<")) {
      Expect("?");
      if (Take("=")) Name();
      Expect(">");
    }
    fragment.parameters = ReadTyped(true);
    Expect("->");
    const size_t results = at_;
    fragment.results = ReadTyped(false);
    for (const Typed& p : fragment.parameters) known_.insert(p.name);
    Expect("{");
    while (ok() && !Take("}")) ReadAssignment();
    for (const Typed& r : fragment.results) {
      if (!assigned_.contains(r.name)) {
        FailAt(results, absl::StrCat("result `", r.name, "` is not assigned"));
      }
    }
    fragment.source = std::string(text_.substr(begin, end_ - begin));
  }

  std::vector<Typed> ReadTyped(bool defaults) {
    std::vector<Typed> list;
    Expect("(");
    while (ok() && !Is(")")) {
      Typed typed;
      typed.name = Name();
      Expect(":");
      typed.type = ReadType();
      if (defaults && Take("=")) {
        typed.optional = true;
        ReadExpression(0);
      }
      list.push_back(std::move(typed));
      if (!Take(",")) break;
    }
    Expect(")");
    if (ok() && list.empty()) Fail("expected parameters or results");
    return list;
  }

  // `tensor<scalar>`, `integer[]`, `(integer, integer)[]`
  std::string ReadType() {
    const size_t begin = at_;
    if (Take("(")) {
      do {
        ReadType();
      } while (ok() && Take(","));
      Expect(")");
    } else if (Take("tensor")) {
      Expect("<");
      if (!Is(">")) ReadTypeName();
      Expect(">");
    } else {
      ReadTypeName();
    }
    while (ok() && Take("[")) Expect("]");
    std::string type(text_.substr(begin, end_ - begin));
    type.erase(std::remove_if(type.begin(), type.end(), absl::ascii_isspace), type.end());
    return type;
  }

  void ReadTypeName() {
    for (absl::string_view name : {"integer", "scalar", "logical", "string", "complex", "?"}) {
      if (Take(name)) return;
    }
    Fail(absl::StrCat("`", token_.text, "` is no type"));
  }

  void ReadAssignment() {
    std::vector<std::string> names;
    ReadTargets(&names);
    Expect("=");
    ReadExpression(0);
    Expect(";");
    for (std::string& name : names) {
      if (!known_.insert(name).second) Fail(absl::StrCat("`", name, "` is assigned twice"));
      assigned_.insert(std::move(name));
    }
  }

  // `a`, `a, b`, `[a, b]`, `(a, b)`
  void ReadTargets(std::vector<std::string>* names) {
    do {
      if (Take("[")) {
        ReadTargets(names);
        Expect("]");
      } else if (Take("(")) {
        ReadTargets(names);
        Expect(")");
      } else {
        names->push_back(Name());
      }
    } while (ok() && Take(","));
  }

  // Operators bind as they may: only whether the text is an expression counts here.
  void ReadExpression(int depth) {
    if (depth > kDeepest) return Fail("expressions are too deep in each other");
    ReadOperand(depth);
    while (ok()) {
      if (Take("if")) {
        ReadExpression(depth + 1);
        Expect("else");
        return ReadExpression(depth + 1);
      }
      if (!TakeOperator()) return;
      ReadOperand(depth);
    }
  }

  bool TakeOperator() {
    for (absl::string_view op :
         {"+", "-", "*", "/", "^", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "in"}) {
      if (Take(op)) return true;
    }
    return false;
  }

  void ReadOperand(int depth) {
    while (ok() && (Take("+") || Take("-") || Take("!"))) {
    }
    if (token_.kind == Token::Kind::kNumber || token_.kind == Token::Kind::kString) {
      Next();
    } else if (Take("(")) {
      ReadItems(")", depth);
    } else if (Take("[")) {
      Take("for") ? ReadComprehension(depth) : ReadItems("]", depth);
    } else {
      ReadNamed(depth);
    }
    while (ok() && Take("[")) ReadSubscript(depth);
  }

  void ReadNamed(int depth) {
    const size_t at = at_;
    std::string name = Name();
    if (!ok()) return;
    if (Is("<") && IsGenericCall(at_)) {
      Next();
      ReadTypeName();
      Expect(">");
    }
    if (Take("(")) {
      Use use{std::move(name), lexer_.Place(file_, at), 0, {}};
      ReadItems(")", depth, &use);
      source_->uses.push_back(std::move(use));
      return;
    }
    const bool literal = name == "true" || name == "false" || name == "inf";
    if (!literal && !known_.contains(name)) {
      FailAt(at, absl::StrCat("`", name, "` is no parameter, and nothing before gives it"));
    }
  }

  // Whether `<` is followed by a type's name, `>` and `(`.
  bool IsGenericCall(size_t at) const {
    for (int i = 0; i < 4; ++i) {
      const Token token = lexer_.At(&at);
      const bool fits = i == 0   ? token.text == "<"
                        : i == 1 ? token.kind == Token::Kind::kName || token.text == "?"
                        : i == 2 ? token.text == ">"
                                 : token.text == "(";
      if (!fits) return false;
      at += token.text.size();
    }
    return true;
  }

  // Elements, or arguments, which may be named and are those of `use`.
  void ReadItems(absl::string_view end, int depth, Use* use = nullptr) {
    while (ok() && !Is(end)) {
      size_t ahead = at_ + token_.text.size();
      if (token_.kind == Token::Kind::kName && lexer_.At(&ahead).text == "=") {
        std::string name = Name();
        if (use) use->named.push_back(std::move(name));
        Expect("=");
      } else if (use) {
        ++use->positional;
      }
      ReadExpression(depth + 1);
      if (!Take(",")) break;
    }
    Expect(end);
  }

  // `for i in xs, j in ys if condition yield value ]`
  void ReadComprehension(int depth) {
    std::vector<std::string> own;
    do {
      own.push_back(Name());
      Expect("in");
      ReadOperand(depth + 1);
    } while (ok() && Take(","));
    for (const std::string& name : own) known_.insert(name);
    if (Take("if")) ReadExpression(depth + 1);
    Expect("yield");
    ReadExpression(depth + 1);
    Expect("]");
    for (const std::string& name : own) known_.erase(name);
  }

  void ReadSubscript(int depth) {
    if (!Is(":")) ReadExpression(depth + 1);
    if (Take(":") && !Is("]")) ReadExpression(depth + 1);
    Expect("]");
  }

  std::string file_;
  absl::string_view text_;
  Lexer lexer_;
  FragmentLibrary& library_;
  absl::Status status_;
  size_t at_ = 0, end_ = 0;  // of the token, and where the one before it ends
  Token token_;
  SourceFragment* source_ = nullptr;
  absl::flat_hash_set<std::string> known_, assigned_;
};

}  // namespace

absl::Status ReadFragments(const std::string& file, absl::string_view text,
                           FragmentLibrary* library) {
  return Reader(file, text, library).Read();
}

}  // namespace t2n::nnef
