#include "parsers/exported/program.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parsers/exported/call_reader.h"
#include "parsers/exported/graph_reader.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

using torchvalue::ScalarType;

constexpr int kNewestMajor = 8;
constexpr int64_t kEndless = int64_t{1} << 62;  // a bound that is none

// torch/_export/serde/schema.py, ScalarType.
constexpr std::pair<int64_t, ScalarType> kScalarTypes[] = {
    {1, ScalarType::kByte},
    {2, ScalarType::kChar},
    {3, ScalarType::kShort},
    {4, ScalarType::kInt},
    {5, ScalarType::kLong},
    {6, ScalarType::kHalf},
    {7, ScalarType::kFloat},
    {8, ScalarType::kDouble},
    {9, ScalarType::kComplexHalf},
    {10, ScalarType::kComplexFloat},
    {11, ScalarType::kComplexDouble},
    {12, ScalarType::kBool},
    {13, ScalarType::kBFloat16},
    {28, ScalarType::kUInt16},
    {29, ScalarType::kFloat8_e4m3fn},
    {30, ScalarType::kFloat8_e5m2},
    {31, ScalarType::kFloat8_e4m3fnuz},
    {32, ScalarType::kFloat8_e5m2fnuz},
    {33, ScalarType::kFloat8_e8m0fnu},
    {34, ScalarType::kUInt32},
    {35, ScalarType::kUInt64},
};

// The signature of torch 2.1: maps of names.
struct OldSignature {
  absl::flat_hash_map<absl::string_view, absl::string_view> parameters, buffers, mutations;
};

class ProgramReader {
 public:
  ProgramReader(JsonReader& json, ExportedProgram* program)
      : json_(json), graphs_(json), program_(*program) {}

  absl::Status Read() {
    bool has_graph = false;
    T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view field) -> absl::Status {
      if (field == "graph_module") {
        has_graph = true;
        return ReadModule();
      }
      return ReadProgramField(field);
    }));
    if (!has_graph) return json_.Error("no graph_module: not a program of torch.export");
    T2N_RETURN_IF_ERROR(CheckVersion());
    return Finish();
  }

 private:
  absl::Status ReadProgramField(absl::string_view field);
  absl::Status ReadVersion();
  absl::Status CheckVersion();
  absl::Status ReadRange(RangeConstraint* range);
  absl::Status ReadModule();
  absl::Status ReadSignature();
  absl::Status ReadInputSpec();
  absl::Status ReadOutputSpec();
  absl::Status ReadNames(absl::flat_hash_map<absl::string_view, absl::string_view>* names);
  absl::Status ReadCallGraph();
  absl::Status ReadCallSignature();
  absl::Status ReadNamedTuples();
  absl::Status Finish();
  void FromOldSignature();

  JsonReader& json_;
  GraphReader graphs_;
  ExportedProgram& program_;
  OldSignature old_;
  absl::string_view in_spec_, out_spec_;
  std::vector<SpecTexts> call_specs_;  // of program_.calls
  NamedTupleFields namedtuples_;
};

absl::Status ProgramReader::ReadProgramField(absl::string_view field) {
  if (field == "schema_version") return ReadVersion();
  if (field == "torch_version") {
    T2N_ASSIGN_OR_RETURN(program_.torch_version, json_.String());
  } else if (field == "dialect") {
    T2N_ASSIGN_OR_RETURN(const absl::string_view dialect, json_.String());
    program_.training_dialect |= dialect == "TRAINING";
  } else if (field == "verifiers") {
    return json_.Array([&]() -> absl::Status {
      T2N_ASSIGN_OR_RETURN(const absl::string_view dialect, json_.String());
      program_.training_dialect |= dialect == "TRAINING";
      return absl::OkStatus();
    });
  } else if (field == "range_constraints") {
    return json_.Object([&](absl::string_view expression) {
      program_.ranges.push_back({expression, {}, {}});
      return ReadRange(&program_.ranges.back());
    });
  } else if (field == "guards_code") {
    return json_.Array([&]() -> absl::Status {
      T2N_ASSIGN_OR_RETURN(const absl::string_view guard, json_.String());
      program_.guards.push_back(guard);
      return absl::OkStatus();
    });
  }
  return absl::OkStatus();
}

absl::Status ProgramReader::ReadVersion() {
  if (json_.kind() == JsonKind::kNumber) {
    T2N_ASSIGN_OR_RETURN(const int64_t major, json_.Int());
    program_.schema_major = static_cast<int>(std::min<int64_t>(major, INT32_MAX));
    return absl::OkStatus();
  }
  return json_.Object([&](absl::string_view field) -> absl::Status {
    if (field != "major" && field != "minor") return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN(const int64_t number, json_.Int());
    (field == "major" ? program_.schema_major : program_.schema_minor) =
        static_cast<int>(std::min<int64_t>(number, INT32_MAX));
    return absl::OkStatus();
  });
}

absl::Status ProgramReader::CheckVersion() {
  if (program_.schema_major >= 1 && program_.schema_major <= kNewestMajor) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("its schema version is ", program_.schema_major, ".", program_.schema_minor,
                   ", read are versions 1 to ", kNewestMajor,
                   " (torch 2.1 to 2.15): export the model with one of these"));
}

absl::Status ProgramReader::ReadRange(RangeConstraint* range) {
  return json_.Object([&](absl::string_view field) -> absl::Status {
    if (field != "min_val" && field != "max_val") return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN(const double bound, json_.Double());
    if (bound != bound || bound >= kEndless || bound <= -kEndless) return absl::OkStatus();
    T2N_ASSIGN_OR_RETURN((field == "min_val" ? range->min : range->max), json_.Int());
    return absl::OkStatus();
  });
}

absl::Status ProgramReader::ReadModule() {
  return json_.Object([&](absl::string_view field) -> absl::Status {
    if (field == "graph") {
      T2N_ASSIGN_OR_RETURN(program_.graph, graphs_.ReadGraph());
      return absl::OkStatus();
    }
    if (field == "signature") return ReadSignature();
    if (field == "module_call_graph") return ReadCallGraph();
    if (field == "call_spec") return ReadCallSignature();
    if (field == "treespec_namedtuple_fields") return ReadNamedTuples();
    return absl::OkStatus();
  });
}

absl::Status ProgramReader::ReadSignature() {
  return json_.Object([&](absl::string_view field) -> absl::Status {
    if (field == "input_specs") return json_.Array([&] { return ReadInputSpec(); });
    if (field == "output_specs") return json_.Array([&] { return ReadOutputSpec(); });
    if (field == "inputs_to_parameters") return ReadNames(&old_.parameters);
    if (field == "inputs_to_buffers") return ReadNames(&old_.buffers);
    if (field == "buffers_to_mutate") return ReadNames(&old_.mutations);
    return absl::OkStatus();
  });
}

absl::Status ProgramReader::ReadInputSpec() {
  using Kind = InputSpec::Kind;
  constexpr std::pair<absl::string_view, Kind> kKinds[] = {
      {"user_input", Kind::kUserInput},
      {"constant_input", Kind::kConstantInput},
      {"parameter", Kind::kParameter},
      {"buffer", Kind::kBuffer},
      {"tensor_constant", Kind::kTensorConstant},
      {"custom_obj", Kind::kCustomObject},
      {"token", Kind::kToken}};
  InputSpec spec;
  bool known = false;
  T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view arm) -> absl::Status {
    for (const auto& [name, kind] : kKinds) {
      if (name != arm) continue;
      spec.kind = kind;
      known = true;
    }
    return json_.Object([&](absl::string_view field) -> absl::Status {
      if (field == "persistent") {
        T2N_ASSIGN_OR_RETURN(spec.persistent, json_.Bool());
      } else if (field == "value") {
        T2N_ASSIGN_OR_RETURN(spec.value, graphs_.ReadArgument());
      } else if (field == absl::StrCat(arm, "_name")) {
        T2N_ASSIGN_OR_RETURN(spec.name, json_.String());
      }
      return absl::OkStatus();
    });
  }));
  if (!known) return json_.Error("an input of a kind that is not known");
  program_.inputs.push_back(std::move(spec));
  return absl::OkStatus();
}

absl::Status ProgramReader::ReadOutputSpec() {
  using Kind = OutputSpec::Kind;
  constexpr std::pair<absl::string_view, Kind> kKinds[] = {
      {"user_output", Kind::kUserOutput},
      {"buffer_mutation", Kind::kBufferMutation},
      {"parameter_mutation", Kind::kParameterMutation},
      {"user_input_mutation", Kind::kUserInputMutation},
      {"token", Kind::kToken},
      {"loss_output", Kind::kGradient},
      {"gradient_to_parameter", Kind::kGradient},
      {"gradient_to_user_input", Kind::kGradient}};
  OutputSpec spec;
  bool known = false;
  T2N_RETURN_IF_ERROR(json_.Object([&](absl::string_view arm) -> absl::Status {
    for (const auto& [name, kind] : kKinds) {
      if (name != arm) continue;
      spec.kind = kind;
      known = true;
    }
    return json_.Object([&](absl::string_view field) -> absl::Status {
      if (field != "buffer_name" && field != "parameter_name" && field != "user_input_name") {
        return absl::OkStatus();
      }
      T2N_ASSIGN_OR_RETURN(spec.name, json_.String());
      return absl::OkStatus();
    });
  }));
  if (!known) return json_.Error("an output of a kind that is not known");
  program_.outputs.push_back(spec);
  return absl::OkStatus();
}

absl::Status ProgramReader::ReadNames(
    absl::flat_hash_map<absl::string_view, absl::string_view>* names) {
  return json_.Object([&](absl::string_view name) -> absl::Status {
    T2N_ASSIGN_OR_RETURN((*names)[name], json_.String());
    return absl::OkStatus();
  });
}

// The entry of the root module is the first.
absl::Status ProgramReader::ReadCallGraph() {
  bool first = true;
  return json_.Array([&]() -> absl::Status {
    if (!std::exchange(first, false)) {
      return ReadSubmoduleCall(json_, graphs_, &program_.calls, &call_specs_);
    }
    return json_.Object([&](absl::string_view field) {
      return field == "signature" ? ReadCallSignature() : absl::OkStatus();
    });
  });
}

absl::Status ProgramReader::ReadCallSignature() {
  return json_.Object([&](absl::string_view field) -> absl::Status {
    if (field == "in_spec") {
      T2N_ASSIGN_OR_RETURN(in_spec_, json_.String());
    } else if (field == "out_spec") {
      T2N_ASSIGN_OR_RETURN(out_spec_, json_.String());
    } else if (field == "forward_arg_names") {
      return json_.Array([&]() -> absl::Status {
        T2N_ASSIGN_OR_RETURN(const absl::string_view name, json_.String());
        program_.forward_arg_names.emplace_back(name);
        return absl::OkStatus();
      });
    }
    return absl::OkStatus();
  });
}

absl::Status ProgramReader::ReadNamedTuples() {
  return json_.Object([&](absl::string_view type) {
    std::vector<std::string>& names = namedtuples_[std::string(type)];
    return json_.Object([&](absl::string_view field) -> absl::Status {
      if (field != "field_names") return absl::OkStatus();
      return json_.Array([&]() -> absl::Status {
        T2N_ASSIGN_OR_RETURN(const absl::string_view name, json_.String());
        names.emplace_back(name);
        return absl::OkStatus();
      });
    });
  });
}

void ProgramReader::FromOldSignature() {
  const auto name_of = [](const Argument& value) {
    const auto* tensor = value.As<TensorName>();
    return tensor ? tensor->name : absl::string_view();
  };
  for (const Argument& input : program_.graph.inputs) {
    InputSpec spec;
    const auto parameter = old_.parameters.find(name_of(input));
    const auto buffer = old_.buffers.find(name_of(input));
    if (parameter != old_.parameters.end()) {
      spec.kind = InputSpec::Kind::kParameter;
      spec.name = parameter->second;
    } else if (buffer != old_.buffers.end()) {
      spec.kind = InputSpec::Kind::kBuffer;
      spec.name = buffer->second;
    }
    program_.inputs.push_back(std::move(spec));
  }
  for (const Argument& output : program_.graph.outputs) {
    OutputSpec spec;
    const auto mutation = old_.mutations.find(name_of(output));
    if (mutation != old_.mutations.end()) {
      spec.kind = OutputSpec::Kind::kBufferMutation;
      spec.name = mutation->second;
    }
    program_.outputs.push_back(spec);
  }
}

absl::Status ProgramReader::Finish() {
  if (program_.schema_major == 1) FromOldSignature();
  const auto count = [this](absl::string_view what, size_t specs, size_t values) {
    if (specs == values) return absl::OkStatus();
    return json_.Error(
        absl::StrCat("the signature has ", specs, " ", what, "s, the graph ", values));
  };
  T2N_RETURN_IF_ERROR(count("input", program_.inputs.size(), program_.graph.inputs.size()));
  T2N_RETURN_IF_ERROR(count("output", program_.outputs.size(), program_.graph.outputs.size()));
  std::vector<std::pair<absl::string_view, SpecTree*>> specs = {{in_spec_, &program_.in_spec},
                                                                {out_spec_, &program_.out_spec}};
  for (size_t i = 0; i < call_specs_.size(); ++i) {
    specs.emplace_back(call_specs_[i].in, &program_.calls[i].in_spec);
    specs.emplace_back(call_specs_[i].out, &program_.calls[i].out_spec);
  }
  for (const auto& [text, tree] : specs) {
    if (text.empty()) continue;
    absl::StatusOr<SpecTree> parsed = ParseSpecTree(text, namedtuples_);
    if (!parsed.ok()) return json_.Error(absl::StrCat("a spec: ", parsed.status().message()));
    *tree = *std::move(parsed);
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<ScalarType> ScalarTypeOf(int64_t code) {
  for (const auto& [number, type] : kScalarTypes) {
    if (number == code) return type;
  }
  return std::nullopt;
}

absl::Status ReadTensorMeta(JsonReader& json, TensorMeta* meta) {
  return GraphReader(json).ReadTensorMeta(meta);
}

absl::StatusOr<std::unique_ptr<const ExportedProgram>> ReadProgram(
    absl::string_view text, size_t readable, std::shared_ptr<const void> owner) {
  auto program = std::make_unique<ExportedProgram>();
  program->text = std::move(owner);
  if (readable < kJsonPadding) {
    auto copy = std::make_shared<std::string>();
    copy->reserve(text.size() + kJsonPadding);
    copy->append(text.data(), text.size()).append(kJsonPadding, ' ');
    text = absl::string_view(*copy).substr(0, text.size());
    readable = kJsonPadding;
    program->text = std::move(copy);
  }
  T2N_RETURN_IF_ERROR(ReadJson(text, readable, &program->pool, [&](JsonReader& json) {
    return ProgramReader(json, program.get()).Read();
  }));
  return program;
}

}  // namespace t2n::exported
