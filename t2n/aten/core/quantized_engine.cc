#include "t2n/aten/core/quantized_engine.h"

namespace t2n {
namespace {

// torch's defaults: for qnnpack one scale for all weights and activations over all 256 values; for
// the others a scale a channel, or half of the values.
bool LooksLikeQnnpack(const QuantizedTraits& traits) {
  constexpr int64_t kZeroPointOfHalfRange = 100;  // activations around 0 have 64 there, else 128
  return traits.weights_per_tensor && !traits.weights_per_channel &&
         traits.largest_zero_point > kZeroPointOfHalfRange;
}

}  // namespace

void Packers::Intersect(const Packers& other) {
  fbgemm = fbgemm && other.fbgemm;
  onednn = onednn && other.onednn;
  qnnpack = qnnpack && other.qnnpack;
}

Packers PackersOfSaved(int64_t rank, bool had_owners) {
  if (rank == 3) return {};  // one-dimensional layers hand out a view, which nobody else has
  const bool linear = rank == 2;
  return {!had_owners, linear == had_owners, had_owners};
}

std::optional<QuantizedEngine> EngineFrom(const QuantizedTraits& traits) {
  const Packers& by = traits.packers;
  if (!by.fbgemm && !by.onednn && !by.qnnpack) return QuantizedEngine::kX86;
  if (by.qnnpack && ((!by.fbgemm && !by.onednn) || LooksLikeQnnpack(traits))) {
    return QuantizedEngine::kQnnpack;
  }
  if (by.fbgemm && by.onednn) return std::nullopt;
  if (by.qnnpack && by.onednn && !traits.weights_per_channel) return QuantizedEngine::kQnnpack;
  if (by.onednn && traits.linear_with_owners) return QuantizedEngine::kOneDnn;
  return by.onednn ? QuantizedEngine::kX86 : QuantizedEngine::kFbgemm;
}

bool MayReduceRangeOrNot(const QuantizedTraits& traits) {
  const Packers& by = traits.packers;
  return traits.asks_for_reduced_range && by.onednn && by.qnnpack && !by.fbgemm &&
         !traits.weights_per_channel && !LooksLikeQnnpack(traits);
}

QuantizedEngine OfItsTime(QuantizedEngine engine, const QuantizedTraits& traits) {
  bool old = engine == QuantizedEngine::kQnnpack && traits.before_torch_1_6;
  return old ? QuantizedEngine::kFixedPointQnnpack : engine;
}

}  // namespace t2n
