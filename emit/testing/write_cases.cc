// Writes every case below a folder: NAME/model (an NNEF folder), NAME/in0.npy ..., NAME/out0.npy
// ... The expected outputs come from the reference kernels.
//   write_cases DIR [TARGET [NAME_PART]]
#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/check/check.h"
#include "emit/emit.h"
#include "emit/nnef/parse.h"
#include "emit/testing/cases.h"
#include "t2n/base/status.h"
#include "t2n/kernels/kernel.h"

namespace t2n::testing {
namespace {

std::string NumpyType(DType dtype) {
  if (dtype == DType::kBool) return "|b1";
  if (IsComplex(dtype)) return absl::StrCat("<c", ItemSize(dtype));
  char kind = IsFloat(dtype) ? 'f' : IsSigned(dtype) ? 'i' : 'u';
  return absl::StrCat("<", std::string(1, kind), ItemSize(dtype));
}

absl::Status WriteNumpy(const std::string& path, const Tensor& tensor) {
  T2N_ASSIGN_OR_RETURN(Tensor dense, MakeContiguous(tensor));
  std::string sizes = absl::StrJoin(dense.sizes, ", ");
  if (dense.rank() == 1) sizes += ",";
  std::string header = absl::StrCat("{'descr': '", NumpyType(dense.dtype),
                                    "', 'fortran_order': False, 'shape': (", sizes, "), }");
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  file << "\x93NUMPY" << '\1' << '\0' << static_cast<char>(header.size() & 255)
       << static_cast<char>(header.size() >> 8) << header;
  if (dense.numel() > 0) {
    T2N_ASSIGN_OR_RETURN(const uint8_t* data, ContiguousData(dense));
    file.write(reinterpret_cast<const char*>(data), dense.nbytes());
  }
  return file.good() ? absl::OkStatus() : absl::UnavailableError("cannot write " + path);
}

// The outputs by the reference kernels.
absl::StatusOr<std::vector<Tensor>> Evaluate(const Graph& graph, const Case& c) {
  std::map<const Value*, Tensor> values;
  for (size_t i = 0; i < graph.inputs().size(); ++i) values[graph.inputs()[i]] = c.inputs[i];
  auto bind = [&c](absl::string_view name) -> std::optional<int64_t> {
    auto it = c.symbols.find(std::string(name));
    return it == c.symbols.end() ? std::nullopt : std::make_optional(it->second);
  };
  for (const auto& node : graph.nodes()) {
    if (node->op == Op::kInput) continue;
    if (node->output()->constant) {
      for (const auto& v : node->outputs) values[v.get()] = *v->constant;
      continue;
    }
    std::vector<Tensor> inputs;
    for (const Value* v : node->inputs) inputs.push_back(values[v]);
    auto results = RunNode(*node, inputs, bind);
    if (!results.ok()) return results.status();
    for (size_t i = 0; i < results->size(); ++i) values[node->output(i)] = (*results)[i];
  }
  std::vector<Tensor> outputs;
  for (const Value* v : graph.outputs()) outputs.push_back(values[v]);
  return outputs;
}

// The text reads as the document that was printed, and is as well formed.
absl::Status ReadBack(const Graph& graph, const EmitSpec& spec) {
  T2N_ASSIGN_OR_RETURN(std::string text, EmitText(graph, spec));
  T2N_ASSIGN_OR_RETURN(nnef::Document document, nnef::ParseDocument(text));
  if (nnef::ToText(document) != text) return absl::InternalError("the text reads otherwise");
  return CheckDocument(document, spec.target);
}

absl::Status Write(const Case& c, const Target& target, const std::string& folder) {
  Graph graph;
  Builder builder(&graph);
  std::vector<Val> inputs;
  EmitSpec spec;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    const Tensor& t = c.inputs[i];
    Shape shape = i < c.shapes.size() ? c.shapes[i] : Shape(t.sizes.begin(), t.sizes.end());
    inputs.push_back(builder.Input(absl::StrCat("x", i), {t.dtype, shape, nullptr}));
  }
  for (const auto& [name, value] : c.symbols) spec.symbols.push_back({name, {1, std::nullopt}});
  for (const Val& v : c.build(builder, inputs)) graph.outputs().push_back(v.get());
  T2N_RETURN_IF_ERROR(builder.status());
  spec.path = folder + "/model";
  spec.target = target;
  T2N_ASSIGN_OR_RETURN(std::vector<Tensor> outputs, Evaluate(graph, c));
  T2N_RETURN_IF_ERROR(EmitModel(graph, spec, nullptr));
  T2N_RETURN_IF_ERROR(ReadBack(graph, spec));
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    T2N_RETURN_IF_ERROR(WriteNumpy(absl::StrCat(folder, "/in", i, ".npy"), c.inputs[i]));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    T2N_RETURN_IF_ERROR(WriteNumpy(absl::StrCat(folder, "/out", i, ".npy"), outputs[i]));
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  if (argc < 2) return 2;
  auto target = FindTarget(argc > 2 ? argv[2] : "tract");
  if (!target.ok()) {
    std::cerr << target.status().message() << "\n";
    return 2;
  }
  int failed = 0;
  for (const Cases& family : {ElementwiseCases(), LayoutCases(), ReduceCases(), LinearCases(),
                              IndexCases(), BodyCases()}) {
    for (const Case& c : family) {
      if (argc > 3 && !absl::StrContains(c.name, argv[3])) continue;
      std::string folder = absl::StrCat(argv[1], "/", c.name);
      std::filesystem::create_directories(folder);
      absl::Status status = Write(c, *target, folder);
      if (status.ok()) continue;
      ++failed;
      std::cerr << c.name << ": " << status.message() << "\n";
    }
  }
  return failed ? 1 : 0;
}

}  // namespace
}  // namespace t2n::testing

int main(int argc, char** argv) { return t2n::testing::Main(argc, argv); }
