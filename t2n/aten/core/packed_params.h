// Packed parameters of quantized layers: torch's classes quantized::LinearPackedParamsBase,
// Conv2dPackedParamsBase, EmbeddingPackedParamsBase and rnn::CellParamsBase as values. They come
// from prepack operators or from the state that an archive holds of them, and keep the weights as
// they were quantized; what torch's engines make of them does not matter here.
#ifndef T2N_ATEN_CORE_PACKED_PARAMS_H_
#define T2N_ATEN_CORE_PACKED_PARAMS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/aten/core/arg.h"
#include "t2n/aten/core/op_call.h"

namespace t2n {

struct LinearParams : Opaque {
  Val weight;  // [out, in]: qint8, or f16 if the layer computes with halved weights
  Val bias;    // f32 [out] or null
  Packers packers;

  std::string TypeName() const override { return "LinearPackedParams"; }
};

struct ConvParams : Opaque {
  Val weight;  // qint8 [out, in / groups, ...], transposed [in, out / groups, ...]
  Val bias;    // f32 [out] or null
  // One entry a spatial axis; one-dimensional layers have two, the first of size 1.
  std::vector<int64_t> stride, padding, output_padding, dilation;
  int64_t groups = 1;
  bool transposed = false;
  Packers packers;

  std::string TypeName() const override { return "ConvPackedParams"; }
};

// A matrix quantized row by row with zero points that are no integers (torch's
// per_channel_affine_float_qparams): row i stands for (integers - zero_point[i]) * scale[i].
struct RowwiseTensor : Opaque {
  Val rows;               // u8 [n, columns]; of 4 or 2 bits several a byte, the lower ones first
  Val scale, zero_point;  // f32 [n]
  int bits = 8;           // 8, 4 or 2
  int64_t columns = 0;

  std::string TypeName() const override { return "row-wise quantized tensor"; }
};

// The same with what torch computes from them: integers * scale[i] + offset[i].
struct EmbeddingParams : Opaque {
  std::shared_ptr<const RowwiseTensor> weight;
  Val scale, offset;  // f32 [n, 1]

  std::string TypeName() const override { return "EmbeddingPackedParams"; }
};

// The weights of one recurrent layer in one direction.
struct CellParams : Opaque {
  std::shared_ptr<const LinearParams> input, hidden;
  bool reduce_range = false;

  std::string TypeName() const override { return "CellParams"; }
};

// Argument `name` as the parameters of kind T; refuses the call and returns null if it is none.
template <typename T>
std::shared_ptr<const T> Params(OpCall& c, absl::string_view name) {
  const Arg& a = c.arg(name);
  auto p = a.kind() == Arg::Kind::kOpaque ? std::dynamic_pointer_cast<const T>(a.opaque())
                                          : std::shared_ptr<const T>();
  if (!p) c.RefuseArg(name, "is no packed parameters of this layer");
  return p;
}

// The value that torch makes of a pickled instance: `class_name` is the one behind
// `__torch__.torch.classes.`, `state` what its __getstate__ gave, in any layout torch has written.
// Unimplemented for other classes, InvalidArgument for a state that is none of theirs.
absl::StatusOr<Arg> FromPackedState(absl::string_view class_name, const Arg& state);

// A linear layer with a weight of integers (i8) that stand for (integers - zero_point) * scale;
// null if it is none.
std::shared_ptr<const LinearParams> IntegerLinear(const Val& weight, double scale,
                                                  double zero_point, const Val& bias);

// The engines that hand out such weights and bias when a linear layer or a convolution is saved;
// call it for what comes from an archive only.
Packers PackersOf(const LinearParams& saved);
Packers PackersOf(const ConvParams& saved);

// The parameters of an embedding with this weight (quantized::embedding_bag_prepack).
std::shared_ptr<const EmbeddingParams> PackEmbedding(std::shared_ptr<const RowwiseTensor> weight);

// f32 values of a linear layer's weight that torch keeps as halves: an f16 tensor where that loses
// nothing.
Val Halved(const Val& weight);

}  // namespace t2n

#endif  // T2N_ATEN_CORE_PACKED_PARAMS_H_
