// Sizes of the example that tracing wrote into the program as numbers, although the conversion
// keeps them open. It cannot be known, only guessed: a number that is given to an operator where
// sizes go and is what an open size was in the example.
#ifndef T2N_TORCHSCRIPT_FROZEN_SIZES_H_
#define T2N_TORCHSCRIPT_FROZEN_SIZES_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "parsers/torchscript/ast.h"
#include "t2n/aten/source_rules.h"
#include "t2n/values/value.h"

namespace t2n::script {

class FrozenSizes {
 public:
  // The open size `size` was `example` when the program was traced. Sizes of 1 say nothing: where
  // they are frozen cannot be told from the ones that programs have anyway.
  void AddExample(const Dim& size, int64_t example);

  // What a call has to be looked at for: numbers where sizes go.
  struct Suspects {
    std::string op;
    SourceRule::Sizes sizes;
    std::vector<int64_t> numbers;
    std::vector<int64_t> products;  // of numbers that stand beside each other in a list
    Shape shape;  // of the tensor that is reshaped, sliced or expanded; what a sum was over
    std::string place;
  };
  // Where the numbers of a call may have come from.
  struct Sources {
    // The expression that a name was last bound to; null if it has none.
    std::function<const torchscript::Expr*(absl::string_view)> bound;
    // The value of CONSTANTS.cN.
    std::function<IValue(const torchscript::Expr&)> constant;
  };
  // nullopt for calls without them. `args` are the values of the call's positional arguments.
  std::optional<Suspects> Begin(const torchscript::CallExpr& call, const std::vector<IValue>& args,
                                const Sources& sources, const Place& place) const;
  // `result` is null if the call failed.
  void End(const Suspects& suspects, const IValue* result);

  // A line for each operator and number, with the first place; after ten of them how many more
  // there are. A number that other sizes of the program explain is left out, unless the open size
  // has vanished where it stands: an axis that the program itself has cut a known one into, or the
  // ratio of two such (groups of heads).
  std::vector<std::string> Warnings() const;

 private:
  std::optional<int64_t> ExampleOf(const Dim& size) const;
  void LookAtReshape(const Suspects& suspects, const Shape& to, bool failed);
  void LearnFactors(const Shape& from, const Shape& to);
  void Note(const Suspects& suspects, int64_t number, const std::string& size);
  bool IsExplained(int64_t number) const;

  std::map<std::string, int64_t> examples_;  // by symbol
  struct Found {
    int64_t number;
    bool vanished;     // the open size is no more behind the call
    std::string what;  // `the 12 in torch.view looks frozen: S was 12 ...`
    std::string place;
    int more = 0;  // other places
  };
  std::vector<Found> found_;
  std::map<std::string, size_t> told_;  // what -> its index in found_
  absl::flat_hash_set<std::string> places_;
  std::set<int64_t> factors_;  // that reshapes cut known sizes into
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_FROZEN_SIZES_H_
