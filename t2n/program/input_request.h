// What the user says of a method's inputs: the small languages of --inputs, --args, --assert and
// --dynamic_axes.
#ifndef T2N_PROGRAM_INPUT_REQUEST_H_
#define T2N_PROGRAM_INPUT_REQUEST_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/ir/graph.h"
#include "t2n/sizes/symbol_facts.h"
#include "t2n/values/value.h"

namespace t2n {

// `x=f32[1,S]`; the name may be empty, or lead into an argument (input_path.h).
struct InputSpec {
  std::string name;
  ValueType type;
  bool sizes_of_example = false;  // `x=f32[...]`: those that the archive has
};

// Parses `x=f32[1,3,S];d.key=i64[S]`. Sizes are numbers, names of open sizes, or sums, differences
// and products of them (`2*S`, `S+1`).
absl::StatusOr<std::vector<InputSpec>> ParseInputs(absl::string_view text,
                                                   const SymbolFacts& facts);
// Parses `S>=1`, `2*S+1<=64`, `8<=S<=64`, `S==8`, `S/2>=3`, `S<=T`, `S==T`, `S%4==0` into `facts`.
absl::Status ParseAssertion(absl::string_view text, SymbolFacts* facts);
// Whether `text` is about an input's elements; if so it is for ParseLargest.
bool IsAboutElements(absl::string_view text);
// Parses `max(lengths)==S`, the largest element of an input of integers, into (input, size).
absl::StatusOr<std::pair<std::string, Dim>> ParseLargest(absl::string_view text,
                                                         const SymbolFacts& facts);
// Parses `sr=16000;flag=True;pair.1=3;names=["a","b"]`: Python literals.
absl::StatusOr<std::vector<std::pair<std::string, IValue>>> ParseArgs(absl::string_view text);
// Parses `x:0=B,x:2=S`, or the same as `{"x": {0: "B", 2: "S"}}`, into (input, axis, symbol).
struct DynamicAxis {
  std::string input;
  int64_t axis;
  std::string symbol;
};
absl::StatusOr<std::vector<DynamicAxis>> ParseDynamicAxes(absl::string_view text);

struct InputRequest {
  std::vector<InputSpec> specs;
  std::vector<std::pair<std::string, IValue>> args;
  std::vector<DynamicAxis> dynamic_axes;
  std::vector<std::string> input_names;  // that the model's inputs get; arguments have their own
  std::set<std::string> open_sizes;      // the names of all; `args` may have them for numbers
  SymbolFacts facts;
  std::vector<std::pair<std::string, Dim>> largest;  // by input: see ParseLargest
  // Of a loop whose end the inputs' values decide; 0: such loops are refused. Unset: nobody says
  // it.
  std::optional<int64_t> max_iterations;
  // Of a target with nothing that fails at run time: what its refusals end with. Else empty.
  std::string never_fails;
};

// The flag that asks for an open axis of `input`, which no argument is called: for messages.
std::string AstrayAxis(const InputRequest& request, absl::string_view input);

}  // namespace t2n

#endif  // T2N_PROGRAM_INPUT_REQUEST_H_
