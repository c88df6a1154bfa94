// Which lines of two texts are the same line.
#ifndef TOOLS_DIFF_ALIGN_H_
#define TOOLS_DIFF_ALIGN_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace t2n {

// Pairs of places of equal texts, ascending in both: as many as can be (Myers, An O(ND) Difference
// Algorithm), unless more than `most` texts have no partner: then those of the same begin and end.
std::vector<std::pair<size_t, size_t>> Align(const std::vector<std::string>& a,
                                             const std::vector<std::string>& b, size_t most = 2000);

}  // namespace t2n

#endif  // TOOLS_DIFF_ALIGN_H_
