#include "emit/variable_writer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "emit/nnef/tensor_file.h"
#include "t2n/base/allowance.h"
#include "t2n/base/status.h"
#include "t2n/ir/archive_buffer.h"

namespace t2n {
namespace {

// More hardly help: the kernel's page cache is what is waited for.
constexpr unsigned kMaxThreads = 4;
// Below this a thread costs more than it saves.
constexpr int64_t kBytesPerThread = 16 << 20;

// Eight bools a byte, the first in its highest bit.
absl::Status WriteBits(const Variable& variable, const Tensor& dense, Container& container) {
  T2N_ASSIGN_OR_RETURN(const uint8_t* bools, ContiguousData(dense));
  T2N_ASSIGN_OR_RETURN(const nnef::TensorHeader header, nnef::MakeBitsHeader(dense.sizes));
  std::vector<uint8_t> bits((dense.numel() + 7) / 8, 0);
  for (int64_t i = 0; i < dense.numel(); ++i) bits[i / 8] |= (bools[i] ? 0x80 : 0) >> i % 8;
  return container.Add(absl::StrCat(variable.label, ".dat"), header.size() + bits.size(),
                       [&](const ByteSink& sink) {
                         T2N_RETURN_IF_ERROR(sink(header));
                         return sink(bits);
                       });
}

absl::Status WriteBlocks(const Variable& variable, const BlockBuffer& blocks, Container& container,
                         BlockError* error) {
  T2N_ASSIGN_OR_RETURN(const nnef::TensorHeader header,
                       nnef::MakeQ4Header(blocks.block_bytes(), variable.tensor.sizes));
  absl::Status status =
      container.Add(absl::StrCat(variable.label, ".dat"), header.size() + blocks.block_bytes(),
                    [&](const ByteSink& sink) {
                      T2N_RETURN_IF_ERROR(sink(header));
                      return blocks.StreamBlocks(sink, error);
                    });
  if (!absl::IsFailedPrecondition(status)) return status;
  return absl::FailedPreconditionError(
      absl::StrCat(variable.label, " in blocks: ", status.message()));
}

absl::Status WriteVariable(const Variable& variable, Container& container, bool bits,
                           BlockError* error) {
  if (const BlockBuffer* blocks = BlocksOf(variable.tensor)) {
    return WriteBlocks(variable, *blocks, container, error);
  }
  T2N_ASSIGN_OR_RETURN(const Tensor dense, MakeContiguous(variable.tensor));
  if (bits && dense.dtype == DType::kBool) return WriteBits(variable, dense, container);
  T2N_ASSIGN_OR_RETURN(const nnef::TensorHeader header,
                       nnef::MakeTensorHeader(dense.dtype, dense.sizes));
  return container.Add(absl::StrCat(variable.label, ".dat"), header.size() + dense.nbytes(),
                       [&](const ByteSink& sink) {
                         T2N_RETURN_IF_ERROR(sink(header));
                         return StreamContiguous(dense, sink);
                       });
}

// Where a variable's bytes come from: several weights in blocks may be parts of one tensor.
const Buffer* ReadBuffer(const Variable& variable) {
  const BlockBuffer* blocks = BlocksOf(variable.tensor);
  return blocks ? blocks->source().buffer.get() : variable.tensor.buffer.get();
}

// Workers take variables one by one until all are written or one failed.
class Work {
 public:
  Work(const std::vector<Variable>& variables, Container& container, bool bits,
       const std::function<void(int64_t, int64_t)>& on_written, std::vector<BlockError>* errors)
      : variables_(variables),
        container_(container),
        bits_(bits),
        on_written_(on_written),
        allowance_(Allowance::Current()),
        errors_(*errors) {
    errors_.assign(variables.size(), BlockError());
    for (const Variable& v : variables) {
      total_ += v.tensor.nbytes();
      ++readers_[ReadBuffer(v)];
    }
  }

  int64_t total() const { return total_; }

  void Run() {
    for (size_t i = next_++; i < variables_.size(); i = next_++) {
      const absl::Status status = Write(i);
      std::lock_guard<std::mutex> lock(mutex_);
      if (!status.ok()) {
        next_ = variables_.size();
        // Of several failures the first variable's is told, whichever worker was faster.
        if (i < failed_) status_ = status, failed_ = i;
        return;
      }
      // Another worker may be reading the same buffer.
      const Buffer* buffer = ReadBuffer(variables_[i]);
      if (--readers_[buffer] == 0) buffer->Release();
      written_ += variables_[i].tensor.nbytes();
      if (on_written_) on_written_(written_, total_);
    }
  }

  absl::Status status() const { return status_; }

 private:
  // No exception leaves a thread: the libraries below throw where memory ends.
  absl::Status Write(size_t i) {
    try {
      T2N_RETURN_IF_ERROR(allowance_.Check());
      return WriteVariable(variables_[i], container_, bits_, &errors_[i]);
    } catch (const std::bad_alloc&) {
      return absl::ResourceExhaustedError(absl::StrCat("no memory to write ", variables_[i].label));
    }
  }

  const std::vector<Variable>& variables_;
  Container& container_;
  bool bits_;
  const std::function<void(int64_t, int64_t)>& on_written_;
  Allowance& allowance_;             // of the thread that began
  std::vector<BlockError>& errors_;  // each is one worker's
  int64_t total_ = 0;
  std::atomic<size_t> next_{0};
  std::mutex mutex_;
  absl::flat_hash_map<const Buffer*, size_t> readers_;  // variables that are still to be written
  int64_t written_ = 0;
  size_t failed_ = SIZE_MAX;
  absl::Status status_;
};

}  // namespace

int64_t StoredBytes(const Variable& variable) {
  const BlockBuffer* blocks = BlocksOf(variable.tensor);
  return blocks ? blocks->block_bytes() : variable.tensor.nbytes();
}

int64_t FileBytes(const std::vector<Variable>& variables, bool bits) {
  int64_t total = 0;
  for (const Variable& v : variables) {
    const bool packed = bits && v.tensor.dtype == DType::kBool && !BlocksOf(v.tensor);
    total += sizeof(nnef::TensorHeader);
    total += packed ? (v.tensor.numel() + 7) / 8 : StoredBytes(v);
  }
  return total;
}

bool IsFolded(const Variable& variable) {
  const BlockBuffer* blocks = BlocksOf(variable.tensor);
  return !IsOfArchive(blocks ? blocks->source() : variable.tensor);
}

std::string ParameterOf(const Variable& variable) {
  const BlockBuffer* blocks = BlocksOf(variable.tensor);
  return NameInArchive(blocks ? blocks->source() : variable.tensor);
}

absl::Status WriteVariables(const std::vector<Variable>& variables, Container& container, bool bits,
                            const std::function<void(int64_t, int64_t)>& on_written,
                            std::vector<BlockError>* errors) {
  Work work(variables, container, bits, on_written, errors);
  std::vector<std::thread> helpers;
  if (container.concurrent()) {
    const int64_t useful = std::min<int64_t>(work.total() / kBytesPerThread, kMaxThreads);
    const int64_t threads = std::min<int64_t>(useful, std::thread::hardware_concurrency());
    try {
      for (int64_t i = 1; i < threads; ++i) helpers.emplace_back([&work] { work.Run(); });
    } catch (const std::system_error&) {
      // The system gives no more threads: those that there are do all.
    }
  }
  work.Run();
  for (std::thread& helper : helpers) helper.join();
  return work.status();
}

}  // namespace t2n
