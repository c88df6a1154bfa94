#include "t2n/state/refusal.h"

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace t2n {
namespace {

constexpr absl::string_view kDroppableUrl = "pt2nnef/droppable";

}  // namespace

absl::Status AsDroppable(absl::Status refusal) {
  refusal.SetPayload(kDroppableUrl, absl::Cord());
  return refusal;
}

bool IsDroppable(const absl::Status& refusal) {
  return refusal.GetPayload(kDroppableUrl).has_value();
}

absl::Status Reworded(const absl::Status& status, absl::Status told) {
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { told.SetPayload(url, payload); });
  return told;
}

}  // namespace t2n
