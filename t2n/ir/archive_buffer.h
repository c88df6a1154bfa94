// Bytes of constants that an archive stores, in contrast to those that were computed.
#ifndef T2N_IR_ARCHIVE_BUFFER_H_
#define T2N_IR_ARCHIVE_BUFFER_H_

#include <cstdint>
#include <string>

#include "t2n/ir/tensor.h"

namespace t2n {

// A base beside Buffer.
class OfArchive {
 public:
  virtual ~OfArchive() = default;
  // Of a buffer that shows another's elements in a wider type: what the other is.
  virtual bool of_archive() const { return true; }
  // What the program calls the tensor that has the byte of that number; empty if it has no name.
  virtual std::string NameAt(int64_t byte) const = 0;
  // Says what it calls the tensor of the bytes from `begin` to `end`. The first name stays.
  virtual void SetName(int64_t begin, int64_t end, const std::string& name) const = 0;
};

// Whether every element of the tensor is one of an archive.
bool IsOfArchive(const Tensor& t);

// What the program calls the stored tensor that `t` is a part or a view of,
// `layer1.0.conv1.weight`; empty if nothing told that.
std::string NameInArchive(const Tensor& t);
void SetNameInArchive(const Tensor& t, const std::string& name);

}  // namespace t2n

#endif  // T2N_IR_ARCHIVE_BUFFER_H_
