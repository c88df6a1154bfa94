#include "t2n/sizes/assumptions.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

Outcome Asks(const std::string& question) {
  return OutcomeOf(
      AsQuestion(absl::UnimplementedError(absl::StrCat("whether ", question)), question));
}

Outcome Raises(const std::string& message) {
  return OutcomeOf(AsRaised(absl::FailedPreconditionError(message)));
}

Outcome Ends() { return OutcomeOf(absl::OkStatus()); }

TEST(AssumptionsTest, AskNothingWhereNothingIsAsked) {
  Assumptions assumed;
  EXPECT_TRUE(
      CallWhereItDoesNotRaise([](const Assumptions&, bool) { return Ends(); }, &assumed).ok());
  EXPECT_TRUE(assumed.answers.empty());
}

TEST(AssumptionsTest, TakeTheAnswerWithWhichTheProgramDoesNotRaise) {
  auto call = [](const Assumptions& assumed, bool) {
    const auto it = assumed.answers.find("S<4");
    if (it == assumed.answers.end()) return Asks("S<4");
    return it->second ? Raises("too short") : Ends();
  };
  Assumptions assumed;
  EXPECT_TRUE(CallWhereItDoesNotRaise(call, &assumed).ok());
  EXPECT_EQ(assumed.answers, (Answers{{"S<4", false}}));
  EXPECT_EQ(AsAssertions(assumed.answers), std::vector<std::string>{"S>=4"});
  ASSERT_EQ(Describe(assumed).size(), 1u);
  EXPECT_EQ(Describe(assumed)[0], "converted for S>=4: if S<4, too short");
}

TEST(AssumptionsTest, TellRemaindersAsPeopleWriteThem) {
  const auto told = [](const std::string& question) {
    Assumptions assumed;
    assumed.answers[question] = true;
    assumed.otherwise[question] = "no";
    return Describe(assumed)[0];
  };
  EXPECT_EQ(told("H-16*(H/16)==0"), "converted for H%16==0: if H%16!=0, no");
  EXPECT_EQ(told("2-S-4*(S/4)<1"), "converted for 2-S%4<1: if 2-S%4>=1, no");
  for (const std::string question : {"3*H-16*(H/16)==0", "H-16*(W/16)==0", "H-16*(H/16)*W==0"}) {
    EXPECT_EQ(told(question).find("converted for " + question), 0u) << question;
  }
}

TEST(AssumptionsTest, GoOnToTheNextQuestion) {
  auto call = [](const Assumptions& assumed, bool) {
    for (const char* question : {"S<4", "T==1"}) {
      const auto it = assumed.answers.find(question);
      if (it == assumed.answers.end()) return Asks(question);
      if (it->second) return Raises("no");
    }
    return Ends();
  };
  Assumptions assumed;
  EXPECT_TRUE(CallWhereItDoesNotRaise(call, &assumed).ok());
  EXPECT_EQ(AsAssertions(assumed.answers), (std::vector<std::string>{"S>=4", "T!=1"}));
}

TEST(AssumptionsTest, TakeFactsThatSettleAQuestionWhereNothingElseGoesOn) {
  const auto asks = [](const std::string& question, std::vector<std::string> facts) {
    return OutcomeOf(WithSettlingFacts(
        AsQuestion(absl::UnimplementedError(absl::StrCat("whether ", question)), question), facts));
  };
  auto call = [&](const Assumptions& assumed, bool trial) {
    if (trial) return Ends();
    if (!assumed.narrowed.count("H!=4")) return asks("H!=4", {"H%16==0"});
    return assumed.narrowed.count("W!=4") ? Ends() : asks("W!=4", {"W%16==0"});
  };
  Assumptions assumed;
  EXPECT_TRUE(CallWhereItDoesNotRaise(call, &assumed).ok());
  EXPECT_TRUE(assumed.answers.empty());
  ASSERT_EQ(Describe(assumed).size(), 2u);
  EXPECT_EQ(Describe(assumed)[0],
            "converted for H%16==0: whether H!=4 decides; other sizes go another way there");
}

TEST(AssumptionsTest, KeepTheFirstQuestionWhereFactsDoNotHelp) {
  auto call = [](const Assumptions& assumed, bool trial) {
    if (trial) return Ends();
    return OutcomeOf(WithSettlingFacts(AsQuestion(absl::UnimplementedError("whether H!=4"),
                                                  assumed.narrowed.empty() ? "H!=4" : "W!=4"),
                                       {"H%16==0"}));
  };
  Assumptions assumed;
  const absl::Status status = CallWhereItDoesNotRaise(call, &assumed);
  EXPECT_EQ(QuestionOf(status), "H!=4");
  EXPECT_TRUE(assumed.narrowed.empty());
}

TEST(AssumptionsTest, LeaveOpenWhatRaisesEitherWayOrNeither) {
  auto call = [](const Assumptions& assumed, bool) {
    if (assumed.left_open.count("S<4")) return Ends();
    return assumed.answers.count("S<4") ? Ends() : Asks("S<4");
  };
  Assumptions assumed;
  EXPECT_TRUE(CallWhereItDoesNotRaise(call, &assumed).ok());
  EXPECT_TRUE(assumed.answers.empty());
  EXPECT_EQ(assumed.left_open.count("S<4"), 1u);
}

TEST(AssumptionsTest, FailWithTheFirstQuestionWhereNothingHelps) {
  auto call = [](const Assumptions& assumed, bool) {
    if (assumed.left_open.empty()) return assumed.answers.empty() ? Asks("S<4") : Ends();
    return OutcomeOf(absl::UnimplementedError("no form"));
  };
  Assumptions assumed;
  const absl::Status status = CallWhereItDoesNotRaise(call, &assumed);
  EXPECT_EQ(QuestionOf(status), "S<4");
  EXPECT_TRUE(assumed.left_open.empty());
}

TEST(AssumptionsTest, EndWhenAQuestionIsAskedThatWasAnswered) {
  auto call = [](const Assumptions&, bool trial) { return trial ? Raises("always") : Asks("S<4"); };
  Assumptions assumed;
  EXPECT_EQ(QuestionOf(CallWhereItDoesNotRaise(call, &assumed)), "S<4");
}

}  // namespace
}  // namespace t2n
