// A bump allocator for syntax trees: nodes live until the arena goes, all at once, so that freeing
// a deep tree takes no recursion.
#ifndef PARSERS_TORCHSCRIPT_ARENA_H_
#define PARSERS_TORCHSCRIPT_ARENA_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace t2n::torchscript {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // A value-initialised T. T's destructor never runs, hence the restriction.
  template <typename T>
  T* New() {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (Allocate(sizeof(T), alignof(T))) T();
  }

  template <typename T>
  absl::Span<const T> Copy(absl::Span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (items.empty()) return {};
    T* to = static_cast<T*>(Allocate(items.size() * sizeof(T), alignof(T)));
    std::uninitialized_copy(items.begin(), items.end(), to);
    return absl::Span<const T>(to, items.size());
  }

  absl::string_view Copy(absl::string_view text) {
    if (text.empty()) return {};
    char* to = static_cast<char*>(Allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return absl::string_view(to, text.size());
  }

 private:
  static constexpr size_t kFirstChunkBytes = 4 << 10;
  static constexpr size_t kLargestChunkBytes = 256 << 10;

  void* Allocate(size_t bytes, size_t alignment) {
    size_t start = (used_ + alignment - 1) & ~(alignment - 1);
    if (start + bytes > capacity_) {
      capacity_ = std::max(next_chunk_bytes_, bytes);
      next_chunk_bytes_ = std::min(2 * next_chunk_bytes_, kLargestChunkBytes);
      chunks_.emplace_back(new char[capacity_]);  // make_unique would clear it
      start = 0;
    }
    used_ = start + bytes;
    return chunks_.back().get() + start;
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t used_ = 0;
  size_t capacity_ = 0;
  size_t next_chunk_bytes_ = kFirstChunkBytes;
};

}  // namespace t2n::torchscript

#endif  // PARSERS_TORCHSCRIPT_ARENA_H_
