#include "t2n/c_api.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace {

constexpr char kModel[] = "testdata/models/residual.pt";

using Request = std::unique_ptr<pt2nnef_request, void (*)(pt2nnef_request*)>;
using Result = std::unique_ptr<pt2nnef_result, void (*)(pt2nnef_result*)>;

Request NewRequest(const std::vector<std::pair<const char*, std::string>>& values) {
  Request request(pt2nnef_request_new(), pt2nnef_request_free);
  for (const auto& [name, value] : values) {
    EXPECT_EQ(pt2nnef_request_set(request.get(), name, value.c_str()), nullptr);
  }
  return request;
}

Result Convert(const Request& request) {
  return Result(pt2nnef_convert(request.get()), pt2nnef_result_free);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string ModelOf(const Result& result) {
  size_t size;
  const void* bytes = pt2nnef_result_model(result.get(), &size);
  return std::string(static_cast<const char*>(bytes), size);
}

TEST(CApiTest, MemoryAndFilesHoldTheSameModel) {
  const std::string path = absl::StrCat(std::getenv("TEST_TMPDIR"), "/residual.nnef.tar");
  const Result written = Convert(NewRequest({{"model", kModel}, {"out", path}}));
  ASSERT_TRUE(pt2nnef_result_ok(written.get())) << pt2nnef_result_cause(written.get(), 0);
  size_t size;
  EXPECT_EQ(pt2nnef_result_model(written.get(), &size), nullptr);
  const Result kept = Convert(NewRequest({{"model", kModel}}));
  ASSERT_TRUE(pt2nnef_result_ok(kept.get())) << pt2nnef_result_cause(kept.get(), 0);
  EXPECT_EQ(ModelOf(kept), ReadFile(path));
}

TEST(CApiTest, AnArchiveInMemoryIsConvertedAsTheFile) {
  const std::string bytes = ReadFile(kModel);
  const Request request = NewRequest({{"model", "residual"}, {"specific_properties", "author=me"}});
  pt2nnef_request_set_archive(request.get(), bytes.data(), bytes.size());
  const Result result = Convert(request);
  ASSERT_TRUE(pt2nnef_result_ok(result.get())) << pt2nnef_result_cause(result.get(), 0);
  const Result file =
      Convert(NewRequest({{"model", kModel}, {"specific_properties", "author=me"}}));
  EXPECT_EQ(ModelOf(result), ModelOf(file));
  EXPECT_TRUE(absl::StrContains(pt2nnef_result_report(result.get()), "\"model\": \"residual\""));
}

TEST(CApiTest, ExportedProgramsComeFromMemoryToo) {
  const std::string path = "testdata/models/versions/torch-2.15.0/exported_mlp_dyn.pt2";
  const std::string bytes = ReadFile(path);
  const std::vector<std::pair<const char*, std::string>> flags = {{"dynamic_axes", "x:0=B"},
                                                                  {"assert", "B<=8"}};
  const Request request = NewRequest(flags);
  pt2nnef_request_set_archive(request.get(), bytes.data(), bytes.size());
  const Result result = Convert(request);
  ASSERT_TRUE(pt2nnef_result_ok(result.get())) << pt2nnef_result_cause(result.get(), 0);
  const Request of_file = NewRequest(flags);
  EXPECT_EQ(pt2nnef_request_set(of_file.get(), "model", path.c_str()), nullptr);
  EXPECT_EQ(ModelOf(result), ModelOf(Convert(of_file)));
}

TEST(CApiTest, LevelsAboveZeroArePacked) {
  const Result packed = Convert(NewRequest({{"model", kModel}, {"compression_level", "6"}}));
  ASSERT_TRUE(pt2nnef_result_ok(packed.get()));
  EXPECT_TRUE(absl::StartsWith(ModelOf(packed), "\x1f\x8b"));
}

TEST(CApiTest, FailuresHaveCauses) {
  const Request request = NewRequest({{"model", "noise"}});
  pt2nnef_request_set_archive(request.get(), "abc", 3);
  const Result result = Convert(request);
  EXPECT_FALSE(pt2nnef_result_ok(result.get()));
  ASSERT_EQ(pt2nnef_result_causes(result.get()), 1u);
  EXPECT_TRUE(absl::StartsWith(pt2nnef_result_cause(result.get(), 0), "noise: "));
  EXPECT_EQ(pt2nnef_result_cause(result.get(), 1), nullptr);
  EXPECT_TRUE(absl::StrContains(pt2nnef_result_report(result.get()), "\"refusals\""));
  const Result nothing = Convert(NewRequest({}));
  EXPECT_FALSE(pt2nnef_result_ok(nothing.get()));
  ASSERT_EQ(pt2nnef_result_causes(nothing.get()), 1u);
}

TEST(CApiTest, LimitsRefuseByName) {
  for (const auto& [name, value, told] :
       std::vector<std::tuple<const char*, const char*, const char*>>{
           {"max_seconds", "1e-9", "takes longer than --max_seconds 1e-09 while evaluating"},
           {"max_memory", "1k", "needs more memory than --max_memory 1000 while evaluating"},
           {"max_output_bytes", "10", "more than --max_output_bytes 10; nothing was written"}}) {
    const Result refused = Convert(NewRequest({{"model", kModel}, {name, value}}));
    ASSERT_FALSE(pt2nnef_result_ok(refused.get())) << name;
    EXPECT_TRUE(absl::StrContains(pt2nnef_result_cause(refused.get(), 0), told))
        << pt2nnef_result_cause(refused.get(), 0);
  }
}

TEST(CApiTest, WrongValuesAreToldAtOnce) {
  const Request request = NewRequest({});
  const auto set = [&](const char* name, const char* value) {
    const char* error = pt2nnef_request_set(request.get(), name, value);
    return std::string(error ? error : "");
  };
  EXPECT_EQ(set("input", "f32[1]"), "there is no input; is inputs meant?");
  EXPECT_EQ(set("io", "x.npz"), "io is a flag of the command alone");
  EXPECT_EQ(set("quiet", "true"), "quiet is a flag of the command alone");
  EXPECT_TRUE(absl::StrContains(set("state", "keep"), "not one of input, drop"));
  EXPECT_EQ(set("state", "drop"), "");
}

TEST(CApiTest, StrictIsTheTarget) {
  const Result result = Convert(NewRequest({{"model", kModel}, {"strict", "true"}}));
  ASSERT_TRUE(pt2nnef_result_ok(result.get())) << pt2nnef_result_cause(result.get(), 0);
  EXPECT_TRUE(absl::StrContains(pt2nnef_result_report(result.get()), "\"target\": \"khronos\""));
}

TEST(CApiTest, OneRequestConvertsInManyThreads) {
  const Request request = NewRequest({{"model", kModel}});
  std::vector<std::string> models(4);
  std::vector<std::thread> threads;
  for (std::string& model : models) {
    threads.emplace_back([&] { model = ModelOf(Convert(request)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(models[0].empty());
  for (const std::string& model : models) EXPECT_EQ(model, models[0]);
}

}  // namespace
