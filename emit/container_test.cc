#include "emit/container.h"

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "emit/testing/folder_test_base.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

absl::Span<const uint8_t> Bytes(absl::string_view s) {
  return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

class ContainerTest : public FolderTestBase {
 protected:
  static ByteSource Pieces(std::vector<absl::string_view> pieces) {
    return [pieces](const ByteSink& sink) {
      absl::Status status;
      for (absl::string_view piece : pieces) {
        if (status.ok()) status = sink(Bytes(piece));
      }
      return status;
    };
  }
  // Writes graph.nnef with `text` and one tensor file.
  static absl::Status WriteModel(const std::string& path, absl::string_view text) {
    auto container = CreateContainer(path, ContainerKind::kByName, 6);
    if (!container.ok()) return container.status();
    absl::Status status = (*container)->Add("graph.nnef", text.size(), Pieces({text}));
    if (status.ok()) status = (*container)->Add("w.dat", 11, Pieces({"head", "payload"}));
    return status.ok() ? (*container)->Commit() : status;
  }
};

TEST_F(ContainerTest, InMemoryAFailureLeavesNothing) {
  for (ContainerKind kind : {ContainerKind::kTar, ContainerKind::kTarGz}) {
    std::string out = "before";
    auto container = CreateMemoryArchive(&out, kind, 6);
    ASSERT_TRUE(container.ok());
    const ByteSource fails = [](const ByteSink& sink) {
      const absl::Status status = sink(Bytes("part"));
      return status.ok() ? absl::DataLossError("damaged") : status;
    };
    ASSERT_TRUE((*container)->Add("a", 1, Pieces({"a"})).ok());
    EXPECT_FALSE((*container)->Add("b", 8, fails).ok());
    container->reset();
    EXPECT_EQ(out, "");
  }
}

TEST_F(ContainerTest, WritesAFolder) {
  ASSERT_TRUE(WriteModel(Path("m"), "graph").ok());
  EXPECT_EQ(Read(Path("m/graph.nnef")), "graph");
  EXPECT_EQ(Read(Path("m/w.dat")), "headpayload");
  EXPECT_THAT(Entries(), ElementsAre("m"));
}

TEST_F(ContainerTest, ReplacesAModelAndAnEmptyFolder) {
  fs::create_directory(Path("empty"));
  ASSERT_TRUE(WriteModel(Path("empty"), "one").ok());
  ASSERT_TRUE(WriteModel(Path("empty/"), "two").ok());
  EXPECT_EQ(Read(Path("empty/graph.nnef")), "two");
  EXPECT_THAT(Entries(), ElementsAre("empty"));
}

TEST_F(ContainerTest, RefusesToReplaceWhatIsNoModel) {
  fs::create_directory(Path("home"));
  std::ofstream(Path("home/letter.txt")) << "dear";
  absl::Status status = WriteModel(Path("home"), "graph");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is not an NNEF model"));
  EXPECT_EQ(Read(Path("home/letter.txt")), "dear");
  std::ofstream(Path("file")) << "text";
  EXPECT_FALSE(WriteModel(Path("file"), "graph").ok());
  EXPECT_THAT(Entries(), UnorderedElementsAre("home", "file"));
}

TEST_F(ContainerTest, LeavesNothingBehindWithoutCommit) {
  for (const char* name : {"m", "m.tar", "m.tgz"}) {
    auto container = CreateContainer(Path(name), ContainerKind::kByName, 6);
    ASSERT_TRUE(container.ok());
    ASSERT_TRUE((*container)->Add("graph.nnef", 5, Pieces({"graph"})).ok());
  }
  EXPECT_THAT(Entries(), IsEmpty());
}

TEST_F(ContainerTest, FailsWhereItCannotWrite) {
  absl::Status status = WriteModel(Path("no/such/folder/m"), "graph");
  EXPECT_THAT(std::string(status.message()), HasSubstr("create this folder first"));
  EXPECT_FALSE(WriteModel(Path("no/such/m.tar"), "graph").ok());
  EXPECT_FALSE(CreateContainer(Path("m.tgz"), ContainerKind::kByName, 10).ok());
}

TEST_F(ContainerTest, ArchivesAreAFunctionOfTheirFiles) {
  for (const char* ending : {".nnef.tar", ".nnef.tgz", ".tar.gz"}) {
    std::string a = Path(absl::StrCat("a", ending)), b = Path(absl::StrCat("b", ending));
    ASSERT_TRUE(WriteModel(a, "graph").ok());
    ASSERT_TRUE(WriteModel(b, "graph").ok());
    EXPECT_EQ(Read(a), Read(b));
    EXPECT_FALSE(Read(a).empty());
  }
}

TEST_F(ContainerTest, ArchivesHoldTheFilesInOrder) {
  for (const char* name : {"m.nnef.tar", "m.nnef.tgz"}) {
    ASSERT_TRUE(WriteModel(Path(name), "graph").ok());
    struct archive* reader = archive_read_new();
    archive_read_support_filter_gzip(reader);
    archive_read_support_format_tar(reader);
    ASSERT_EQ(archive_read_open_filename(reader, Path(name).c_str(), 10240), ARCHIVE_OK);
    std::vector<std::string> found;
    struct archive_entry* entry;
    while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
      char text[64] = {};
      archive_read_data(reader, text, sizeof(text) - 1);
      found.push_back(absl::StrCat(archive_entry_pathname(entry), "=", text, " ",
                                   archive_entry_mtime(entry), " ", archive_entry_uid(entry)));
    }
    archive_read_free(reader);
    EXPECT_THAT(found, ElementsAre("graph.nnef=graph 0 0", "w.dat=headpayload 0 0"));
  }
}

}  // namespace
}  // namespace t2n
