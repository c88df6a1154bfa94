#include "t2n/convert/precision.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/convert/patterns.h"
#include "t2n/passes/half_floats.h"
#include "t2n/passes/real_types.h"

namespace t2n {

absl::Status CheckPrecision(const proto::ConversionSpec& spec) {
  const std::string& type = spec.float_precision();
  if (!type.empty() && type != "f16" && type != "f32") {
    return absl::InvalidArgumentError("--float_precision is f16 or f32");
  }
  if (type != "f16") {
    return spec.float_precision_except().empty()
               ? absl::OkStatus()
               : absl::InvalidArgumentError(
                     "--float_precision_except is about --float_precision f16: add that");
  }
  T2N_ASSIGN_OR_RETURN(const Target target,
                       FindTarget(spec.target().empty() ? "tract" : spec.target()));
  if (!target.strict) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("--float_precision f16: the specification has one type, scalar", target.Note()));
}

absl::Status SetPrecision(const proto::ConversionSpec& spec, std::unique_ptr<Graph>* graph) {
  if (spec.float_precision() != "f16") return absl::OkStatus();
  Patterns except(spec.float_precision_except());
  std::set<std::string> modules;
  const auto exempt = [&](absl::string_view module) {
    modules.insert(std::string(module));
    return except.Match(module);
  };
  if (NeedsRealTypes(**graph)) {  // bfloat16 and complex numbers, which the target has not
    auto real = std::make_unique<Graph>();
    T2N_RETURN_IF_ERROR(LowerToRealTypes(**graph, real.get()));
    *graph = std::move(real);
  }
  auto rebuilt = std::make_unique<Graph>();
  T2N_RETURN_IF_ERROR(ComputeInHalf(**graph, exempt, rebuilt.get()));
  T2N_RETURN_IF_ERROR(CheckMatched("--float_precision_except", "module", except, modules));
  *graph = std::move(rebuilt);
  return absl::OkStatus();
}

}  // namespace t2n
