#include "t2n/program/stored_tensors.h"

#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/ir/archive_buffer.h"
#include "t2n/program/float8.h"

namespace t2n {
namespace {

namespace tv = torchvalue;

// What was read whole stays until Release: whoever makes a buffer of this one streams it.
class EntryBuffer : public Buffer, public OfArchive {
 public:
  EntryBuffer(std::shared_ptr<const Archive> archive, const Entry* entry)
      : archive_(std::move(archive)), entry_(entry) {}

  size_t size() const override { return entry_->size; }
  absl::StatusOr<absl::Span<const uint8_t>> Bytes() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!bytes_) {
      T2N_ASSIGN_OR_RETURN(EntryBytes bytes, archive_->Read(entry_->name));
      bytes_ = std::move(bytes);
    }
    return bytes_->span();
  }
  absl::Status Stream(const ByteSink& sink) const override {
    return archive_->Stream(entry_->name, sink);
  }
  void Release() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    bytes_.reset();
  }
  std::string NameAt(int64_t byte) const override {
    std::lock_guard<std::mutex> lock(mutex_);
    auto it = names_.upper_bound(byte);
    if (it == names_.begin()) return "";
    --it;
    return byte < it->second.first ? it->second.second : "";
  }
  void SetName(int64_t begin, int64_t end, const std::string& name) const override {
    std::lock_guard<std::mutex> lock(mutex_);
    names_.try_emplace(begin, end, name);
  }

 private:
  std::shared_ptr<const Archive> archive_;
  const Entry* entry_;
  mutable std::mutex mutex_;
  mutable std::optional<EntryBytes> bytes_;
  mutable std::map<int64_t, std::pair<int64_t, std::string>> names_;  // by begin: end and name
};

// Equal for tensors of one entry that are the same elements.
std::string ViewKey(const tv::TensorRecord& t) {
  return absl::StrCat(static_cast<int>(t.dtype), " ", t.storage_offset, " ",
                      absl::StrJoin(t.sizes, ","), " ", absl::StrJoin(t.strides, ","));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Buffer>> StoredTensors::BufferOf(
    const std::shared_ptr<const Archive>& archive, const std::string& name) {
  std::shared_ptr<const Buffer>& buffer = buffers_[{archive.get(), name}];
  if (!buffer) {
    const Entry* entry = archive->Find(name);
    if (!entry) return absl::NotFoundError(absl::StrCat("no entry '", name, "'"));
    buffer = std::make_shared<EntryBuffer>(archive, entry);
  }
  return buffer;
}

int64_t StoredTensors::bytes() const {
  int64_t bytes = 0;
  for (const auto& [place, buffer] : buffers_) {
    if (buffer) bytes += static_cast<int64_t>(buffer->size());
  }
  return bytes;
}

absl::StatusOr<Tensor> StoredTensors::Load(const std::shared_ptr<const Archive>& archive,
                                           const tv::TensorRecord& record, QuantPtr* quant) {
  std::optional<DType> dtype = DTypeFromTorch(static_cast<int64_t>(record.dtype));
  const std::optional<DType> wide = WideTypeOf(record.dtype);
  if (wide) dtype = wide;
  if (!dtype) {
    return absl::UnimplementedError(
        absl::StrCat("tensors of ", tv::ShortName(record.dtype), " are not supported"));
  }
  if (!record.has_data) return absl::FailedPreconditionError("the archive has no data for it");
  T2N_ASSIGN_OR_RETURN(std::shared_ptr<const Buffer> buffer, BufferOf(archive, record.entry));
  if (record.quantizer) {
    const tv::Quantizer& q = *record.quantizer;
    auto params = std::make_shared<QuantParams>();
    if (q.scheme == tv::Quantizer::Scheme::kPerTensorAffine) {
      params->scale = {q.scale};
      params->zero_point = {q.zero_point};
    } else if (q.scheme == tv::Quantizer::Scheme::kPerChannelAffine) {
      params->scale = q.scale_list;
      params->zero_point = q.zero_point_list;
      if (q.scales) {
        T2N_ASSIGN_OR_RETURN(Tensor scales, Load(archive, *q.scales, nullptr));
        T2N_ASSIGN_OR_RETURN(params->scale, ReadDoubles(scales));
      }
      if (q.zero_points) {
        T2N_ASSIGN_OR_RETURN(Tensor zero_points, Load(archive, *q.zero_points, nullptr));
        T2N_ASSIGN_OR_RETURN(params->zero_point, ReadInts(zero_points));
      }
      params->axis = q.axis;
    } else {
      return absl::UnimplementedError("quantization with float zero points is not supported");
    }
    if (quant) *quant = std::move(params);
  }
  Tensor t;
  t.dtype = *dtype;
  t.sizes = record.sizes;
  t.strides = record.strides;
  t.offset = record.storage_offset;
  t.buffer = wide ? Widen(buffer, record.dtype) : buffer;
  return t;
}

std::shared_ptr<TensorRef> SharedStorages::Join(const Archive* archive,
                                                const tv::TensorRecord& record,
                                                std::shared_ptr<TensorRef> ref) {
  MemoryOrder order = MemoryOrder::Of(Shape(record.strides.begin(), record.strides.end()),
                                      Shape(record.sizes.begin(), record.sizes.end()));
  order.offset = record.storage_offset;
  ref->storage()->order = std::move(order);
  Sharing& sharing = sharing_[{archive, record.entry}];
  if (!record.quantizer) {
    const auto [it, is_new] = sharing.views.try_emplace(ViewKey(record), ref);
    // It sees what is written to the other.
    if (!is_new) ref = std::make_shared<TensorRef>(*it->second);
  }
  if (!sharing.first) sharing.first = ref;
  if (sharing.first->storage() == ref->storage() || record.numel() == 0) return ref;
  for (const auto& t : {sharing.first, ref}) {
    t->set_read_only("whose bytes other tensors of the archive share");
  }
  return ref;
}

}  // namespace t2n
