#include "parsers/torchvalue/value.h"

#include <iterator>

namespace t2n::torchvalue {

const Value* ObjectRecord::Find(absl::string_view name) const {
  for (const auto& [key, value] : attributes) {
    if (key == name) return value;
  }
  return nullptr;
}

const char* Value::KindName() const {
  static constexpr const char* kNames[] = {
      "None", "bool",           "int",  "float", "complex", "str",    "Device", "global",
      "Enum", "unusable value", "List", "Tuple", "Dict",    "object", "call",   "Tensor"};
  static_assert(std::size(kNames) == std::variant_size_v<decltype(data)>);
  return kNames[data.index()];
}

}  // namespace t2n::torchvalue
