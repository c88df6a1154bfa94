// What a failed Status tells code beyond its message, which is for people: whether the program
// itself raised, which question about open sizes stopped it, and where. Nobody else looks at a
// Status's payloads.
#ifndef T2N_IR_FAILURE_H_
#define T2N_IR_FAILURE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "t2n/ir/graph.h"

namespace t2n {

// The program's own failure: raise, assert.
absl::Status AsRaised(absl::Status status);
bool IsRaised(const absl::Status& status);

// A question about sizes that has no single answer: `1<S`.
absl::Status AsQuestion(absl::Status status, absl::string_view question);
std::optional<std::string> QuestionOf(const absl::Status& status);
// Facts about the open sizes with which a question has one answer, as assertions: `H%16==0`.
absl::Status WithSettlingFacts(absl::Status status, const std::vector<std::string>& facts);
std::vector<std::string> SettlingFactsOf(const absl::Status& status);

// A refusal of what may be so in the first pass of a loop alone: without that it may be a scan.
absl::Status AsUnlikeFirst(absl::Status status);
bool IsUnlikeFirst(const absl::Status& status);

// `status` with `place` attached, unless it has one already.
absl::Status WithPlace(absl::Status status, const Place& place);
// The place attached to a failure, or an empty string.
std::string PlaceOf(const absl::Status& status);

// How a call of a program ended: well, with a question about its open sizes, with an exception of
// its own, or refused.
struct Outcome {
  absl::Status status;  // for people
  std::optional<std::string> question;
  std::vector<std::string> settling;  // facts that answer the question
  bool raised = false;
};

// What `status` says to code.
Outcome OutcomeOf(absl::Status status);

// A failure with another message and code at the same place; no question any more.
absl::Status Retold(const absl::Status& status, absl::Status told);

}  // namespace t2n

#endif  // T2N_IR_FAILURE_H_
