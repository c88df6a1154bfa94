#include "t2n/builder/turns.h"

#include <algorithm>

#include "t2n/ir/loop_counter.h"

namespace t2n {
namespace {

bool AnyCounts(const Shape& shape) { return std::any_of(shape.begin(), shape.end(), IsLoopDim); }

}  // namespace

bool CountsTurns(absl::Span<const ValueType> operands, const Attrs& attrs) {
  for (const ValueType& type : operands) {
    if (AnyCounts(type.shape)) return true;
  }
  for (const auto& [name, attr] : attrs.all()) {
    const Dim* size = std::get_if<Dim>(&attr);
    const Shape* sizes = std::get_if<Shape>(&attr);
    if ((size && IsLoopDim(*size)) || (sizes && AnyCounts(*sizes))) return true;
  }
  return false;
}

}  // namespace t2n
