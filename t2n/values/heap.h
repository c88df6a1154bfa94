// What a program can change: the lists, dicts, objects and tensor storages that some values lead
// to, and what they held at one moment.
#ifndef T2N_VALUES_HEAP_H_
#define T2N_VALUES_HEAP_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/values/value.h"

namespace t2n {

// Something mutable and its contents.
template <typename T, typename Contents>
struct Kept {
  std::shared_ptr<T> of;
  Contents contents;
};

class Heap {
 public:
  using Pairs = decltype(Dict::items);
  using Attributes = decltype(Object::attributes);

  // Adds everything mutable that `root` leads to, with its present contents.
  void Add(const IValue& root);
  // Adds an object alone, without what its attributes lead to.
  void AddAlone(const std::shared_ptr<Object>& object);
  // The same things with their present contents.
  Heap Now() const;
  // Gives everything its recorded contents back.
  void Restore() const;

  // Of all lists and dicts together.
  uint64_t Items() const;

  bool Holds(const void* thing) const { return seen_.contains(thing); }
  std::vector<Kept<List, List>> lists;
  std::vector<Kept<Dict, Pairs>> dicts;
  std::vector<Kept<Object, Attributes>> objects;
  std::vector<Kept<Storage, Val>> storages;
  std::vector<Kept<TensorRef, TensorRef>> tensors;

 private:
  absl::flat_hash_set<const void*> seen_;
};

}  // namespace t2n

#endif  // T2N_VALUES_HEAP_H_
