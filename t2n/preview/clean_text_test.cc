#include "t2n/preview/clean_text.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

constexpr char kBad[] = "\xEF\xBF\xBD";

TEST(CleanTextTest, KeepsText) {
  EXPECT_EQ(CleanText("a\tb </script> \xC3\x97 \xE2\x82\xAC \xF0\x9F\x98\x80"),
            "a\tb </script> \xC3\x97 \xE2\x82\xAC \xF0\x9F\x98\x80");
}

TEST(CleanTextTest, ReplacesControlCharacters) {
  EXPECT_EQ(CleanText(std::string("a\0b\x1b[31m\x7f", 9)),
            std::string("a") + kBad + "b" + kBad + "[31m" + kBad);
  EXPECT_EQ(CleanText("\xC2\x9B"), kBad);
}

TEST(CleanTextTest, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(CleanText("\xFF"), kBad);
  EXPECT_EQ(CleanText("a\xC3"), std::string("a") + kBad);
  EXPECT_EQ(CleanText("\xC0\xAF"), std::string(kBad) + kBad);             // overlong
  EXPECT_EQ(CleanText("\xED\xA0\x80"), std::string(kBad) + kBad + kBad);  // a surrogate
}

}  // namespace
}  // namespace t2n
