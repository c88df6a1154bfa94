// Pairs in the order in which they were added, found by key without going through them.
#ifndef T2N_VALUES_ORDERED_MAP_H_
#define T2N_VALUES_ORDERED_MAP_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace t2n {

// `Keys` says of keys and of what is looked for:
//   static bool Same(key, other)
//   static std::optional<std::string> Text(key)
// Text is equal for keys that are the same and only for them; nullopt of a key that can be found by
// comparing alone.
template <typename Key, typename Value, typename Keys>
class OrderedMap {
 public:
  using Pair = std::pair<Key, Value>;

  OrderedMap() = default;
  OrderedMap(const OrderedMap& other) : pairs_(other.pairs_) {}
  OrderedMap(OrderedMap&&) noexcept = default;
  OrderedMap& operator=(const OrderedMap& other) {
    pairs_ = other.pairs_;
    ForgetPlaces();
    return *this;
  }
  OrderedMap& operator=(OrderedMap&&) noexcept = default;

  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }
  size_t size() const { return pairs_.size(); }
  bool empty() const { return pairs_.empty(); }
  const Pair& operator[](size_t i) const { return pairs_[i]; }
  Value& value(size_t i) { return pairs_[i].second; }

  // Adds a pair behind the others, whether or not its key is there.
  void emplace_back(Key key, Value value) { pairs_.emplace_back(std::move(key), std::move(value)); }

  // nullptr if there is no such key.
  template <typename K>
  Value* Find(const K& key) {
    const std::optional<size_t> i = IndexOf(key);
    return i ? &pairs_[*i].second : nullptr;
  }

  void Set(Key key, Value value) {
    if (Value* found = Find(key)) {
      *found = std::move(value);
    } else {
      emplace_back(std::move(key), std::move(value));
    }
  }

  // Whether there was such a key.
  template <typename K>
  bool Erase(const K& key) {
    const std::optional<size_t> i = IndexOf(key);
    if (!i) return false;
    pairs_.erase(pairs_.begin() + *i);
    ForgetPlaces();
    return true;
  }

  void clear() {
    pairs_.clear();
    ForgetPlaces();
  }

  // All pairs; none are left.
  std::vector<Pair> Take() {
    ForgetPlaces();
    return std::exchange(pairs_, {});
  }

 private:
  static constexpr size_t kFew = 16;  // compared faster than hashed

  void ForgetPlaces() {
    places_.clear();
    placed_ = 0;
  }

  template <typename K>
  std::optional<size_t> IndexOf(const K& key) {
    std::optional<std::string> text;
    if (pairs_.size() > kFew) text = Keys::Text(key);
    if (!text) {
      for (size_t i = 0; i < pairs_.size(); ++i) {
        if (Keys::Same(pairs_[i].first, key)) return i;
      }
      return std::nullopt;
    }
    for (; placed_ < pairs_.size(); ++placed_) {
      std::optional<std::string> known = Keys::Text(pairs_[placed_].first);
      if (known) places_.try_emplace(*std::move(known), placed_);
    }
    const auto it = places_.find(*text);
    return it == places_.end() ? std::nullopt : std::make_optional(it->second);
  }

  std::vector<Pair> pairs_;
  absl::flat_hash_map<std::string, size_t> places_;  // of the first `placed_` pairs
  size_t placed_ = 0;
};

}  // namespace t2n

#endif  // T2N_VALUES_ORDERED_MAP_H_
