#include "parsers/archive/archive.h"

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/testing/zip_builder.h"

namespace t2n {
namespace {

using ::t2n::testing::BuildZip;
using ::t2n::testing::ZipItem;
using ::testing::HasSubstr;

absl::StatusOr<std::shared_ptr<const Archive>> FromItems(const std::vector<ZipItem>& items) {
  return Archive::FromMemory(BuildZip(items), "m.pt");
}

std::string Refusal(const std::vector<ZipItem>& items) {
  return std::string(FromItems(items).status().message());
}

ZipItem Item(std::string name, std::string data) {
  return ZipItem{std::move(name), std::move(data)};
}

ZipItem Deflated(std::string name, std::string data) {
  ZipItem item = Item(std::move(name), std::move(data));
  item.deflate = true;
  return item;
}

TEST(ArchiveTest, NamesAreRelativeToTheFirstEntrysFolderAndInOrder) {
  const auto archive = FromItems({Item("top/version", "3\n"), Deflated("top/code/a.py", "pass\n"),
                                  Item("other/x", "y"), Item("top/data/0", "abcd")});
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_EQ((*archive)->top_folder(), "top");
  ASSERT_EQ((*archive)->entries().size(), 3);
  EXPECT_EQ((*archive)->entries()[0].name, "version");
  EXPECT_EQ((*archive)->entries()[1].name, "code/a.py");
  EXPECT_EQ((*archive)->entries()[2].name, "data/0");
  EXPECT_EQ((*archive)->Find("x"), nullptr);
}

TEST(ArchiveTest, StoredAndDeflatedEntriesRead) {
  const std::string text(10000, 'a');
  const auto archive = FromItems({Item("t/s", "stored"), Deflated("t/d", text)});
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_EQ((*archive)->Read("s")->text(), "stored");
  EXPECT_EQ((*archive)->Read("d")->text(), text);
  EXPECT_EQ((*archive)->Read("d", 9999).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ((*archive)->Read("none").status().code(), absl::StatusCode::kNotFound);
}

TEST(ArchiveTest, EntriesStream) {
  const std::string text(5000000, 'a');
  const auto archive = FromItems({Item("t/s", text), Deflated("t/d", text)});
  ASSERT_TRUE(archive.ok()) << archive.status();
  for (const char* name : {"s", "d"}) {
    std::string got;
    const absl::Status status = (*archive)->Stream(name, [&](absl::Span<const uint8_t> piece) {
      got.append(piece.begin(), piece.end());
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(got, text);
  }
  const auto refuse = [](absl::Span<const uint8_t>) { return absl::CancelledError("enough"); };
  EXPECT_EQ((*archive)->Stream("s", refuse).message(), "enough");
}

TEST(ArchiveTest, BytesOutliveTheArchive) {
  auto archive = FromItems({Item("t/s", "stored")});
  const auto bytes = (*archive)->Read("s");
  archive->reset();
  EXPECT_EQ(bytes->text(), "stored");
}

TEST(ArchiveTest, EmptyEntriesAreThere) {
  const auto archive = FromItems({Item("t/e", ""), Item("t/s", "x")});
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_EQ((*archive)->Read("e")->text(), "");
}

TEST(ArchiveTest, DamageIsFoundByItsCrc) {
  ZipItem item = Item("t/s", "stored");
  item.crc32 = 1;
  const auto archive = FromItems({item});
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_EQ((*archive)->Read("s").status().code(), absl::StatusCode::kDataLoss);
  const auto accept = [](absl::Span<const uint8_t>) { return absl::OkStatus(); };
  EXPECT_EQ((*archive)->Stream("s", accept).code(), absl::StatusCode::kDataLoss);
}

TEST(ArchiveTest, ADeflatedEntryThatIsNotOfItsSizeIsRefused) {
  for (const uint32_t size : {0u, 99u, 101u, 0x7ffffff0u, 0xfffffff0u}) {
    ZipItem item = Deflated("t/d", std::string(100, 'a'));
    item.size = size;
    const auto archive = FromItems({item});
    if (archive.ok()) {
      EXPECT_FALSE((*archive)->Read("d").ok()) << size;
    }
  }
}

TEST(ArchiveTest, DuplicateNamesAreRefused) {
  EXPECT_THAT(Refusal({Item("t/a", "1"), Item("t/a", "2")}), HasSubstr("have the same name"));
}

TEST(ArchiveTest, OverlappingEntriesAreRefused) {
  ZipItem second = Item("t/a", "1");
  second.header_offset = 0;
  EXPECT_FALSE(FromItems({Item("t/a", "1"), second}).ok());
  ZipItem first = Item("t/a", std::string(20, 'x'));
  first.size = first.packed_size = 60;
  EXPECT_THAT(Refusal({first, Item("t/b", std::string(60, 'y'))}), HasSubstr("overlap"));
}

TEST(ArchiveTest, EntriesOutsideOfTheFileAreRefused) {
  ZipItem item = Item("t/a", "1");
  item.size = item.packed_size = 1000000;
  EXPECT_FALSE(FromItems({item}).ok());
  item.size = item.packed_size = 1;
  item.header_offset = 1000000;
  EXPECT_FALSE(FromItems({item}).ok());
}

TEST(ArchiveTest, EncryptedAndUnknownMethodsAreRefusedByName) {
  ZipItem item = Item("t/a", std::string(20, 'x'));
  item.method = 14;
  EXPECT_THAT(Refusal({item}), HasSubstr("packed with method 14"));
  item.method = 0;
  item.flags = 1;
  EXPECT_FALSE(FromItems({item}).ok());
}

TEST(ArchiveTest, CountsThatLieAreRefused) {
  for (const int count : {0, 1, 3, 65535}) {
    EXPECT_FALSE(
        Archive::FromMemory(BuildZip({Item("t/a", "1"), Item("t/b", "2")}, count), "m.pt").ok());
  }
}

TEST(ArchiveTest, WithoutATopFolderNamesStayAsTheyAre) {
  const auto archive = FromItems({Item("program.json", "1"), Item("extra/x", "2")});
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_EQ((*archive)->top_folder(), "");
  EXPECT_EQ((*archive)->Read("program.json")->text(), "1");
  EXPECT_EQ((*archive)->Read("extra/x")->text(), "2");
}

TEST(ArchiveTest, AZipInAZipIsReadWhereItLies) {
  const std::string inner = BuildZip({Item("a/data", "weights")});
  for (const bool deflate : {false, true}) {
    ZipItem item = Item("t/inner.pt", inner);
    item.deflate = deflate;
    auto outer = FromItems({item, Item("t/other", "x")});
    ASSERT_TRUE(outer.ok()) << outer.status();
    const auto nested = Archive::OpenNested(*outer, "inner.pt");
    ASSERT_TRUE(nested.ok()) << nested.status();
    if (!deflate) {
      const EntryBytes whole = *(*outer)->Read("inner.pt"), part = *(*nested)->Read("data");
      EXPECT_TRUE(part.span().data() > whole.span().data() &&
                  part.span().end() < whole.span().end());
    }
    EXPECT_THAT(Archive::OpenNested(*outer, "other").status().message(), HasSubstr("m.pt!other"));
    *outer = nullptr;
    EXPECT_EQ((*nested)->Read("data")->text(), "weights");
  }
}

TEST(ArchiveTest, EveryTruncationIsRefused) {
  const std::string whole = BuildZip({Item("t/a", "1234"), Deflated("t/b", "567")});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Archive::FromMemory(whole.substr(0, size), "m.pt").ok()) << size;
  }
}

TEST(ArchiveTest, EveryByteFlipIsRefusedOrReadsSafely) {
  const std::string whole = BuildZip({Item("t/a", "1234"), Deflated("t/b", std::string(50, 'z'))});
  for (size_t i = 0; i < whole.size() * 8; ++i) {
    std::string bytes = whole;
    bytes[i / 8] ^= 1 << (i % 8);
    const auto archive = Archive::FromMemory(bytes, "m.pt");
    if (!archive.ok()) continue;
    for (const Entry& entry : (*archive)->entries()) {
      const auto read = (*archive)->Read(entry.name);
      EXPECT_TRUE(!read.ok() || read->text().size() <= 50);
    }
  }
}

TEST(ArchiveTest, OtherFilesAreCalledByTheirNames) {
  const auto refusal = [](const std::string& bytes) {
    return std::string(Archive::FromMemory(bytes, "m.pt").status().message());
  };
  EXPECT_THAT(refusal(""), HasSubstr("m.pt: the file is empty"));
  EXPECT_THAT(refusal("\x80\x02\x8a\x0a"), HasSubstr("torch.save"));
  EXPECT_THAT(refusal(std::string("\x18\0\0\0PTMF", 8)), HasSubstr("flatbuffer"));
  EXPECT_THAT(refusal("PK\3\4 and then nothing"), HasSubstr("incomplete"));
  EXPECT_THAT(refusal("\x1f\x8b\x08"), HasSubstr("gzip"));
  EXPECT_THAT(refusal("hello"), HasSubstr("not a zip archive"));
}

// An archive in a file, and what it is opened as.
struct File {
  explicit File(const std::string& bytes) : path(::testing::TempDir() + "/archive_test.pt") {
    std::ofstream(path, std::ios::binary) << bytes;
    archive = *Archive::Open(path);
  }
  ~File() { std::filesystem::remove(path); }
  std::string path;
  std::shared_ptr<const Archive> archive;
};

absl::Status Accept(absl::Span<const uint8_t>) { return absl::OkStatus(); }

TEST(ArchiveTest, FilesReadAsMemoryDoes) {
  const std::string text(5000000, 'a'), inner = BuildZip({Item("a/data", text)});
  const File file(BuildZip({Item("t/s", text), Deflated("t/d", text), Item("t/inner", inner)}));
  EXPECT_EQ(file.archive->Read("s")->text(), text);
  EXPECT_EQ(file.archive->Read("d")->text(), text);
  EXPECT_GE(file.archive->Read("d")->behind(), 64);
  const auto nested = Archive::OpenNested(file.archive, "inner");
  ASSERT_TRUE(nested.ok()) << nested.status();
  std::string got;
  const absl::Status status = (*nested)->Stream("data", [&](absl::Span<const uint8_t> piece) {
    got.append(piece.begin(), piece.end());
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(got, text);
}

TEST(ArchiveTest, AFileThatIsCutOffWhileItIsReadIsRefused) {
  const File file(BuildZip({Item("t/s", std::string(5000000, 'a')), Item("t/x", "x")}));
  std::filesystem::resize_file(file.path, 100000);
  EXPECT_EQ(file.archive->Read("s").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(file.archive->Read("x").status().message(), HasSubstr("was changed while it was"));
  EXPECT_EQ(file.archive->Stream("s", Accept).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(file.archive->StreamFile(Accept).code(), absl::StatusCode::kDataLoss);
}

TEST(ArchiveTest, AFileThatIsWrittenToWhileItIsReadIsRefused) {
  const std::string bytes = BuildZip({Item("t/s", "stored")});
  const File file(bytes);
  EXPECT_EQ(file.archive->Read("s")->text(), "stored");
  const auto written = std::filesystem::last_write_time(file.path);
  std::filesystem::last_write_time(file.path, written - std::chrono::hours(1));
  EXPECT_EQ(file.archive->Read("s").status().code(), absl::StatusCode::kDataLoss);
}

TEST(ArchiveTest, AFileWhoseNameAnotherOneGetsIsReadToItsEnd) {
  const File file(BuildZip({Item("t/s", "stored")}));
  std::filesystem::remove(file.path);
  std::ofstream(file.path) << "another file";
  EXPECT_EQ(file.archive->Read("s")->text(), "stored");
}

TEST(ArchiveTest, APipeIsNotWaitedFor) {
  const std::string path = ::testing::TempDir() + "/archive_test.pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(Archive::Open(path).status().code(), absl::StatusCode::kInvalidArgument);
  std::filesystem::remove(path);
}

TEST(ArchiveTest, AMissingFileSaysSo) {
  EXPECT_EQ(Archive::Open("/nonexistent.pt").status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(Archive::Open("/").ok());
}

}  // namespace
}  // namespace t2n
