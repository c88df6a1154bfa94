// What recurrent layers and cells compute (ATen/native/RNN.cpp): a step, and a layer in one
// direction over all steps. G gates, B rows of a batch, H sizes of the state.
#ifndef T2N_ATEN_NN_RECURRENT_STEPS_H_
#define T2N_ATEN_NN_RECURRENT_STEPS_H_

#include <vector>

#include "absl/types/span.h"
#include "t2n/builder/builder.h"

namespace t2n::recurrent {

enum class Kind { kLstm, kGru, kTanh, kRelu };

// The weights of a product: real, or integers with their scales, for which the other operand is
// quantized by its own extremes.
struct Matrix {
  Val values;
  std::vector<double> scales;  // one, or one a row; empty: real
  bool reduce_range = false;
};

// One layer in one direction; the biases and the projection may be null.
struct Weights {
  Matrix input, hidden;
  Val input_bias, hidden_bias, projection;
};

// torch's gates i, f, g, o and r, z, n in the order that the functions below take: i, o, f, g and
// z, r, n. Null stays null.
Val OrderGates(Builder& b, const Val& w, Kind kind);

// The input's part of the gates, for all steps at once. Where both biases are only added, they go
// in here together.
Val ProjectInput(Builder& b, const Val& x, const Weights& w, Kind kind);

// One step: projected input [B, G*H], state (h) or (h, c), and hidden weights -> new state.
std::vector<Val> Step(Builder& b, Kind kind, const Val& x, absl::Span<const Val> state,
                      const Weights& w);

// What a layer runs over: `time` is x's axis of steps; where `valid` (bool, size 1 behind time and
// batch; null: everywhere) is false, the state stays as it was.
struct Steps {
  Val x;
  int64_t time;
  Val valid;
};

// One layer in one direction: the outputs of all steps, then the last state.
std::vector<Val> RunLayer(Builder& b, Kind kind, const Steps& steps, const std::vector<Val>& state,
                          const Weights& w, bool reverse);

}  // namespace t2n::recurrent

#endif  // T2N_ATEN_NN_RECURRENT_STEPS_H_
