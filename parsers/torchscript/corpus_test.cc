// Real code entries, saved by torch 1.2 to 2.15: every one is read, prints as torch wrote it, and
// the print has the same tree.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

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

TEST(CorpusTest, RealSourcesRoundTripToTheByte) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("testdata/torchscript")) {
    if (entry.path().extension() != ".py") continue;
    const std::string text = ReadFile(entry.path());
    auto file = ParseSource(entry.path().string(), text);
    ASSERT_TRUE(file.ok()) << file.status();
    const std::string print = Print(**file);
    EXPECT_EQ(print, text) << entry.path();
    auto again = ParseSource(entry.path().string(), print);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(Dump(**again), Dump(**file)) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 100);
}

}  // namespace
}  // namespace t2n::torchscript
