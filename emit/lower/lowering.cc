#include "emit/lower/lowering.h"

#include <algorithm>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "t2n/ir/size_text.h"

namespace t2n {

using nnef::Expr;

Lowering::Lowering(Model* model, const Graph& graph) : model_(model), names_(&model->names) {
  for (const Value* input : graph.inputs()) {
    std::string name = names_->Unique(ToIdentifier(input->name.empty() ? "input" : input->name));
    values_.insert_or_assign(input, nnef::Id(name));
    NoteSizes(nnef::Id(name), input->shape());
    model->document.inputs.push_back(name);
  }
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    const Value* output = graph.outputs()[i];
    bool named = i < graph.output_names().size() && !graph.output_names()[i].empty();
    const std::string wanted = ToIdentifier(named ? graph.output_names()[i] : "output");
    const auto input = values_.find(output);
    const bool same =
        model->same_io_names && input != values_.end() && input->second.text == wanted;
    std::string name = same ? wanted : names_->Unique(wanted);
    model->document.outputs.push_back(name);
    output_names_.insert({output, name});
  }
}

bool Lowering::HasRegistry(absl::string_view name) const {
  const std::vector<std::string>& extensions = model_->document.extensions;
  const std::string wanted = absl::StrCat("tract_registry ", name);
  return std::find(extensions.begin(), extensions.end(), wanted) != extensions.end();
}

// In fragments without the module path, so that the same body is the same text everywhere.
std::string Lowering::LocalName(const Value& value) const {
  return ValueName(value, parent_ ? Naming::kLocal : model_->naming);
}

std::string Lowering::NameOf(const Value& value) {
  auto it = output_names_.find(&value);
  return it != output_names_.end() ? it->second : names_->Unique(LocalName(value));
}

// Of the graph's own results; bodies have their own names.
void Lowering::NoteType(const std::string& name, const Value& value) {
  if (model_->list_types && !parent_) model_->types.emplace(name, TypeToString(value.type));
}

// Old tract gives no value out twice: of the second one the larger of both is given.
void Lowering::FinishOutputs(const Graph& graph) {
  absl::flat_hash_set<std::string> given;
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    const Value* output = graph.outputs()[i];
    Expr value = Ref(output);
    const std::string& name = model_->document.outputs[i];
    bool again = !given.insert(value.text).second && !target().shares_results();
    bool number = output->dtype() != DType::kBool;
    NoteType(name, *output);
    if (value.text != name) {
      body().push_back({{name}, again && number ? nnef::Call("max", {value, value}) : Copy(value)});
    }
  }
}

AxisSet Lowering::Solid(const Value& value) const {
  auto it = model_->solid_axes.find(&value);
  return it == model_->solid_axes.end() ? 0 : it->second;
}

Expr Lowering::Repeat(Expr x, const Shape& from, const Shape& to, const Value& as) {
  if (target().strict) {
    std::vector<Dim> repeats;
    for (size_t i = 0; i < to.size(); ++i) repeats.push_back(from[i] == to[i] ? Dim(1) : to[i]);
    return nnef::Call("tile", {std::move(x)}, {{"repeats", DimArray(repeats)}});
  }
  const AxisSet solid = Solid(as);
  std::vector<size_t> gathered;
  Shape shape = from;
  for (size_t axis = 0; axis < to.size(); ++axis) {
    if (from[axis] == to[axis]) continue;
    if (Contains(solid, axis)) {
      gathered.push_back(axis);
    } else {
      shape[axis] = to[axis];
    }
  }
  auto next = [&](Expr call, bool last) {
    x = last ? std::move(call) : BindOne(std::move(call), absl::StrCat(LocalName(as), "_repeated"));
  };
  if (shape != from || gathered.empty()) {
    next(nnef::Call("tract_core_broadcast", {x}, {{"shape", DimArray(shape)}}), gathered.empty());
  }
  for (size_t axis : gathered) {
    next(nnef::Call("tract_core_gather", {x, Zeros(to[axis])},
                    {{"axis", nnef::Int(static_cast<int64_t>(axis))}}),
         axis == gathered.back());
  }
  return x;
}

// Indices: the first element, `count` times.
Expr Lowering::Zeros(const Dim& count) {
  constexpr int64_t kMostStored = 1 << 16;
  const bool stored = count.is_const() && count.value() <= kMostStored;
  const int64_t length = stored ? count.value() : 1;
  Expr zeros = Constant(Tensor::Ints(std::vector<int64_t>(length, 0)), "first");
  if (stored) return zeros;
  return BindOne(nnef::Call("tract_core_broadcast", {zeros}, {{"shape", DimArray({count})}}),
                 "first_repeated");
}

Expr Lowering::In(const Node& node, int i) { return Ref(node.inputs[i]); }

Lowering::Names Lowering::Bind(Expr value, absl::FunctionRef<Names()> names) {
  auto [it, is_new] = bound_.try_emplace(nnef::ToText(value));
  if (is_new) {
    it->second = names();
    body().push_back({it->second, std::move(value), source_});
  }
  return it->second;
}

Expr Lowering::BindOne(Expr value, absl::string_view wanted) {
  return nnef::Id(Bind(std::move(value), [&] { return Names{names_->Unique(wanted)}; })[0]);
}

void Lowering::SetAll(const Node& node, Expr value) {
  if (SpreadsResult(target(), node)) {
    value = Repeat(Temp(node, "narrow", std::move(value)), SpreadFrom(target(), node),
                   node.output()->shape(), *node.output());
  }
  const Names results = Bind(std::move(value), [&] {
    Names names;
    for (const auto& v : node.outputs) names.push_back(NameOf(*v));
    return names;
  });
  for (size_t i = 0; i < results.size(); ++i) {
    values_.insert_or_assign(node.output(i), nnef::Id(results[i]));
    NoteSizes(nnef::Id(results[i]), node.output(i)->shape());
    NoteType(results[i], *node.output(i));
  }
}

void Lowering::SetOutput(const Value& output, Expr value) {
  const Names bound = Bind(std::move(value), [&] { return Names{NameOf(output)}; });
  values_.insert_or_assign(&output, nnef::Id(bound[0]));
  NoteSizes(nnef::Id(bound[0]), output.shape());
  NoteType(bound[0], output);
}

Expr Lowering::SetSecond(const Node& node, absl::string_view suffix, Expr value) {
  const Names bound = Bind(std::move(value), [&] {
    return Names{TempName(node, suffix), NameOf(*node.output(1))};
  });
  values_.insert_or_assign(node.output(1), nnef::Id(bound[1]));
  NoteType(bound[1], *node.output(1));
  return nnef::Id(bound[1]);
}

std::string Lowering::TempName(const Node& node, absl::string_view suffix) {
  return names_->Unique(absl::StrCat(LocalName(*node.output()), "_", suffix));
}

Expr Lowering::Temp(const Node& node, absl::string_view suffix, Expr value) {
  const Names bound = Bind(std::move(value), [&] { return Names{TempName(node, suffix)}; });
  return nnef::Id(bound[0]);
}

std::pair<Expr, Expr> Lowering::TempPair(const Node& node, absl::string_view first,
                                         absl::string_view second, Expr value) {
  const Names bound = Bind(std::move(value), [&] {
    return Names{TempName(node, first), TempName(node, second)};
  });
  return {nnef::Id(bound[0]), nnef::Id(bound[1])};
}

void Lowering::Alias(const Value* value, Expr same) {
  values_.insert_or_assign(value, std::move(same));
}

Expr Lowering::Cast(Expr x, DType to) {
  return nnef::Call("tract_core_cast", {std::move(x)}, {{"to", nnef::Str(DTypeName(to))}});
}

Expr Lowering::Copy(Expr x) {
  if (target().has_copy()) return nnef::Call("copy", {std::move(x)});
  return nnef::Call("squeeze", {std::move(x)}, {{"axes", nnef::Ints({})}});
}

Expr Lowering::Integer(const Node& node, absl::string_view suffix, int64_t value) {
  return Temp(node, suffix, Cast(nnef::Int(value), DType::kI32));
}

Expr Lowering::Number(double value) { return Literal(Tensor::Scalar(DType::kF32, value), false); }

Expr Lowering::Zero(DType dtype) {
  return Literal(Tensor::Scalar(dtype, int64_t{0}), !target().compares_literals_with_integers());
}

Expr Lowering::AnyOrAll(const Node& node, bool any, Expr x, const std::vector<int64_t>& axes) {
  std::vector<std::pair<std::string, Expr>> named = {{"axes", nnef::Ints(axes)}};
  if (target().has_any_all_reduce()) {
    return Temp(node, any ? "any" : "all",
                nnef::Call(any ? "any_reduce" : "all_reduce", {std::move(x)}, std::move(named)));
  }
  x = Temp(node, "u8", Cast(std::move(x), DType::kU8));
  const char* op = any ? "max_reduce" : "min_reduce";
  x = Temp(node, any ? "any" : "all", nnef::Call(op, {std::move(x)}, std::move(named)));
  return Temp(node, "bool", Cast(std::move(x), DType::kBool));
}

// Not ne(x, x) where there is another way: tract 0.23 crashes on an operator that takes what a scan
// iterates twice.
Expr Lowering::IsNan(const Node& node, Expr x, DType dtype) {
  bool native = target().has_is_nan_is_inf();
  if (native && dtype == DType::kF64) x = Temp(node, "f32", Cast(std::move(x), DType::kF32));
  return Temp(node, "is_nan",
              native ? nnef::Call("tract_core_is_nan", {x}) : nnef::Call("ne", {x, x}));
}

absl::Status Lowering::Refuse(const Node& node, absl::string_view why) const {
  std::string where = node.place ? absl::StrCat(" at ", node.place->ToString()) : "";
  return absl::UnimplementedError(absl::StrCat(OpName(node.op), where, ": ", why, target().Note()));
}

// A tensor without elements is a constant.
bool Lowering::IsEmpty(const Value& value) {
  return NumElements(value.shape()) == Dim(0) && ConstantShape(value.shape()).has_value();
}

bool Lowering::IsKnown(const Shape& sizes) const {
  for (const Dim& d : sizes) {
    if (d.is_const()) continue;
    for (const std::string& symbol : d.Symbols()) {
      if (model_->symbols.count(symbol) == 0) return false;
    }
  }
  return true;
}

bool Lowering::HasUnknownSize(const Node& node) const {
  for (const auto& v : node.outputs) {
    if (!IsKnown(v->shape())) return true;
  }
  for (const auto& [name, attr] : node.attrs.all()) {
    if (const Dim* size = std::get_if<Dim>(&attr); size && !IsKnown({*size})) return true;
    if (const Shape* sizes = std::get_if<Shape>(&attr); sizes && !IsKnown(*sizes)) return true;
  }
  return false;
}

void Lowering::LowerNodes(const Graph& graph) {
  for (const Value* output : graph.outputs()) uses_[output].push_back(nullptr);
  stored_.insert(graph.outputs().begin(), graph.outputs().end());
  std::vector<const Node*> order;
  for (auto it = graph.nodes().rbegin(); it != graph.nodes().rend(); ++it) {
    const Node& node = **it;
    bool needed = false;
    for (const auto& v : node.outputs) {
      needed |= uses_.contains(v.get()) && !v->constant && !v->dims;
    }
    if (!needed || node.op == Op::kInput) continue;
    order.push_back(&node);
    for (const Value* v : UsedInputs(target(), node)) {
      uses_[v].push_back(&node);
      if (node.op != Op::kDequantize) stored_.insert(v);
    }
  }
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    source_ = static_cast<int>(model_->sources.size());
    model_->sources.push_back((*it)->place);
    if ((*it)->outputs.size() == 1 && IsEmpty(*(*it)->output())) continue;  // see Ref
    LowerFn lower = FindLowering((*it)->op);
    absl::Status status = !lower ? Refuse(**it, "this primitive has no form in NNEF")
                          : HasUnknownSize(**it)
                              ? Refuse(**it, "a size depends on the values of the inputs")
                              : lower(*this, **it);
    if (status.ok()) continue;
    model_->refusals.push_back(std::string(status.message()));
    model_->refused.push_back((*it)->place);
    for (const auto& v : (*it)->outputs) Alias(v.get(), nnef::Id("refused"));
  }
}

std::optional<Expr> Lowering::Rounded(const Value* value) const {
  auto it = rounded_.find(value);
  return it == rounded_.end() ? std::nullopt : std::optional<Expr>(it->second);
}

std::string TensorType(DType dtype) {
  if (dtype == DType::kBool) return "tensor<logical>";
  return IsInteger(StorageType(dtype)) ? "tensor<integer>" : "tensor<scalar>";
}

// tract reads no unary minus before a symbol.
Expr DimExpr(const Dim& dim) {
  std::string text = SizeText(dim), out;
  for (size_t i = 0; i < text.size(); ++i) {
    bool leading = i == 0 || text[i - 1] == '(' || text[i - 1] == ',';
    bool literal = i + 1 < text.size() && absl::ascii_isdigit(text[i + 1]);
    if (text[i] == '-' && leading && !literal) out += '0';
    out += text[i];
  }
  return nnef::Id(out);
}

Expr DimArray(absl::Span<const Dim> dims) {
  std::vector<Expr> items;
  for (const Dim& d : dims) items.push_back(DimExpr(d));
  return nnef::Array(std::move(items));
}

}  // namespace t2n
