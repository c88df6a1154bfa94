// Inputs to check a model with, where nobody has recorded any.
#ifndef T2N_VERIFY_INPUTS_H_
#define T2N_VERIFY_INPUTS_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "t2n/ir/graph.h"

namespace t2n {

using SymbolValues = std::map<std::string, int64_t>;

// Two choices of small values for the open sizes, inside their ranges and with no relation (a size
// that is never negative) broken; one empty choice if no size is open. Fewer if there are not two.
std::vector<SymbolValues> ChooseSizes(const std::vector<std::pair<std::string, Range>>& symbols,
                                      const std::vector<Dim>& relations);

// `S=3,B=2`. InvalidArgument if it is not of that form.
absl::StatusOr<SymbolValues> ParseSizes(absl::string_view text);
std::string ToText(const SymbolValues& sizes);

// InvalidArgument if these are not the model's open sizes, or are sizes that it does not take: the
// comparison would tell of torch's error, not of a fault.
absl::Status CheckSizes(const SymbolValues& sizes,
                        const std::vector<std::pair<std::string, Range>>& symbols,
                        const std::vector<Dim>& relations);

// A tensor for each input of the graph but the last `states`; the same for the same seed. Floats
// lie in [-2, 2). Whole numbers are indices where the graph takes rows by them: below the number of
// rows that there are; 0 and 1 elsewhere. With `most` they are below that too, and floats lie in
// [0, 1): they may become indices. InvalidArgument if a size has no value.
absl::StatusOr<std::vector<Tensor>> GenerateInputs(
    const Graph& graph, size_t states, const SymbolValues& sizes, uint32_t seed,
    int64_t most = std::numeric_limits<int64_t>::max());

}  // namespace t2n

#endif  // T2N_VERIFY_INPUTS_H_
