#include "t2n/preview/drawing.h"

#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace t2n {
namespace {

absl::string_view ParentOf(absl::string_view module) {
  const size_t dot = module.rfind('.');
  return dot == absl::string_view::npos ? absl::string_view() : module.substr(0, dot);
}

class Drawer {
 public:
  explicit Drawer(const proto::ConversionReport& report) : report_(report) {}

  Drawing Draw() {
    FindEnds();
    FindBoxes();
    for (int i = 0; i < report_.operation_list_size(); ++i) Place(i);
    for (int i = 0; i < report_.operation_list_size(); ++i) AddEdges(i);
    for (const proto::TensorInfo& output : report_.outputs()) AddOutput(output.name());
    return std::move(drawing_);
  }

 private:
  const proto::OperationInfo& At(int i) const { return report_.operation_list(i); }

  // Operations whose results an operation reads, without weights; each once.
  std::vector<int> Sources(const proto::OperationInfo& operation) const {
    std::vector<int> sources;
    absl::flat_hash_set<int> seen;
    for (const std::string& operand : operation.operands()) {
      const auto it = maker_.find(operand);
      if (it == maker_.end() || IsVariable(At(it->second))) continue;
      if (seen.insert(it->second).second) sources.push_back(it->second);
    }
    return sources;
  }

  void FindEnds() {
    users_.resize(report_.operation_list_size());
    for (int i = 0; i < report_.operation_list_size(); ++i) {
      for (int source : Sources(At(i))) users_[source].push_back(i);
      for (const std::string& result : At(i).results()) maker_.emplace(result, i);
    }
    for (const proto::TensorInfo& output : report_.outputs()) outputs_.insert(output.name());
  }

  // Modules that get no box: no module is in them, and no operation of them branches inside.
  void FindBoxes() {
    for (const proto::OperationInfo& operation : report_.operation_list()) {
      for (absl::string_view m = ParentOf(operation.module()); !m.empty(); m = ParentOf(m)) {
        if (!has_parts_.insert(m).second) break;
      }
    }
    for (int i = 0; i < report_.operation_list_size(); ++i) {
      const absl::string_view module = At(i).module();
      if (SameModule(Sources(At(i)), module) > 1 || SameModule(users_[i], module) > 1) {
        has_parts_.insert(module);
      }
    }
  }

  int SameModule(const std::vector<int>& operations, absl::string_view module) const {
    int same = 0;
    for (int i : operations) same += At(i).module() == module;
    return same;
  }

  std::string BoxOf(const proto::OperationInfo& operation) const {
    const absl::string_view module = operation.module();
    return std::string(has_parts_.contains(module) ? module : ParentOf(module));
  }

  bool IsOutput(const proto::OperationInfo& operation) const {
    for (const std::string& result : operation.results()) {
      if (outputs_.contains(result)) return true;
    }
    return false;
  }

  // The node that operation `i` goes on with; -1 if it begins one.
  int Follows(int i, const std::string& box) const {
    const std::vector<int> sources = Sources(At(i));
    if (sources.size() != 1 || IsInput(At(sources[0])) || IsOutput(At(sources[0]))) return -1;
    if (users_[sources[0]].size() != 1 || At(sources[0]).results_size() != 1) return -1;
    const auto it = node_of_.find(sources[0]);
    return it != node_of_.end() && drawing_.nodes[it->second].box == box ? it->second : -1;
  }

  void Place(int i) {
    const proto::OperationInfo& operation = At(i);
    if (IsVariable(operation)) return;
    const std::string box = BoxOf(operation);
    int node = Follows(i, box);
    if (node < 0) {
      node = static_cast<int>(drawing_.nodes.size());
      drawing_.nodes.push_back({{}, box});
    }
    drawing_.nodes[node].operations.push_back(i);
    node_of_[i] = node;
  }

  std::string TypeOf(const std::string& tensor) const {
    const proto::OperationInfo& operation = At(maker_.at(tensor));
    for (int i = 0; i < operation.types_size(); ++i) {
      if (operation.results(i) == tensor) return operation.types(i);
    }
    return "";
  }

  void AddEdges(int i) {
    const auto to = node_of_.find(i);
    if (to == node_of_.end()) return;
    for (const std::string& operand : At(i).operands()) {
      const auto made = maker_.find(operand);
      if (made == maker_.end()) continue;
      const auto from = node_of_.find(made->second);
      if (from == node_of_.end() || from->second == to->second) continue;
      if (!drawn_[to->second].insert(operand).second) continue;
      drawing_.edges.push_back({from->second, to->second, operand, TypeOf(operand)});
    }
  }

  void AddOutput(const std::string& tensor) {
    const auto made = maker_.find(tensor);
    if (made == maker_.end()) return;
    const auto from = node_of_.find(made->second);
    if (from != node_of_.end()) {
      drawing_.edges.push_back({from->second, -1, tensor, TypeOf(tensor)});
    }
  }

  const proto::ConversionReport& report_;
  Drawing drawing_;
  absl::flat_hash_map<std::string, int> maker_;            // by tensor
  absl::flat_hash_map<int, int> node_of_;                  // by operation
  absl::flat_hash_set<std::string> outputs_;               // names
  absl::flat_hash_set<absl::string_view> has_parts_;       // modules with a box
  std::vector<std::vector<int>> users_;                    // by operation
  absl::flat_hash_map<int, std::set<std::string>> drawn_;  // tensors that lead to a node
};

}  // namespace

bool IsVariable(const proto::OperationInfo& operation) {
  return absl::StartsWith(operation.operation(), "variable");
}

bool IsInput(const proto::OperationInfo& operation) {
  return absl::StartsWith(operation.operation(), "external") ||
         operation.operation() == "tract_core_external";
}

Drawing Draw(const proto::ConversionReport& report) { return Drawer(report).Draw(); }

}  // namespace t2n
