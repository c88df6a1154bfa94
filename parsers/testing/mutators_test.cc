#include "parsers/testing/mutators.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/archive/archive.h"
#include "parsers/testing/zip_builder.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t /*max_size*/) {
  if (size > 0) data[0] ^= 1;
  return size;
}

namespace t2n::testing {
namespace {

using ::testing::Contains;

// What comes of 1,000 changes.
std::set<std::string> Changed(std::string (*mutate)(const std::string&, Random&),
                              const std::string& input) {
  std::set<std::string> all;
  Random random(1);
  for (int i = 0; i < 1000; ++i) all.insert(mutate(input, random));
  return all;
}

TEST(MutateText, NumbersNamesLinesAndGroups) {
  const auto all = Changed(MutateText, "x = f(1)\ny = x\n");
  EXPECT_THAT(all, Contains("x = f(9223372036854775807)\ny = x\n"));
  EXPECT_THAT(all, Contains("x = f(1)\nf = x\n"));
  EXPECT_THAT(all, Contains("y = x\n"));
  EXPECT_THAT(all, Contains("x = f\ny = x\n"));
  EXPECT_EQ(Changed(MutateText, "").size(), 1);
}

TEST(MutatePickle, OpcodesKeepTheirArguments) {
  const std::string pickle("\x80\x02X\x01\0\0\0aK\x05\x86.", 13);
  const auto all = Changed(MutatePickle, pickle);
  EXPECT_THAT(all, Contains(std::string("\x80\x02K\x05\x86.", 6)));
  EXPECT_THAT(all, Contains(std::string("\x80\x02X\x01\0\0\0aK\x05\x87.", 13)));
  EXPECT_THAT(Changed(MutatePickle, "X\x09"), Contains("X\x09"));
}

TEST(MutateZip, ChecksumsAreRight) {
  const std::string zip = BuildZip({{"top/a.py", "x = 1\n"}, {"top/version", "3\n"}});
  int changed = 0;
  for (const std::string& other : Changed(MutateZip, zip)) {
    const auto archive = Archive::FromMemory(other, "a");
    ASSERT_TRUE(archive.ok()) << archive.status();
    for (const Entry& entry : (*archive)->entries()) {
      const auto bytes = (*archive)->Read(entry.name);
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      changed += entry.name == "a.py" && bytes->text() != "x = 1\n";
    }
  }
  EXPECT_GT(changed, 20);
}

TEST(Mutate, IsNeverLargerThanItMayBe) {
  std::string data = BuildZip({{"top/a.py", "x = (1, 2, 3)\n"}});
  const size_t size = data.size();
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::string copy = data;
    EXPECT_LE(Mutate(MutateZip, reinterpret_cast<uint8_t*>(&copy[0]), size, size, seed), size);
  }
}

}  // namespace
}  // namespace t2n::testing
