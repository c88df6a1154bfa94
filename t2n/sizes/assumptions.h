// Sizes for which a program raises are no part of the model: a question about open sizes is
// answered as it must be for the program to go on.
#ifndef T2N_SIZES_ASSUMPTIONS_H_
#define T2N_SIZES_ASSUMPTIONS_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "t2n/ir/failure.h"

namespace t2n {

// By the question, as a failed call tells it (QuestionOf): `S<4`.
using Answers = std::map<std::string, bool>;

// Facts that give a question one answer, and where it is asked.
struct Narrowing {
  std::vector<std::string> facts;
  std::string place;
};

// Answers to questions such as `S<4`, and what the model raises with the opposite ones.
struct Assumptions {
  Answers answers;
  std::map<std::string, std::string> otherwise;
  // Questions that the model itself answers as it runs.
  std::set<std::string> left_open;
  // Questions that facts about the user's sizes settle: with others the program goes another way.
  std::map<std::string, Narrowing> narrowed;
};

// One abstract call with questions answered so; `trial`: only whether it raises is of interest.
using CallAnswered = std::function<Outcome(const Assumptions& assumed, bool trial)>;

// Calls, and where a question about sizes stops it, with either answer; if it raises with one, on
// with the other, which is added to `assumed`. Where neither raises the question is left open; if
// that does not go on either, facts are taken that give it one answer. The status is that of the
// first question where none of this goes on.
absl::Status CallWhereItDoesNotRaise(const CallAnswered& call, Assumptions* assumed);

// What the answers say as `--assert` would.
std::vector<std::string> AsAssertions(const Answers& answers);

// A line for each.
std::vector<std::string> Describe(const Assumptions& assumed);

}  // namespace t2n

#endif  // T2N_SIZES_ASSUMPTIONS_H_
