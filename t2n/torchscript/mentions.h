// What a piece of a program can see and change, read off its text: the names it mentions.
#ifndef T2N_TORCHSCRIPT_MENTIONS_H_
#define T2N_TORCHSCRIPT_MENTIONS_H_

#include <set>
#include <vector>

#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"

namespace t2n::script {

struct Mentions {
  // `x`, `self.layer.weight`: a name and the attributes of it that are read; whatever is reached
  // otherwise is reached through one of these.
  std::set<std::vector<absl::string_view>> read;
  // `self.layer.state` of `self.layer.state = y`: of the object alone, attributes are set.
  std::set<std::vector<absl::string_view>> set;
  // The local variables that are assigned.
  std::set<absl::string_view> assigned;

  void Add(const torchscript::Expr& expr);
  // Functions defined inside count as what defines them.
  void Add(const torchscript::Stmt& stmt);

 private:
  void AddTarget(const torchscript::Expr& target);
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_MENTIONS_H_
