#include "emit/nnef/fragments.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n::nnef {
namespace {

std::string Fault(absl::string_view text) {
  FragmentLibrary library;
  return std::string(ReadFragments("my.nnef", text, &library).message());
}

TEST(FragmentsTest, KeepsTheTextAndSaysWhatWritersNeed) {
  constexpr char kText[] = R"(version 1.0;
extension tract_registry tract_extra;
# Of two parts.
fragment norm<? = scalar>(x: tensor<?>, axes: integer[] = [0, 1], eps: scalar = 1e-5) -> (y: tensor< ? >)
{
    m = mean_reduce(x * x, axes = axes) if eps > 0.0 else tract_extra_zero(x);
    y = x * rsqrt(m + eps)[0];
}
fragment twice(xs: tensor<scalar>[]) -> (a: tensor<scalar>, b: tensor<scalar>) {
    a, b = (norm(xs[0]), cast<scalar>([for i in range_of(xs) yield xs[i]]));
}
)";
  FragmentLibrary library;
  ASSERT_EQ(ReadFragments("my.nnef", kText, &library), absl::OkStatus());
  ASSERT_EQ(library.size(), 2);
  const SourceFragment& norm = library.at("norm");
  EXPECT_EQ(norm.place, "my.nnef:4:10");
  EXPECT_THAT(norm.extensions, testing::ElementsAre("tract_registry tract_extra"));
  EXPECT_TRUE(absl::string_view(kText).find(norm.fragment.source) != absl::string_view::npos);
  EXPECT_EQ(norm.fragment.source.back(), '}');
  ASSERT_EQ(norm.fragment.parameters.size(), 3);
  EXPECT_EQ(norm.fragment.parameters[1].type, "integer[]");
  EXPECT_FALSE(norm.fragment.parameters[0].optional);
  EXPECT_TRUE(norm.fragment.parameters[1].optional);
  EXPECT_EQ(norm.fragment.results[0].type, "tensor<?>");
  ASSERT_EQ(norm.uses.size(), 3);
  EXPECT_EQ(norm.uses[1].name, "tract_extra_zero");
  EXPECT_EQ(norm.uses[1].place, "my.nnef:6:59");
  EXPECT_EQ(library.at("twice").uses.size(), 3);
}

TEST(FragmentsTest, FaultsHaveTheirPlace) {
  EXPECT_EQ(Fault("fragment f(x: tensor<scalar>) -> (y: tensor<scalar>) { y = z; }"),
            "my.nnef:1:60: `z` is no parameter, and nothing before gives it");
  EXPECT_EQ(Fault("fragment f(x: tensor<scalar>)\n-> (y: tensor<scalar>) { z = x; }"),
            "my.nnef:2:4: result `y` is not assigned");
  EXPECT_EQ(Fault("fragment f(x: number) -> (y: scalar) { y = x; }"),
            "my.nnef:1:15: `number` is no type");
  EXPECT_EQ(Fault("fragment f(x: scalar) -> (y: scalar) { y = exp(x; }"),
            "my.nnef:1:49: expected `)`, found `;`");
  EXPECT_EQ(Fault("fragment f(x: scalar) -> (y: scalar) { y = \"x; }"),
            "my.nnef:1:44: a text without its end");
  EXPECT_EQ(Fault("fragment f(x: scalar) -> (y: scalar) { y = x;"),
            "my.nnef:1:46: expected a name, found ``");
  EXPECT_EQ(Fault("graph g(x) -> (y) { y = x; }"),
            "my.nnef:1:1: expected `fragment`, found `graph`");
  const std::string twice =
      "fragment f(x: scalar) -> (y: scalar) { y = x; }\n"
      "fragment f(x: scalar) -> (y: scalar) { y = x; }\n";
  EXPECT_EQ(Fault(twice), "my.nnef:2:10: fragment f is there already, at my.nnef:1:10");
}

std::string CallFault(const std::string& calls) {
  FragmentLibrary library;
  const std::string text =
      "fragment f(x: tensor<scalar>, a: scalar, b: scalar = 1.0) -> (y: tensor<scalar>)\n"
      "{ y = x * a * b; }\n"
      "fragment g(x: tensor<scalar>) -> (y: tensor<scalar>) {\n" +
      calls + "\n}\n";
  EXPECT_EQ(ReadFragments("my.nnef", text, &library), absl::OkStatus());
  return std::string(CheckCalls(library).message());
}

TEST(FragmentsTest, CallsFitTheFragmentsThatTheyCall) {
  EXPECT_EQ(CallFault("y = f(x, 2.0) + f(x, a = 1.0, b = 2.0) + f(exp(x), 1.0, 2.0);"), "");
  EXPECT_EQ(CallFault("y = f(x);"), "my.nnef:4:5: f is given its parameter `a` not");
  EXPECT_EQ(CallFault("y = f(x, 1.0, 2.0, 3.0);"), "my.nnef:4:5: f has 3 parameters, 4 are given");
  EXPECT_EQ(CallFault("y = f(x, 1.0, c = 3.0);"), "my.nnef:4:5: f has no parameter `c` left");
  EXPECT_EQ(CallFault("y = f(x, 1.0, a = 3.0);"), "my.nnef:4:5: f has no parameter `a` left");
  EXPECT_EQ(CallFault("y = f(x, a = 1.0, a = 3.0);"),
            "my.nnef:4:5: f is given its parameter `a` several times");
  EXPECT_EQ(CallFault("y = exp(g(x));"), "my.nnef:4:9: g calls itself: NNEF has no recursion");
}

TEST(FragmentsTest, DepthIsLimited) {
  const std::string deep(100000, '(');
  EXPECT_NE(Fault("fragment f(x: scalar) -> (y: scalar) { y = " + deep).find("too deep"),
            std::string::npos);
}

}  // namespace
}  // namespace t2n::nnef
