#include "t2n/sizes/symbol_facts.h"

#include "gtest/gtest.h"
#include "t2n/program/input_request.h"

namespace t2n {
namespace {

SymbolFacts Facts(std::initializer_list<const char*> assertions) {
  SymbolFacts facts;
  for (const char* text : assertions) {
    const absl::Status status = ParseAssertion(text, &facts);
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_TRUE(CheckFacts(facts).ok());
  return facts;
}

std::string Refusal(std::initializer_list<const char*> assertions) {
  SymbolFacts facts;
  for (const char* text : assertions) {
    const absl::Status status = ParseAssertion(text, &facts);
    if (!status.ok()) return std::string(status.message());
  }
  return std::string(CheckFacts(facts).message());
}

TEST(SymbolFacts, BoundsOfOneSize) {
  const Dim s = OpenSize("S", Facts({"2*S+1<=64", "S>4"}));
  EXPECT_EQ(s.range().min, 5);
  EXPECT_EQ(s.range().max, 31);
  EXPECT_EQ(OpenSize("S", Facts({"8<=S<=64"})).range().max, 64);
  EXPECT_EQ(OpenSize("S", Facts({"S==8"})), Dim(8));
  EXPECT_EQ(OpenSize("T", Facts({"S>=8"})).range().min, 1);
}

TEST(SymbolFacts, BoundsOfFloorDivisions) {
  const SymbolFacts facts = Facts({"S/2>=3", "(S+1)//4 < 5"});
  EXPECT_EQ(OpenSize("S", facts).range().min, 6);
  EXPECT_EQ(OpenSize("S", facts).range().max, 18);
  EXPECT_EQ(OpenSize("S", Facts({"10-S/3>=7"})).range().max, 11);
}

TEST(SymbolFacts, DivisorsMakeASymbolOfTheQuotient) {
  const SymbolFacts facts = Facts({"S%4==1", "S>=8", "S_by_4<=9"});
  EXPECT_EQ(OpenSize("S", facts).ToString(), "4*S_by_4+1");
  EXPECT_EQ(OpenSize("S", facts).range().min, 9);
  EXPECT_EQ(OpenSize("S", facts).range().max, 37);
}

TEST(SymbolFacts, DivisorsTogether) {
  EXPECT_EQ(OpenSize("S", Facts({"S%4==2", "S%6==0"})).ToString(), "12*S_by_12+6");
  EXPECT_EQ(OpenSize("S", Facts({"(S+1)%4==0"})).ToString(), "4*S_by_4+3");
  EXPECT_NE(Refusal({"S%4==1", "S%2==0"}), "");
}

TEST(SymbolFacts, RelationsDecideComparisons) {
  const SymbolFacts facts = Facts({"S<=T", "2*T<U", "U<=20"});
  const Dim s = OpenSize("S", facts), t = OpenSize("T", facts), u = OpenSize("U", facts);
  EXPECT_EQ(LessEqual(s, t), true);
  EXPECT_EQ(Less(t, s), false);
  EXPECT_EQ(Min(s, t), s);
  EXPECT_EQ(Less(s * 2, u), true);
  EXPECT_EQ(LessEqual(s, 9), true);
  EXPECT_EQ(Less(s, t), std::nullopt);
  EXPECT_EQ(Max(FloorDiv(s, 2), t), t);
  EXPECT_EQ(RelationsIn(facts)->size(), 2u);
  EXPECT_EQ(RelationsIn(Facts({"S>=1"})), nullptr);
}

TEST(SymbolFacts, RelationsMeetDivisors) {
  const SymbolFacts facts = Facts({"S%4==0", "S<=T"});
  EXPECT_EQ(LessEqual(OpenSize("S", facts), OpenSize("T", facts)), true);
  EXPECT_EQ(RelationsIn(facts)->at(0).ToString(), "T-4*S_by_4");
}

TEST(SymbolFacts, EquationsLeaveOneSymbol) {
  const SymbolFacts facts = Facts({"T<=9", "T==2*S+1", "T>=4"});
  EXPECT_EQ(OpenSize("T", facts).ToString(), "2*S+1");
  EXPECT_EQ(OpenSize("S", facts).range().min, 2);
  EXPECT_EQ(OpenSize("S", facts).range().max, 4);
  const SymbolFacts chain = Facts({"U==T", "T==S"});
  EXPECT_EQ(OpenSize("U", chain), OpenSize("S", chain));
  EXPECT_EQ(OpenSize("T", Facts({"S==T", "T%8==0"})).ToString(), "8*S_by_8");
}

TEST(SymbolFacts, WhatIsTrueOfEverySizeIsNoNews) {
  for (const char* text : {"S==S", "S>=S", "S<=S+1", "2*S-S==S"}) {
    EXPECT_TRUE(Facts({text}).empty()) << text;
  }
  const SymbolFacts facts = Facts({"T<=U", "U==T", "S==T"});
  EXPECT_EQ(OpenSize("U", facts), OpenSize("S", facts));
  EXPECT_EQ(RelationsIn(facts), nullptr);
  EXPECT_EQ(OpenSize("T", Facts({"S==T", "T==S"})), OpenSize("S", {}));
}

TEST(SymbolFacts, SizesMayHaveASignInFront) {
  EXPECT_EQ(OpenSize("S", Facts({"-S+51>=0"})).range().max, 51);
  EXPECT_EQ(OpenSize("S", Facts({"-(S-3)<=-2"})).range().min, 5);
  EXPECT_EQ(OpenSize("T", Facts({"-S==-T"})), OpenSize("S", {}));
}

TEST(SymbolFacts, WhatNoSizeIsOrSaysNothing) {
  EXPECT_NE(Refusal({"S>=9", "S<=8"}), "");
  EXPECT_NE(Refusal({"S>=9", "T<=8", "S<=T"}), "");
  EXPECT_NE(Refusal({"2*S==3*T"}), "");
  EXPECT_NE(Refusal({"2>=1"}), "");
  EXPECT_NE(Refusal({"S<S"}), "");
  EXPECT_NE(Refusal({"S!=S"}), "");
  EXPECT_NE(Refusal({"S==S+1"}), "");
  EXPECT_NE(Refusal({"S==T+1", "T==S+1"}), "");
  EXPECT_NE(Refusal({"S%4!=1"}), "");
  EXPECT_NE(Refusal({"min(S,2)>=1"}), "");
}

}  // namespace
}  // namespace t2n
