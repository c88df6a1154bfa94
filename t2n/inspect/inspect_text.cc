#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "t2n/inspect/inspect.h"
#include "t2n/inspect/table.h"

namespace t2n {
namespace {

std::string Bytes(int64_t n) {
  if (n < 1000) return absl::StrCat(n, " B");
  if (n < 1000000) return absl::StrFormat("%.1f kB", n / 1e3);
  return absl::StrFormat("%.1f MB", n / 1e6);
}

void AppendHeading(absl::string_view what, size_t count, std::string* out) {
  absl::StrAppend(out, "\n", what, " (", count, ")\n");
}

void AppendMethods(const ModelSummary& summary, std::string* out) {
  AppendHeading("methods", summary.methods.size(), out);
  for (const ModelSummary::Method& method : summary.methods) {
    absl::StrAppend(out, "  ", method.name,
                    method.result_type.empty() ? "" : absl::StrCat(" -> ", method.result_type),
                    "\n");
    Table table;
    for (const ModelSummary::Argument& a : method.arguments) {
      table.Add({absl::StrCat("  ", a.name), a.type,
                 a.default_value.empty() ? "" : absl::StrCat("= ", a.default_value),
                 a.example.empty() ? "" : absl::StrCat("example ", a.example)});
    }
    table.AppendTo(out);
  }
}

void AppendOperators(const ModelSummary& summary, std::string* out) {
  AppendHeading("operators", summary.operators.size(), out);
  Table table;
  for (const ModelSummary::Operator& op : summary.operators) {
    table.Add({op.name, absl::StrFormat("%6d", op.count), op.known ? "known" : "NOT KNOWN",
               op.known ? "" : absl::StrCat("first at ", op.first_place)});
  }
  table.AppendTo(out);
}

void AppendWeights(const ModelSummary& summary, std::string* out) {
  AppendHeading("weights", summary.weights.size(), out);
  Table table;
  for (const ModelSummary::Weight& w : summary.weights) {
    table.Add({w.path, absl::StrCat(w.dtype, "[", absl::StrJoin(w.sizes, ","), "]"),
               absl::StrCat(w.bytes), w.entry, w.note});
  }
  table.AppendTo(out);
}

std::string Layout(const ModelSummary& summary) {
  if (!summary.exported.empty()) {
    return absl::StrCat("archive of torch.export, ", summary.exported,
                        summary.models.size() == 1 ? ", model " : ", models ",
                        absl::StrJoin(summary.models, ", "));
  }
  return absl::StrCat(
      summary.layout == ModelArchive::Layout::kLegacy
          ? "layout of torch 1.0 to 1.2 (model.json)"
          : absl::StrCat("layout of torch 1.3 and later, operator version ", summary.version),
      ", ", summary.code_entries, " code files");
}

void AppendSymbols(const ModelSummary& summary, std::string* out) {
  if (summary.exported.empty()) return;
  AppendHeading("open sizes", summary.symbols.size(), out);
  Table table;
  for (const ModelSummary::Symbol& s : summary.symbols) table.Add({s.name, s.range, s.axes});
  table.AppendTo(out);
}

}  // namespace

std::string ToText(const ModelSummary& summary) {
  std::string out = absl::StrCat(summary.path, ": ", Bytes(summary.file_bytes), ", ",
                                 summary.entries, " entries in folder '", summary.top_folder, "'\n",
                                 Layout(summary), ", weights ", Bytes(summary.storage_bytes), "\n");
  AppendMethods(summary, &out);
  AppendSymbols(summary, &out);
  AppendHeading("modules", summary.modules.size(), &out);
  Table modules;
  for (const ModelSummary::Module& m : summary.modules) {
    modules.Add({m.path.empty() ? "(root)" : m.path, m.class_name,
                 m.same_as.empty() ? "" : absl::StrCat("same as ", m.same_as)});
  }
  modules.AppendTo(&out);
  AppendOperators(summary, &out);
  AppendWeights(summary, &out);
  AppendHeading("what would stop a conversion", summary.obstacles.size(), &out);
  for (const std::string& o : summary.obstacles) absl::StrAppend(&out, "  ", o, "\n");
  return out;
}

}  // namespace t2n
