#include "t2n/ir/failure.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace t2n {
namespace {

constexpr absl::string_view kRaisedUrl = "pt2nnef/raised";
constexpr absl::string_view kQuestionUrl = "pt2nnef/question";
constexpr absl::string_view kSettlingUrl = "pt2nnef/settling_facts";
constexpr absl::string_view kUnlikeFirstUrl = "pt2nnef/unlike_first_pass";
constexpr absl::string_view kPlaceUrl = "pt2nnef/place";

absl::Status With(absl::Status status, absl::string_view url, absl::string_view text) {
  status.SetPayload(url, absl::Cord(text));
  return status;
}

std::optional<std::string> Get(const absl::Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  if (!payload) return std::nullopt;
  return std::string(*payload);
}

}  // namespace

absl::Status AsRaised(absl::Status status) { return With(std::move(status), kRaisedUrl, ""); }

bool IsRaised(const absl::Status& status) { return Get(status, kRaisedUrl).has_value(); }

absl::Status AsQuestion(absl::Status status, absl::string_view question) {
  return With(std::move(status), kQuestionUrl, question);
}

std::optional<std::string> QuestionOf(const absl::Status& status) {
  return Get(status, kQuestionUrl);
}

absl::Status WithSettlingFacts(absl::Status status, const std::vector<std::string>& facts) {
  if (!facts.empty()) return With(std::move(status), kSettlingUrl, absl::StrJoin(facts, "\n"));
  status.ErasePayload(kSettlingUrl);
  return status;
}

std::vector<std::string> SettlingFactsOf(const absl::Status& status) {
  const std::optional<std::string> facts = Get(status, kSettlingUrl);
  return facts ? absl::StrSplit(*facts, '\n') : std::vector<std::string>();
}

absl::Status AsUnlikeFirst(absl::Status status) {
  return With(std::move(status), kUnlikeFirstUrl, "");
}

bool IsUnlikeFirst(const absl::Status& status) { return Get(status, kUnlikeFirstUrl).has_value(); }

absl::Status WithPlace(absl::Status status, const Place& place) {
  if (status.ok() || Get(status, kPlaceUrl)) return status;
  return With(std::move(status), kPlaceUrl, place.ToString());
}

std::string PlaceOf(const absl::Status& status) { return Get(status, kPlaceUrl).value_or(""); }

Outcome OutcomeOf(absl::Status status) {
  Outcome outcome;
  outcome.question = QuestionOf(status);
  outcome.settling = SettlingFactsOf(status);
  outcome.raised = IsRaised(status);
  outcome.status = std::move(status);
  return outcome;
}

absl::Status Retold(const absl::Status& status, absl::Status told) {
  const std::optional<std::string> place = Get(status, kPlaceUrl);
  return place ? With(std::move(told), kPlaceUrl, *place) : told;
}

}  // namespace t2n
