#include "t2n/program/stored_tensors.h"

#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

namespace tv = torchvalue;

class EntryBuffer : public Buffer {
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
    if (bytes_) archive_->ReleasePages(bytes_->span());
  }

 private:
  std::shared_ptr<const Archive> archive_;
  const Entry* entry_;
  mutable std::mutex mutex_;
  mutable std::optional<EntryBytes> bytes_;
};

// Whether two tensors of one entry are the same elements.
bool SameView(const tv::TensorRecord& a, const tv::TensorRecord& b) {
  return a.dtype == b.dtype && a.storage_offset == b.storage_offset && a.sizes == b.sizes &&
         a.strides == b.strides && !a.quantizer && !b.quantizer;
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

absl::StatusOr<Tensor> StoredTensors::Load(const std::shared_ptr<const Archive>& archive,
                                           const tv::TensorRecord& record, QuantPtr* quant) {
  std::optional<DType> dtype = DTypeFromTorch(static_cast<int64_t>(record.dtype));
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
  t.buffer = buffer;
  return t;
}

std::shared_ptr<TensorRef> SharedStorages::Join(const Archive* archive,
                                                const tv::TensorRecord& record,
                                                std::shared_ptr<TensorRef> ref) {
  std::vector<Alias>& others = aliases_[{archive, record.entry}];
  for (const Alias& other : others) {
    if (SameView(*other.record, record)) {
      ref = std::make_shared<TensorRef>(*other.ref);
      break;
    }
  }
  others.push_back({&record, ref});
  if (others[0].ref->storage() == ref->storage() || record.numel() == 0) return ref;
  for (const Alias& other : others) {
    other.ref->set_read_only("whose bytes other tensors of the archive share");
  }
  return ref;
}

}  // namespace t2n
