// Operators of the user's for one conversion, which no table has.
#ifndef T2N_ALIAS_CUSTOM_OPERATORS_H_
#define T2N_ALIAS_CUSTOM_OPERATORS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/aten/registry.h"

namespace t2n {

class CustomOperators {
 public:
  using Fn = std::function<Arg(OpCall&)>;

  // AlreadyExists if that overload is there; Unimplemented if it writes to other arguments than the
  // first, or gives views.
  absl::Status Add(Schema schema, Fn fn);

  bool Has(absl::string_view name) const { return operators_.find(name) != operators_.end(); }
  std::vector<std::string> Names() const;

  struct Choice {
    const Fn* fn;
    Registry::Choice choice;
  };
  // As Registry::Choose and Registry::Run.
  absl::StatusOr<Choice> Choose(absl::string_view name, std::optional<absl::string_view> overload,
                                absl::Span<const Arg> positional,
                                absl::Span<const NamedArg> keywords) const;
  static absl::StatusOr<Arg> Run(const Choice& choice, Builder* builder, const OpEnv& env);

 private:
  struct Overload {
    Schema schema;
    Fn fn;
  };
  // By name; overloads stay where they are.
  std::map<std::string, std::vector<std::unique_ptr<const Overload>>, std::less<>> operators_;
};

// What a file for --extend begins with for an operator that is not known: its schema as far as a
// call shows it, for the user to complete.
std::string ExtensionToBegin(absl::string_view name, absl::string_view overload,
                             absl::Span<const Arg> positional, absl::Span<const NamedArg> keywords);

// The text with a failure, for people; empty if it has none.
absl::Status WithExtensionToBegin(absl::Status status, absl::string_view text);
std::string ExtensionToBeginOf(const absl::Status& status);

}  // namespace t2n

#endif  // T2N_ALIAS_CUSTOM_OPERATORS_H_
