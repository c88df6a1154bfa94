#include "t2n/reference/npz.h"

#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/testing/zip_builder.h"

namespace t2n {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
std::string Npy(const std::string& descr, bool fortran, const std::string& shape,
                const std::vector<T>& values) {
  std::string header =
      absl::StrCat("{'descr': '", descr, "', 'fortran_order': ", fortran ? "True" : "False",
                   ", 'shape': ", shape, ", }\n");
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(header.size());
  out += '\0';
  out += header;
  out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return out;
}

std::string WriteFile(const std::string& name, const std::string& bytes) {
  std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(ParseNpy, OrdersAndRanks) {
  auto c = ParseNpy(Npy<float>("<f4", false, "(2, 3)", {0, 1, 2, 3, 4, 5}));
  ASSERT_TRUE(c.ok()) << c.status();
  EXPECT_THAT(c->sizes, ElementsAre(2, 3));
  EXPECT_THAT(*ReadDoubles(*c), ElementsAre(0, 1, 2, 3, 4, 5));
  auto fortran = ParseNpy(Npy<int64_t>("<i8", true, "(2, 3)", {0, 3, 1, 4, 2, 5}));
  ASSERT_TRUE(fortran.ok()) << fortran.status();
  EXPECT_THAT(*ReadInts(*fortran), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(*ReadInts(*ParseNpy(Npy<uint8_t>("|b1", false, "()", {1}))), ElementsAre(1));
  EXPECT_THAT(*ReadComplex(*ParseNpy(Npy<float>("<c8", false, "(1,)", {1, 2}))),
              ElementsAre(std::complex<double>(1, 2)));
  EXPECT_EQ(ParseNpy(Npy<float>("<f4", false, "(0, 4)", {}))->numel(), 0);
}

TEST(ParseNpy, LiesAreRefused) {
  std::string good = Npy<float>("<f4", false, "(2,)", {1, 2});
  for (size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(ParseNpy(good.substr(0, n)).ok()) << n;
  EXPECT_FALSE(ParseNpy(good + "x").ok());
  EXPECT_FALSE(ParseNpy(Npy<float>("<f4", false, "(-1,)", {1})).ok());
  EXPECT_FALSE(ParseNpy(Npy<float>("<f4", false, "(4611686018427387904, 4)", {})).ok());
  EXPECT_THAT(ParseNpy(Npy<float>(">f4", false, "(1,)", {1})).status().message(),
              HasSubstr("dtype '>f4' is not supported"));
  EXPECT_FALSE(ParseNpy(Npy<float>("|O", false, "(1,)", {1})).ok());
}

TEST(ReadNpz, StoredAndDeflatedEntries) {
  testing::ZipItem a, b;
  a.name = "in0.npy";
  a.data = Npy<int32_t>("<i4", false, "(2,)", {5, 6});
  b.name = "out0.npy";
  b.data = Npy<double>("<f8", false, "(1, 1)", {2.5});
  b.deflate = true;
  auto arrays = ReadNpz(WriteFile("two.npz", testing::BuildZip({a, b})));
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  ASSERT_EQ(arrays->size(), 2);
  EXPECT_EQ((*arrays)[0].first, "in0");
  EXPECT_THAT(*ReadInts((*arrays)[0].second), ElementsAre(5, 6));
  EXPECT_EQ((*arrays)[1].first, "out0");
  EXPECT_THAT(*ReadDoubles((*arrays)[1].second), ElementsAre(2.5));
}

TEST(ReadNpz, SingleArraysAndOtherFiles) {
  auto one = ReadNpz(WriteFile("one.npy", Npy<float>("<f4", false, "(1,)", {3})));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ((*one)[0].first, "");
  EXPECT_EQ(ReadNpz(WriteFile("text.npz", "hello")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadNpz("/nowhere.npz").status().code(), absl::StatusCode::kNotFound);
}

TEST(ReadNpz, DamagedEntriesAreRefused) {
  testing::ZipItem a;
  a.name = "in0.npy";
  a.data = Npy<int32_t>("<i4", false, "(2,)", {5, 6});
  a.crc32 = 1;
  EXPECT_FALSE(ReadNpz(WriteFile("crc.npz", testing::BuildZip({a}))).ok());
}

}  // namespace
}  // namespace t2n
