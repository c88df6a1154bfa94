// Sizes of the example that tracing wrote into the program as numbers, although the conversion
// keeps them open. It cannot be known, only guessed: a number that is given to an operator where
// sizes go and is what an open size was in the example.
#ifndef T2N_SCRIPT_FROZEN_SIZES_H_
#define T2N_SCRIPT_FROZEN_SIZES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "parsers/torchscript/ast.h"
#include "t2n/script/value.h"

namespace t2n::script {

class FrozenSizes {
 public:
  // The open size `size` was `example` when the program was traced. Sizes of 1 say nothing: where
  // they are frozen cannot be told from the ones that programs have anyway.
  void AddExample(const Dim& size, int64_t example);

  // What a call has to be looked at for: numbers where sizes go.
  struct Suspects {
    std::string op;
    std::vector<int64_t> numbers;
    Shape shape;  // of the tensor that is reshaped, sliced or expanded
    std::string place;
  };
  // nullopt for calls without them. `args` are the values of the call's positional arguments.
  std::optional<Suspects> Begin(const torchscript::CallExpr& call, const std::vector<IValue>& args,
                                const Place& place) const;
  // `result` is null if the call failed.
  void End(const Suspects& suspects, const IValue* result);

  // A line each, with the place; after ten of them how many more there are.
  std::vector<std::string> Warnings() const;

 private:
  std::optional<int64_t> ExampleOf(const Dim& size) const;
  void Note(const Suspects& suspects, int64_t number, const std::string& size);

  std::map<std::string, int64_t> examples_;  // by symbol
  std::vector<std::string> found_;
};

}  // namespace t2n::script

#endif  // T2N_SCRIPT_FROZEN_SIZES_H_
