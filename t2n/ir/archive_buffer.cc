#include "t2n/ir/archive_buffer.h"

namespace t2n {
namespace {

const OfArchive* ArchiveBufferOf(const Tensor& t) {
  return dynamic_cast<const OfArchive*>(t.buffer.get());
}

}  // namespace

bool IsOfArchive(const Tensor& t) {
  const OfArchive* buffer = ArchiveBufferOf(t);
  return buffer && buffer->of_archive();
}

std::string NameInArchive(const Tensor& t) {
  const OfArchive* buffer = ArchiveBufferOf(t);
  return buffer ? buffer->NameAt(t.offset * ItemSize(t.dtype)) : "";
}

void SetNameInArchive(const Tensor& t, const std::string& name) {
  const OfArchive* buffer = ArchiveBufferOf(t);
  if (!buffer || t.numel() == 0) return;
  int64_t last = t.offset;
  for (size_t i = 0; i < t.sizes.size(); ++i) last += (t.sizes[i] - 1) * t.strides[i];
  buffer->SetName(t.offset * ItemSize(t.dtype), (last + 1) * ItemSize(t.dtype), name);
}

}  // namespace t2n
