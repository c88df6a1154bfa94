#include "t2n/passes/block_weights.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/blocks/block_buffer.h"
#include "t2n/ir/type_rules.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

bool Has(absl::string_view axes, char axis) { return axes.find(axis) != axes.npos; }

// A use of a weight, with its axes in the order that blocks want.
struct BlockUse {
  Tensor weight;
  std::string axes;  // of an einsum's operand
};

// The name of a constant that may be a view of a named one.
std::string NameOfConstant(const Value* value) {
  while (value->name.empty() && !value->node->inputs.empty()) value = value->node->inputs[0];
  return value->name;
}

// The bytes that a tensor sees: what it may share with others.
std::string RegionKey(const Tensor& t) {
  return absl::StrCat(reinterpret_cast<uintptr_t>(t.buffer.get()), ":", t.offset, ":", t.numel());
}

std::string ViewKey(const Tensor& t) {
  return absl::StrCat(RegionKey(t), ":", absl::StrJoin(t.sizes, ","), ":",
                      absl::StrJoin(t.strides, ","));
}

bool IsWeightType(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kF16 || dtype == DType::kBF16;
}

// Which values of a graph may be in blocks, and what its products become then.
class BlockUses {
 public:
  explicit BlockUses(const BlockForms& forms) : forms_(forms) {}

  // Whether the runtime reads blocks there at all: others are no weights that one thinks of.
  static bool IsPlace(const Node& node, size_t i) {
    return node.op == Op::kEinsum || (node.op == Op::kGather && i == 0) ||
           (node.op == Op::kConv && i == 1);
  }

  // How operand `i` of the node would read blocks; else `*why` it cannot.
  std::optional<BlockUse> Of(const Node& node, size_t i, std::string* why) const {
    const Tensor& t = *node.inputs[i]->constant;
    if (node.inputs[i]->dtype() == DType::kF16 && !forms_.half) {
      *why = "products with f16 take none";
      return std::nullopt;
    }
    std::optional<BlockUse> use;
    if (node.op == Op::kEinsum)
      use = OfProduct(node, i, why);
    else if (node.op == Op::kGather)
      use = OfTable(node, i, why);
    else if (node.op == Op::kConv)
      use = OfFilter(node, i, why);
    else
      *why = absl::StrCat(OpName(node.op), " takes none");
    if (!use) return std::nullopt;
    const int64_t rows = use->weight.sizes[0], length = t.numel() / std::max<int64_t>(rows, 1);
    const int64_t together = node.op == Op::kConv ? length : use->weight.sizes.back();
    if (together % kQ4Length == 0 && together > 0) return use;
    *why = absl::StrCat("blocks hold ", kQ4Length, " neighbours, and ", together,
                        " is no multiple of it");
    return std::nullopt;
  }

 private:
  std::optional<BlockUse> OfProduct(const Node& node, size_t i, std::string* why) const {
    const EinsumTerms terms = ParseEinsum(node.attrs.Str("equation"));
    *why = "it is not multiplied with one computed tensor";
    if (terms.inputs.size() != 2 || node.inputs[1 - i]->constant) return std::nullopt;
    const std::string &mine = terms.inputs[i], &others = terms.inputs[1 - i];
    const std::set<char> letters(mine.begin(), mine.end());
    std::string summed, kept;
    for (const char c : mine) (Has(terms.output, c) ? kept : summed) += c;
    *why = "the product does not sum over one axis of it";
    if (letters.size() != mine.size() || summed.size() != 1 || !Has(others, summed[0])) {
      return std::nullopt;
    }
    *why = "it is no matrix";
    const bool batch = kept.size() == 2 && forms_.batches;
    if (kept.size() != 1 && !batch) return std::nullopt;
    if (kept.size() == 1 && Has(others, kept[0])) return std::nullopt;
    if (batch && kept != MatrixAxes(kept, others)) return std::nullopt;
    return Ordered(*node.inputs[i]->constant, mine, kept + summed);
  }

  // The axis that only the weight has stands behind the one that both have.
  static std::string MatrixAxes(std::string kept, absl::string_view others) {
    if (Has(others, kept[1])) std::swap(kept[0], kept[1]);
    return Has(others, kept[1]) ? "" : kept;
  }

  static BlockUse Ordered(const Tensor& t, absl::string_view axes, const std::string& order) {
    BlockUse use{t, order};
    for (size_t axis = 0; axis < order.size(); ++axis) {
      const size_t from = axes.find(order[axis]);
      use.weight.sizes[axis] = t.sizes[from];
      use.weight.strides[axis] = t.strides[from];
    }
    return use;
  }

  std::optional<BlockUse> OfTable(const Node& node, size_t i, std::string* why) const {
    const Tensor& t = *node.inputs[i]->constant;
    *why = "rows are not taken from a matrix";
    const bool rows = i == 0 && node.attrs.Int("axis") == 0 && t.rank() == 2;
    return rows ? std::make_optional(BlockUse{t, ""}) : std::nullopt;
  }

  std::optional<BlockUse> OfFilter(const Node& node, size_t i, std::string* why) const {
    const Tensor& t = *node.inputs[i]->constant;
    *why = "convolutions take none";
    const bool filter = forms_.filters && i == 1 && node.attrs.Int("groups") == 1 &&
                        t.rank() >= 3 && t.is_contiguous();
    return filter ? std::make_optional(BlockUse{t, ""}) : std::nullopt;
  }

  BlockForms forms_;
};

class Rebuilder : public GraphRewriter {
 public:
  Rebuilder(BlockScale scale, const BlockForms& forms) : scale_(scale), uses_(forms) {}

  // Which weights are chosen (by any of their names), and what keeps one as it is: any use of its
  // bytes that takes no blocks.
  void Choose(const Graph& graph, absl::FunctionRef<bool(absl::string_view)> chosen) {
    FindUses(graph, false);
    for (auto it = names_.begin(); it != names_.end();) {
      const std::set<std::string>& names = it->second;
      bool any = false;
      for (const std::string& name : names) any |= places_.count(it->first) && chosen(name);
      it = any ? std::next(it) : names_.erase(it);
    }
  }

  BlockOutcome Outcome() const {
    BlockOutcome outcome;
    outcome.stored = static_cast<int64_t>(stored_.size());
    for (const auto& [region, names] : names_) {
      auto it = stays_.find(region);
      if (it == stays_.end()) continue;
      outcome.stays.push_back({absl::StrJoin(names, ", "), it->second});
    }
    std::sort(outcome.stays.begin(), outcome.stays.end(),
              [](const BlockStay& a, const BlockStay& b) { return a.name < b.name; });
    return outcome;
  }

 private:
  static bool IsWeight(const Value& value) {
    return value.constant && IsWeightType(value.dtype()) && value.constant->rank() >= 2 &&
           value.constant->numel() >= kQ4Length && !value.constant->is_expanded();
  }

  void FindUses(const Graph& graph, bool in_body) {
    for (const auto& node : graph.nodes()) {
      for (size_t i = 0; i < node->inputs.size(); ++i) {
        if (IsWeight(*node->inputs[i])) AddUse(*node, i, in_body);
      }
      for (const auto& body : node->bodies) FindUses(*body, true);
    }
    for (const Value* output : graph.outputs()) {
      if (IsWeight(*output)) stays_.try_emplace(RegionKey(*output->constant), "it is an output");
    }
  }

  void AddUse(const Node& node, size_t i, bool in_body) {
    const Value& value = *node.inputs[i];
    const std::string region = RegionKey(*value.constant);
    names_[region].insert(NameOfConstant(&value));
    if (BlockUses::IsPlace(node, i)) places_.insert(region);
    std::string why = "it is read inside of a loop or a composed operation";
    if (in_body || !uses_.Of(node, i, &why)) stays_.try_emplace(region, why);
  }

  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    Vals read = inputs;
    Attrs attrs = node.attrs;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Value& value = *node.inputs[i];
      if (!IsWeight(value)) continue;
      const std::string region = RegionKey(*value.constant);
      if (stays_.count(region) || !names_.count(region)) continue;
      std::string why;
      const std::optional<BlockUse> use = uses_.Of(node, i, &why);
      if (!use) continue;
      read[i] = b().Constant(InBlocks(use->weight, value.dtype()));
      if (read[i]) read[i]->name = *names_[region].begin();
      if (node.op != Op::kEinsum) continue;
      EinsumTerms terms = ParseEinsum(attrs.Str("equation"));
      terms.inputs[i] = use->axes;
      attrs.Set("equation",
                absl::StrCat(terms.inputs[0], ",", terms.inputs[1], "->", terms.output));
    }
    return Copy(node, attrs, read);
  }

  Tensor InBlocks(const Tensor& weight, DType dtype) {
    auto [it, is_new] = stored_.try_emplace(ViewKey(weight));
    if (is_new) it->second = BlockBuffer::MakeTensor(weight, scale_, dtype);
    return it->second;
  }

  BlockScale scale_;
  BlockUses uses_;
  std::map<std::string, std::set<std::string>> names_;  // region -> names, of those chosen
  std::set<std::string> places_;                        // regions that are read as weights are
  std::map<std::string, std::string> stays_;            // region -> why
  std::map<std::string, Tensor> stored_;
};

}  // namespace

absl::Status StoreWeightsInBlocks(const Graph& graph, BlockScale scale, const BlockForms& forms,
                                  absl::FunctionRef<bool(absl::string_view)> chosen, Graph* out,
                                  BlockOutcome* outcome) {
  Rebuilder rebuilder(scale, forms);
  rebuilder.Choose(graph, chosen);
  const absl::Status status = rebuilder.Rewrite(graph, out);
  *outcome = rebuilder.Outcome();
  return status;
}

}  // namespace t2n
