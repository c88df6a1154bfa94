#include "t2n/torchscript/machine.h"

#include "t2n/alias/tensor_ref.h"
#include "t2n/ir/failure.h"

namespace t2n::script {

PlacePtr MakePlace(const torchscript::SourcePos& pos, const Frame& frame) {
  auto place = std::make_shared<Place>();
  place->caller = frame.caller;
  place->module_path = frame.module_path;
  place->entry = pos.entry ? *pos.entry : "";
  place->line = pos.line;
  place->column = pos.column;
  return place;
}

absl::Status At(absl::Status status, const torchscript::SourcePos& pos,
                const std::string& module_path) {
  Place place;
  place.entry = pos.entry ? *pos.entry : "";
  place.line = pos.line;
  place.column = pos.column;
  place.module_path = module_path;
  return WithPlace(std::move(status), place);
}

IValue NoConstant(const IValue& value) {
  std::shared_ptr<TensorRef> tensor = value.tensor();
  if (!tensor || tensor->origin() != Origin::kConstant) return value;
  auto plain = std::make_shared<TensorRef>(*tensor);
  plain->set_origin(Origin::kTensor);
  return IValue(plain);
}

}  // namespace t2n::script
