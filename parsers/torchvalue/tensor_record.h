// A tensor as an archive records it: where its storage lies and how it is laid over it. A view; no
// byte of the payload is read to make one.
#ifndef PARSERS_TORCHVALUE_TENSOR_RECORD_H_
#define PARSERS_TORCHVALUE_TENSOR_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "parsers/archive/archive.h"
#include "parsers/torchvalue/scalar_type.h"

namespace t2n::torchvalue {

struct TensorRecord;

// How the integers of a quantized tensor stand for reals: (q - zero_point) * scale.
struct Quantizer {
  enum class Scheme { kPerTensorAffine, kPerChannelAffine, kPerChannelAffineFloatQParams };
  Scheme scheme = Scheme::kPerTensorAffine;
  // Per tensor.
  double scale = 0;
  int64_t zero_point = 0;
  // Per channel: rank 1, as long as the tensor's dimension `axis`.
  const TensorRecord* scales = nullptr;
  const TensorRecord* zero_points = nullptr;
  int64_t axis = 0;
  // torch 1.3 and 1.4 write the numbers themselves; then there are no tensors of them.
  std::vector<double> scale_list;
  std::vector<int64_t> zero_point_list;
};

struct TensorRecord {
  // The storage: an entry of the archive, e.g. "data/0". Tensors with the same entry share it.
  std::string entry;
  // False when the archive has only the tensor's type and sizes (example inputs).
  bool has_data = true;
  ScalarType dtype = ScalarType::kFloat;
  std::string device;  // as saved: "cpu", "cuda:0"
  // In elements. Once CheckLayout passed, they stay inside of the storage.
  int64_t storage_offset = 0;
  std::vector<int64_t> sizes;
  std::vector<int64_t> strides;
  bool requires_grad = false;
  // Whether there were other owners of the tensor when it was saved.
  bool had_owners = false;
  std::optional<Quantizer> quantizer;  // set for dtypes qint8, quint8, qint32, quint4x2, quint2x4

  // The number of elements. Meaningful once CheckLayout passed.
  int64_t numel() const;
};

// Checks ranks, signs and products of `tensor` and, when it has data, that all of its elements are
// in its archive entry. kInvalidArgument or kNotFound says what does not fit.
absl::Status CheckLayout(const TensorRecord& tensor, const Archive& archive);

}  // namespace t2n::torchvalue

#endif  // PARSERS_TORCHVALUE_TENSOR_RECORD_H_
