#include "t2n/extend/extend.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "proto/extension.pb.h"
#include "t2n/base/status.h"
#include "t2n/extend/mapping.h"
#include "t2n/values/register_module.h"

namespace t2n {
namespace {

namespace pb = google::protobuf;

absl::Status Bad(const std::string& path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("--extend ", path, ": ", what));
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return Bad(path, "cannot be read");
  return text;
}

// Keeps the first complaint of the text format's parser.
class FirstError : public pb::io::ErrorCollector {
 public:
  void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
    if (text.empty()) text = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  std::string text;
};

absl::StatusOr<Schema> OperatorSchema(const std::string& path, const std::string& text) {
  absl::StatusOr<Schema> schema = ParseSchema(text);
  if (!schema.ok()) return Bad(path, schema.status().message());
  if (schema->name.find("::") != schema->name.npos) return schema;
  return Bad(path, absl::StrCat("op: '", schema->name,
                                "' is no operator's name, as mylib::fused_norm is; module { } is "
                                "for classes"));
}

// Becomes true when a call meets it.
std::shared_ptr<bool> AddEntry(const std::string& path, absl::string_view kind,
                               const std::string& name, Extensions* extensions) {
  auto met = std::make_shared<bool>(false);
  extensions->entries.push_back({absl::StrCat("--extend ", path, ": ", kind, " ", name), met});
  return met;
}

absl::Status AddOperators(const std::string& path, const proto::Extensions& file,
                          Extensions* extensions) {
  for (const proto::CustomCall& call : file.op()) {
    T2N_ASSIGN_OR_RETURN(const Schema schema, OperatorSchema(path, call.schema()));
    T2N_ASSIGN_OR_RETURN(auto mapping,
                         Mapping::Make(path, call, schema, false, *extensions->fragments));
    const auto met = AddEntry(path, "operator", schema.FullName(), extensions);
    absl::Status added = extensions->code.operators.Add(schema, [mapping, met](OpCall& c) {
      *met = true;
      return mapping->Call(c, Module());
    });
    if (!added.ok()) return Bad(path, added.message());
  }
  return absl::OkStatus();
}

// `made`: every result once.
absl::Status ReadMade(const std::string& path, const proto::CustomCall& call,
                      CustomModule* module) {
  module->made.assign(call.made().begin(), call.made().end());
  std::vector<int> sorted = module->made;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] == static_cast<int>(i) && sorted.size() == module->schema.returns.size())
      continue;
    return Bad(path,
               absl::StrCat("made: of the ", module->schema.returns.size(), " results of ",
                            module->pattern, " each has to stand there once, by number from 0"));
  }
  return absl::OkStatus();
}

absl::Status AddModules(const std::string& path, const proto::Extensions& file,
                        Extensions* extensions) {
  for (const proto::CustomCall& call : file.module()) {
    absl::StatusOr<CustomModule> module = ParseModule(call.schema());
    if (!module.ok()) return Bad(path, module.status().message());
    if (module->any_arguments) {
      return Bad(path, absl::StrCat("module: '", call.schema(),
                                    "' has no arguments behind the class,"
                                    " as in pkg.Attention(Tensor x) -> Tensor"));
    }
    for (const std::string& name : call.used()) {
      if (module->schema.IndexOf(name) >= 0) continue;
      return Bad(path, absl::StrCat("used: no argument '", name, "' of ", module->pattern));
    }
    module->ignored.assign(call.ignore().begin(), call.ignore().end());
    module->used.assign(call.used().begin(), call.used().end());
    T2N_RETURN_IF_ERROR(ReadMade(path, call, &*module));
    T2N_ASSIGN_OR_RETURN(auto mapping,
                         Mapping::Make(path, call, module->schema, true, *extensions->fragments));
    const auto met = AddEntry(path, "module", module->pattern, extensions);
    module->fn = [mapping, met](ModuleCall& c) {
      *met = true;
      return mapping->Call(c, {c.self(), c.code()});
    };
    extensions->code.modules.Add(*std::move(module));
  }
  return absl::OkStatus();
}

absl::StatusOr<proto::Extensions> ReadExtensions(const std::string& path) {
  T2N_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  proto::Extensions file;
  FirstError error;
  pb::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, &file)) return Bad(path, error.text);
  return file;
}

std::string Beside(const std::string& path, const std::string& name) {
  return (std::filesystem::path(path).parent_path() / name).string();
}

absl::Status AddFile(const std::string& path, Extensions* extensions) {
  T2N_ASSIGN_OR_RETURN(const proto::Extensions file, ReadExtensions(path));
  for (const std::string& name : file.fragments()) {
    const std::string beside = Beside(path, name);
    T2N_ASSIGN_OR_RETURN(const std::string fragments, ReadText(beside));
    T2N_RETURN_IF_ERROR(nnef::ReadFragments(beside, fragments, extensions->fragments.get()));
  }
  T2N_RETURN_IF_ERROR(nnef::CheckCalls(*extensions->fragments));
  T2N_RETURN_IF_ERROR(AddOperators(path, file, extensions));
  return AddModules(path, file, extensions);
}

}  // namespace

std::vector<std::string> Extensions::Unmet() const {
  std::vector<std::string> lines;
  for (const Entry& entry : entries) {
    if (!*entry.met) lines.push_back(absl::StrCat(entry.what, " is met by no call of the program"));
  }
  return lines;
}

absl::StatusOr<std::unique_ptr<const Extensions>> LoadExtensions(
    const std::vector<std::string>& paths) {
  auto extensions = std::make_unique<Extensions>();
  for (const std::string& path : paths) T2N_RETURN_IF_ERROR(AddFile(path, extensions.get()));
  T2N_ASSIGN_OR_RETURN(std::vector<CustomModule> registered, RegisteredModules());
  for (CustomModule& module : registered) extensions->code.modules.Add(std::move(module));
  return extensions;
}

absl::StatusOr<std::vector<std::string>> FilesOfExtensions(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    files.push_back(path);
    T2N_ASSIGN_OR_RETURN(const proto::Extensions file, ReadExtensions(path));
    for (const std::string& name : file.fragments()) files.push_back(Beside(path, name));
  }
  return files;
}

}  // namespace t2n
