// Which of torch's engines computed a model's quantized layers. They round the same sums in
// different ways, and an archive does not name its engine; the packed parameters show it: every
// engine hands out a convolution's weights in an order of its own when they are saved, and qnnpack
// makes a bias where there is none (`unpack` in
// ATen/native/quantized/cpu/{qconv,qlinear}_unpack.cpp).
#ifndef T2N_ATEN_QUANTIZED_ENGINE_H_
#define T2N_ATEN_QUANTIZED_ENGINE_H_

#include <cstdint>
#include <optional>

namespace t2n {

// kX86 is oneDNN, and fbgemm for the layers that it leaves out.
enum class QuantizedEngine { kFbgemm, kX86, kOneDnn, kQnnpack };

// The engines that can have packed a layer.
struct Packers {
  bool fbgemm = true, onednn = true, qnnpack = true;

  // Whether one of fbgemm and oneDNN is ruled out and the other is not.
  bool TellFbgemmFromOneDnn() const { return fbgemm != onednn; }
  void Intersect(const Packers& other);
};

// What a model's quantized layers have shown of the engine they were made for.
struct QuantizedTraits {
  Packers packers;                                               // of all layers in common
  bool weights_per_channel = false, weights_per_tensor = false;  // of static layers
  int64_t largest_zero_point = 0;
};

// The engine that the traits tell; nullopt if fbgemm is no better a guess than oneDNN.
std::optional<QuantizedEngine> EngineFrom(const QuantizedTraits& traits);

}  // namespace t2n

#endif  // T2N_ATEN_QUANTIZED_ENGINE_H_
