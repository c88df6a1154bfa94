#include "t2n/passes/cse.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace t2n {
namespace {

// Larger constants are compared by where their bytes are.
constexpr int64_t kSmallBytes = 64;

std::string ConstantKey(const Value& value) {
  const Tensor& t = *value.constant;
  std::string key = TypeToString(value.type);
  if (t.nbytes() <= kSmallBytes) {
    absl::StatusOr<Tensor> dense = MakeContiguous(t);
    absl::StatusOr<const uint8_t*> data =
        dense.ok() ? ContiguousData(*dense) : absl::StatusOr<const uint8_t*>(dense.status());
    if (data.ok()) {
      key.append(reinterpret_cast<const char*>(*data), t.nbytes());
      return key;
    }
  }
  absl::StrAppend(&key, " ", reinterpret_cast<uintptr_t>(t.buffer.get()), " ", t.offset, " ",
                  absl::StrJoin(t.strides, ","));
  return key;
}

std::string NodeKey(const Node& node) {
  std::string key = absl::StrCat(OpName(node.op), "(");
  for (const Value* v : node.inputs) absl::StrAppend(&key, v->id, ",");
  // Floats in full: the text of attributes rounds them.
  absl::StrAppend(&key, ")", node.attrs.ToString(), " ");
  for (const auto& [name, attr] : node.attrs.all()) {
    const double* number = std::get_if<double>(&attr);
    if (number) key.append(reinterpret_cast<const char*>(number), sizeof(*number));
  }
  return key;
}

}  // namespace

void EliminateCommonSubexpressions(Graph* graph) {
  absl::flat_hash_map<std::string, Node*> first;
  absl::flat_hash_map<const Value*, Value*> same;
  auto replace = [&same](Value*& v) {
    auto it = same.find(v);
    if (it != same.end()) v = it->second;
  };
  for (auto& node : graph->nodes()) {
    for (Value*& v : node->inputs) replace(v);
    for (auto& body : node->bodies) EliminateCommonSubexpressions(body.get());
    if (node->op == Op::kInput || !node->bodies.empty()) continue;
    bool constant = node->outputs.size() == 1 && node->output()->is_constant();
    std::string key = constant ? ConstantKey(*node->output()) : NodeKey(*node);
    if (node->output()->type.quant) key += Attrs({{"", node->output()->type.quant}}).ToString();
    auto [it, is_new] = first.insert({std::move(key), node.get()});
    if (is_new) continue;
    for (size_t i = 0; i < node->outputs.size(); ++i) {
      same[node->output(i)] = it->second->output(i);
    }
  }
  for (Value*& v : graph->outputs()) replace(v);
  graph->EliminateDeadCode();
}

}  // namespace t2n
