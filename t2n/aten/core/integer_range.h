// What integers a tensor may hold, as far as its last few primitives tell: whether an index may be
// negative, whether a sum may overflow.
#ifndef T2N_ATEN_CORE_INTEGER_RANGE_H_
#define T2N_ATEN_CORE_INTEGER_RANGE_H_

#include "t2n/ir/graph.h"

namespace t2n {

// Wide enough for every integer type and for sums of two.
using Wide = __int128;

// All elements lie in [low, high].
struct IntegerRange {
  Wide low, high;
};

// The least and the largest number of an integer type, or of bool.
IntegerRange RangeOfIntegers(DType dtype);

// At most what the type holds: results that may not fit it wrap around, and may be anything. The
// type's own range where nothing else is known. Integers and bools only.
IntegerRange RangeOf(const Value& value);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_INTEGER_RANGE_H_
