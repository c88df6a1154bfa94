#include "parsers/exported/json.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(JsonTest, ObjectsAndArraysAreReadInOrderWithoutNulls) {
  StringPool pool;
  std::vector<std::string> seen;
  const absl::Status status =
      ReadJson(R"({"a": [1, -2], "none": null, "skipped": {"x": [{}]}, "b\n": "c"})", 0, &pool,
               [&](JsonReader& json) {
                 return json.Object([&](absl::string_view key) -> absl::Status {
                   seen.emplace_back(key);
                   if (key != "a") return absl::OkStatus();
                   return json.Array([&]() -> absl::Status {
                     T2N_ASSIGN_OR_RETURN(const int64_t value, json.Int());
                     seen.push_back(absl::StrCat(value));
                     return absl::OkStatus();
                   });
                 });
               });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(seen, ElementsAre("a", "1", "-2", "skipped", "b\n"));
}

absl::StatusOr<double> Number(absl::string_view text) {
  StringPool pool;
  double value = 0;
  const absl::Status status =
      ReadJson(absl::StrCat("[", text, "]"), 0, &pool, [&](JsonReader& json) {
        return json.Array([&]() -> absl::Status {
          T2N_ASSIGN_OR_RETURN(value, json.Double());
          return absl::OkStatus();
        });
      });
  if (!status.ok()) return status;
  return value;
}

// torch 2.1 to 2.6 write the bare words, later ones strings.
TEST(JsonTest, PythonsSpecialNumbersAreReadInBothSpellings) {
  EXPECT_EQ(*Number("Infinity"), HUGE_VAL);
  EXPECT_EQ(*Number("-Infinity"), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(*Number("NaN")));
  EXPECT_EQ(*Number("\"-Infinity\""), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(*Number("\"NaN\"")));
  EXPECT_EQ(*Number("1e-05"), 1e-5);
  EXPECT_EQ(*Number("\"0.5\""), 0.5);
  EXPECT_FALSE(Number("infinity").ok());
  EXPECT_FALSE(Number("\"x\"").ok());
  EXPECT_FALSE(Number("true").ok());
}

absl::Status ReadDeep(JsonReader& json) {
  return json.Array([&] { return ReadDeep(json); });
}

absl::Status Read(absl::string_view text) {
  StringPool pool;
  return ReadJson(text, 0, &pool, [&](JsonReader& json) {
    return json.Object([&](absl::string_view) -> absl::Status {
      if (json.kind() == JsonKind::kArray) return ReadDeep(json);
      return json.Int().status();
    });
  });
}

TEST(JsonTest, ErrorsTellTheirPlace) {
  EXPECT_THAT(Read(R"({"a": 1, "b": "x"})").message(), HasSubstr("b: expected an integer"));
  EXPECT_THAT(Read(R"({"a": [[], [3]]})").message(), HasSubstr("a[1][0]: expected an array"));
  EXPECT_THAT(Read(R"({"a": 9223372036854775808})").message(), HasSubstr("64 bits"));
}

TEST(JsonTest, BrokenAndDeepTextsAreRefused) {
  for (const char* text : {"", "x", "3", "{", "[", "{\"a\": 1", "{\"a\" 1}", "{\"a\": 1 \"b\": 2}",
                           "{a: 1}", "{\"a\": }", "{\"a\": \"\x01\"}", "{\"a\": \"\xff\"}"}) {
    EXPECT_FALSE(Read(text).ok()) << text;
  }
  const std::string deep = absl::StrCat("{\"a\": ", std::string(100000, '['));
  EXPECT_FALSE(Read(deep).ok());
  const std::string closed =
      absl::StrCat("{\"a\": ", std::string(1000, '['), std::string(1000, ']'), "}");
  EXPECT_THAT(Read(closed).message(), HasSubstr("nested deeper"));
}

TEST(JsonTest, EscapesAreUnescaped) {
  EXPECT_EQ(Unescape(R"(a\"b\\c\/d\n\t\u00e9\ud83d\ude00)"),
            "a\"b\\c/d\n\t\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(Unescape(R"(\uZZZZ\u12)"), "\\uZZZZ\\u12");
  EXPECT_EQ(Unescape("\\"), "\\");
}

}  // namespace
}  // namespace t2n::exported
