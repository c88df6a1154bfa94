// Several conversions at once in one process: each gives the bytes it gives alone.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "t2n/convert.h"
#include "tools/testing/fixtures.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

constexpr int kThreads = 8;

// What a conversion gives: the model as a file, or why it is refused; warnings.
std::string Outcome(const std::string& name, const std::string& out) {
  absl::StatusOr<proto::ConversionSpec> spec = testing::SpecOfModel(name, out);
  if (!spec.ok()) return spec.status().ToString();
  ConversionFailure failure;
  const absl::StatusOr<proto::ConversionReport> report = Convert(*spec, &failure);
  if (!report.ok()) return absl::StrJoin(failure.causes, "\n");
  std::string outcome = absl::StrJoin(report->warnings(), "\n");
  absl::StrAppend(&outcome, "\n", testing::ReadText(out));
  fs::remove(out);
  return outcome;
}

std::string OutOf(absl::string_view name, absl::string_view run) {
  return absl::StrCat(::testing::TempDir(), "/", name, "-", run, ".nnef.tar");
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(testing::kModels)) {
    if (entry.path().extension() == ".pt") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Before anything else in this process, so that what is made on first use is made by all at once.
TEST(Threads, ConvertTheSameModelsAtOnce) {
  const std::vector<std::string> names = Names();
  ASSERT_GT(names.size(), 100);
  std::vector<std::vector<std::string>> together(kThreads);
  std::atomic<int> waiting{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (--waiting; waiting > 0;) std::this_thread::yield();
      for (size_t i = 0; i < names.size(); ++i) {
        // The first is everybody's; then each thread goes its own way through them.
        const std::string& name = names[i * (2 * t + 1) % names.size()];
        together[t].push_back(Outcome(name, OutOf(name, absl::StrCat(t))));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::string> alone;
  for (const std::string& name : names) alone.push_back(Outcome(name, OutOf(name, "alone")));
  for (int t = 0; t < kThreads; ++t) {
    for (size_t i = 0; i < names.size(); ++i) {
      const size_t which = i * (2 * t + 1) % names.size();
      EXPECT_TRUE(together[t][i] == alone[which]) << names[which];
    }
  }
}

}  // namespace
}  // namespace t2n
