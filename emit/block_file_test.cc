#include <map>

#include "emit/nnef/tensor_file.h"
#include "gtest/gtest.h"
#include "t2n/blocks/block_buffer.h"
#include "t2n/reference/npz.h"

namespace t2n {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes FileOf(const Tensor& source) {
  const Tensor t = BlockBuffer::MakeTensor(source, BlockScale::kMinMax, DType::kF32);
  const BlockBuffer& blocks = *BlocksOf(t);
  auto header = nnef::MakeQ4Header(blocks.block_bytes(), source.sizes);
  EXPECT_TRUE(header.ok());
  Bytes file(header->begin(), header->end());
  const auto append = [&](absl::Span<const uint8_t> piece) {
    file.insert(file.end(), piece.begin(), piece.end());
    return absl::OkStatus();
  };
  EXPECT_TRUE(blocks.StreamBlocks(append, nullptr).ok());
  return file;
}

// testdata/make_blocks.py
TEST(BlockFileTest, FilesAreThoseOfTorchToNnef) {
  auto arrays = ReadNpz("emit/testdata/q4.npz");
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  std::map<std::string, Tensor> by_name(arrays->begin(), arrays->end());
  for (const std::string name : {"f32", "f16", "bf16"}) {
    Tensor source = by_name["x_" + name];
    if (name == "bf16") source.dtype = DType::kBF16;
    const Tensor want = by_name["dat_" + name];
    auto data = ContiguousData(want);
    ASSERT_TRUE(data.ok());
    EXPECT_EQ(FileOf(source), Bytes(*data, *data + want.numel())) << name;
  }
}

}  // namespace
}  // namespace t2n
