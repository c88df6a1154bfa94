#include "t2n/inspect/inspect_exported.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parsers/exported/container.h"
#include "parsers/exported/expression.h"
#include "parsers/torchvalue/scalar_type.h"
#include "t2n/base/status.h"
#include "t2n/exported/evaluator.h"
#include "t2n/exported/inputs.h"
#include "t2n/exported/places.h"

namespace t2n {
namespace {

namespace ex = exported;
namespace tv = torchvalue;

std::string Text(const ex::SymInt& size) {
  if (size.is_number()) return absl::StrCat(*size.value);
  const auto e = ex::ParseExpression(size.expression);
  return e.ok() ? ex::ToString(*e) : std::string(size.expression);
}

std::string Text(const ex::TensorMeta& meta) {
  return absl::StrCat(meta.dtype ? tv::ShortName(*meta.dtype) : "?", "[",
                      absl::StrJoin(meta.sizes, ",",
                                    [](std::string* out, const ex::SymInt& size) {
                                      absl::StrAppend(out, Text(size));
                                    }),
                      "]");
}

// An argument or a result: its type, or its value where that is part of the program.
std::string Text(const ex::Argument& argument, const ex::Graph& graph) {
  if (const auto* v = argument.As<ex::TensorName>()) {
    const auto meta = graph.tensors.find(v->name);
    return meta == graph.tensors.end() ? "Tensor" : Text(meta->second);
  }
  if (const auto* v = argument.As<ex::SymName>()) {
    return v->type == ex::SymName::Type::kInt     ? "int"
           : v->type == ex::SymName::Type::kFloat ? "float"
                                                  : "bool";
  }
  if (const auto* v = argument.As<bool>()) return *v ? "True" : "False";
  if (const auto* v = argument.As<int64_t>()) return absl::StrCat(*v);
  if (const auto* v = argument.As<double>()) return absl::StrCat(*v);
  if (const auto* v = argument.As<ex::Text>()) return absl::StrCat("\"", v->value, "\"");
  return argument.As<ex::None>() ? "None" : "?";
}

class Lister {
 public:
  Lister(const ex::ExportedModel& model, ModelSummary* summary)
      : model_(model), program_(*model.program), summary_(*summary) {}

  void List() {
    ListForward();
    ListSymbols();
    ListModules(program_.graph);
    ListWeights();
    std::map<std::string, ModelSummary::Operator> operators;
    CountOperators(program_.graph, &operators);
    for (auto& [name, op] : operators) {
      if (!op.known) {
        summary_.obstacles.push_back(absl::StrCat("operator ", name, " is not known: ", op.count,
                                                  op.count == 1 ? " call" : " calls", ", first at ",
                                                  op.first_place));
      }
      summary_.operators.push_back(std::move(op));
    }
  }

 private:
  void ListForward() {
    ModelSummary::Method forward;
    forward.name = "forward";
    for (const ex::UserInput& input : ex::UserInputs(program_)) {
      const std::string name =
          input.name.empty() ? absl::StrCat("argument ", input.position) : input.name;
      forward.arguments.push_back({name, Text(*input.input, program_.graph), "", ""});
    }
    std::vector<std::string> results;
    for (size_t i = 0; i < program_.outputs.size(); ++i) {
      const ex::OutputSpec& spec = program_.outputs[i];
      if (spec.kind == ex::OutputSpec::Kind::kUserOutput) {
        results.push_back(Text(program_.graph.outputs[i], program_.graph));
      }
    }
    forward.result_type = absl::StrCat("(", absl::StrJoin(results, ", "), ")");
    summary_.methods.push_back(std::move(forward));
  }

  void ListSymbols() {
    std::map<std::string, std::vector<std::string>> axes;
    for (const ex::UserInput& input : ex::UserInputs(program_)) {
      const auto* name = input.input->As<ex::TensorName>();
      const auto meta =
          name ? program_.graph.tensors.find(name->name) : program_.graph.tensors.end();
      if (meta == program_.graph.tensors.end()) continue;
      for (size_t i = 0; i < meta->second.sizes.size(); ++i) {
        const ex::SymInt& size = meta->second.sizes[i];
        if (!size.is_number()) axes[Text(size)].push_back(absl::StrCat(input.name, ":", i));
      }
    }
    for (const auto& [symbol, places] : axes) {
      ModelSummary::Symbol told{symbol, "", absl::StrJoin(places, ", ")};
      for (const ex::RangeConstraint& range : program_.ranges) {
        const auto e = ex::ParseExpression(range.expression);
        if (!e.ok() || ex::ToString(*e) != symbol) continue;
        told.range = absl::StrCat(range.min ? absl::StrCat(*range.min) : "", "..",
                                  range.max ? absl::StrCat(*range.max) : "");
      }
      summary_.symbols.push_back(std::move(told));
    }
  }

  // Those that nodes come from, in the order of the nodes.
  void ListModules(const ex::Graph& graph) {
    std::set<std::string> seen;
    for (const ex::Node& node : graph.nodes) {
      for (ex::ModuleCall& module : ex::ModulesOf(node)) {
        if (!seen.insert(module.path).second) continue;
        summary_.modules.push_back({std::move(module.path), std::move(module.class_name), ""});
      }
    }
  }

  void CountOperators(const ex::Graph& graph,
                      std::map<std::string, ModelSummary::Operator>* operators) {
    for (const ex::Node& node : graph.nodes) {
      ModelSummary::Operator& op = (*operators)[std::string(node.target)];
      if (op.count++ == 0) {
        op.name = std::string(node.target);
        op.known = ex::IsKnownTarget(node.target);
        op.first_place = ex::PlaceOf(node, nullptr)->ToString();
      }
      for (const ex::NamedArgument& input : node.inputs) {
        if (const auto* sub = input.value.As<ex::SubGraph>()) CountOperators(sub->graph, operators);
      }
    }
  }

  void ListWeights() {
    for (const ex::InputSpec& spec : program_.inputs) {
      const char* kind = KindOf(spec);
      if (kind == nullptr) continue;
      const std::string name(spec.name);
      const ex::StoredTensor* stored = model_.Find(name);
      if (stored == nullptr) {
        summary_.obstacles.push_back(absl::StrCat("if it is used, ", name, ": not in the archive"));
      } else {
        ListWeight(name, kind, *stored);
      }
    }
  }

  static const char* KindOf(const ex::InputSpec& spec) {
    switch (spec.kind) {
      case ex::InputSpec::Kind::kParameter:
        return "parameter";
      case ex::InputSpec::Kind::kBuffer:
        return spec.persistent ? "buffer" : "buffer, not persistent";
      case ex::InputSpec::Kind::kTensorConstant:
        return "constant";
      default:
        return nullptr;
    }
  }

  void ListWeight(const std::string& path, const char* kind, const ex::StoredTensor& stored) {
    if (const auto subclass = ex::AsSubclass(*stored.value)) {
      for (const auto& [name, part] : subclass->attributes) {
        ListWeight(absl::StrCat(path, ".", name),
                   absl::StrCat("part of a ", subclass->class_name).c_str(),
                   {stored.archive, part});
      }
      return;
    }
    if (const auto* unusable = stored.value->As<tv::Unusable>()) {
      summary_.obstacles.push_back(
          absl::StrCat("if it is used, ", path, ": ", unusable->status.message()));
    }
    const auto* record = stored.value->As<tv::TensorRecord>();
    if (record == nullptr) return;
    ModelSummary::Weight weight{path, tv::ShortName(record->dtype), record->sizes, 0, record->entry,
                                kind};
    weight.bytes = (record->numel() * tv::ElementBits(record->dtype) + 7) / 8;
    const auto [first, alone] =
        first_in_entry_.emplace(std::make_pair(stored.archive.get(), record->entry), path);
    if (!alone) absl::StrAppend(&weight.note, ", shares the storage of ", first->second);
    const Entry* entry = stored.archive->Find(record->entry);
    if (alone && entry) summary_.storage_bytes += entry->size;
    summary_.weights.push_back(std::move(weight));
  }

  const ex::ExportedModel& model_;
  const ex::ExportedProgram& program_;
  ModelSummary& summary_;
  std::map<std::pair<const Archive*, std::string>, std::string> first_in_entry_;
};

}  // namespace

absl::Status InspectExported(std::shared_ptr<const Archive> archive, absl::string_view name,
                             ModelSummary* summary) {
  summary->models = ex::ModelNames(*archive);
  T2N_ASSIGN_OR_RETURN(const ex::ExportedModel model, ex::LoadExportedModel(archive, name));
  const ex::ExportedProgram& program = *model.program;
  summary->exported = absl::StrCat(
      "schema ", program.schema_major, ".", program.schema_minor,
      program.torch_version.empty() ? "" : absl::StrCat(", torch ", program.torch_version),
      program.training_dialect ? ", training dialect" : "");
  Lister(model, summary).List();
  return absl::OkStatus();
}

}  // namespace t2n
