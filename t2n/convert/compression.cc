#include "t2n/convert/compression.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/convert/patterns.h"
#include "t2n/passes/block_weights.h"

namespace t2n {
namespace {

// What stays, alike reasons in one line.
std::vector<std::string> Lines(const std::vector<BlockStay>& stays) {
  std::vector<std::string> lines;
  std::set<std::string> told;
  for (const BlockStay& stay : stays) {
    if (!told.insert(stay.why).second) continue;
    std::vector<std::string> names;
    for (const BlockStay& other : stays) {
      if (other.why == stay.why) names.push_back(other.name);
    }
    const std::string rest =
        names.size() > 1 ? absl::StrCat(" and ", names.size() - 1, " more stay as they are: ")
                         : " stays as it is: ";
    lines.push_back(absl::StrCat("--compress: ", names[0], rest, stay.why));
  }
  return lines;
}

}  // namespace

absl::Status CheckCompression(const proto::ConversionSpec& spec) {
  if (!spec.compress().empty() && spec.compress() != "q4_0") {
    return absl::InvalidArgumentError("--compress is q4_0");
  }
  if (!spec.compress_scale().empty() && spec.compress_scale() != "minmax" &&
      spec.compress_scale() != "mse") {
    return absl::InvalidArgumentError("--compress_scale is minmax or mse");
  }
  const bool details = spec.compress_only_size() > 0 || spec.compress_except_size() > 0 ||
                       !spec.compress_scale().empty();
  if (spec.compress().empty()) {
    return details ? absl::InvalidArgumentError(
                         "--compress_only, --compress_except and --compress_scale are about "
                         "--compress q4_0: add that")
                   : absl::OkStatus();
  }
  T2N_ASSIGN_OR_RETURN(const Target target,
                       FindTarget(spec.target().empty() ? "tract" : spec.target()));
  if (target.has_blocks()) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("--compress: q4_0 is read by tract since 0.21", target.Note()));
}

absl::Status Compress(const proto::ConversionSpec& spec, const Target& target,
                      std::unique_ptr<Graph>* graph, std::vector<std::string>* warnings) {
  if (spec.compress().empty()) return absl::OkStatus();
  BlockForms forms;
  forms.batches = forms.half = forms.filters = target.has_all_blocks();
  Patterns only(spec.compress_only()), except(spec.compress_except());
  std::set<std::string> names;
  const auto chosen = [&](absl::string_view name) {
    names.insert(std::string(name));
    const bool excepted = except.Match(name);
    return (only.empty() || only.Match(name)) && !excepted;
  };
  const BlockScale scale =
      spec.compress_scale() == "mse" ? BlockScale::kLeastSquares : BlockScale::kMinMax;
  auto rebuilt = std::make_unique<Graph>();
  BlockOutcome outcome;
  T2N_RETURN_IF_ERROR(StoreWeightsInBlocks(**graph, scale, forms, chosen, rebuilt.get(), &outcome));
  T2N_RETURN_IF_ERROR(CheckMatched("--compress_only", "weight", only, names));
  T2N_RETURN_IF_ERROR(CheckMatched("--compress_except", "weight", except, names));
  for (std::string& line : Lines(outcome.stays)) warnings->push_back(std::move(line));
  if (outcome.stored == 0) {
    warnings->push_back("--compress: no weight of the model is stored in blocks");
  }
  *graph = std::move(rebuilt);
  return absl::OkStatus();
}

}  // namespace t2n
