#include "parsers/pickle/value.h"

namespace t2n::pickle {

const char* Value::KindName() const {
  static constexpr const char* kNames[] = {"None", "bool",   "int",           "float", "str",
                                           "int",  "bytes",  "list",          "tuple", "set",
                                           "dict", "global", "persistent id", "object"};
  static_assert(std::size(kNames) == std::variant_size_v<decltype(data)>);
  return kNames[data.index()];
}

}  // namespace t2n::pickle
