#include "t2n/ir/graph.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/ir/graph_text.h"

namespace t2n {
namespace {

template <typename T>
const T& Get(const Attrs& attrs, absl::string_view name) {
  static const T* const kZero = new T();
  const Attr* attr = attrs.Find(name);
  const T* value = attr ? std::get_if<T>(attr) : nullptr;
  return value ? *value : *kZero;
}

struct AttrPrinter {
  std::string operator()(int64_t v) const { return absl::StrCat(v); }
  std::string operator()(double v) const { return absl::StrCat(v); }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(const std::string& v) const { return v; }
  std::string operator()(DType v) const { return std::string(DTypeName(v)); }
  std::string operator()(const std::vector<int64_t>& v) const {
    return absl::StrCat("[", absl::StrJoin(v, ","), "]");
  }
  std::string operator()(const Dim& v) const { return v.ToString(); }
  std::string operator()(const Shape& v) const { return ShapeToString(v); }
  std::string operator()(const QuantPtr& v) const {
    if (!v) return "none";
    std::string axis = v->axis >= 0 ? absl::StrCat(" axis ", v->axis) : "";
    return absl::StrCat("(", absl::StrJoin(v->scale, ","), " ", absl::StrJoin(v->zero_point, ","),
                        axis, ")");
  }
};

}  // namespace

std::string Place::ToString() const {
  std::string text = entry.empty() ? "?" : entry;
  if (line > 0) absl::StrAppend(&text, ":", line);
  if (line > 0 && column > 0) absl::StrAppend(&text, ":", column);
  if (!module_path.empty()) absl::StrAppend(&text, " (module ", module_path, ")");
  return text;
}

Attrs::Attrs(std::initializer_list<std::pair<absl::string_view, Attr>> init) {
  for (const auto& [name, value] : init) Set(name, value);
}

void Attrs::Set(absl::string_view name, Attr value) {
  for (auto& [n, v] : attrs_) {
    if (n == name) {
      v = std::move(value);
      return;
    }
  }
  attrs_.emplace_back(std::string(name), std::move(value));
}

const Attr* Attrs::Find(absl::string_view name) const {
  for (const auto& [n, v] : attrs_) {
    if (n == name) return &v;
  }
  return nullptr;
}

int64_t Attrs::Int(absl::string_view name) const { return Get<int64_t>(*this, name); }
double Attrs::Float(absl::string_view name) const { return Get<double>(*this, name); }
bool Attrs::Bool(absl::string_view name) const { return Get<bool>(*this, name); }
const std::string& Attrs::Str(absl::string_view name) const {
  return Get<std::string>(*this, name);
}
DType Attrs::Type(absl::string_view name) const { return Get<DType>(*this, name); }
const std::vector<int64_t>& Attrs::Ints(absl::string_view name) const {
  return Get<std::vector<int64_t>>(*this, name);
}
Dim Attrs::Size(absl::string_view name) const { return Get<Dim>(*this, name); }
const Shape& Attrs::Sizes(absl::string_view name) const { return Get<Shape>(*this, name); }
QuantPtr Attrs::Quant(absl::string_view name) const { return Get<QuantPtr>(*this, name); }

bool Attrs::operator==(const Attrs& other) const {
  if (attrs_.size() != other.attrs_.size()) return false;
  for (const auto& [name, value] : attrs_) {
    const Attr* o = other.Find(name);
    if (!o || !(*o == value)) return false;
  }
  return true;
}

std::string Attrs::ToString() const {
  return absl::StrJoin(attrs_, ", ", [](std::string* out, const auto& p) {
    absl::StrAppend(out, p.first, "=", std::visit(AttrPrinter(), p.second));
  });
}

Graph::~Graph() {
  // Users before producers, so that long chains of ownership never nest.
  while (!nodes_.empty()) nodes_.pop_back();
}

Node* Graph::AddNode(Op op, Attrs attrs, std::vector<Value*> inputs, std::vector<ValueType> types,
                     PlacePtr place) {
  auto node = std::make_unique<Node>();
  node->op = op;
  node->attrs = std::move(attrs);
  node->inputs = std::move(inputs);
  node->place = std::move(place);
  node->graph = this;
  for (ValueType& type : types) {
    auto value = std::make_unique<Value>();
    value->node = node.get();
    value->index = static_cast<int>(node->outputs.size());
    value->id = next_id_++;
    value->type = std::move(type);
    node->outputs.push_back(std::move(value));
  }
  nodes_.push_back(std::move(node));
  return nodes_.back().get();
}

void Graph::EliminateDeadCode() {
  absl::flat_hash_set<const Node*> live;
  for (const Value* v : outputs_) live.insert(v->node);
  for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it) {
    Node* node = it->get();
    if (node->op == Op::kInput) live.insert(node);
    if (!live.contains(node)) continue;
    // An expanded constant stays an operation: dense, it would be larger than what it is made of.
    bool known = node->op != Op::kInput &&
                 std::all_of(node->outputs.begin(), node->outputs.end(), [](const auto& v) {
                   return v->is_constant() && !v->constant->is_expanded();
                 });
    if (known) {
      node->op = Op::kConstant;
      node->attrs = Attrs();
      node->inputs.clear();
      node->bodies.clear();
    }
    for (const Value* v : node->inputs) live.insert(v->node);
  }
  std::vector<std::unique_ptr<Node>> kept;
  for (auto& node : nodes_) {
    if (live.contains(node.get())) kept.push_back(std::move(node));
  }
  while (!nodes_.empty()) nodes_.pop_back();
  nodes_ = std::move(kept);
}

std::string Graph::ToString() const { return GraphText(*this, false); }

std::string TypeToString(const ValueType& type) {
  return absl::StrCat(DTypeName(type.dtype), ShapeToString(type.shape));
}

}  // namespace t2n
