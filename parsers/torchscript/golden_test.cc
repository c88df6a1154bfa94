// goldens/*.txt: cases of "# title", source, "---", the tree's dump. The source is also what the
// tree prints as.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "parsers/torchscript/dump.h"
#include "parsers/torchscript/parser.h"
#include "parsers/torchscript/printer.h"

namespace t2n::torchscript {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

void Check(absl::string_view title, absl::string_view source, absl::string_view dump) {
  SCOPED_TRACE(title);
  auto file = ParseSource("golden.py", std::string(source));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Dump(**file), std::string(dump));
  EXPECT_EQ(Print(**file), std::string(source));
}

TEST(GoldenTest, SourcesHaveTheTreesWrittenBelowThem) {
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator("parsers/torchscript/goldens")) {
    const std::string text = absl::StrCat("\n", ReadFile(entry.path()));
    for (absl::string_view golden : absl::StrSplit(text, "\n# ", absl::SkipEmpty())) {
      const std::vector<absl::string_view> title_and_rest =
          absl::StrSplit(golden, absl::MaxSplits('\n', 1));
      const std::vector<absl::string_view> parts =
          absl::StrSplit(title_and_rest.at(1), absl::MaxSplits("---\n", 1));
      ASSERT_EQ(parts.size(), 2) << golden;
      Check(title_and_rest[0], parts[0],
            absl::StrCat(absl::StripTrailingAsciiWhitespace(parts[1]), "\n"));
      ++cases;
    }
  }
  EXPECT_GT(cases, 25);
}

}  // namespace
}  // namespace t2n::torchscript
