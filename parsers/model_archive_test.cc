#include "parsers/model_archive.h"

#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/testing/pickle_builder.h"
#include "parsers/testing/zip_builder.h"

namespace t2n {
namespace {

namespace p = ::t2n::testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using torchvalue::Dict;
using torchvalue::List;
using torchvalue::ObjectRecord;
using torchvalue::ScalarType;
using torchvalue::TensorRecord;
using torchvalue::Unusable;
using torchvalue::Value;

constexpr char kFolder[] = "testdata/archives/";

ModelArchive Load(const std::string& name) {
  absl::StatusOr<ModelArchive> model = LoadModelArchive(kFolder + name);
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

// The value at a path of attribute names, e.g. "block.conv.weight".
const Value* At(const ModelArchive& model, absl::string_view path) {
  const Value* value = model.root;
  while (!path.empty()) {
    const size_t dot = std::min(path.find('.'), path.size());
    const auto* object = value->As<ObjectRecord>();
    value = object ? object->Find(path.substr(0, dot)) : nullptr;
    if (value == nullptr) break;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  EXPECT_NE(value, nullptr) << path;
  return value;
}

template <typename T>
const T& Get(const ModelArchive& model, absl::string_view path) {
  const Value* value = At(model, path);
  const T* got = value ? value->As<T>() : nullptr;
  EXPECT_NE(got, nullptr) << path;
  static const T kNone{};
  return got ? *got : kNone;
}

// The `index`-th float of a tensor's storage.
float FloatAt(const ModelArchive& model, const TensorRecord& tensor, size_t index) {
  const auto bytes = model.archive->Read(tensor.entry);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  float value = 0;
  std::memcpy(&value, bytes->span().data() + 4 * index, 4);
  return value;
}

class OldTorchTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::string File(absl::string_view name) const {
    return absl::StrCat(name, "-torch", GetParam(), ".pt");
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, OldTorchTest,
                         ::testing::Values("1.0.1", "1.1.0", "1.2.0", "1.3.1"));

TEST_P(OldTorchTest, TheModuleTreeIsTheSameInEveryLayout) {
  const ModelArchive model = Load(File("net"));
  EXPECT_EQ(model.layout, absl::string_view(GetParam()) == "1.3.1" ? ModelArchive::Layout::kModern
                                                                   : ModelArchive::Layout::kLegacy);
  EXPECT_EQ(model.version, 1);
  const auto& conv = Get<TensorRecord>(model, "block.conv.weight");
  EXPECT_THAT(conv.sizes, ElementsAre(2, 1, 3, 3));
  EXPECT_TRUE(conv.requires_grad);
  EXPECT_FALSE(Get<TensorRecord>(model, "block.norm.running_mean").requires_grad);
  EXPECT_EQ(Get<TensorRecord>(model, "block.norm.num_batches_tracked").dtype, ScalarType::kLong);
  const auto& linear = Get<TensorRecord>(model, "linear.weight");
  EXPECT_THAT(linear.sizes, ElementsAre(3, 2));
  EXPECT_THAT(linear.strides, ElementsAre(1, 3));
  EXPECT_EQ(FloatAt(model, linear, 5), 5.0f);
}

TEST_P(OldTorchTest, ConstantsOfTheCodeAreThere) {
  const ModelArchive model = Load(File("net"));
  bool found = false;
  for (const std::string& entry : model.code_entries) {
    const auto code = model.ReadCode(entry);
    ASSERT_TRUE(code.ok()) << code.status();
    found = found || absl::StrContains(*code, "CONSTANTS.c0");
  }
  ASSERT_TRUE(found);
  ASSERT_FALSE(model.constants.empty());
  const auto* constant = model.constants[0]->As<TensorRecord>();
  ASSERT_NE(constant, nullptr);
  EXPECT_THAT(constant->sizes, ElementsAre(3));
  EXPECT_EQ(FloatAt(model, *constant, 2), 3.0f);
}

TEST_P(OldTorchTest, AttributesHaveTheirTypes) {
  const ModelArchive model = Load(File("looped"));
  EXPECT_EQ(FloatAt(model, Get<TensorRecord>(model, "offset"), 3), 3.0f);
  if (absl::string_view(GetParam()) == "1.0.1") return;
  EXPECT_EQ(Get<Dict>(model, "counts").items.size(), 2);
  EXPECT_EQ(Get<List>(model, "ints").type, "List[int]");
  EXPECT_EQ(Get<double>(model, "scale"), 0.5);
  if (absl::string_view(GetParam()) == "1.1.0") return;
  EXPECT_EQ(Get<std::string>(model, "label"), "hello");
  const auto& tensors = Get<List>(model, "tensors");
  ASSERT_EQ(tensors.items.size(), 1);
  EXPECT_THAT(tensors.items[0]->As<TensorRecord>()->sizes, ElementsAre(2));
}

TEST(ModelArchiveTest, ClassesOfOldArchivesAreFoundByName) {
  const ModelArchive legacy = Load("class-torch1.2.0.pt");
  EXPECT_EQ(legacy.CodeEntryOf("__torch__.Doubler"), "libs/__torch__.py");
  EXPECT_THAT(legacy.code_entries, Contains("libs/__torch__.py"));
  EXPECT_THAT(legacy.code_entries, Contains(legacy.root->As<ObjectRecord>()->class_name));
  const ModelArchive modern = Load("class-torch1.3.1.pt");
  EXPECT_EQ(modern.root->As<ObjectRecord>()->class_name, "__torch__.UsesClass");
  EXPECT_THAT(modern.code_entries, Contains(modern.CodeEntryOf("__torch__.UsesClass")));
  EXPECT_EQ(modern.CodeEntryOf("__torch__.a.b.C"), "code/__torch__/a/b.py");
}

TEST(ModelArchiveTest, AStateForSetstateIsTheSameInBothLayouts) {
  for (const char* name : {"state-torch1.2.0.pt", "state-torch1.3.1.pt"}) {
    const ModelArchive model = Load(name);
    const auto& inner = Get<ObjectRecord>(model, "inner");
    ASSERT_NE(inner.state, nullptr) << name;
    const auto* state = inner.state->As<torchvalue::Tuple>();
    ASSERT_NE(state, nullptr) << name;
    EXPECT_THAT(state->items[0]->As<TensorRecord>()->sizes, ElementsAre(2));
    EXPECT_EQ(*state->items[1]->As<int64_t>(), 3);
  }
}

TEST(ModelArchiveTest, EveryKindOfValue) {
  const ModelArchive model = Load("values-torch2.15.0.pt");
  EXPECT_EQ(*Get<torchvalue::EnumRecord>(model, "color").value->As<int64_t>(), 2);
  EXPECT_EQ(Get<std::complex<double>>(model, "complex_number"), std::complex<double>(1, 2));
  EXPECT_EQ(Get<torchvalue::Device>(model, "device").name, "cpu");
  EXPECT_EQ(Get<int64_t>(model, "big"), int64_t{1} << 40);
  EXPECT_EQ(Get<Dict>(model, "tensors").type, "Dict[str, Tensor]");
  EXPECT_EQ(Get<List>(model, "ints").type, "List[int]");
  EXPECT_EQ(Get<List>(model, "floats").type, "List[float]");
  EXPECT_EQ(Get<List>(model, "bools").type, "List[bool]");
  EXPECT_EQ(Get<List>(model, "strings").type, "List[str]");
  EXPECT_EQ(Get<List>(model, "tensor_list").type, "List[Tensor]");
}

TEST(ModelArchiveTest, ViewsShareTheirStorage) {
  const ModelArchive model = Load("values-torch2.15.0.pt");
  const auto& base = Get<TensorRecord>(model, "as_base");
  const auto& row = Get<TensorRecord>(model, "as_row");
  const auto& transposed = Get<TensorRecord>(model, "as_transposed");
  EXPECT_EQ(row.entry, base.entry);
  EXPECT_EQ(row.storage_offset, 4);
  EXPECT_EQ(transposed.entry, base.entry);
  EXPECT_THAT(transposed.strides, ElementsAre(1, 4));
  EXPECT_THAT(Get<TensorRecord>(model, "as_expanded").strides, ElementsAre(0, 1));
  EXPECT_EQ(Get<TensorRecord>(model, "as_empty").numel(), 0);
  EXPECT_TRUE(Get<TensorRecord>(model, "as_scalar").sizes.empty());
  EXPECT_THAT(std::string(Get<Unusable>(model, "as_conjugated").status.message()),
              HasSubstr("conj"));
}

TEST(ModelArchiveTest, EveryElementType) {
  const ModelArchive model = Load("values-torch2.15.0.pt");
  const std::pair<const char*, ScalarType> kTypes[] = {
      {"uint8", ScalarType::kByte},
      {"int8", ScalarType::kChar},
      {"int16", ScalarType::kShort},
      {"int32", ScalarType::kInt},
      {"int64", ScalarType::kLong},
      {"float16", ScalarType::kHalf},
      {"float32", ScalarType::kFloat},
      {"float64", ScalarType::kDouble},
      {"complex64", ScalarType::kComplexFloat},
      {"complex128", ScalarType::kComplexDouble},
      {"bool", ScalarType::kBool},
      {"bfloat16", ScalarType::kBFloat16},
      {"uint16", ScalarType::kUInt16},
      {"float8_e4m3fn", ScalarType::kFloat8_e4m3fn},
      {"per_tensor", ScalarType::kQUInt8},
      {"per_channel", ScalarType::kQInt8}};
  for (const auto& [name, type] : kTypes) {
    const auto& tensor = Get<TensorRecord>(model, absl::StrCat("as_", name));
    EXPECT_EQ(tensor.dtype, type) << name;
    const Entry* entry = model.archive->Find(tensor.entry);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->size * 8, tensor.numel() * torchvalue::ElementBits(type)) << name;
  }
  EXPECT_EQ(Get<TensorRecord>(model, "as_per_tensor").quantizer->scale, 0.125);
  EXPECT_EQ(Get<TensorRecord>(model, "as_per_channel").quantizer->scales->sizes[0], 3);
}

TEST(ModelArchiveTest, PackedParametersAreObjectsWithAState) {
  const ModelArchive frozen = Load("frozen-fbgemm-torch2.15.0.pt");
  ASSERT_FALSE(frozen.constants.empty());
  const auto* packed = frozen.constants[0]->As<ObjectRecord>();
  ASSERT_NE(packed, nullptr);
  EXPECT_EQ(packed->class_name, "__torch__.torch.classes.quantized.LinearPackedParamsBase");
  ASSERT_NE(packed->state, nullptr);
  const ModelArchive traced = Load("quantized-qnnpack-torch2.15.0.pt");
  EXPECT_NE(At(traced, "linear")->As<ObjectRecord>()->state, nullptr);
}

TEST(ModelArchiveTest, TracedInputsHaveSizesButNoData) {
  const ModelArchive model = Load("quantized-fbgemm-torch2.15.0.pt");
  ASSERT_EQ(model.traced_inputs.size(), 1);
  EXPECT_EQ(model.traced_inputs[0].first, "forward");
  ASSERT_EQ(model.traced_inputs[0].second.size(), 1);
  const auto* input = model.traced_inputs[0].second[0]->As<TensorRecord>();
  ASSERT_NE(input, nullptr);
  EXPECT_THAT(input->sizes, ElementsAre(3, 4));
  EXPECT_FALSE(input->has_data);
}

TEST(ModelArchiveTest, MobileArchivesLoadLikeOthers) {
  const ModelArchive model = Load("mobile-torch2.15.0.ptl");
  EXPECT_THAT(Get<TensorRecord>(model, "weight").sizes, ElementsAre(3, 2));
  EXPECT_FALSE(model.code_entries.empty());
}

TEST(ModelArchiveTest, ASparseTensorIsRefusedOnlyByItsUse) {
  const ModelArchive model = Load("sparse-torch2.15.0.pt");
  EXPECT_THAT(std::string(Get<Unusable>(model, "sparse").status.message()), HasSubstr("to_dense"));
}

std::string Refusal(std::vector<p::ZipItem> items) {
  return std::string(
      LoadModelArchive(*Archive::FromMemory(p::BuildZip(items), "m.pt")).status().message());
}

TEST(ModelArchiveTest, OtherZipsAreCalledByTheirNames) {
  EXPECT_THAT(Refusal({{"t/models/model.json", "{}"}}), HasSubstr("torch.export"));
  EXPECT_THAT(Refusal({{"t/.data/extern_modules", ""}}), HasSubstr("torch.package"));
  EXPECT_THAT(Refusal({{"t/data.pkl", p::Pickle("}")}}), HasSubstr("torch.save"));
  EXPECT_THAT(Refusal({{"t/readme", "x"}}), HasSubstr("holds no model"));
  EXPECT_THAT(Refusal({{"t/data/aotinductor/model/x.so", "x"}}), HasSubstr("AOTInductor"));
  EXPECT_THAT(Refusal({{"t/data/executorch/x.pte", "x"}}), HasSubstr("ExecuTorch"));
}

TEST(ModelArchiveTest, BigEndianIsRefusedByName) {
  const std::string module = p::Pickle(p::Object("__torch__", "M", "}"));
  const auto items = [&](std::string order) {
    return std::vector<p::ZipItem>{{"t/data.pkl", module},
                                   {"t/constants.pkl", p::Pickle(")")},
                                   {"t/version", "3\n"},
                                   {"t/byteorder", order}};
  };
  EXPECT_EQ(Refusal(items("little")), "");
  EXPECT_THAT(Refusal(items("big")), HasSubstr("byteorder is 'big'"));
}

TEST(ModelArchiveTest, MalformedPartsAreNamed) {
  const std::string module = p::Pickle(p::Object("__torch__", "M", "}"));
  EXPECT_THAT(Refusal({{"t/data.pkl", p::Pickle("}")},
                       {"t/constants.pkl", p::Pickle(")")},
                       {"t/version", "3\n"}}),
              HasSubstr("data.pkl holds a Dict, not a module"));
  EXPECT_THAT(Refusal({{"t/data.pkl", "\x80\x02h\x01."},
                       {"t/constants.pkl", p::Pickle(")")},
                       {"t/version", "3\n"}}),
              HasSubstr("data.pkl: pickle opcode BINGET at byte 2"));
  EXPECT_THAT(Refusal({{"t/data.pkl", module}, {"t/constants.pkl", p::Pickle(")")}}),
              HasSubstr("no entry 'version'"));
  EXPECT_THAT(
      Refusal(
          {{"t/data.pkl", module}, {"t/constants.pkl", p::Pickle(")")}, {"t/version", "three"}}),
      HasSubstr("no version number"));
  EXPECT_THAT(
      Refusal({{"t/model.json", "{\"mainModule\":{\"pickleArena\":{}}}"}, {"t/version", "1\n"}}),
      HasSubstr("pickleArena"));
  EXPECT_THAT(Refusal({{"t/model.json", "{\"mainModule\":{\"parameters\":[{\"tensorId\":\"7\"}]}}"},
                       {"t/version", "1\n"}}),
              HasSubstr("is not in its tensors"));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Loads and reads all there is; whether that succeeds does not matter.
void Exercise(const std::string& bytes) {
  const auto archive = Archive::FromMemory(bytes, "m.pt");
  if (!archive.ok()) return;
  const auto model = LoadModelArchive(*archive);
  if (!model.ok()) return;
  for (const std::string& entry : model->code_entries)
    model->ReadCode(entry).status().IgnoreError();
}

TEST(ModelArchiveTest, DamagedArchivesNeverCrash) {
  for (const char* name : {"net-torch1.0.1.pt", "values-torch2.15.0.pt", "looped-torch1.2.0.pt"}) {
    const std::string whole = ReadFile(absl::StrCat(kFolder, name));
    ASSERT_FALSE(whole.empty());
    for (int i = 0; i < 200; ++i) Exercise(whole.substr(0, whole.size() * i / 200));
    for (int i = 0; i < 500; ++i) {
      std::string bytes = whole;
      bytes[whole.size() * i / 500] ^= static_cast<char>(1 + i % 255);
      Exercise(bytes);
    }
  }
}

// Damage inside of the pickles and model.json, with the checksums put right.
TEST(ModelArchiveTest, DamagedPartsNeverCrash) {
  for (const char* name : {"values-torch2.15.0.pt", "looped-torch1.2.0.pt"}) {
    const auto archive = Archive::Open(absl::StrCat(kFolder, name));
    ASSERT_TRUE(archive.ok()) << archive.status();
    std::vector<p::ZipItem> items;
    for (const Entry& entry : (*archive)->entries()) {
      items.push_back({"t/" + entry.name, std::string((*archive)->Read(entry.name)->text())});
    }
    for (p::ZipItem& item : items) {
      if (!absl::EndsWith(item.name, ".pkl") && !absl::EndsWith(item.name, ".json")) continue;
      const std::string whole = item.data;
      for (size_t i = 0; i < whole.size(); ++i) {
        item.data[i] ^= static_cast<char>(1 << (i % 8));
        Exercise(p::BuildZip(items));
        item.data = whole;
      }
    }
  }
}

}  // namespace
}  // namespace t2n
