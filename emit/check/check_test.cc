#include "emit/check/check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "emit/nnef/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

using ::testing::HasSubstr;

constexpr char kTract[] = R"(version 1.0;
extension KHR_enable_fragment_definitions;
extension tract_registry tract_core;
extension tract_symbol S;
fragment half(x: tensor<scalar>)
-> (y: tensor<scalar>)
{
    y = mul(x, 0.5);
}
fragment scan_body(x: tensor<scalar>, state: tensor<scalar>, w: tensor<scalar>)
-> (next: tensor<scalar>)
{
    sum = add(x, state);
    next = mul(sum, w);
}
graph network(x) -> (y)
{
    x = external<scalar>(shape = [1, 4, S]);
    w = variable<scalar>(label = "w", shape = [4, 4, 1]);
)";

// What is said of a graph x -> y with these assignments; empty for nothing.
std::string Said(const std::string& body, const std::string& target = "tract",
                 std::string head = kTract) {
  absl::StatusOr<nnef::Document> document = nnef::ParseDocument(absl::StrCat(head, body, "}\n"));
  if (!document.ok()) return std::string(document.status().message());
  return std::string(CheckDocument(*document, *FindTarget(target)).message());
}

TEST(CheckTest, AcceptsWhatIsWritten) {
  EXPECT_EQ(Said(R"(
    a = conv(x, w, padding = [(0, 0)], stride = [1], dilation = [1], groups = 1);
    b = half(a);
    c = concat([a, b, x], axis = 1);
    n = tract_core_cast([2*S+1, min(S,4), (S+1)/2], to = "i64");
    r = tract_core_range(0, S, 1);
    d = slice(c, axes = [2], begin = [0], end = [S-1]);
    v, i = max_pool_with_index(x, size = [1, 1, 2], border = "ignore");
    s, t = tract_core_topk(x, k = 2, axis = 2, largest = true);
    f = tract_core_scan(body = "scan_body", scan = [("x", x, 2, 1)], full = [("w", w)], state = [("state", x, "next")], output = [("next", "full", 2, 1)]);
    e = select(true, x, -inf);
    y = max(x, 1e-5);
)"),
            "");
}

TEST(CheckTest, NamesAreDefinedOnceAndBefore) {
  EXPECT_THAT(Said("y = relu6(x);"), HasSubstr("`relu6` is no operator of tract:0.23.9"));
  EXPECT_THAT(Said("y = neg(z);"), HasSubstr("graph: `y = neg(z)`: `z` is not defined"));
  EXPECT_THAT(Said("y = neg(z); z = neg(x);"), HasSubstr("`z` is not defined"));
  EXPECT_THAT(Said("y = neg(x); y = neg(x);"), HasSubstr("`y` is defined twice"));
  EXPECT_THAT(Said("z = neg(x);"), HasSubstr("result `y` is not assigned"));
  EXPECT_THAT(Said("y = add(x, T);"), HasSubstr("`T` is not defined"));
  EXPECT_THAT(Said("q = external<scalar>(shape = [1]); y = neg(x);"),
              HasSubstr("an external that is no input"));
}

TEST(CheckTest, ArgumentsArePresentKnownAndOfTheirType) {
  EXPECT_THAT(Said("y = add(x);"), HasSubstr("`y` is missing"));
  EXPECT_THAT(Said("y = add(x, x, x);"), HasSubstr("it has 2 parameters"));
  EXPECT_THAT(Said("y = neg(x, axis = 1);"), HasSubstr("it has no parameter `axis`"));
  EXPECT_THAT(Said("y = squeeze(x);"), HasSubstr("`axes` is missing"));
  EXPECT_THAT(Said("y = squeeze(x, axes = 1);"), HasSubstr("`axes` cannot be `1`"));
  EXPECT_THAT(Said("y = squeeze(x, axes = [0.5]);"), HasSubstr("`axes` cannot be `[0.5]`"));
  EXPECT_THAT(Said("y = reshape(x, shape = [T]);"), HasSubstr("`shape` cannot be `[T]`"));
  EXPECT_THAT(Said("y = reshape(x, shape = [-S]);"), HasSubstr("`shape` cannot be `[-S]`"));
  EXPECT_THAT(Said("y = concat(x, axis = 1);"), HasSubstr("`values` cannot be `x`"));
  EXPECT_THAT(Said("y = concat([], axis = 1);"), HasSubstr("`values` cannot be `[]`"));
  EXPECT_THAT(Said("y = concat([x, q], axis = 1);"), HasSubstr("`q` is not defined"));
  EXPECT_THAT(Said("y = pad(x, padding = [0, 0]);"), HasSubstr("`padding` cannot be `[0, 0]`"));
  EXPECT_THAT(Said("y = leaky_relu(x, alpha = x);"), HasSubstr("`alpha` cannot be `x`"));
  EXPECT_THAT(Said("y = leaky_relu(x, alpha = nan.0);"), HasSubstr("no literal for NaN"));
  EXPECT_THAT(Said("y = tract_core_cast(x, to = f32);"), HasSubstr("`to` cannot be `f32`"));
  EXPECT_THAT(Said("y = matmul(x, x, transposeA = 1);"), HasSubstr("`transposeA` cannot be `1`"));
  EXPECT_THAT(Said("y = slice(x, axes = [0], axes = [1], begin = [0], end = [1]);"),
              HasSubstr("`axes` is given twice"));
}

TEST(CheckTest, OperandsAreNeverEmpty) {
  nnef::Document document = *nnef::ParseDocument(absl::StrCat(kTract, "y = neg(x);}\n"));
  document.body.back().value = nnef::Call("select", {nnef::Id("x"), nnef::Id(""), nnef::Id("x")});
  const absl::Status status = CheckDocument(
      document, DefaultTarget(), [](const nnef::Assignment&) { return std::string("net.py:3:1"); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(),
            "the model would not be readable: graph: `y = select(x, , x)`: an operand is missing, "
            "at net.py:3:1");
}

TEST(CheckTest, ResultsAreCounted) {
  EXPECT_THAT(Said("y, z = neg(x);"), HasSubstr("it has 1 results"));
  EXPECT_THAT(Said("y = max_pool_with_index(x, size = [1, 1, 2]);"), HasSubstr("it has 2 results"));
}

TEST(CheckTest, FragmentsGetTheirParameters) {
  EXPECT_THAT(Said("y = half(x, x);"), HasSubstr("the fragment has 1 parameters"));
  EXPECT_THAT(Said("y = half(q);"), HasSubstr("`q` is not defined"));
  EXPECT_THAT(Said("y, z = half(x);"), HasSubstr("the fragment has 1 results"));
  EXPECT_THAT(
      Said(R"(y = tract_core_scan(body = "loop", scan = [], full = [], state = [], output = []);)"),
      HasSubstr("its body is no fragment"));
  const auto scan = [](const std::string& full, const std::string& output) {
    return Said(absl::StrCat(
        R"(y = tract_core_scan(body = "scan_body", scan = [("x", x, 2, 1)], full = [)", full,
        R"(], state = [("state", x, "next")], output = [(")", output, R"(", "full", 2, 1)]);)"));
  };
  EXPECT_THAT(scan("", "next"), HasSubstr("parameters of its body are left"));
  EXPECT_THAT(scan(R"(("v", w))", "next"), HasSubstr("`v` is no parameter left of its body"));
  EXPECT_THAT(scan(R"(("x", w))", "next"), HasSubstr("`x` is no parameter left of its body"));
  EXPECT_THAT(scan(R"(("w", w))", "sum"), HasSubstr("`sum` is no result of its body"));
  EXPECT_EQ(scan(R"(("w", w))", "next"), "");
}

TEST(CheckTest, TargetsHaveTheirOperators) {
  EXPECT_THAT(Said("y = copy(x);", "tract:0.22.4"), HasSubstr("no operator of tract:0.22.4"));
  EXPECT_THAT(Said("y = sqr(x);"), HasSubstr("`sqr` is no operator of tract:0.23.9"));
  const std::string strict =
      "version 1.0;\ngraph network(x) -> (y)\n{\nx = external<scalar>(shape = [1, 4]);\n";
  EXPECT_EQ(Said("y = sqr(x);", "khronos", strict), "");
  EXPECT_THAT(Said("y = square(x);", "khronos", strict), HasSubstr("no operator of khronos"));
  EXPECT_THAT(Said("y = reshape(x, shape = [S]);", "khronos", strict), HasSubstr("cannot be"));
  EXPECT_THAT(Said("y = tract_core_erf(x);", "tract", strict), HasSubstr("no extension allows"));
}

}  // namespace
}  // namespace t2n
