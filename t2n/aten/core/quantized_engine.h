// Which of torch's engines computed a model's quantized layers. They round the same sums in
// different ways, and an archive does not name its engine; the packed parameters show it: every
// engine hands out a convolution's weights in an order of its own when they are saved, qnnpack
// makes a bias where there is none, and weights that an engine keeps beside the packed ones have
// several owners while they are saved, which torch's pickler puts into its memo (`unpack` in
// ATen/native/quantized/cpu/{qconv,qlinear}_unpack.cpp; Pickler::pushIValue).
#ifndef T2N_ATEN_CORE_QUANTIZED_ENGINE_H_
#define T2N_ATEN_CORE_QUANTIZED_ENGINE_H_

#include <cstdint>
#include <optional>

namespace t2n {

// kX86 is oneDNN for most convolutions and fbgemm for all else; kFixedPointQnnpack is qnnpack as it
// was up to torch 1.5.
enum class QuantizedEngine { kFbgemm, kX86, kOneDnn, kQnnpack, kFixedPointQnnpack };

inline bool IsQnnpack(QuantizedEngine engine) {
  return engine == QuantizedEngine::kQnnpack || engine == QuantizedEngine::kFixedPointQnnpack;
}

// The engines that can have packed a layer.
struct Packers {
  bool fbgemm = true, onednn = true, qnnpack = true;

  // Whether one of fbgemm and oneDNN is ruled out and the other is not.
  bool TellFbgemmFromOneDnn() const { return fbgemm != onednn; }
  void Intersect(const Packers& other);
};

// Of a saved layer whose weight has `rank` axes; `had_owners`: besides the pickler.
Packers PackersOfSaved(int64_t rank, bool had_owners);

// What a model's quantized layers have shown of the engine they were made for.
struct QuantizedTraits {
  Packers packers;                                               // of all layers in common
  bool weights_per_channel = false, weights_per_tensor = false;  // of static layers
  int64_t largest_zero_point = 0;
  bool before_torch_1_6 = false;
  bool linear_with_owners = false;      // a saved linear layer's weight had several owners
  bool asks_for_reduced_range = false;  // a dynamic layer, of its input's integers
};

// The engine that the traits tell; nullopt if fbgemm is no better a guess than oneDNN.
std::optional<QuantizedEngine> EngineFrom(const QuantizedTraits& traits);

// Whether a dynamic layer was saved by oneDNN or qnnpack, which keep it alike but quantize its
// input over half or all of the integers.
bool MayReduceRangeOrNot(const QuantizedTraits& traits);

// The engine as it was when the model was saved.
QuantizedEngine OfItsTime(QuantizedEngine engine, const QuantizedTraits& traits);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_QUANTIZED_ENGINE_H_
