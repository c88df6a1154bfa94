#include "t2n/exported/subclass.h"

#include "absl/strings/str_cat.h"

namespace t2n::exported {

const IValue* SubclassTensor::Find(absl::string_view name) const {
  for (const auto& [attribute, value] : attributes_) {
    if (attribute == name) return &value;
  }
  return nullptr;
}

absl::StatusOr<IValue> PartOf(const std::vector<IValue>& args) {
  const auto opaque = args.empty() ? nullptr : args[0].opaque();
  const auto* tensor = dynamic_cast<const SubclassTensor*>(opaque.get());
  const std::string* name = args.size() == 2 ? args[1].If<std::string>() : nullptr;
  if (tensor == nullptr || name == nullptr) {
    return absl::InvalidArgumentError("a part of what is no tensor made of others");
  }
  if (const IValue* part = tensor->Find(*name)) return *part;
  return absl::InvalidArgumentError(
      absl::StrCat("a tensor of class ", tensor->TypeName(), " has no '", *name, "'"));
}

}  // namespace t2n::exported
