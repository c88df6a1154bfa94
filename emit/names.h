// Names of the document: identifiers that NNEF parsers read, and labels that are safe file names.
#ifndef EMIT_NAMES_H_
#define EMIT_NAMES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "t2n/ir/graph.h"

namespace t2n {

enum class Naming {
  kModulePath,  // `layer1_0_conv1_input`: module path, then script variable or operator
  kNumeric,     // `v12`: by the order in the document
  kCamel,       // `layer1_0_conv1_hiddenStates`: as kModulePath, each part in camel case
  kLocal,       // `input`: the script variable or operator alone
};

// Hands out each name once: `x`, `x_1`, `x_2`, ...
class NameTable {
 public:
  std::string Unique(absl::string_view wanted);

 private:
  absl::flat_hash_set<std::string> used_;
  absl::flat_hash_map<std::string, int> next_;
};

// An identifier of ASCII letters, digits and underscores close to `text`, and no keyword.
std::string ToIdentifier(absl::string_view text);

// A variable's label and file name without `.dat`: `layer1.0.conv1.weight`. Letters, digits, `_`,
// `-` and single dots inside; never a path.
std::string ToLabel(absl::string_view text);

// What to call a value that a node computes.
std::string ValueName(const Value& value, Naming naming);

}  // namespace t2n

#endif  // EMIT_NAMES_H_
