#include "parsers/exported/container.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/testing/pickle_builder.h"
#include "parsers/testing/zip_builder.h"

namespace t2n::exported {
namespace {

namespace p = ::t2n::testing;
namespace tv = ::t2n::torchvalue;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ExportedModel Load(absl::string_view version, absl::string_view name) {
  const auto archive = Archive::Open(
      absl::StrCat("testdata/models/versions/torch-", version, "/exported_", name, ".pt2"));
  EXPECT_TRUE(archive.ok()) << archive.status();
  auto model = LoadExportedModel(*archive, "");
  EXPECT_TRUE(model.ok()) << model.status();
  return model.ok() ? *std::move(model) : ExportedModel();
}

const tv::TensorRecord& Record(const ExportedModel& model, absl::string_view name) {
  static const tv::TensorRecord* const none = new tv::TensorRecord();
  const StoredTensor* stored = model.Find(name);
  EXPECT_NE(stored, nullptr) << name;
  const auto* record = stored ? stored->value->As<tv::TensorRecord>() : nullptr;
  EXPECT_NE(record, nullptr) << name;
  return record ? *record : *none;
}

TEST(ContainerTest, ArgumentsAndResultsOfEveryVersionHaveTheirNames) {
  for (const char* version : {"2.1.2", "2.3.1", "2.4.1", "2.6.0", "2.8.0", "2.9.1", "2.15.0"}) {
    SCOPED_TRACE(version);
    const ExportedModel model = Load(version, "names");
    EXPECT_EQ(model.program->inputs.size(), 4);
    EXPECT_THAT(LeafNames(model.program->out_spec), ElementsAre("sum", "rest_0", "rest_1"));
  }
}

TEST(ContainerTest, BuffersOfEveryLayoutAreFound) {
  for (const char* version : {"2.3.1", "2.15.0"}) {
    SCOPED_TRACE(version);
    const ExportedModel model = Load(version, "state");
    EXPECT_THAT(Record(model, "cache").sizes, ElementsAre(4, 3));
    EXPECT_EQ(Record(model, "n").dtype, tv::ScalarType::kLong);
    EXPECT_THAT(Record(model, "tmp").sizes, ElementsAre(3));
    EXPECT_EQ(model.weights.count("tmp"), 0);  // not persistent
  }
  const ExportedModel old = Load("2.1.2", "state");
  EXPECT_THAT(Record(old, "L__s___cache").sizes, ElementsAre(4, 3));
  EXPECT_EQ(old.program->outputs[0].kind, OutputSpec::Kind::kBufferMutation);
  EXPECT_EQ(old.program->outputs[0].name, "L__s___n");
}

TEST(ContainerTest, TensorsAreViewsOfPayloads) {
  const ExportedModel model = Load("2.15.0", "strides");
  EXPECT_THAT(Record(model, "t").strides, ElementsAre(1, 6));
  EXPECT_EQ(Record(model, "v").storage_offset, 5);
  EXPECT_EQ(Record(model, "t").entry, Record(model, "v").entry);
  EXPECT_THAT(Record(model, "e").strides, ElementsAre(0, 1));
  EXPECT_THAT(Record(model, "empty").sizes, ElementsAre(0, 3));
  const StoredTensor* t = model.Find("t");
  EXPECT_EQ(t->archive->Read(Record(model, "t").entry)->span().size(), 24 * 4);
}

TEST(ContainerTest, LiteralsOfTorch21AreInTheProgram) {
  const ExportedModel model = Load("2.1.2", "consts");
  ASSERT_FALSE(model.literals.empty());
  const StoredTensor& literal = model.literals.begin()->second;
  EXPECT_NE(literal.value->As<tv::TensorRecord>(), nullptr);
}

constexpr absl::string_view kProgram =
    R"({"schema_version": {"major": 8, "minor": 20}, "graph_module": {"graph": {}, "signature": {}}})";

std::vector<p::ZipItem> Items(std::string config, std::string payload = std::string(16, 'x')) {
  return {{"m/models/model.json", std::string(kProgram)},
          {"m/data/weights/model_weights_config.json", std::move(config)},
          {"m/data/weights/weight_0", std::move(payload)},
          {"m/byteorder", "little"}};
}

absl::StatusOr<ExportedModel> FromItems(const std::vector<p::ZipItem>& items,
                                        absl::string_view name = "") {
  const auto archive = Archive::FromMemory(p::BuildZip(items), "m.pt2");
  if (!archive.ok()) return archive.status();
  return LoadExportedModel(*archive, name);
}

std::string Config(absl::string_view meta, absl::string_view path = "weight_0",
                   absl::string_view pickled = "false") {
  return absl::StrCat(R"({"config": {"w": {"path_name": ")", path, R"(", "is_param": true,
      "use_pickle": )",
                      pickled, R"(, "tensor_meta": )", meta, "}}}");
}

constexpr absl::string_view kFourFloats =
    R"({"dtype": 7, "layout": 7, "sizes": [{"as_int": 4}], "strides": [{"as_int": 1}],
        "storage_offset": {"as_int": 0}})";

std::string WhyUnusable(std::string config, std::string payload = std::string(16, 'x')) {
  const auto model = FromItems(Items(std::move(config), std::move(payload)));
  EXPECT_TRUE(model.ok()) << model.status();
  if (!model.ok()) return "";
  const auto* unusable = model->Find("w")->value->As<tv::Unusable>();
  return unusable ? std::string(unusable->status.message()) : "";
}

TEST(ContainerTest, PayloadsThatDoNotFitAreAnErrorForWhoNeedsThem) {
  EXPECT_EQ(WhyUnusable(Config(kFourFloats)), "");
  EXPECT_THAT(WhyUnusable(Config(kFourFloats), "short"), HasSubstr("needs 16 bytes"));
  EXPECT_THAT(WhyUnusable(Config(R"({"dtype": 77, "sizes": [], "strides": []})")),
              HasSubstr("element type"));
  EXPECT_THAT(WhyUnusable(Config(R"({"dtype": 7, "layout": 1, "sizes": [], "strides": []})")),
              HasSubstr("sparse"));
  EXPECT_THAT(WhyUnusable(Config(R"({"dtype": 7, "sizes": [{"as_expr": {"expr_str": "s0"}}],
                                     "strides": [{"as_int": 1}]})")),
              HasSubstr("no numbers"));
  EXPECT_THAT(WhyUnusable(Config("null", "weight_0", "true")), HasSubstr("weight_0"));
  EXPECT_THAT(FromItems(Items(Config(kFourFloats, "weight_9"))).status().message(),
              HasSubstr("no entry 'data/weights/weight_9'"));
}

// What an export under FakeTensorMode leaves.
TEST(ContainerTest, AnEmptyPayloadIsATensorWithoutData) {
  const auto model = FromItems(Items(Config(kFourFloats), ""));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_FALSE(model->Find("w")->value->As<tv::TensorRecord>()->has_data);
}

TEST(ContainerTest, SubclassesAreTheirParts) {
  const std::string qdata =
      p::Call("torch._utils", "_rebuild_tensor_v2",
              {p::Storage("CharStorage", "0", 4), p::Int(0), p::Tuple({p::Int(4)}),
               p::Tuple({p::Int(1)}), "\x89", p::Call("collections", "OrderedDict", {})});
  const std::string tensor =
      p::Call("torch._tensor", "_rebuild_from_type_v2",
              {p::Global("torch._utils", "_rebuild_wrapper_subclass"),
               p::Global("torchao.quantization", "Int8Tensor"), p::Tuple({}),
               p::Dict({p::Str("qdata"), qdata, p::Str("block"), p::Int(2)})});
  const std::string saved =
      p::BuildZip({{"archive/data.pkl", p::Pickle(tensor)}, {"archive/data/0", "abcd"}});
  const auto model = FromItems(Items(Config(kFourFloats, "weight_0", "true"), saved));
  ASSERT_TRUE(model.ok()) << model.status();
  const StoredTensor* w = model->Find("w");
  const std::optional<Subclass> subclass = AsSubclass(*w->value);
  ASSERT_TRUE(subclass);
  EXPECT_EQ(subclass->class_name, "torchao.quantization.Int8Tensor");
  ASSERT_EQ(subclass->attributes.size(), 2);
  EXPECT_EQ(subclass->attributes[0].first, "qdata");
  const auto* record = subclass->attributes[0].second->As<tv::TensorRecord>();
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(w->archive->Read(record->entry)->text(), "abcd");
}

TEST(ContainerTest, ModelsAreChosenByName) {
  std::vector<p::ZipItem> items = {{"m/models/encoder.json", std::string(kProgram)},
                                   {"m/models/decoder.json", std::string(kProgram)}};
  EXPECT_TRUE(FromItems(items, "decoder").ok());
  EXPECT_THAT(FromItems(items).status().message(),
              HasSubstr("no model 'model'; it has: encoder, decoder"));
  items.pop_back();
  EXPECT_EQ(FromItems(items)->name, "encoder");
  EXPECT_THAT(FromItems({{"m/models/model.json", std::string(kProgram)}, {"m/byteorder", "big"}})
                  .status()
                  .message(),
              HasSubstr("byteorder is 'big'"));
}

}  // namespace
}  // namespace t2n::exported
