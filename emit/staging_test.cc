#include "emit/staging.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "emit/testing/folder_test_base.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class StagingTest : public FolderTestBase {
 protected:
  static void Fill(const Staging& staging, const std::string& text) {
    std::ofstream(staging.path() + "/graph.nnef") << text;
  }
  std::string Graph() const {
    std::ifstream file(Path("m/graph.nnef"));
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // What `work` leaves when it is killed at its end.
  template <typename Work>
  static void Killed(Work work) {
    const pid_t pid = fork();
    if (pid == 0) {
      work();
      kill(getpid(), SIGKILL);
    }
    int status;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFSIGNALED(status));
  }
};

TEST_F(StagingTest, WhatAKilledRunLeftIsTakenAwayByTheNext) {
  for (int i = 0; i < 3; ++i) {
    Killed([&] {
      auto* left = new Staging(Path("m"), Staging::Kind::kFolder);
      if (left->Open().ok()) std::ofstream(left->path() + "/weight.dat") << "half";
    });
    EXPECT_THAT(Entries(), ElementsAre("m.tmp-1"));
  }
  Killed([&] { (void)(new Staging(Path("t.tar"), Staging::Kind::kFile))->Open(); });
  EXPECT_THAT(Entries(), UnorderedElementsAre("m.tmp-1", "t.tar.tmp-1"));
  Staging folder(Path("m"), Staging::Kind::kFolder), file(Path("t.tar"), Staging::Kind::kFile);
  ASSERT_TRUE(folder.Open().ok());
  ASSERT_TRUE(file.Open().ok());
  EXPECT_THAT(Entries(), UnorderedElementsAre("m.tmp-1", "t.tar.tmp-1"));
  Fill(folder, "new");
  ASSERT_TRUE(folder.Commit().ok());
  ASSERT_TRUE(file.Commit().ok());
  EXPECT_THAT(Entries(), UnorderedElementsAre("m", "t.tar"));
}

TEST_F(StagingTest, WhatOthersAreMakingStays) {
  Staging first(Path("m"), Staging::Kind::kFolder), second(Path("m"), Staging::Kind::kFolder);
  ASSERT_TRUE(first.Open().ok());
  Fill(first, "first");
  ASSERT_TRUE(second.Open().ok());
  Fill(second, "second");
  EXPECT_THAT(Entries(), UnorderedElementsAre("m.tmp-1", "m.tmp-2"));
  ASSERT_TRUE(first.Commit().ok());
  EXPECT_EQ(Graph(), "first");
  ASSERT_TRUE(second.Commit().ok());
  EXPECT_EQ(Graph(), "second");
  EXPECT_THAT(Entries(), ElementsAre("m"));
}

TEST_F(StagingTest, WhatIsNotOursStays) {
  fs::create_directory(Path("m.tmp-1"));
  std::ofstream(Path("m.tmp-1/letter.txt")) << "dear";
  fs::create_symlink("/", Path("m.tmp-2"));
  {
    Staging staging(Path("m"), Staging::Kind::kFolder);
    ASSERT_TRUE(staging.Open().ok());
    EXPECT_EQ(staging.path(), Path("m.tmp-3"));
  }
  EXPECT_THAT(Entries(), UnorderedElementsAre("m.tmp-1", "m.tmp-2"));
}

TEST_F(StagingTest, GapsInTheNumbersHideNothing) {
  fs::create_directory(Path("m.tmp-2"));
  for (int n = 10; n < 30; ++n) fs::create_directory(Path("m.tmp-" + std::to_string(n)));
  Staging staging(Path("m"), Staging::Kind::kFolder);
  ASSERT_TRUE(staging.Open().ok());
  EXPECT_THAT(Entries(), ElementsAre("m.tmp-1"));
}

TEST_F(StagingTest, WhatCameToThePathMeanwhileIsNotReplacedUnlessItIsAModel) {
  Staging staging(Path("m"), Staging::Kind::kFolder);
  ASSERT_TRUE(staging.Open().ok());
  std::ofstream(Path("m")) << "a file";
  EXPECT_EQ(staging.Commit().code(), absl::StatusCode::kFailedPrecondition);
  fs::remove(Path("m"));
  fs::create_directory_symlink("/", Path("m"));
  EXPECT_EQ(staging.Commit().code(), absl::StatusCode::kFailedPrecondition);
  fs::remove(Path("m"));
  EXPECT_TRUE(staging.Commit().ok());
}

TEST_F(StagingTest, AnOldModelIsPutBackIfARunWasKilledBetweenTwoSteps) {
  for (const bool unfinished : {true, false}) {
    if (unfinished) fs::create_directory(Path("m.tmp-1"));
    fs::create_directory(Path("m.tmp-1.old"));
    std::ofstream(Path("m.tmp-1.old/graph.nnef")) << "old";
    { ASSERT_TRUE(Staging(Path("m"), Staging::Kind::kFolder).Open().ok()); }
    EXPECT_EQ(Graph(), "old");
    EXPECT_THAT(Entries(), ElementsAre("m"));
    fs::remove_all(Path("m"));
  }
}

TEST_F(StagingTest, AProcessThatEndsTakesAwayWhatIsUnfinished) {
  const pid_t pid = fork();
  if (pid == 0) {
    Staging folder(Path("m"), Staging::Kind::kFolder), file(Path("t.tar"), Staging::Kind::kFile);
    if (!folder.Open().ok() || !file.Open().ok()) _exit(1);
    Fill(folder, "half");
    DiscardUnfinished();
    _exit(0);
  }
  int status;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(Entries(), IsEmpty());
}

}  // namespace
}  // namespace t2n
