#include "t2n/verify/bundle.h"

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include "t2n/base/status.h"
#include "t2n/base/version.h"
#include "t2n/reference/npz.h"
#include "t2n/verify/written.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

absl::Status Unwritable(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat("--debug_bundle_path ", path, ": cannot be written"));
}

absl::Status WriteText(const std::string& path, absl::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file.good() ? absl::OkStatus() : Unwritable(path);
}

absl::Status WriteIo(const std::string& path, const std::vector<Tensor>& inputs,
                     const std::vector<Tensor>& outputs) {
  std::vector<NamedTensor> arrays;
  for (const Tensor& input : inputs) {
    T2N_ASSIGN_OR_RETURN(Tensor t, AsWritten(input));
    arrays.emplace_back(absl::StrCat("in", arrays.size()), std::move(t));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(Tensor t, AsWritten(outputs[i]));
    arrays.emplace_back(absl::StrCat("out", i), std::move(t));
  }
  return WriteNpz(path, arrays);
}

// What the script does with `outputs`, the arrays that tract gave: compares them with those in
// `io`, or with the types that are declared.
std::string Comparison(const Bundle& bundle) {
  if (!bundle.divergence || !bundle.divergence->alone) {
    return "for i, got in enumerate(outputs):\n"
           "    want = io[f\"out{i}\"]\n"
           "    error = np.abs(got.astype(np.float64) - want.astype(np.float64))\n"
           "    print(f\"output {i}: largest difference {error.max(initial=0):g} of "
           "{want.shape}\")\n";
  }
  std::vector<std::string> types;
  for (const Value* result : bundle.divergence->alone->outputs()) {
    types.push_back(absl::StrCat("\"", TypeToString(result->type), "\""));
  }
  return absl::StrCat("declared = [", absl::StrJoin(types, ", "),
                      "]\n"
                      "for i, got in enumerate(outputs):\n"
                      "    print(f\"result {i}: {got.dtype}{list(got.shape)}, declared "
                      "{declared[i]}\")\n");
}

std::string Script(const Bundle& bundle) {
  const bool cut = bundle.divergence != nullptr;
  return absl::StrCat(
      "\"\"\"Shows the difference: pip install numpy tract==", bundle.tract_version,
      " && python3 show.py\"\"\"\n\n",
      cut ? absl::StrCat("# ", bundle.divergence->description, "\n# ", bundle.divergence->message,
                         "\n")
          : "",
      "import numpy as np\nimport tract\n\nio = np.load(\"", cut ? "cut" : "io",
      ".npz\")\nmodel = tract.nnef().with_tract_extra().with_tract_transformers().load(\"",
      cut ? "cut" : "model",
      "\")\ninputs = [io[f\"in{i}\"] for i in range(sum(n.startswith(\"in\") for n in "
      "io.files))]\n"
      "outputs = [value.to_numpy() for value in model.into_runnable().run(inputs)]\n",
      Comparison(bundle));
}

// Writes `graph`, which ends at the node that differs, and what it takes and should give.
absl::Status WriteCutGraph(const Graph& graph, const EmitSpec& emit, const std::string& folder,
                           const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) {
  T2N_RETURN_IF_ERROR(EmitModel(graph, InFolder(emit, folder + "/cut"), nullptr));
  return WriteIo(folder + "/cut.npz", inputs, outputs);
}

absl::Status WriteCut(const Bundle& bundle, const std::string& folder) {
  if (!bundle.divergence) return absl::OkStatus();
  const Divergence& divergence = *bundle.divergence;
  if (divergence.alone) {
    EmitSpec emit = bundle.model->emit;
    emit.symbols.clear();
    emit.relations.clear();
    return WriteCutGraph(*divergence.alone, emit, folder, divergence.inputs, {});
  }
  Graph& graph = *bundle.model->graph;
  const std::vector<Value*> outputs = graph.outputs();
  const std::vector<std::string> names = graph.output_names();
  graph.outputs() = {divergence.node->output()};
  graph.output_names() = {"probe"};
  std::vector<Tensor> want;
  if (divergence.want) want.push_back(*divergence.want);
  const absl::Status status = WriteCutGraph(graph, bundle.model->emit, folder, bundle.inputs, want);
  graph.outputs() = outputs;
  graph.output_names() = names;
  return status;
}

absl::Status WriteFolder(const Bundle& bundle, const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Unwritable(folder);
  EmitSpec emit = InFolder(bundle.model->emit, folder + "/model");
  emit.initial_values = bundle.model->emit.initial_values;
  T2N_RETURN_IF_ERROR(EmitModel(*bundle.model->graph, emit, nullptr));
  T2N_RETURN_IF_ERROR(WriteIo(folder + "/io.npz", bundle.inputs, bundle.outputs));
  T2N_RETURN_IF_ERROR(WriteCut(bundle, folder));
  std::string spec;
  google::protobuf::TextFormat::PrintToString(*bundle.spec, &spec);
  T2N_RETURN_IF_ERROR(WriteText(
      folder + "/spec.textproto",
      absl::StrCat("# pt2nnef ", kVersion, ", tract ", bundle.tract_version, "\n", spec)));
  return WriteText(folder + "/show.py", Script(bundle));
}

absl::Status Pack(const std::string& folder, const std::string& path) {
  std::unique_ptr<archive, int (*)(archive*)> tar(archive_write_new(), archive_write_free);
  archive_write_set_format_ustar(tar.get());
  archive_write_add_filter_gzip(tar.get());
  if (archive_write_open_filename(tar.get(), path.c_str()) != ARCHIVE_OK) return Unwritable(path);
  const fs::path top = fs::path(path).filename().stem();
  for (const fs::directory_entry& file : fs::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                   archive_entry_free);
    archive_entry_set_pathname(entry.get(), (top / fs::relative(file, folder)).c_str());
    archive_entry_set_size(entry.get(), file.file_size());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    if (archive_write_header(tar.get(), entry.get()) != ARCHIVE_OK) return Unwritable(path);
    std::ifstream in(file.path(), std::ios::binary);
    char buffer[1 << 16];
    while (in.read(buffer, sizeof buffer), in.gcount() > 0) {
      if (archive_write_data(tar.get(), buffer, in.gcount()) < 0) return Unwritable(path);
    }
  }
  return archive_write_close(tar.get()) == ARCHIVE_OK ? absl::OkStatus() : Unwritable(path);
}

}  // namespace

absl::Status WriteBundle(const Bundle& bundle, const std::string& path) {
  if (!absl::EndsWith(path, ".tgz") && !absl::EndsWith(path, ".tar.gz")) {
    return WriteFolder(bundle, path);
  }
  const std::string folder = path + ".tmp";
  absl::Status status = WriteFolder(bundle, folder);
  if (status.ok()) status = Pack(folder, path);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return status;
}

}  // namespace t2n
