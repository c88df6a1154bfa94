// What a pickle says, as plain data: nothing in it is looked up or run. The nodes are owned by
// their Document and refer to one another by pointer, so sharing (the pickle's memo) is kept,
// cycles are harmless and destruction does not recurse.
#ifndef PARSERS_PICKLE_VALUE_H_
#define PARSERS_PICKLE_VALUE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace t2n::pickle {

struct Value;

struct None {};

// A Python int outside of int64, little-endian two's complement.
struct BigInt {
  std::string bytes;
};

struct Bytes {
  std::string data;
};

struct List {
  std::vector<const Value*> items;
};

struct Tuple {
  std::vector<const Value*> items;
};

struct Set {
  std::vector<const Value*> items;
};

// In the order of insertion; a key that is set again appears again.
struct Dict {
  std::vector<std::pair<const Value*, const Value*>> items;
};

// A name of Python's, e.g. {"torch._utils", "_rebuild_tensor_v2"}.
struct Global {
  std::string module;
  std::string name;
};

// What the pickle refers to outside of itself; torch's are ('storage', type, key, device, numel).
struct PersistentId {
  const Value* id;
};

// callable(*args) by REDUCE, or callable.__new__(callable, *args) by NEWOBJ; then what BUILD,
// SETITEMS and APPENDS added to it. `args` is a Tuple but for REDUCE as torch's C++ pickler writes
// it for enum members, with the member's bare value.
struct Instance {
  const Value* callable;
  const Value* args;
  bool by_new;
  const Value* state = nullptr;  // nullptr when there was no BUILD
  std::vector<std::pair<const Value*, const Value*>> entries;
  std::vector<const Value*> elements;
  bool remembered = false;  // put into the memo, as torch does with what has several owners
};

struct Value {
  std::variant<None, bool, int64_t, double, std::string, BigInt, Bytes, List, Tuple, Set, Dict,
               std::unique_ptr<Global>, PersistentId, std::unique_ptr<Instance>>
      data;

  // nullptr when the value is of another kind. T is one of the types above (Global and Instance
  // without the unique_ptr).
  template <typename T>
  const T* As() const {
    if constexpr (std::is_same_v<T, Global> || std::is_same_v<T, Instance>) {
      const auto* box = std::get_if<std::unique_ptr<T>>(&data);
      return box ? box->get() : nullptr;
    } else {
      return std::get_if<T>(&data);
    }
  }
  // The kind for messages: "list", "str", ...
  const char* KindName() const;
};

// A whole pickle. Movable; node addresses stay.
struct Document {
  std::deque<Value> nodes;
  const Value* root = nullptr;
};

}  // namespace t2n::pickle

#endif  // PARSERS_PICKLE_VALUE_H_
