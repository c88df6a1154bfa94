// How nested arguments or results of a model were flattened: the tree that torch.utils._pytree
// writes as JSON (`[1, {"type": "builtins.tuple", "context": "null", "children_spec": [...]}]`).
#ifndef PARSERS_EXPORTED_SPEC_TREE_H_
#define PARSERS_EXPORTED_SPEC_TREE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace t2n::exported {

struct SpecTree {
  std::string type;                // "builtins.dict"; empty for a leaf
  std::vector<std::string> names;  // of the children: keys, fields; empty for tuples and lists
  std::vector<SpecTree> children;

  bool is_leaf() const { return type.empty(); }
  size_t leaves() const;
};

// Field names of namedtuples by the name they are registered under.
using NamedTupleFields = std::map<std::string, std::vector<std::string>, std::less<>>;

// Errors: kInvalidArgument with the place in the JSON. A type that is not known is as a tuple of
// its children.
absl::StatusOr<SpecTree> ParseSpecTree(absl::string_view json, const NamedTupleFields& fields);

// The name of every leaf, in order: those of its parents' keys and places joined by `_`, without
// one where nothing names it: {"d": (x, {"k": y})} has d_0 and d_1_k.
std::vector<std::string> LeafNames(const SpecTree& tree);

}  // namespace t2n::exported

#endif  // PARSERS_EXPORTED_SPEC_TREE_H_
