#include "t2n/passes/folded_scales.h"

#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "Eigen/Core"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"
#include "t2n/blocks/block_buffer.h"
#include "t2n/ir/archive_buffer.h"
#include "t2n/ir/computed_buffer.h"
#include "t2n/ir/uniform.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

constexpr int64_t kChannels = 1;  // the axis of [N,C,...]
constexpr int64_t kMostChannels = 1 << 20;

// The axis of a filter that has the results' channels.
int64_t ResultAxis(Op op) { return op == Op::kConv ? 0 : 1; }

// Whether the node convolves f32 by a stored filter of which a channel of the results has a part
// of its own.
bool IsFoldable(const Node& node) {
  if (node.op != Op::kConv && node.op != Op::kConvTranspose) return false;
  if (node.op == Op::kConvTranspose && node.attrs.Int("groups") != 1) return false;
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    if (!node.inputs[i]->constant || BlocksOf(*node.inputs[i]->constant)) return false;
  }
  return node.output()->dtype() == DType::kF32 && node.inputs[1]->dtype() == DType::kF32 &&
         node.inputs[1]->constant->numel() > 0;
}

// `constant` as a number for each of `channels` of what has `rank` axes; nothing if it says more.
std::optional<std::vector<double>> ByChannel(const Value& value, size_t rank, int64_t channels) {
  const Value& plain = BeforeBroadcast(value);
  if (!plain.constant || plain.dtype() != DType::kF32) return std::nullopt;
  const Tensor& constant = *plain.constant;
  const size_t axes = constant.sizes.size();
  if (axes > rank || (constant.numel() != 1 && constant.numel() != channels)) return std::nullopt;
  for (size_t i = 0; i < axes; ++i) {
    if (constant.sizes[i] != 1 && i + rank - axes != kChannels) return std::nullopt;
  }
  auto read = ReadDoubles(constant);
  if (!read.ok()) return std::nullopt;
  if (read->size() == 1) read->resize(channels, (*read)[0]);
  return *std::move(read);
}

// An elementwise operator on a convolution's result.
struct Affine {
  const Value* convolved;
  std::vector<double> numbers;
  Op op;
};

// The operator that `node` is: a product or a sum with constants.
std::optional<Affine> AffineOf(const Node& node) {
  if (node.op != Op::kMul && node.op != Op::kAdd && node.op != Op::kSub) return std::nullopt;
  const Value& result = *node.output();
  if (result.dtype() != DType::kF32 || result.rank() <= kChannels) return std::nullopt;
  const Dim& channels = result.shape()[kChannels];
  if (!channels.is_const() || channels.value() > kMostChannels) return std::nullopt;
  for (size_t i = 0; i < (node.op == Op::kSub ? 1 : 2); ++i) {
    const Value& convolved = *node.inputs[i];
    if (convolved.constant || convolved.shape() != result.shape()) continue;
    auto numbers = ByChannel(*node.inputs[1 - i], result.rank(), channels.value());
    if (numbers) return Affine{&convolved, *std::move(numbers), node.op};
  }
  return std::nullopt;
}

// What a filter becomes, as it is read.
class ScaledBuffer : public ComputedBuffer, public OfArchive {
 public:
  // `inner`: the elements of one channel that lie together.
  ScaledBuffer(Tensor source, std::vector<double> scales, int64_t inner)
      : source_(std::move(source)), scales_(std::move(scales)), inner_(inner) {}
  bool of_archive() const override { return false; }  // its elements are new ones
  std::string NameAt(int64_t) const override { return NameInArchive(source_); }
  void SetName(int64_t, int64_t, const std::string&) const override {}  // its source has one
  size_t size() const override { return source_.nbytes(); }
  absl::Status Stream(const ByteSink& sink) const override {
    int64_t at = 0;
    std::vector<float> out, aligned;
    return StreamDense(source_, [&](absl::Span<const uint8_t> bytes) -> absl::Status {
      constexpr size_t kPiece = 1 << 14;
      while (!bytes.empty()) {
        const absl::Span<const uint8_t> piece = bytes.first(
            std::min(kPiece * sizeof(float), bytes.size() / sizeof(float) * sizeof(float)));
        out.resize(piece.size() / sizeof(float));
        T2N_RETURN_IF_ERROR(Scale(FloatsIn(piece, &aligned), at, absl::MakeSpan(out)));
        at += out.size();
        T2N_RETURN_IF_ERROR(
            sink(absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(out.data()), piece.size())));
        bytes.remove_prefix(piece.size());
      }
      return absl::OkStatus();
    });
  }

 private:
  using Numbers = Eigen::Map<const Eigen::ArrayXf>;

  // The numbers that `bytes` are, or a copy of them.
  static const float* FloatsIn(absl::Span<const uint8_t> bytes, std::vector<float>* aligned) {
    if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(float) == 0) {
      return reinterpret_cast<const float*>(bytes.data());
    }
    aligned->resize(bytes.size() / sizeof(float));
    std::memcpy(aligned->data(), bytes.data(), bytes.size());
    return aligned->data();
  }

  // What the elements from `at` on become.
  absl::Status Scale(const float* elements, int64_t at, absl::Span<float> out) const {
    const int64_t channels = scales_.size();
    while (!out.empty()) {
      const size_t count = std::min<size_t>(inner_ - at % inner_, out.size());
      const float scale = static_cast<float>(scales_[at / inner_ % channels]);
      Eigen::Map<Eigen::ArrayXf> scaled(out.data(), count);
      scaled = Numbers(elements, count) * scale;
      const bool may_overflow = !(std::abs(scale) <= 1);
      if (may_overflow && !scaled.allFinite() && Numbers(elements, count).allFinite()) {
        return absl::FailedPreconditionError(
            absl::StrCat("a weight times ", scale, ", the scale of its channel, is beyond f32"));
      }
      at += count;
      elements += count;
      out.remove_prefix(count);
    }
    return absl::OkStatus();
  }

  Tensor source_;
  std::vector<double> scales_;
  int64_t inner_;
};

Tensor Floats(const std::vector<double>& numbers) {
  uint8_t* data = nullptr;
  Tensor t = Tensor::Allocate(DType::kF32, {static_cast<int64_t>(numbers.size())}, &data);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const float number = static_cast<float>(numbers[i]);
    std::memcpy(data + i * sizeof(float), &number, sizeof(float));
  }
  return t;
}

// Values whose last digit matters: a rounding, a comparison or a cast to integers reads them, be it
// behind elementwise operators and moves.
class Delicate {
 public:
  explicit Delicate(const Graph& graph) { Collect(graph); }
  bool Has(const Value& value) const { return values_.count(&value) > 0; }

 private:
  static bool IsStep(const Node& node) {
    if (node.op == Op::kCast) return !IsFloat(node.output()->dtype());
    return IsComparison(node.op) || IsRounding(node.op);
  }
  static bool Carries(const Node& node) {
    return IsElementwise(node.op) || KindOf(node.op) == OpKind::kLayout;
  }
  void Collect(const Graph& graph) {
    for (auto it = graph.nodes().rbegin(); it != graph.nodes().rend(); ++it) {
      const Node& node = **it;
      for (const auto& body : node.bodies) Collect(*body);
      bool step = IsStep(node);
      for (const auto& v : node.outputs) step = step || (Carries(node) && Has(*v));
      if (!step) continue;
      for (const Value* v : node.inputs) values_.insert(v);
    }
  }

  absl::flat_hash_set<const Value*> values_;
};

class Folding : public GraphRewriter {
 public:
  explicit Folding(const Graph& graph) : delicate_(graph) { CountUses(graph); }

  // Whether a node is an operator on a convolution of which nothing else is read.
  std::optional<Affine> Find(const Node& node) {
    std::optional<Affine> affine = AffineOf(node);
    if (!affine || uses_[affine->convolved] != 1 || delicate_.Has(*node.output())) {
      return std::nullopt;
    }
    const Node& before = *affine->convolved->node;
    if (!IsFoldable(before) && !folded_.count(&before)) return std::nullopt;
    folded_.insert(&node);
    return affine;
  }

 private:
  // A convolution that is being built: what its filter and its bias are made of.
  struct Parts {
    const Node* source;
    std::vector<double> scale, shift;  // by channel
    bool scaled = false;
    Value* named = nullptr;  // whose name the bias gets
  };

  void CountUses(const Graph& graph) {
    for (const auto& node : graph.nodes()) {
      for (const Value* v : node->inputs) ++uses_[v];
      for (const auto& body : node->bodies) CountUses(*body);
    }
    for (const Value* v : graph.outputs()) ++uses_[v];
  }

  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    const std::optional<Affine> affine = Find(node);
    if (!affine) return Copy(node, inputs);
    const bool first = affine->convolved == node.inputs[0];
    const Val& convolution = inputs[first ? 0 : 1];
    Parts parts = PartsOf(*affine->convolved->node, affine->numbers.size());
    Apply(*affine, *node.inputs[first ? 1 : 0], &parts);
    Vals operands = {Val(&b(), convolution->node->inputs[0]), Filter(parts),
                     b().Constant(Floats(parts.shift))};
    if (operands[2] && parts.named) operands[2]->name = parts.named->name;
    b().set_place(parts.source->place);
    parts_[&node] = std::move(parts);
    return Copy(*parts_[&node].source, operands);
  }

  Parts PartsOf(const Node& node, size_t channels) {
    const auto it = parts_.find(&node);
    if (it != parts_.end()) return it->second;
    Parts parts{&node, std::vector<double>(channels, 1), std::vector<double>(channels, 0)};
    if (node.inputs.size() > 2) {
      const auto bias = ReadDoubles(*node.inputs[2]->constant);
      if (!bias.ok()) b().Fail(bias.status());
      if (bias.ok()) parts.shift = *bias;
      parts.named = node.inputs[2];
    }
    return parts;
  }

  static void Apply(const Affine& affine, Value& numbers, Parts* parts) {
    for (size_t i = 0; i < affine.numbers.size(); ++i) {
      const double number = affine.numbers[i];
      if (affine.op == Op::kMul) {
        parts->scale[i] *= number;
        parts->shift[i] *= number;
      } else {
        parts->shift[i] += affine.op == Op::kSub ? -number : number;
      }
    }
    if (affine.op == Op::kMul) parts->scaled = true;
    if (affine.op != Op::kMul && !parts->named) parts->named = &numbers;
  }

  Val Filter(const Parts& parts) {
    const Value& filter = *parts.source->inputs[1];
    const Tensor& source = *filter.constant;
    Tensor scaled = source;
    if (parts.scaled) {
      const auto key = std::make_pair(
          absl::StrCat(reinterpret_cast<uintptr_t>(source.buffer.get()), " ", source.offset, " ",
                       absl::StrJoin(source.sizes, ","), " ", absl::StrJoin(source.strides, ",")),
          parts.scale);
      auto [it, is_new] = filters_.insert({key, Tensor()});
      if (is_new) it->second = Scaled(source, parts.scale, ResultAxis(parts.source->op));
      scaled = it->second;
    }
    const Val constant = b().Constant(std::move(scaled));
    if (constant) constant->name = filter.name;
    return constant;
  }

  static Tensor Scaled(const Tensor& source, const std::vector<double>& scales, int64_t axis) {
    int64_t inner = 1;
    for (size_t i = axis + 1; i < source.sizes.size(); ++i) inner *= source.sizes[i];
    Tensor scaled = source;
    scaled.offset = 0;
    scaled.strides = ContiguousStrides(source.sizes);
    scaled.buffer = std::make_shared<ScaledBuffer>(source, scales, inner);
    return scaled;
  }

  Delicate delicate_;
  absl::flat_hash_map<const Value*, int> uses_;
  absl::flat_hash_set<const Node*> folded_;  // operators that became a part of a convolution
  absl::flat_hash_map<const Node*, Parts> parts_;
  std::map<std::pair<std::string, std::vector<double>>, Tensor> filters_;
};

}  // namespace

bool HasScalesToFold(const Graph& graph) {
  Folding folding(graph);
  return AnyNode(graph, [&](const Node& node) { return folding.Find(node).has_value(); });
}

absl::Status FoldScales(const Graph& graph, Graph* out) {
  return Folding(graph).Rewrite(graph, out);
}

}  // namespace t2n
