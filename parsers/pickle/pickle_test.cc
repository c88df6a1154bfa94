#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/pickle/reader.h"
#include "parsers/pickle/value.h"

namespace t2n::pickle {
namespace {

using ::testing::HasSubstr;

// A literal with zero bytes in it.
template <size_t N>
std::string Raw(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

absl::StatusOr<Document> ParseText(absl::string_view text) {
  return Parse(absl::MakeSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

template <typename T>
T Scalar(const std::string& body) {
  const auto document = ParseText(absl::StrCat("\x80\x02", body, "."));
  EXPECT_TRUE(document.ok()) << document.status();
  const T* value = document.ok() ? document->root->As<T>() : nullptr;
  EXPECT_NE(value, nullptr);
  return value ? *value : T();
}

std::string Refusal(const std::string& body) {
  return std::string(ParseText(body).status().message());
}

TEST(PickleTest, Scalars) {
  Scalar<None>("N");
  EXPECT_TRUE(Scalar<bool>("\x88"));
  EXPECT_FALSE(Scalar<bool>("\x89"));
  EXPECT_EQ(Scalar<int64_t>(Raw("J\xff\xff\xff\xff")), -1);
  EXPECT_EQ(Scalar<int64_t>(Raw("K\xff")), 255);
  EXPECT_EQ(Scalar<int64_t>(Raw("M\x00\xff")), 65280);
  EXPECT_EQ(Scalar<int64_t>(Raw("\x8a\x00")), 0);
  EXPECT_EQ(Scalar<int64_t>(Raw("\x8a\x05\x00\x00\x00\x80\x00")), int64_t{1} << 31);
  EXPECT_EQ(Scalar<int64_t>(Raw("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80")), INT64_MIN);
  EXPECT_EQ(Scalar<double>(Raw("G\x3f\xe0\x00\x00\x00\x00\x00\x00")), 0.5);
  EXPECT_EQ(Scalar<std::string>(Raw("X\x02\x00\x00\x00hi")), "hi");
  EXPECT_EQ(Scalar<std::string>("\x8c\x02hi"), "hi");
  EXPECT_EQ(Scalar<std::string>("U\x02hi"), "hi");
}

TEST(PickleTest, IntsPast64BitsAreKept) {
  const auto document = ParseText(Raw("\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01."));
  ASSERT_TRUE(document.ok());
  ASSERT_NE(document->root->As<BigInt>(), nullptr);
  EXPECT_EQ(document->root->As<BigInt>()->bytes.size(), 9);
}

TEST(PickleTest, ContainersKeepOrder) {
  const auto document = ParseText(
      "\x80\x02}(U\x01"
      "bK\x01U\x01"
      "aK\x02u.");
  ASSERT_TRUE(document.ok()) << document.status();
  const Dict* dict = document->root->As<Dict>();
  ASSERT_NE(dict, nullptr);
  ASSERT_EQ(dict->items.size(), 2);
  EXPECT_EQ(*dict->items[0].first->As<std::string>(), "b");
  EXPECT_EQ(*dict->items[1].second->As<int64_t>(), 2);
}

TEST(PickleTest, SharingIsKept) {
  const auto document =
      ParseText(Raw("\x80\x02]q\x00K\x01"
                    "ah\x00\x86."));
  ASSERT_TRUE(document.ok()) << document.status();
  const Tuple* tuple = document->root->As<Tuple>();
  ASSERT_NE(tuple, nullptr);
  EXPECT_EQ(tuple->items[0], tuple->items[1]);
  EXPECT_EQ(tuple->items[0]->As<List>()->items.size(), 1);
}

TEST(PickleTest, ACycleIsReadAndFreed) {
  const auto document =
      ParseText(Raw("\x80\x02]q\x00h\x00"
                    "a."));
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->root->As<List>()->items[0], document->root);
}

TEST(PickleTest, GlobalsAndObjectsArePlainValues) {
  const auto call = ParseText(
      "\x80\x02"
      "cos\nsystem\nU\x02ls\x85R.");
  ASSERT_TRUE(call.ok()) << call.status();
  const Instance* instance = call->root->As<Instance>();
  ASSERT_NE(instance, nullptr);
  EXPECT_FALSE(instance->by_new);
  EXPECT_EQ(instance->callable->As<Global>()->module, "os");
  EXPECT_EQ(instance->callable->As<Global>()->name, "system");
  const auto object = ParseText(
      "\x80\x02"
      "c__torch__\nM\n)\x81}U\x01xK\x01sb.");
  ASSERT_TRUE(object.ok()) << object.status();
  const Instance* module = object->root->As<Instance>();
  ASSERT_NE(module, nullptr);
  EXPECT_TRUE(module->by_new);
  ASSERT_NE(module->state, nullptr);
  EXPECT_EQ(module->state->As<Dict>()->items.size(), 1);
}

TEST(PickleTest, PersistentIds) {
  const auto document = ParseText(
      "\x80\x02U\x01"
      "0\x85Q.");
  ASSERT_TRUE(document.ok()) << document.status();
  ASSERT_NE(document->root->As<PersistentId>(), nullptr);
  EXPECT_EQ(document->root->As<PersistentId>()->id->As<Tuple>()->items.size(), 1);
}

TEST(PickleTest, ProtocolFour) {
  const auto document =
      ParseText(Raw("\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x01"
                    "a\x94\x8c\x01"
                    "b\x94\x93\x94."));
  ASSERT_TRUE(document.ok()) << document.status();
  ASSERT_NE(document->root->As<Global>(), nullptr);
  EXPECT_EQ(document->root->As<Global>()->name, "b");
}

TEST(PickleTest, RefusalsNameOpcodeAndPlace) {
  EXPECT_THAT(Refusal("\x80\x02I1\n."), HasSubstr("INT at byte 2"));
  EXPECT_THAT(Refusal("\x80\x02\xfe."), HasSubstr("0xfe at byte 2"));
  EXPECT_THAT(Refusal("\x80\x09."), HasSubstr("protocol 9"));
  EXPECT_THAT(Refusal("\x80\x02NN."), HasSubstr("STOP at byte 4"));
  EXPECT_THAT(Refusal("\x80\x02N.N"), HasSubstr("bytes follow"));
  EXPECT_THAT(Refusal("\x80\x02"
                      "h\x07."),
              HasSubstr("BINGET at byte 2"));
  EXPECT_THAT(Refusal("\x80\x02t."), HasSubstr("no mark"));
  EXPECT_THAT(Refusal("\x80\x02N(R."), HasSubstr("stack is empty"));
  EXPECT_THAT(Refusal("\x80\x02K\x01K\x02"
                      "a."),
              HasSubstr("appends to a int"));
  EXPECT_THAT(Refusal("\x80\x02}(Nu."), HasSubstr("a key has no value"));
  EXPECT_THAT(Refusal(Raw("\x80\x02X\xff\xff\xff\xffhi.")), HasSubstr("ends too early"));
  EXPECT_THAT(Refusal("\x80\x02"
                      "cno newline"),
              HasSubstr("ends too early"));
}

TEST(PickleTest, DeepNestingIsReadWithoutRecursion) {
  std::string body = "\x80\x02N";
  body.append(1000000, '\x85');
  const auto document = ParseText(body + ".");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->nodes.size(), 1000001);
}

TEST(PickleTest, EveryTruncationAndFlipIsSafe) {
  const std::string whole =
      Raw("\x80\x02"
          "c__torch__\nM\nq\x00)\x81}(X\x01\x00\x00\x00wq\x01((U\x01sU\x01"
          "0tQK\x00K\x03\x85)"
          "tU\x01vh\x01ub.");
  ASSERT_TRUE(ParseText(whole).ok()) << ParseText(whole).status();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseText(whole.substr(0, size)).ok()) << size;
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(byte);
      ParseText(bytes).status().IgnoreError();
    }
  }
}

}  // namespace
}  // namespace t2n::pickle
