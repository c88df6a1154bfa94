#include "tools/pages/html.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

proto::Preview Hostile() {
  proto::Preview preview;
  preview.set_nnef("@SCRIPT@ @DATA@ </script><script>alert(1)</script><!-- <script>");
  proto::SourceFile& file = *preview.add_sources();
  file.set_name("</script><img src=x onerror=alert(1)>");
  return preview;
}

size_t Count(absl::string_view text, absl::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(HtmlTest, WhatComesFromTheArchiveIsNeverMarkup) {
  const auto page = ToHtml(Hostile());
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(*page, Not(HasSubstr("<img")));
  EXPECT_THAT(*page, Not(HasSubstr("<!--")));
  EXPECT_EQ(Count(*page, "<script"), 2);
  EXPECT_EQ(Count(*page, "</script"), 2);
  EXPECT_THAT(*page, HasSubstr("\\u003c/script"));
}

TEST(HtmlTest, MarksOfTheTemplateInDataStay) {
  const auto page = ToHtml(Hostile());
  EXPECT_THAT(*page, HasSubstr("@SCRIPT@ @DATA@"));
  EXPECT_EQ(Count(*page, "\"use strict\""), 1);
}

TEST(HtmlTest, AllowsItselfAndNothingElse) {
  const auto page = ToHtml(proto::Preview());
  EXPECT_THAT(*page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(*page, HasSubstr("style-src 'sha256-"));
  EXPECT_THAT(*page, Not(HasSubstr("http://")));
  EXPECT_THAT(*page, Not(HasSubstr("https://")));
  EXPECT_THAT(*page, Not(HasSubstr("unsafe-inline")));
}

}  // namespace
}  // namespace t2n
