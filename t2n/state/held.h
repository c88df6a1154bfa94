// What the attributes of a module tree hold at one moment, and how they look: the state that a
// module keeps from one call to the next.
#ifndef T2N_STATE_HELD_H_
#define T2N_STATE_HELD_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "t2n/values/value.h"

namespace t2n {

// A value apart from where it is kept: a tensor, a list, tuple or dict of these, or anything else.
struct Held {
  enum class Kind { kPlain, kTensor, kList, kTuple, kDict };
  Kind kind = Kind::kPlain;
  IValue source;                   // what was read; of one call
  IValue plain;                    // kPlain
  bool counts = false;             // kPlain: an int that moves at every call
  Val tensor;                      // kTensor; of the graph it was read in
  bool number = false;             // kTensor: a number to the program, one that inputs decide
  ValueType type;                  // kTensor
  std::optional<Tensor> constant;  // kTensor: its elements, where no input decides them
  std::vector<Held> items;
  std::vector<IValue> keys;      // kDict
  std::shared_ptr<Tuple> tuple;  // kTuple: its names
  // The path of what shares its memory and comes earlier in the tree, if there is such.
  std::string alias;
  bool same = false;  // `alias` is the very same thing, not another view of the memory
};

Held Hold(const IValue& value);

// The same value in the same graph, sharing memory with the same others.
bool SameValue(const Held& a, const Held& b);
// The same elements; false if there are too many to tell.
bool SameElements(const Tensor& a, const Tensor& b);
// Of one structure, with tensors of one dtype and shape, constants and other values being equal.
bool SameForm(const Held& a, const Held& b);

// An attribute of some object in the tree.
struct Attribute {
  std::string path;  // `encoder.state`
  std::shared_ptr<Object> object;
  std::string name;
  Held held;
};

// Every attribute below `root`, in order; those that are modules are gone into.
std::vector<Attribute> Attributes(const std::shared_ptr<Object>& root);

// By path, as long as `attributes` is there.
absl::flat_hash_map<absl::string_view, const Attribute*> ByPath(
    const std::vector<Attribute>& attributes);

// A tensor inside a held value; path `encoder.state.0`. What is the same as something earlier has
// no leaves of its own.
struct Leaf {
  std::string path;
  const Held* held;
};
std::string ItemPath(const Held& held, const std::string& path, size_t item);
void Leaves(const Held& held, const std::string& path, std::vector<Leaf>* leaves);

}  // namespace t2n

#endif  // T2N_STATE_HELD_H_
