#include "emit/nnef/parse.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace t2n::nnef {
namespace {

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<Document> Parse() {
    Document document;
    Expect("version");
    Until(';');
    while (ok_ && Take("extension")) document.extensions.push_back(Until(';'));
    while (ok_ && Take("fragment")) document.fragments.push_back(ParseFragment());
    Expect("graph");
    document.graph_name = Word();
    document.inputs = Words();
    Expect("->");
    document.outputs = Words();
    document.body = Body();
    Skip();
    if (ok_ && text_.empty()) return document;
    return absl::InvalidArgumentError(absl::StrCat("at `", text_.substr(0, 40), "`"));
  }

 private:
  void Skip() { text_ = absl::StripLeadingAsciiWhitespace(text_); }

  bool Take(absl::string_view token) {
    Skip();
    return absl::ConsumePrefix(&text_, token);
  }

  void Expect(absl::string_view token) { ok_ = ok_ && Take(token); }

  std::string Until(char end) {
    Skip();
    const size_t n = text_.find(end);
    if (n == text_.npos) return ok_ = false, "";
    std::string taken(text_.substr(0, n));
    text_.remove_prefix(n + 1);
    return taken;
  }

  std::string Word() {
    Skip();
    size_t n = 0;
    while (n < text_.size() && (absl::ascii_isalnum(text_[n]) || text_[n] == '_')) ++n;
    ok_ = ok_ && n > 0;
    std::string word(text_.substr(0, n));
    text_.remove_prefix(n);
    return word;
  }

  std::vector<std::string> Words() {
    std::vector<std::string> words;
    Expect("(");
    if (Take(")")) return words;
    do {
      words.push_back(Word());
    } while (ok_ && Take(","));
    Expect(")");
    return words;
  }

  std::vector<Typed> Typeds() {
    std::vector<Typed> list;
    Expect("(");
    if (Take(")")) return list;
    do {
      Typed typed;
      typed.name = Word();
      Expect(":");
      typed.type = Until('>') + ">";
      list.push_back(std::move(typed));
    } while (ok_ && Take(","));
    Expect(")");
    return list;
  }

  Fragment ParseFragment() {
    Fragment fragment;
    fragment.name = Word();
    fragment.parameters = Typeds();
    Expect("->");
    fragment.results = Typeds();
    fragment.body = Body();
    return fragment;
  }

  std::vector<Assignment> Body() {
    std::vector<Assignment> body;
    Expect("{");
    while (ok_ && !Take("}")) {
      std::vector<std::string> results;
      do {
        results.push_back(Word());
      } while (ok_ && Take(","));
      Expect("=");
      Expr value = Value();
      Expect(";");
      body.push_back({std::move(results), std::move(value)});
    }
    return body;
  }

  Expr Value() {
    Skip();
    if (Take("\"")) return Str(Characters());
    if (Take("[")) return Items(Expr(Expr::Kind::kArray), "]");
    const size_t call = CallName();
    if (call > 0) {
      Expr e(Expr::Kind::kCall, std::string(text_.substr(0, call)));
      text_.remove_prefix(call + 1);
      return Items(std::move(e), ")");
    }
    if (absl::StartsWith(text_, "(") && IsTuple()) {
      Take("(");
      return Items(Expr(Expr::Kind::kTuple), ")");
    }
    return Id(Plain());
  }

  // The length of a name with a parenthesis behind it, which no size has but `min(` and `max(`.
  size_t CallName() const {
    size_t n = 0;
    while (n < text_.size() && (absl::ascii_isalnum(text_[n]) || text_[n] == '_')) ++n;
    if (n > 0 && n < text_.size() && text_[n] == '<') n = text_.find('>', n) + 1;
    if (n == 0 || n >= text_.size() || text_[n] != '(') return 0;
    const absl::string_view name = text_.substr(0, n);
    return in_call_ && (name == "min" || name == "max") ? 0 : n;
  }

  // A comma on the level of the parenthesis: sizes have none there.
  bool IsTuple() const {
    int depth = 0;
    for (char c : text_) {
      depth += (c == '(') - (c == ')');
      if (depth == 1 && c == ',') return true;
      if (depth == 0) return false;
    }
    return false;
  }

  std::string Characters() {
    std::string characters;
    while (!text_.empty() && text_[0] != '"') {
      if (text_[0] == '\\') text_.remove_prefix(1);
      if (text_.empty()) break;
      characters += text_[0];
      text_.remove_prefix(1);
    }
    Expect("\"");
    return characters;
  }

  Expr Items(Expr group, absl::string_view end) {
    const bool outer = std::exchange(in_call_, true);
    if (!Take(end)) {
      do {
        Argument argument{ArgumentName(), Value()};
        group.items.push_back(std::move(argument));
      } while (ok_ && Take(","));
      Expect(end);
    }
    in_call_ = outer;
    return group;
  }

  std::string ArgumentName() {
    Skip();
    size_t n = 0;
    while (n < text_.size() && (absl::ascii_isalnum(text_[n]) || text_[n] == '_')) ++n;
    if (n == 0 || text_.substr(n, 3) != " = ") return "";
    std::string name(text_.substr(0, n));
    text_.remove_prefix(n + 3);
    return name;
  }

  // A name, a number or a size.
  std::string Plain() {
    int depth = 0;
    size_t n = 0;
    for (; n < text_.size(); ++n) {
      const char c = text_[n];
      if (depth == 0 && (c == ',' || c == ')' || c == ']' || c == ';' || c == ' ')) break;
      depth += (c == '(') - (c == ')');
    }
    ok_ = ok_ && n > 0;
    std::string plain(text_.substr(0, n));
    text_.remove_prefix(n);
    return plain;
  }

  absl::string_view text_;
  bool ok_ = true;
  bool in_call_ = false;
};

}  // namespace

absl::StatusOr<Document> ParseDocument(absl::string_view text) { return Parser(text).Parse(); }

}  // namespace t2n::nnef
