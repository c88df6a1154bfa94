// Loops that are recurrent layers, of which tract has an operator for the whole sequence.
#ifndef EMIT_LOWER_RECURRENT_H_
#define EMIT_LOWER_RECURRENT_H_

#include "emit/lower/lowering.h"

namespace t2n {

// Lowers a Scan of GRU cells over a known number of steps to tract_core_gru_seq, which saves the
// dispatch of a body for each step. False, and nothing done, for any other loop. (Over an open
// number a loop stays one: tract cuts those into pulses.)
bool LowerGruSequence(Lowering& l, const Node& node);

}  // namespace t2n

#endif  // EMIT_LOWER_RECURRENT_H_
