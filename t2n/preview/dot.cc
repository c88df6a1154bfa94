#include "t2n/preview/dot.h"

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "t2n/preview/clean_text.h"
#include "t2n/preview/drawing.h"

namespace t2n {
namespace {

constexpr char kHead[] = R"(digraph model {
  graph [fontname="Helvetica", fontsize=12, fontcolor="#44525f", labeljust=l, nodesep=0.35, ranksep=0.3]
  node [shape=plain, fontname="Helvetica", fontsize=12]
  edge [fontname="Helvetica", fontsize=10, fontcolor="#44525f", color="#7b8794", arrowsize=0.6]
)";
constexpr char kWeighted[] = "#dceaf7", kPlain[] = "#ffffff", kEnds[] = "#e3f1df";
constexpr char kBorder[] = "#7b8794", kBoxes[][8] = {"#f4f6f8", "#fbfcfd"};
constexpr size_t kLongest = 60;    // of a name
constexpr size_t kNamesInRow = 5;  // of operations

// As HTML-like labels and names want it.
std::string Html(absl::string_view text) {
  std::string clean = CleanText(text);
  if (clean.size() > kLongest) clean = CleanText(absl::StrCat(clean.substr(0, kLongest), "..."));
  return absl::StrReplaceAll(
      clean, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"\\", "&#92;"}});
}

// `1×64×56×56`, with the type in front if it is not f32.
std::string Sizes(absl::string_view type) {
  const size_t bracket = type.find('[');
  if (bracket == absl::string_view::npos) return std::string(type);
  const absl::string_view dtype = type.substr(0, bracket);
  absl::string_view sizes = type.substr(bracket + 1);
  absl::ConsumeSuffix(&sizes, "]");
  const std::string text = absl::StrReplaceAll(sizes, {{",", "\xC3\x97"}});
  if (dtype == "f32" && !text.empty()) return text;
  return text.empty() ? std::string(dtype) : absl::StrCat(dtype, " ", text);
}

std::string LastPart(absl::string_view module) {
  const size_t dot = module.rfind('.');
  return std::string(dot == absl::string_view::npos ? module : module.substr(dot + 1));
}

// `matmul`, without `tract_core_` and `<scalar>`.
std::string ShortName(absl::string_view operation) {
  operation = operation.substr(0, operation.find('<'));
  absl::ConsumePrefix(&operation, "tract_core_") ||
      absl::ConsumePrefix(&operation, "tract_transformers_") ||
      absl::ConsumePrefix(&operation, "tract_");
  return std::string(operation);
}

// A module's box with what stands in it.
struct Box {
  std::map<std::string, std::unique_ptr<Box>> boxes;
  std::vector<std::string> order;  // of `boxes`
  std::vector<int> nodes;
};

class Writer {
 public:
  explicit Writer(const proto::ConversionReport& report) : report_(report), drawing_(Draw(report)) {
    for (const proto::VariableInfo& v : report.variable_list()) weights_[v.name()] = &v;
  }

  std::string Write() {
    Box root;
    for (size_t i = 0; i < drawing_.nodes.size(); ++i) BoxAt(&root, i)->nodes.push_back(i);
    std::string out = kHead;
    WriteBox(root, 1, &out);
    int outputs = 0;
    for (const Drawing::Edge& edge : drawing_.edges) {
      const std::string to = edge.to < 0 ? absl::StrCat("o", outputs) : absl::StrCat("n", edge.to);
      if (edge.to < 0) {
        absl::StrAppend(&out, "  o", outputs++, " [label=<", End(edge.tensor, edge.type), ">]\n");
      }
      absl::StrAppend(&out, "  n", edge.from, " -> ", to, " [label=\" ", Html(Sizes(edge.type)),
                      "\"]\n");
    }
    return absl::StrCat(out, "}\n");
  }

 private:
  Box* BoxAt(Box* box, int node) {
    const std::string& path = drawing_.nodes[node].box;
    for (absl::string_view part : absl::StrSplit(path, '.', absl::SkipEmpty())) {
      std::unique_ptr<Box>& inner = box->boxes[std::string(part)];
      if (!inner) {
        inner = std::make_unique<Box>();
        box->order.emplace_back(part);
      }
      box = inner.get();
    }
    return box;
  }

  void WriteBox(const Box& box, int depth, std::string* out) {
    const std::string indent(2 * depth, ' ');
    for (int node : box.nodes) {
      absl::StrAppend(out, indent, "n", node, " [label=<", Label(drawing_.nodes[node]), ">]\n");
    }
    for (std::string name : box.order) {
      const Box* inner = box.boxes.at(name).get();
      // A box around one box alone says nothing.
      while (inner->nodes.empty() && inner->order.size() == 1) {
        absl::StrAppend(&name, ".", inner->order[0]);
        inner = inner->boxes.at(inner->order[0]).get();
      }
      absl::StrAppend(out, indent, "subgraph cluster_", clusters_++, " {\n", indent, "  label=\"",
                      Html(name), "\"; style=\"rounded,filled\"; color=\"", kBorder,
                      "\"; fillcolor=\"", kBoxes[depth % 2], "\"\n");
      WriteBox(*inner, depth + 1, out);
      absl::StrAppend(out, indent, "}\n");
    }
  }

  static std::string Table(absl::string_view color, absl::string_view rows) {
    return absl::StrCat("<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"3\" ",
                        "style=\"rounded\" color=\"", kBorder, "\" bgcolor=\"", color, "\">", rows,
                        "</table>");
  }

  // Graphviz takes no empty elements.
  static std::string Faint(int size, absl::string_view text) {
    if (text.empty()) return "";
    return absl::StrCat("<font point-size=\"", size, "\" color=\"#44525f\"> ", text, "</font>");
  }

  static std::string End(absl::string_view name, absl::string_view type) {
    return Table(
        kEnds, absl::StrCat("<tr><td><b>", Html(name), "</b></td><td>", Html(type), "</td></tr>"));
  }

  // A row a module: its name, its operations, and the sizes of its weights.
  std::string Label(const Drawing::Node& node) const {
    const proto::OperationInfo& first = report_.operation_list(node.operations[0]);
    if (IsInput(first)) return End(first.results(0), first.types(0));
    std::string rows;
    bool weighted = false;
    for (size_t i = 0; i < node.operations.size();) {
      const std::string& module = report_.operation_list(node.operations[i]).module();
      std::vector<std::string> names, weights;
      for (; i < node.operations.size(); ++i) {
        const proto::OperationInfo& operation = report_.operation_list(node.operations[i]);
        if (operation.module() != module || names.size() == kNamesInRow) break;
        names.push_back(Html(ShortName(operation.operation())));
        AddWeights(operation, &weights);
      }
      weighted |= !weights.empty();
      const std::string part = module == node.box ? "" : Faint(12, Html(LastPart(module)));
      absl::StrAppend(&rows, "<tr><td align=\"left\">", part, "</td><td align=\"left\"><b>",
                      absl::StrJoin(names, " "), "</b>", Faint(10, absl::StrJoin(weights, "  ")),
                      "</td></tr>");
    }
    return Table(weighted ? kWeighted : kPlain, rows);
  }

  // Of matrices and filters alone: a bias and a scale follow from them.
  void AddWeights(const proto::OperationInfo& operation, std::vector<std::string>* sizes) const {
    for (const std::string& operand : operation.operands()) {
      const auto it = weights_.find(operand);
      if (it == weights_.end()) continue;
      int wide = 0;
      for (int64_t size : it->second->shape()) wide += size > 1;
      if (wide > 1) sizes->push_back(absl::StrJoin(it->second->shape(), "\xC3\x97"));
    }
  }

  const proto::ConversionReport& report_;
  const Drawing drawing_;
  absl::flat_hash_map<std::string, const proto::VariableInfo*> weights_;
  int clusters_ = 0;
};

}  // namespace

std::string ToDot(const proto::ConversionReport& report) { return Writer(report).Write(); }

}  // namespace t2n
