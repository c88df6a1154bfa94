#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "parsers/exported/graph_reader.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

using Names = absl::flat_hash_set<absl::string_view>;

// Calls `use` with every name in `value`, not with those inside of graphs.
absl::Status ForEachName(const Argument& value,
                         absl::FunctionRef<absl::Status(absl::string_view)> use) {
  if (const auto* v = value.As<TensorName>()) return use(v->name);
  if (const auto* v = value.As<SymName>()) return use(v->name);
  if (const auto* v = value.As<CustomObject>()) return use(v->name);
  if (const auto* v = value.As<TensorNames>()) {
    for (const TensorName& t : *v) T2N_RETURN_IF_ERROR(use(t.name));
  }
  if (const auto* v = value.As<List>()) {
    for (const Argument& item : *v) T2N_RETURN_IF_ERROR(ForEachName(item, use));
  }
  if (const auto* v = value.As<Dict>()) {
    for (const auto& [key, item] : *v) T2N_RETURN_IF_ERROR(ForEachName(item, use));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status GraphReader::ReadInputs(Node* node) {
  return json_.Array([&]() -> absl::Status {
    NamedArgument input;
    T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view field) -> absl::Status {
      if (field == "name") {
        T2N_ASSIGN_OR_RETURN(input.name, json_.String());
      } else if (field == "arg") {
        T2N_ASSIGN_OR_RETURN(input.value, ReadArgument());
      }
      return absl::OkStatus();
    }));
    node->inputs.push_back(std::move(input));
    return absl::OkStatus();
  });
}

absl::Status GraphReader::ReadMetadata(Node* node) {
  return json_.Object([&](absl::string_view field) -> absl::Status {
    if (json_.kind() != JsonKind::kString) return absl::OkStatus();
    if (field == "stack_trace") {
      T2N_ASSIGN_OR_RETURN(node->raw_stack_trace, json_.RawString());
    } else if (field == "nn_module_stack") {
      T2N_ASSIGN_OR_RETURN(node->raw_module_stack, json_.RawString());
    }
    return absl::OkStatus();
  });
}

absl::Status GraphReader::ReadNode(Node* node) {
  T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view field) -> absl::Status {
    if (field == "target") {
      T2N_ASSIGN_OR_RETURN(node->target, json_.String());
    } else if (field == "name") {
      T2N_ASSIGN_OR_RETURN(node->name, json_.String());
    } else if (field == "inputs") {
      return ReadInputs(node);
    } else if (field == "outputs") {
      T2N_ASSIGN_OR_RETURN(node->outputs, ReadArguments());
    } else if (field == "metadata") {
      return ReadMetadata(node);
    } else if (field == "is_hop_single_tensor_return") {
      T2N_ASSIGN_OR_RETURN(node->single_tensor, json_.Bool());
    }
    return absl::OkStatus();
  }));
  if (node->target.empty()) return json_.Error("a node without a target");
  node->inputs.shrink_to_fit();
  return absl::OkStatus();
}

absl::Status GraphReader::ReadNodes(Graph* graph) {
  return json_.Array([&]() -> absl::Status {
    if (++nodes_ > limits::kMaxProgramNodes) {
      return json_.Error(absl::StrCat("more than ", limits::kMaxProgramNodes, " nodes"));
    }
    graph->nodes.emplace_back();
    return ReadNode(&graph->nodes.back());
  });
}

absl::Status GraphReader::ReadGraphField(absl::string_view field, Graph* graph) {
  if (field == "inputs") {
    T2N_ASSIGN_OR_RETURN(graph->inputs, ReadArguments());
  } else if (field == "outputs") {
    T2N_ASSIGN_OR_RETURN(graph->outputs, ReadArguments());
  } else if (field == "nodes") {
    return ReadNodes(graph);
  } else if (field == "tensor_values") {
    return json_.Object(
        [&](absl::string_view name) { return ReadTensorMeta(&graph->tensors[name]); });
  } else if (field == "sym_int_values") {
    return json_.Object([&](absl::string_view name) -> absl::Status {
      T2N_ASSIGN_OR_RETURN(graph->sym_ints[name], ReadSymInt());
      return absl::OkStatus();
    });
  } else if (field == "custom_obj_values") {
    return json_.Object([&](absl::string_view name) -> absl::Status {
      return json_.Object([&](absl::string_view part) -> absl::Status {
        if (part != "class_fqn") return absl::OkStatus();
        T2N_ASSIGN_OR_RETURN(graph->custom_classes[name], json_.String());
        return absl::OkStatus();
      });
    });
  } else if (field == "constants") {
    return json_.Object([&](absl::string_view name) -> absl::Status {
      T2N_ASSIGN_OR_RETURN(const absl::string_view base64, json_.String());
      graph->constants.emplace_back(name, base64);
      return absl::OkStatus();
    });
  }
  return absl::OkStatus();
}

absl::Status GraphReader::CheckNames(const Graph& graph) {
  Names names;
  const auto define = [&](absl::string_view name) -> absl::Status {
    if (name.empty() || names.insert(name).second) return absl::OkStatus();
    return json_.Error(absl::StrCat("two values of the graph are called '", name, "'"));
  };
  for (const auto& constant : graph.constants) T2N_RETURN_IF_ERROR(define(constant.first));
  for (const Argument& input : graph.inputs) T2N_RETURN_IF_ERROR(ForEachName(input, define));
  for (const Node& node : graph.nodes) {
    const auto use = [&](absl::string_view name) -> absl::Status {
      if (names.contains(name)) return absl::OkStatus();
      return json_.Error(absl::StrCat("node ", node.name.empty() ? node.target : node.name,
                                      " refers to '", name, "', which nothing before it gives"));
    };
    for (const NamedArgument& input : node.inputs) {
      T2N_RETURN_IF_ERROR(ForEachName(input.value, use));
    }
    for (const Argument& output : node.outputs) {
      T2N_RETURN_IF_ERROR(ForEachName(output, define));
    }
  }
  for (const Argument& output : graph.outputs) {
    T2N_RETURN_IF_ERROR(ForEachName(output, [&](absl::string_view name) -> absl::Status {
      if (names.contains(name)) return absl::OkStatus();
      return json_.Error(absl::StrCat("an output is '", name, "', which nothing gives"));
    }));
  }
  return absl::OkStatus();
}

absl::StatusOr<Graph> GraphReader::ReadGraph() {
  Graph graph;
  T2N_RETURN_IF_ERROR(
      json_.Object([&](absl::string_view field) { return ReadGraphField(field, &graph); }));
  graph.nodes.shrink_to_fit();
  T2N_RETURN_IF_ERROR(CheckNames(graph));
  return graph;
}

}  // namespace t2n::exported
