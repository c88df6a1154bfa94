// What the attributes of a module tree hold at one moment, and how they look: the state that a
// module keeps from one call to the next.
#ifndef T2N_SCRIPT_HELD_H_
#define T2N_SCRIPT_HELD_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "t2n/script/value.h"

namespace t2n::script {

// A value without its identity: a tensor, a list, tuple or dict of these, or anything else.
struct Held {
  enum class Kind { kPlain, kTensor, kList, kTuple, kDict };
  Kind kind = Kind::kPlain;
  IValue plain;                    // kPlain
  bool counts = false;             // kPlain: an int that moves at every call
  Val tensor;                      // kTensor; of the graph it was read in
  ValueType type;                  // kTensor
  std::optional<Tensor> constant;  // kTensor: its elements, where no input decides them
  std::vector<Held> items;
  std::vector<IValue> keys;      // kDict
  std::shared_ptr<Tuple> tuple;  // kTuple: its names
};

Held Hold(const IValue& value);

// The same value in the same graph.
bool SameValue(const Held& a, const Held& b);
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

// A tensor inside a held value; path `encoder.state.0`.
struct Leaf {
  std::string path;
  const Held* held;
};
void Leaves(const Held& held, const std::string& path, std::vector<Leaf>* leaves);

}  // namespace t2n::script

#endif  // T2N_SCRIPT_HELD_H_
