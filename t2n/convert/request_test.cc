#include "t2n/convert/request.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

proto::ConversionSpec SpecWithAssertion(const std::string& assertion) {
  proto::ConversionSpec spec;
  spec.set_inputs("x=f32[S,4]");
  spec.add_assertions(assertion);
  return spec;
}

TEST(ParseRequest, OpenSizesAreThoseOfInputsAndAxes) {
  proto::ConversionSpec spec = SpecWithAssertion("S>=2");
  spec.add_dynamic_axes("y:0=T");
  const auto request = ParseRequest(spec);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->open_sizes, (std::set<std::string>{"S", "T"}));
  EXPECT_EQ(request->facts.count("S"), 1);
}

TEST(CheckAssertedSizes, AnAssertionIsAboutASizeThatThereIs) {
  for (const auto& [assertion, fits] : {std::pair("S>=2", true), std::pair("R>=2", false)}) {
    const proto::ConversionSpec spec = SpecWithAssertion(assertion);
    const auto request = ParseRequest(spec);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(CheckAssertedSizes(spec, request->facts, request->open_sizes).ok(), fits)
        << assertion;
  }
}

TEST(CheckWords, RefusesOtherWords) {
  proto::ConversionSpec spec;
  EXPECT_TRUE(CheckWords(spec).ok());
  spec.set_state("keep");
  EXPECT_EQ(CheckWords(spec).message(), "--state is input or drop");
  spec.set_state("drop");
  spec.set_quantized_engine("x87");
  EXPECT_FALSE(CheckWords(spec).ok());
}

}  // namespace
}  // namespace t2n
