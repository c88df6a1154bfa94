#include "t2n/inspect/inspect.h"

#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parsers/archive_kind.h"
#include "parsers/model_archive.h"
#include "parsers/torchscript/printer.h"
#include "t2n/base/status.h"
#include "t2n/inspect/inspect_exported.h"
#include "t2n/torchscript/argument_types.h"
#include "t2n/torchscript/code.h"
#include "t2n/torchscript/guess_inputs.h"
#include "t2n/torchscript/scan.h"

namespace t2n {
namespace {

namespace ts = torchscript;
namespace tv = torchvalue;

std::string Join(const std::string& path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

std::string TensorType(const tv::TensorRecord& t) {
  return absl::StrCat(tv::ShortName(t.dtype), "[", absl::StrJoin(t.sizes, ","), "]");
}

// An example argument as a Python-like literal, tensors as their types.
std::string Describe(const tv::Value& value) {
  const auto all = [](const std::vector<const tv::Value*>& items) {
    return absl::StrJoin(items, ", ", [](std::string* out, const tv::Value* item) {
      absl::StrAppend(out, Describe(*item));
    });
  };
  if (const auto* t = value.As<tv::TensorRecord>()) return TensorType(*t);
  if (const auto* l = value.As<tv::List>()) return absl::StrCat("[", all(l->items), "]");
  if (const auto* t = value.As<tv::Tuple>()) return absl::StrCat("(", all(t->items), ")");
  if (const auto* d = value.As<tv::Dict>()) {
    return absl::StrCat("{",
                        absl::StrJoin(d->items, ", ",
                                      [](std::string* out, const auto& item) {
                                        absl::StrAppend(out, Describe(*item.first), ": ",
                                                        Describe(*item.second));
                                      }),
                        "}");
  }
  if (value.As<tv::None>()) return "None";
  if (const auto* b = value.As<bool>()) return *b ? "True" : "False";
  if (const auto* i = value.As<int64_t>()) return absl::StrCat(*i);
  if (const auto* d = value.As<double>()) return absl::StrCat(*d);
  if (const auto* s = value.As<std::string>()) return absl::StrCat("\"", *s, "\"");
  return value.KindName();
}

// Lists the modules and weights below a value. A value that is met again is only noted.
class TreeWalker {
 public:
  TreeWalker(const Archive& archive, ModelSummary* summary)
      : archive_(archive), summary_(*summary) {}

  void Visit(const std::string& path, const tv::Value& value) {
    if (const auto* t = value.As<tv::TensorRecord>()) return VisitTensor(path, value, *t);
    if (const auto* u = value.As<tv::Unusable>()) {
      summary_.obstacles.push_back(
          absl::StrCat("if it is used, ", path, ": ", u->status.message()));
      return;
    }
    if (const auto* o = value.As<tv::ObjectRecord>()) {
      const auto [same, is_new] = seen_.emplace(&value, path);
      summary_.modules.push_back({path, o->class_name, is_new ? "" : same->second});
      if (!is_new) return;
      for (const auto& [name, item] : o->attributes) Visit(Join(path, name), *item);
      if (o->attributes.empty() && o->state) Visit(Join(path, "state"), *o->state);
      return;
    }
    if (!seen_.emplace(&value, path).second) return;
    if (const auto* l = value.As<tv::List>()) VisitItems(path, l->items);
    if (const auto* t = value.As<tv::Tuple>()) VisitItems(path, t->items);
    if (const auto* d = value.As<tv::Dict>()) {
      for (const auto& [key, item] : d->items) {
        const auto* name = key->As<std::string>();
        Visit(Join(path, name ? *name : Describe(*key)), *item);
      }
    }
  }

 private:
  void VisitItems(const std::string& path, const std::vector<const tv::Value*>& items) {
    for (size_t i = 0; i < items.size(); ++i) Visit(Join(path, absl::StrCat(i)), *items[i]);
  }

  void VisitTensor(const std::string& path, const tv::Value& value, const tv::TensorRecord& t) {
    ModelSummary::Weight weight;
    weight.path = path;
    weight.dtype = tv::ShortName(t.dtype);
    weight.sizes = t.sizes;
    weight.bytes = (t.numel() * tv::ElementBits(t.dtype) + 7) / 8;
    weight.entry = t.entry;
    std::vector<std::string> notes;
    if (t.quantizer) {
      notes.push_back(t.quantizer->scheme == tv::Quantizer::Scheme::kPerTensorAffine
                          ? "quantized per tensor"
                          : absl::StrCat("quantized per channel, axis ", t.quantizer->axis));
    }
    const auto [same, is_new] = seen_.emplace(&value, path);
    if (!is_new) {
      notes.push_back(absl::StrCat("same as ", same->second));
    } else if (!t.entry.empty()) {
      const auto [first, alone] = first_in_entry_.emplace(t.entry, path);
      if (!alone) notes.push_back(absl::StrCat("shares the storage of ", first->second));
      const Entry* entry = archive_.Find(t.entry);
      if (alone && entry) summary_.storage_bytes += entry->size;
    }
    if (!t.has_data) notes.push_back("no data in the archive");
    weight.note = absl::StrJoin(notes, ", ");
    summary_.weights.push_back(std::move(weight));
  }

  const Archive& archive_;
  ModelSummary& summary_;
  absl::flat_hash_map<const tv::Value*, std::string> seen_;
  absl::flat_hash_map<std::string, std::string> first_in_entry_;
};

ModelSummary::Method DescribeMethod(const ts::FunctionDef& def, const ModelArchive& model) {
  ModelSummary::Method method;
  method.name = std::string(def.name);
  if (def.return_type) method.result_type = ts::ToString(*def.return_type);
  const std::vector<const tv::Value*>* examples = nullptr;
  for (const auto& [name, values] : model.traced_inputs) {
    if (name == def.name) examples = &values;
  }
  for (size_t i = 1; i < def.params.size(); ++i) {
    const ts::Param& param = def.params[i];
    ModelSummary::Argument argument;
    argument.name = std::string(param.name);
    argument.type = param.type ? ts::ToString(*param.type) : "Tensor";
    if (param.default_value) argument.default_value = ts::Print(*param.default_value);
    if (examples && i - 1 < examples->size()) argument.example = Describe(*(*examples)[i - 1]);
    method.arguments.push_back(std::move(argument));
  }
  return method;
}

// What `method` needs and the archive does not say.
std::string MissingInputs(script::Code* code, const ts::FunctionDef& def,
                          const ModelSummary::Method& method) {
  for (size_t i = 1; i < def.params.size(); ++i) {
    const bool given =
        !method.arguments[i - 1].example.empty() || def.params[i].default_value != nullptr;
    if (!given && def.params[i].type && !script::HoldsTensor(code, *def.params[i].type)) continue;
    if (!given) {
      return absl::StrCat("the archive does not say the sizes of ", method.name, "'s inputs: add ",
                          script::InputsFlag(code, def));
    }
  }
  return "";
}

void ListMethods(const ModelArchive& model, const std::string& class_name, script::Code* code,
                 ModelSummary* summary) {
  absl::StatusOr<ts::Block> body = code->MethodsOf(class_name);
  if (!body.ok()) {
    summary->obstacles.push_back(std::string(body.status().message()));
    return;
  }
  bool forward = false;
  for (const ts::Stmt* stmt : *body) {
    const auto* def = stmt->If<ts::FunctionDef>();
    if (!def) continue;
    summary->methods.push_back(DescribeMethod(*def, model));
    if (def->name != "forward") continue;
    forward = true;
    std::string missing = MissingInputs(code, *def, summary->methods.back());
    if (!missing.empty()) summary->obstacles.push_back(std::move(missing));
  }
  if (!forward) {
    summary->obstacles.push_back("the model has no method forward: choose one with --method");
  }
}

void ListOperators(script::Code* code, ModelSummary* summary) {
  std::vector<absl::Status> unreadable;
  for (const auto& [name, use] : script::ScanOperators(code, &unreadable)) {
    summary->operators.push_back({name, use.count, use.first_place, use.known});
    if (use.known) continue;
    summary->obstacles.push_back(absl::StrCat("operator ", name, " is not known: ", use.count,
                                              use.count == 1 ? " call" : " calls", ", first at ",
                                              use.first_place));
  }
  for (const absl::Status& status : unreadable) {
    summary->obstacles.push_back(std::string(status.message()));
  }
}

}  // namespace

absl::StatusOr<ModelSummary> Inspect(const std::string& path, absl::string_view name) {
  T2N_ASSIGN_OR_RETURN(std::shared_ptr<const Archive> archive, Archive::Open(path));
  ModelSummary summary;
  summary.path = path;
  summary.top_folder = archive->top_folder();
  summary.file_bytes = archive->file_size();
  summary.entries = archive->entries().size();
  const ArchiveKind kind = KindOf(*archive);
  if (kind == ArchiveKind::kExported || kind == ArchiveKind::kOldExported) {
    T2N_RETURN_IF_ERROR(InspectExported(std::move(archive), name, &summary));
    return summary;
  }
  T2N_ASSIGN_OR_RETURN(ModelArchive model, LoadModelArchive(std::move(archive)));
  summary.code_entries = model.code_entries.size();
  summary.layout = model.layout;
  summary.version = model.version;
  TreeWalker walker(*model.archive, &summary);
  walker.Visit("", *model.root);
  for (size_t i = 0; i < model.constants.size(); ++i) {
    walker.Visit(absl::StrCat("CONSTANTS.c", i), *model.constants[i]);
  }
  script::Code code(&model);
  ListMethods(model, model.root->As<tv::ObjectRecord>()->class_name, &code, &summary);
  ListOperators(&code, &summary);
  return summary;
}

}  // namespace t2n
