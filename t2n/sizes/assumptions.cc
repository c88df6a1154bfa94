#include "t2n/sizes/assumptions.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace t2n {
namespace {

constexpr int kMaxCalls = 64;

class Search {
 public:
  explicit Search(const CallAnswered& call) : call_(call) {}

  absl::Status Run(Assumptions* assumed) {
    const Outcome stopped = call_(*assumed, false);
    if (!stopped.question) return stopped.status;
    const std::string& question = *stopped.question;
    if (assumed->answers.count(question) || assumed->left_open.count(question) ||
        assumed->narrowed.count(question)) {
      return stopped.status;
    }
    for (bool answer : {true, false}) {
      if (++calls_ > kMaxCalls) return stopped.status;
      Assumptions other = *assumed;
      other.answers[question] = answer;
      const Outcome probe = call_(other, true);
      if (!probe.raised) continue;
      assumed->answers[question] = !answer;
      assumed->otherwise[question] = std::string(probe.status.message());
      return Run(assumed);
    }
    Assumptions open = *assumed;
    open.left_open.insert(question);
    if (Run(&open).ok()) {
      *assumed = std::move(open);
      return absl::OkStatus();
    }
    return RunNarrowed(stopped, assumed);
  }

 private:
  absl::Status RunNarrowed(const Outcome& stopped, Assumptions* assumed) {
    if (stopped.settling.empty()) return stopped.status;
    Assumptions narrower = *assumed;
    narrower.narrowed[*stopped.question] = {stopped.settling, PlaceOf(stopped.status)};
    if (!Run(&narrower).ok()) return stopped.status;
    *assumed = std::move(narrower);
    return absl::OkStatus();
  }

  const CallAnswered& call_;
  int calls_ = 0;
};

// `H-16*(H/16)` as people write it: `H%16`.
std::string WithRemainders(std::string text) {
  for (size_t minus = text.find('-'); minus != text.npos; minus = text.find('-', minus + 1)) {
    const auto is_word = [&](size_t i) { return absl::ascii_isalnum(text[i]) || text[i] == '_'; };
    size_t begin = minus, end = minus + 1;
    while (begin > 0 && is_word(begin - 1)) --begin;
    while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
    const std::string symbol = text.substr(begin, minus - begin);
    const std::string number = text.substr(minus + 1, end - minus - 1);
    const std::string floor = absl::StrCat("*(", symbol, "/", number, ")");
    const bool is_factor = begin > 0 && absl::StrContains("*/)", text[begin - 1]);
    if (symbol.empty() || number.empty() || is_factor || text.compare(end, floor.size(), floor)) {
      continue;
    }
    const size_t behind = end + floor.size();
    if (behind < text.size() && absl::StrContains("*/", text[behind])) continue;
    text.replace(minus, behind - minus, absl::StrCat("%", number));
  }
  return text;
}

// `question` or its opposite.
std::string Sentence(const std::string& question, bool answer) {
  static const auto* const kOpposites = new std::map<std::string, std::string>{
      {"==", "!="}, {"!=", "=="}, {"<", ">="}, {">=", "<"}, {">", "<="}, {"<=", ">"}};
  if (answer) return question;
  const size_t begin = question.find_first_of("<>=!");
  if (begin == std::string::npos) return absl::StrCat("not ", question);
  const size_t end = question.find_first_not_of("<>=!", begin);
  const auto opposite = kOpposites->find(question.substr(begin, end - begin));
  if (opposite == kOpposites->end()) return absl::StrCat("not ", question);
  return absl::StrCat(question.substr(0, begin), opposite->second, question.substr(end));
}

}  // namespace

absl::Status CallWhereItDoesNotRaise(const CallAnswered& call, Assumptions* assumed) {
  return Search(call).Run(assumed);
}

std::vector<std::string> AsAssertions(const Answers& answers) {
  std::vector<std::string> facts;
  for (const auto& [question, answer] : answers) facts.push_back(Sentence(question, answer));
  return facts;
}

std::vector<std::string> Describe(const Assumptions& assumed) {
  std::vector<std::string> lines;
  for (const auto& [question, message] : assumed.otherwise) {
    const bool answer = assumed.answers.at(question);
    lines.push_back(absl::StrCat("converted for ", WithRemainders(Sentence(question, answer)),
                                 ": if ", WithRemainders(Sentence(question, !answer)), ", ",
                                 message));
  }
  for (const auto& [question, narrowing] : assumed.narrowed) {
    const std::string& place = narrowing.place;
    lines.push_back(absl::StrCat("converted for ", absl::StrJoin(narrowing.facts, ", "),
                                 ": whether ", WithRemainders(question), " decides",
                                 place.empty() ? "" : ", at ", place,
                                 "; other sizes go another way there"));
  }
  return lines;
}

}  // namespace t2n
