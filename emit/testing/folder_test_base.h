// A folder of its own for each test, empty when it begins.
#ifndef EMIT_TESTING_FOLDER_TEST_BASE_H_
#define EMIT_TESTING_FOLDER_TEST_BASE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace t2n {

class FolderTestBase : public ::testing::Test {
 protected:
  FolderTestBase()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  std::string Path(const std::string& name) const { return folder_ / name; }

  // The names in it, in no order.
  std::vector<std::string> Entries() const {
    std::vector<std::string> names;
    for (const auto& e : std::filesystem::directory_iterator(folder_)) {
      names.push_back(e.path().filename());
    }
    return names;
  }

  std::filesystem::path folder_;
};

}  // namespace t2n

#endif  // EMIT_TESTING_FOLDER_TEST_BASE_H_
