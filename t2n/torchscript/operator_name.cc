#include "t2n/torchscript/operator_name.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace t2n::script {

std::optional<std::string> OperatorName(absl::string_view dotted) {
  if (absl::ConsumePrefix(&dotted, "torch.")) return absl::StrCat("aten::", dotted);
  if (!absl::ConsumePrefix(&dotted, "ops.")) return std::nullopt;
  const size_t dot = dotted.find('.');
  if (dot == absl::string_view::npos) return std::nullopt;
  return absl::StrCat(dotted.substr(0, dot), "::", dotted.substr(dot + 1));
}

std::string FunctionName(absl::string_view dotted) {
  if (std::optional<std::string> name = OperatorName(dotted)) return *std::move(name);
  return absl::StrCat("python::", dotted);
}

}  // namespace t2n::script
