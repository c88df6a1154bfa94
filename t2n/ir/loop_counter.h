// The symbols that stand for the counters of loops over open sizes while their bodies are built.
#ifndef T2N_IR_LOOP_COUNTER_H_
#define T2N_IR_LOOP_COUNTER_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "t2n/ir/dim.h"

namespace t2n {

// The counter of the loop numbered `id`: `start`, `start`+1, ...
Dim LoopCounter(int id, int64_t start);
// What the counter of that loop has still before it: last - counter. Never negative.
Dim LoopRest(int id);
// The loop whose counter `d` is.
std::optional<int> LoopOfCounter(const Dim& d);
// Whether `d` is made of some loop's counter.
bool IsLoopDim(const Dim& d);

}  // namespace t2n

#endif  // T2N_IR_LOOP_COUNTER_H_
