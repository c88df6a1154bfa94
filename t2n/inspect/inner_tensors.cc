#include "t2n/inspect/inner_tensors.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/convert.h"
#include "t2n/inspect/table.h"

namespace t2n {

proto::InnerTensors DescribeTensors(const proto::ConversionSpec& spec, Progress* progress) {
  proto::InnerTensors told;
  ConversionFailure failure;
  std::vector<InnerTensor> tensors;
  const absl::Status status = ListTensors(spec, &failure, progress, &tensors);
  for (const InnerTensor& tensor : tensors) {
    proto::InnerTensor& t = *told.add_tensors();
    t.set_name(tensor.name);
    t.set_kind(tensor.kind == InnerTensor::Kind::kModule ? "module" : "variable");
    t.set_place(tensor.place);
    for (const std::string& type : tensor.types) t.add_types(type);
  }
  if (status.ok()) return told;
  for (const std::string& cause : failure.causes) told.add_refusals(cause);
  if (failure.causes.empty()) told.add_refusals(std::string(status.message()));
  return told;
}

std::string ToText(const proto::InnerTensors& tensors) {
  std::string out =
      absl::StrCat("tensors that --cut can end the model at (", tensors.tensors_size(), ")\n");
  Table table;
  for (const proto::InnerTensor& t : tensors.tensors()) {
    table.Add({t.name(), t.kind(), absl::StrJoin(t.types(), ", "), t.place()});
  }
  table.AppendTo(&out);
  if (tensors.refusals().empty()) return out;
  absl::StrAppend(&out, "\nwhat comes then is refused (", tensors.refusals_size(), ")\n");
  for (const std::string& cause : tensors.refusals()) absl::StrAppend(&out, "  ", cause, "\n");
  return out;
}

}  // namespace t2n
