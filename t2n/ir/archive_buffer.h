// Bytes of constants that an archive stores, in contrast to those that were computed.
#ifndef T2N_IR_ARCHIVE_BUFFER_H_
#define T2N_IR_ARCHIVE_BUFFER_H_

#include "t2n/ir/tensor.h"

namespace t2n {

// A base beside Buffer.
class OfArchive {
 public:
  virtual ~OfArchive() = default;
  // Of a buffer that shows another's elements in a wider type: what the other is.
  virtual bool of_archive() const { return true; }
};

// Whether every element of the tensor is one of an archive.
inline bool IsOfArchive(const Tensor& t) {
  const auto* buffer = dynamic_cast<const OfArchive*>(t.buffer.get());
  return buffer && buffer->of_archive();
}

}  // namespace t2n

#endif  // T2N_IR_ARCHIVE_BUFFER_H_
