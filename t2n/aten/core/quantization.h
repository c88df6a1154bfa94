// Arithmetic on affinely quantized tensors, as torch's kernels do it: integers less their zero
// points are multiplied as f32 (exactly, up to sums of 2^24), the result is brought to the output's
// scale and rounded once, halves to even (fbgemm's ReQuantizeOutput).
#ifndef T2N_ATEN_CORE_QUANTIZATION_H_
#define T2N_ATEN_CORE_QUANTIZATION_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/builder/builder.h"

namespace t2n {

// One scale and zero point for all elements.
QuantPtr PerTensor(double scale, int64_t zero_point);
// {output_scale, output_zero_point} of a call, by the names of its arguments; noted in
// OpEnv::quantized_traits.
QuantPtr QuantOf(OpCall& c, absl::string_view scale, absl::string_view zero_point);

// The same integers with other parameters.
Val Relabel(Builder& b, const Val& q, QuantPtr quant);
// The integers less their zero points, as f32: real / scale.
Val ToSteps(Builder& b, const Val& q);
// The quantized tensor whose integers are round(steps) + zero_point, clamped; with `shift_first`
// round(steps + zero_point), where halves go to even integers.
Val FromSteps(Builder& b, const Val& steps, DType dtype, QuantPtr quant, bool shift_first = false);

// To integers, halves away from zero.
Val RoundAway(Builder& b, const Val& x);

// Integer sums of products of quantized numbers, as f32, and what they stand for.
struct Products {
  Val sums;
  double input_scale;
  std::vector<double> weight_scales;  // one, or one a channel along `axis` of sums
  int64_t axis;
  Val bias;  // real numbers [channels], or null
};

// The sums as real numbers quantized: of the input's dtype, rectified first if `relu`.
Val Requantize(Builder& b, const Products& products, DType dtype, QuantPtr quant, bool relu,
               QuantizedEngine engine);
// The sums as real numbers; `input_scale` (rank 0) replaces the one in `products`.
Val ToReal(Builder& b, const Products& products, const Val& input_scale, bool relu);

// A quantized tensor whose parameters are computed at run time.
struct RuntimeQuantized : Opaque {
  Val integers;           // as int_repr gives them
  Val scale, zero_point;  // f32, of shapes that broadcast
  DType dtype = DType::kQU8;

  std::string TypeName() const override { return "tensor quantized at run time"; }
};

// A float tensor quantized to 8 bits by its own extremes (quant_utils::ChooseQuantizationParams):
// the integers less the zero point, the scale and the zero point (rank 0), all f32. Integers are
// unsigned or, if `is_signed`, signed; with `reduce_range` the extremes take half of their range.
struct DynamicSteps {
  Val steps, scale, zero_point;
};
// Whether an operator or layer that asks for a reduced range gets it: qnnpack takes no notice.
// Notes in the traits that this made a difference.
bool ReducesRange(const OpEnv& env, bool asked);
DynamicSteps QuantizeDynamically(Builder& b, const Val& x, bool reduce_range,
                                 bool is_signed = false);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_QUANTIZATION_H_
