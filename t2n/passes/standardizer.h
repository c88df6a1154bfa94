// The rewriter behind LowerToStandardOps. Of the functions for a node, those that have nothing to
// change return a null Val without a failure of the builder.
#ifndef T2N_PASSES_STANDARDIZER_H_
#define T2N_PASSES_STANDARDIZER_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "t2n/passes/ranges.h"
#include "t2n/passes/rewriter.h"

namespace t2n {

struct RowScatter;

// The most positions that are listed one by one: the standard has no range.
inline constexpr int64_t kMostListed = 1 << 24;
absl::Status TooManyPositions(int64_t count);

class Standardizer : public GraphRewriter {
 public:
  explicit Standardizer(std::vector<std::string>* refusals) : refusals_(refusals) {}

 private:
  Vals RewriteNode(const Node& node, const Vals& in) override;
  Vals RewriteBody(const Node& node, const Vals& in);
  Val Replace(const Node& node, const std::vector<Val>& in);
  Val Numbers(const Node& iota);
  Val Reverse(Val x, const std::vector<int64_t>& axes);
  Val Floats(const Node& node, const std::vector<Val>& in);
  Val Extreme(Op op, const Attrs& attrs, const Val& x);

  // standard_integers.cc: operands are bools or integers.
  Val Cast(const Node& node, const Val& x);
  Val Bools(const Node& node, const std::vector<Val>& in);
  Val Integers(const Node& node, const std::vector<Val>& in);
  Val Comparison(Op op, const Val& a, const Val& b);
  Val IntegerUnary(const Node& node, const Val& x);
  Val IntegerBinary(const Node& node, const Val& a, const Val& b);
  Val IntegerPower(const Val& a, std::optional<double> exponent, DType dtype);
  Val Quotient(const Val& a, const Val& b);
  Val ReduceIntegers(const Node& node, const Val& x);
  Val EinsumOfIntegers(const Node& node, const std::vector<Val>& in);
  // The same numbers as scalars; a failure unless that is exact.
  Val Scalar(const Val& x);
  // The same without a check: numbers beyond 2^24 are rounded.
  Val Rounded(const Val& x);
  // A whole scalar as an integer type; narrow types wrap around.
  Val Integer(const Val& scalar, DType dtype);
  bool Exact(const Val& x) { return known_.ranges.Of(x.get()).within(1 << 24); }
  void FindIndexWraps(const Graph& graph);

  // standard_sorting.cc
  Vals Sort(const Node& node, const Val& x);

  // standard_indexing.cc
  Val Gather(const Val& x, int64_t axis, std::vector<int64_t> positions);
  Val GatherFlat(const Val& x, const Val& index);
  Val GatherElements(const Node& node, const Val& x, const Val& index);
  Val GatherNd(const Val& x, const Val& index);
  Val Cumulative(const Node& node, const Val& x);
  Val Product(const std::vector<int64_t>& axes, Val x);
  Val PadByCopies(const Node& node, Val x);

  // standard_scatter.cc
  Val Scatter(const Node& node, const std::vector<Val>& in);
  Val ScatterComputed(const Node& node, const std::vector<Val>& in);
  Val LastUpdates(const RowScatter& s);
  Val Combined(const RowScatter& s, const std::string& mode);

  // What is known of the graph or body that is being built.
  struct Known {
    Ranges ranges;
    // By integer value, the scalar it was made of.
    absl::flat_hash_map<const Value*, Val> scalars;
  };
  Known known_;
  std::vector<std::string>* refusals_;
  // `i + size` of `i < 0 ? i + size : i`: it counts where i is an index from the end.
  absl::flat_hash_set<const Node*> index_wraps_;
  absl::flat_hash_set<const Graph*> searched_;  // for those
};

// The index of each element of `sizes`, row-major, given to `visit`.
template <typename Visit>
void ForEachIndex(const std::vector<int64_t>& sizes, Visit visit) {
  int64_t count = 1;
  for (int64_t s : sizes) count *= s;
  std::vector<int64_t> index(sizes.size(), 0);
  for (int64_t k = 0; k < count; ++k) {
    visit(k, index);
    for (size_t axis = sizes.size(); axis-- > 0 && ++index[axis] == sizes[axis];) index[axis] = 0;
  }
}

// What a mode of Scatter or Cumulative does with two elements.
Op Combining(const std::string& mode);

}  // namespace t2n

#endif  // T2N_PASSES_STANDARDIZER_H_
