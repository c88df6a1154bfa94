// Which broadcasts are to be elements of their own.
//
// tract (0.23.9 and before) removes a broadcast before a product, whatever then lacks its size: the
// result, which is refused ("substitute 2,7,3,4 by 2,7,1,4") or, where the size is open, lacks it;
// or the sum, which loses its terms. It brings the two together over reshapes, transposes, joins
// and operations that change nothing. What a gather repeats it leaves alone.
#ifndef EMIT_LOWER_BROADCASTS_H_
#define EMIT_LOWER_BROADCASTS_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "t2n/ir/graph.h"

namespace t2n {

// Axes of a value, a bit each.
using AxisSet = uint64_t;
constexpr bool Contains(AxisSet axes, size_t axis) { return axis < 64 && (axes >> axis & 1); }

// Whether tract takes a filter, of one element along each axis, for a matrix.
bool IsMatrix(const Shape& filter);

// By value, of a graph and of the bodies in it: the axes along which nothing may be repeated by a
// broadcast. Values without such axes are left out. Linear in the graph.
using SolidAxes = absl::flat_hash_map<const Value*, AxisSet>;
SolidAxes FindSolidAxes(const Graph& graph);

// The values, of a graph and of the bodies in it, that come from a reshape that tract may move
// behind the products between.
using BehindReshapes = absl::flat_hash_set<const Value*>;
BehindReshapes FindBehindReshapes(const Graph& graph);

}  // namespace t2n

#endif  // EMIT_LOWER_BROADCASTS_H_
