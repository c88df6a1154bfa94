// Tensors that an archive records, as constants that view its bytes.
#ifndef T2N_PROGRAM_STORED_TENSORS_H_
#define T2N_PROGRAM_STORED_TENSORS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "parsers/archive/archive.h"
#include "parsers/torchvalue/tensor_record.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/ir/graph.h"

namespace t2n {

class StoredTensors {
 public:
  // The bytes of an archive's entry, checked against its checksum on first use; the same buffer
  // each time. NotFound if there is none of that name.
  absl::StatusOr<std::shared_ptr<const Buffer>> BufferOf(
      const std::shared_ptr<const Archive>& archive, const std::string& entry);

  // The constant that a recorded tensor is. `quant` may be null. Unimplemented for element types
  // and quantizations that graphs have not, FailedPrecondition for records without data.
  absl::StatusOr<Tensor> Load(const std::shared_ptr<const Archive>& archive,
                              const torchvalue::TensorRecord& record, QuantPtr* quant);

  // Of all entries that were asked for.
  int64_t bytes() const;

 private:
  std::map<std::pair<const Archive*, std::string>, std::shared_ptr<const Buffer>> buffers_;
};

// Recorded tensors of one call that share memory: what is written to one, others must see.
class SharedStorages {
 public:
  // The tensor that `ref`, made of `record`, is: an alias of one that was made of the same elements
  // before. Tensors that share memory in another way can no longer be written.
  std::shared_ptr<TensorRef> Join(const Archive* archive, const torchvalue::TensorRecord& record,
                                  std::shared_ptr<TensorRef> ref);

 private:
  // The tensors over one entry.
  struct Sharing {
    absl::flat_hash_map<std::string, std::shared_ptr<TensorRef>> views;  // by type and place
    std::shared_ptr<TensorRef> first;
  };
  std::map<std::pair<const Archive*, std::string>, Sharing> sharing_;
};

}  // namespace t2n

#endif  // T2N_PROGRAM_STORED_TENSORS_H_
