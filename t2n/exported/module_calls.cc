#include "t2n/exported/module_calls.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace t2n::exported {
namespace {

// A call, while its nodes are gone through.
struct Call {
  ModuleCall module;
  size_t depth = 0, last = 0;
  std::vector<absl::string_view> results;
};

using Keys = std::vector<std::string>;  // of the calls that a node is of, from the root inwards

// Whether a tensor that `user` reads goes out of the call `key`.
bool GoesOut(const Keys& user, const std::string& key) { return !absl::c_linear_search(user, key); }

// Of each node, and the calls themselves by key.
std::vector<Keys> FindCalls(absl::Span<const Node> nodes, std::map<std::string, Call>* calls) {
  std::vector<Keys> keys(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::vector<ModuleCall> stack = ModulesOf(nodes[i]);
    for (size_t depth = 0; depth < stack.size(); ++depth) {
      if (stack[depth].path.empty()) continue;
      const std::string& key = stack[depth].key.empty() ? stack[depth].path : stack[depth].key;
      Call& call = (*calls)[key];
      call.module = stack[depth];
      call.depth = depth;
      call.last = i;
      keys[i].push_back(key);
    }
  }
  return keys;
}

// By tensor, the nodes that read it.
absl::flat_hash_map<absl::string_view, std::vector<size_t>> UsersOf(absl::Span<const Node> nodes) {
  absl::flat_hash_map<absl::string_view, std::vector<size_t>> users;
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (absl::string_view name : TensorsOf(nodes[i])) users[name].push_back(i);
  }
  return users;
}

}  // namespace

void AddTensors(const Argument& argument, std::vector<absl::string_view>* names) {
  if (const auto* v = argument.As<TensorName>()) names->push_back(v->name);
  if (const auto* v = argument.As<TensorNames>()) {
    for (const TensorName& tensor : *v) names->push_back(tensor.name);
  }
  if (const auto* v = argument.As<List>()) {
    for (const Argument& item : *v) AddTensors(item, names);
  }
}

std::vector<absl::string_view> TensorsOf(const Node& node) {
  std::vector<absl::string_view> names;
  for (const NamedArgument& input : node.inputs) AddTensors(input.value, &names);
  return names;
}

const CallSignature* SignatureOf(const ExportedProgram& program, const ModuleCall& call) {
  const size_t at = call.key.rfind('@');
  const std::string name = absl::StrCat(call.path, at == call.key.npos ? "" : call.key.substr(at));
  for (const CallSignature& signature : program.calls) {
    if (signature.name == name) return &signature;
  }
  return nullptr;
}

std::map<size_t, std::vector<CallResults>> ResultsOfCalls(const ExportedProgram& program) {
  const std::vector<Node>& nodes = program.graph.nodes;
  std::map<std::string, Call> calls;
  const std::vector<Keys> keys = FindCalls(nodes, &calls);
  const auto users = UsersOf(nodes);
  std::vector<absl::string_view> outputs;
  for (const Argument& output : program.graph.outputs) AddTensors(output, &outputs);
  const absl::flat_hash_set<absl::string_view> given(outputs.begin(), outputs.end());
  for (size_t i = 0; i < nodes.size(); ++i) {
    std::vector<absl::string_view> made;
    for (const Argument& output : nodes[i].outputs) AddTensors(output, &made);
    for (const std::string& key : keys[i]) {
      for (absl::string_view name : made) {
        const auto read = users.find(name);
        const bool goes_out =
            given.contains(name) ||
            (read != users.end() &&
             absl::c_any_of(read->second, [&](size_t user) { return GoesOut(keys[user], key); }));
        if (goes_out) calls[key].results.push_back(name);
      }
    }
  }
  std::map<size_t, std::vector<CallResults>> results;
  std::vector<const Call*> order;
  for (const auto& [key, call] : calls) order.push_back(&call);
  absl::c_stable_sort(order, [](const Call* a, const Call* b) { return a->depth > b->depth; });
  for (const Call* call : order) {
    CallResults told{call->module.path, call->results};
    if (const CallSignature* signature = SignatureOf(program, call->module)) {
      told.tensors.clear();
      for (const Argument& output : signature->outputs) AddTensors(output, &told.tensors);
    }
    results[call->last].push_back(std::move(told));
  }
  return results;
}

}  // namespace t2n::exported
