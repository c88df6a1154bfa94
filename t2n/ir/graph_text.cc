#include "t2n/ir/graph_text.h"

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace t2n {
namespace {

constexpr int64_t kPrintedElements = 8;

// `2` or `[1,2,3]`; empty for what is not known, is large or is complex.
std::string Elements(const Value& v) {
  if (v.dims && !v.constant) return ShapeToString(*v.dims);
  if (!v.constant || v.constant->numel() > kPrintedElements || IsComplex(v.dtype())) return "";
  auto values = ReadDoubles(*v.constant);
  if (!values.ok()) return "";
  std::string text = absl::StrJoin(*values, ",");
  return v.rank() == 0 ? text : absl::StrCat("[", text, "]");
}

class Printer {
 public:
  explicit Printer(bool places) : places_(places) {}

  void Print(const Graph& graph, const std::string& indent, std::string* out) {
    for (const auto& node : graph.nodes()) {
      std::vector<std::string> results, operands;
      for (const auto& v : node->outputs) {
        results.push_back(absl::StrCat(Ref(v.get()), " ", TypeToString(v->type)));
      }
      for (const Value* v : node->inputs) operands.push_back(Ref(v));
      absl::StrAppend(out, indent, absl::StrJoin(results, ", "), " = ", OpName(node->op), "(",
                      absl::StrJoin(operands, ", "));
      if (node->op == Op::kConstant) absl::StrAppend(out, Elements(*node->output()));
      absl::StrAppend(out, ")");
      if (!node->attrs.all().empty()) absl::StrAppend(out, " {", node->attrs.ToString(), "}");
      absl::StrAppend(out, Comment(*node), "\n");
      for (const auto& body : node->bodies) Print(*body, indent + "  ", out);
    }
    std::vector<std::string> results;
    for (const Value* v : graph.outputs()) results.push_back(Ref(v));
    absl::StrAppend(out, indent, "return ", absl::StrJoin(results, ", "), "\n");
  }

 private:
  // `  # names, at place`
  std::string Comment(const Node& node) const {
    std::vector<std::string> parts;
    for (const auto& v : node.outputs) {
      if (!v->name.empty()) parts.push_back(v->name);
    }
    if (places_ && node.place) parts.push_back(absl::StrCat("at ", node.place->ToString()));
    return parts.empty() ? "" : absl::StrCat("  # ", absl::StrJoin(parts, ", "));
  }

  std::string Ref(const Value* v) {
    return absl::StrCat("%", numbers_.try_emplace(v, numbers_.size()).first->second);
  }

  const bool places_;
  absl::flat_hash_map<const Value*, size_t> numbers_;
};

}  // namespace

std::string GraphText(const Graph& graph, bool places) {
  std::string out;
  Printer(places).Print(graph, "", &out);
  return out;
}

}  // namespace t2n
