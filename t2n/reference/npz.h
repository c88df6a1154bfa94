// Reads arrays that numpy.save and numpy.savez wrote (numpy's format, versions 1 to 3:
// numpy.lib.format).
#ifndef T2N_REFERENCE_NPZ_H_
#define T2N_REFERENCE_NPZ_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "t2n/ir/tensor.h"

namespace t2n {

using NamedTensor = std::pair<std::string, Tensor>;

// The arrays of an .npz in the order of the file, named without `.npy`, or the one array of an .npy
// under the name "". Fortran order comes back as strides. Errors: kNotFound; kInvalidArgument when
// it is neither, an array is damaged, or its dtype is none of ours (objects, text, records, big
// endian); kResourceExhausted past limits::kMaxInflatedBytes an array or limits::kMaxEntries.
absl::StatusOr<std::vector<NamedTensor>> ReadNpz(const std::string& path);

// Writes arrays as numpy.savez does, in order; bfloat16 as f32, quantized ones as their integers.
// FailedPrecondition if the file cannot be written.
absl::Status WriteNpz(const std::string& path, const std::vector<NamedTensor>& arrays);

// One array from the bytes of an .npy.
absl::StatusOr<Tensor> ParseNpy(absl::string_view bytes);

}  // namespace t2n

#endif  // T2N_REFERENCE_NPZ_H_
