#include "emit/lower/lowering.h"

#include <cmath>
#include <cstring>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/base/status.h"

namespace t2n {

using nnef::Expr;

namespace {

// The same bytes seen in the same way are the same variable.
std::string TensorKey(const Tensor& t) {
  return absl::StrCat(reinterpret_cast<uintptr_t>(t.buffer.get()), ":", t.offset, ":",
                      absl::StrJoin(t.sizes, ","), ":", absl::StrJoin(t.strides, ","), ":",
                      DTypeName(t.dtype));
}

// The name and the elements themselves, of small tensors; empty for others. Equal ones that were
// computed in several places (factors of a layer that is called at every step) are one variable.
std::string ContentKey(const Tensor& t, absl::string_view name) {
  constexpr int64_t kMaxBytes = 1 << 16;
  if (t.nbytes() > kMaxBytes) return "";
  absl::StatusOr<Tensor> dense = MakeContiguous(t);
  absl::StatusOr<const uint8_t*> data = dense.ok() ? ContiguousData(*dense) : dense.status();
  if (!data.ok()) return "";
  return absl::StrCat("=", name, ":", DTypeName(t.dtype), ":", absl::StrJoin(t.sizes, ","), ":",
                      absl::string_view(reinterpret_cast<const char*>(*data), t.nbytes()));
}

// The part of a repeated tensor that is stored: axes of stride 0 with size 1.
Tensor Stored(Tensor t) {
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    if (t.strides[i] == 0 && t.sizes[i] > 1) t.sizes[i] = 1;
  }
  return t;
}

Shape ShapeOf(const Tensor& t) { return Shape(t.sizes.begin(), t.sizes.end()); }

// What an elementwise primitive reads for one operand.
struct Operand {
  const Value* value;
  std::optional<Tensor> constant;
  Shape shape;
};

bool Covers(const std::vector<Operand>& operands, const Shape& output) {
  for (size_t axis = 0; axis < output.size(); ++axis) {
    bool covered = false;
    for (const Operand& o : operands) covered |= o.shape[axis] == output[axis];
    if (!covered) return false;
  }
  return true;
}

// Leaves out broadcasts as long as the operands together still have the output's shape.
std::vector<Operand> ElementwiseOperands(const Node& node) {
  std::vector<Operand> operands;
  for (const Value* v : node.inputs) operands.push_back({v, v->constant, v->shape()});
  const Shape& output = node.output()->shape();
  for (size_t i = 0; i < operands.size(); ++i) {
    for (;;) {
      Operand was = operands[i];
      if (was.constant) {
        operands[i].constant = Stored(*was.constant);
        operands[i].shape = ShapeOf(*operands[i].constant);
      } else if (was.value->node->op == Op::kBroadcast && !was.value->dims) {
        const Value* source = was.value->node->inputs[0];
        operands[i] = {source, source->constant, source->shape()};
      } else {
        break;
      }
      if (!Covers(operands, output)) {
        operands[i] = std::move(was);
        break;
      }
      if (operands[i].value == was.value && operands[i].shape == was.shape) break;
    }
  }
  return operands;
}

int64_t One(const Shape& shape) { return NumElements(shape) == Dim(1); }

}  // namespace

Lowering::Lowering(Model* model, const Graph& graph) : model_(model), names_(&model->names) {
  for (const Value* input : graph.inputs()) {
    std::string name = names_->Unique(ToIdentifier(input->name.empty() ? "input" : input->name));
    values_[input] = nnef::Id(name);
    model->document.inputs.push_back(name);
  }
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    const Value* output = graph.outputs()[i];
    bool named = i < graph.output_names().size() && !graph.output_names()[i].empty();
    std::string name = names_->Unique(ToIdentifier(named ? graph.output_names()[i] : "output"));
    model->document.outputs.push_back(name);
    output_names_.insert({output, name});
  }
}

// In fragments without the module path, so that the same body is the same text everywhere.
std::string Lowering::LocalName(const Value& value) const {
  return ValueName(value, parent_ ? Naming::kLocal : model_->naming);
}

std::string Lowering::NameOf(const Value& value) {
  auto it = output_names_.find(&value);
  return it != output_names_.end() ? it->second : names_->Unique(LocalName(value));
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
    if (value.text != name) {
      body().push_back({{name}, again && number ? nnef::Call("max", {value, value}) : Copy(value)});
    }
  }
}

Expr Lowering::Repeat(Expr x, const std::vector<int64_t>& from, const std::vector<int64_t>& to) {
  if (!target().strict) {
    return nnef::Call("tract_core_broadcast", {std::move(x)}, {{"shape", nnef::Ints(to)}});
  }
  std::vector<int64_t> repeats;
  for (size_t i = 0; i < to.size(); ++i) repeats.push_back(from[i] == to[i] ? 1 : to[i]);
  return nnef::Call("tile", {std::move(x)}, {{"repeats", nnef::Ints(repeats)}});
}

Expr Lowering::In(const Node& node, int i) { return Ref(node.inputs[i]); }

Expr Lowering::Ref(const Value* value) {
  auto it = values_.find(value);
  if (it != values_.end()) return it->second;
  std::string name = ValueName(*value, model_->naming);
  Expr e;
  if (value->constant) {
    Tensor stored = Stored(*value->constant);
    if (stored.numel() == 1 && value->rank() == 0) {
      e = Literal(stored, true);
    } else {
      e = Constant(stored, value->name.empty() ? name : value->name);
      if (stored.sizes != value->constant->sizes) {
        std::string full = names_->Unique(name);
        body().push_back({{full}, Repeat(std::move(e), stored.sizes, value->constant->sizes)});
        e = nnef::Id(full);
      }
    }
  } else if (value->dims && !IsKnown(*value->dims)) {
    model_->refusals.push_back(
        "a size that depends on the values of the inputs is used as a value");
    e = nnef::Id("refused");
  } else if (value->dims && !target().has_symbolic_values()) {
    model_->refusals.push_back(
        absl::StrCat("a symbolic size as a value (target ", target().name, ")"));
    e = nnef::Id("refused");
  } else if (value->dims) {
    e = SizeValues(*value);
  }
  return values_[value] = e;
}

// One element as a literal, or as a literal cast to its type where a plain one would be f32.
// `exact_type`: the reader takes the literal as it is.
Expr Lowering::Literal(const Tensor& scalar, bool exact_type) {
  absl::StatusOr<std::vector<double>> read = ReadDoubles(scalar);
  double value = read.ok() && !read->empty() ? (*read)[0] : 0;
  DType dtype = StorageType(scalar.dtype);
  if (dtype == DType::kBool) return nnef::Bool(value != 0);
  if (target().strict && IsFloat(dtype) && std::isfinite(value)) {
    return nnef::Float(value, dtype == DType::kF64);
  }
  if (IsInteger(dtype)) {
    absl::StatusOr<std::vector<int64_t>> ints = ReadInts(scalar);
    int64_t integer = ints.ok() && !ints->empty() ? (*ints)[0] : 0;
    if (target().strict) return nnef::Int(integer);
    constexpr int64_t kExactInFloat = 1 << 24;
    if (!exact_type && std::abs(integer) <= kExactInFloat) return nnef::Float(value);
    std::string name = names_->Unique(absl::StrCat("const_", DTypeName(dtype)));
    body().push_back({{name}, Cast(nnef::Int(integer), dtype)});
    return nnef::Id(name);
  }
  bool exact = static_cast<double>(static_cast<float>(value)) == value;
  bool readable = !std::isinf(value) || target().has_infinity_literal();
  if (exact && readable && (dtype == DType::kF32 || !exact_type)) return nnef::Float(value);
  Tensor t = scalar;
  t.sizes.clear();
  t.strides.clear();
  return Constant(t, "const");
}

bool Lowering::IsStored(const Tensor& tensor) const {
  return model_->variable_of_tensor.contains(TensorKey(tensor));
}

Expr Lowering::Constant(const Tensor& tensor, absl::string_view name) {
  const std::string key = TensorKey(tensor), content = ContentKey(tensor, name);
  auto& known = model_->variable_of_tensor;
  std::string variable;
  // An address tells nothing of a tensor that is not kept.
  for (const std::string* k : {&key, &content}) {
    auto it = variable.empty() && !k->empty() ? known.find(*k) : known.end();
    if (it != known.end()) variable = it->second;
  }
  if (variable.empty()) {
    variable = model_->names.Unique(ToIdentifier(name));
    std::string label = model_->labels.Unique(ToLabel(name));
    model_->variables.push_back({variable, label, tensor});
    if (tensor.dtype == DType::kBool && !target().reads_bool_files()) AsBytes(&variable);
    known[key] = variable;
    if (!content.empty()) known[content] = variable;
  }
  Expr e = nnef::Id(variable);
  if (parent_) return Capture(std::move(e), variable, tensor.dtype);
  return e;
}

// The variable just added holds bytes; `*variable` names what they mean.
void Lowering::AsBytes(std::string* variable) {
  Variable& stored = model_->variables.back();
  stored.tensor.dtype = DType::kU8;
  stored.name = model_->names.Unique(*variable + "_u8");
  model_->document.body.push_back({{*variable}, Cast(nnef::Id(stored.name), DType::kBool)});
}

// A value of the graph as a parameter of this fragment.
Expr Lowering::Capture(Expr outer, absl::string_view name, DType dtype) {
  std::string& parameter = captured_names_[outer.text];
  if (parameter.empty()) {
    parameter = names_->Unique(name);
    captured_parameters_.push_back({parameter, TensorType(dtype)});
    captured_.push_back({std::move(outer), dtype});
  }
  return nnef::Id(parameter);
}

Expr Lowering::Elementwise(const Node& node, int i) {
  std::vector<Operand> operands = ElementwiseOperands(node);
  const Operand& o = operands[i];
  if (!o.constant) return Ref(o.value);
  if (One(o.shape)) {
    // A literal takes the other operand's type; of two constants it could be the other way round.
    DType dtype = o.constant->dtype;
    bool comparison = node.output()->dtype() == DType::kBool;
    bool typed = comparison && IsInteger(dtype) && !target().compares_literals_with_integers();
    if (typed) return Literal(*o.constant, true);
    bool other_decides = dtype == DType::kF32;
    for (size_t k = 0; k < operands.size(); ++k) {
      other_decides |= static_cast<int>(k) != i && !One(operands[k].shape);
    }
    return Literal(*o.constant, !other_decides);
  }
  if (o.shape == o.value->shape()) return Ref(o.value);
  return Constant(*o.constant,
                  o.value->name.empty() ? ValueName(*o.value, model_->naming) : o.value->name);
}

void Lowering::SetAll(const Node& node, Expr value) {
  std::vector<std::string> results;
  for (const auto& v : node.outputs) {
    results.push_back(NameOf(*v));
    values_[v.get()] = nnef::Id(results.back());
  }
  body().push_back({std::move(results), std::move(value)});
}

void Lowering::SetOutput(const Value& output, Expr value) {
  std::string name = NameOf(output);
  values_[&output] = nnef::Id(name);
  body().push_back({{std::move(name)}, std::move(value)});
}

Expr Lowering::SetSecond(const Node& node, absl::string_view suffix, Expr value) {
  std::string first = TempName(node, suffix);
  std::string second = NameOf(*node.output(1));
  body().push_back({{first, second}, std::move(value)});
  return values_[node.output(1)] = nnef::Id(second);
}

std::string Lowering::TempName(const Node& node, absl::string_view suffix) {
  return names_->Unique(absl::StrCat(LocalName(*node.output()), "_", suffix));
}

Expr Lowering::Temp(const Node& node, absl::string_view suffix, Expr value) {
  std::string name = TempName(node, suffix);
  body().push_back({{name}, std::move(value)});
  return nnef::Id(name);
}

std::pair<Expr, Expr> Lowering::TempPair(const Node& node, absl::string_view first,
                                         absl::string_view second, Expr value) {
  std::string a = TempName(node, first), b = TempName(node, second);
  body().push_back({{a, b}, std::move(value)});
  return {nnef::Id(a), nnef::Id(b)};
}

void Lowering::Alias(const Value* value, Expr same) { values_[value] = std::move(same); }

Expr Lowering::Cast(Expr x, DType to) {
  return nnef::Call("tract_core_cast", {std::move(x)}, {{"to", nnef::Str(DTypeName(to))}});
}

Expr Lowering::Copy(Expr x) {
  if (target().has_copy()) return nnef::Call("copy", {std::move(x)});
  return nnef::Call("squeeze", {std::move(x)}, {{"axes", nnef::Ints({})}});
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
bool Lowering::LowerEmpty(const Node& node) {
  if (node.outputs.size() != 1 || NumElements(node.output()->shape()) != Dim(0)) return false;
  auto sizes = ConstantShape(node.output()->shape());
  if (!sizes) return false;
  Tensor empty = Tensor::Dense(node.output()->dtype(), *sizes, {});
  values_[node.output()] = Constant(empty, ValueName(*node.output(), model_->naming));
  return true;
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
  live_.insert(graph.outputs().begin(), graph.outputs().end());
  stored_ = live_;
  std::vector<const Node*> order;
  for (auto it = graph.nodes().rbegin(); it != graph.nodes().rend(); ++it) {
    const Node& node = **it;
    bool needed = false;
    for (const auto& v : node.outputs) {
      needed |= live_.contains(v.get()) && !v->constant && !v->dims;
    }
    if (!needed || node.op == Op::kInput) continue;
    order.push_back(&node);
    for (const Value* v : UsedInputs(node)) {
      live_.insert(v);
      if (node.op != Op::kDequantize) stored_.insert(v);
    }
  }
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (LowerEmpty(**it)) continue;
    LowerFn lower = FindLowering((*it)->op);
    absl::Status status = !lower ? Refuse(**it, "this primitive has no form in NNEF")
                          : HasUnknownSize(**it)
                              ? Refuse(**it, "a size depends on the values of the inputs")
                              : lower(*this, **it);
    if (status.ok()) continue;
    model_->refusals.push_back(std::string(status.message()));
    for (const auto& v : (*it)->outputs) values_[v.get()] = nnef::Id("refused");
  }
}

absl::StatusOr<FragmentUse> Lowering::Fragment(const Graph& body, absl::string_view name,
                                               bool scan_body, bool turns) {
  Lowering inner(model_, this);
  nnef::Fragment fragment;
  auto add_parameter = [&](absl::string_view wanted, DType dtype) {
    std::string id = inner.names_->Unique(ToIdentifier(wanted));
    fragment.parameters.push_back({id, TensorType(dtype)});
    return id;
  };
  for (const Value* input : body.inputs()) {
    inner.values_[input] =
        nnef::Id(add_parameter(input->name.empty() ? "x" : input->name, input->dtype()));
  }
  std::string turn;
  if (turns) turn = add_parameter("turn", DType::kBool);
  inner.LowerNodes(body);
  FragmentUse use;
  use.results = inner.Results(body, &fragment);
  bool extended = absl::StrContains(nnef::ToText({"", {}, {}, inner.body_}), "tract_");
  if (scan_body && extended && !target().scans_extensions()) {
    return absl::UnimplementedError(
        absl::StrCat("a loop over tract's own operators (target ", target().name, ")"));
  }
  if (turns) {
    // It chooses between the first result and itself.
    int64_t rank = body.outputs()[0]->rank();
    Expr condition = nnef::Id(turn);
    if (rank != 1) {
      std::string shaped = inner.names_->Unique("turned");
      std::vector<int64_t> ones(rank, 1);
      inner.body_.push_back(
          {{shaped},
           rank == 0 ? nnef::Call("squeeze", {condition}, {{"axes", nnef::Ints({0})}})
                     : nnef::Call("reshape", {condition}, {{"shape", nnef::Ints(ones)}})});
      condition = nnef::Id(shaped);
    }
    Expr first = nnef::Id(use.results[0]);
    use.results[0] = fragment.results[0].name = inner.names_->Unique("turned");
    inner.body_.push_back({{use.results[0]}, nnef::Call("select", {condition, first, first})});
  }
  fragment.body = std::move(inner.body_);
  for (nnef::Typed& parameter : inner.captured_parameters_) {
    fragment.parameters.push_back(std::move(parameter));
  }
  for (const nnef::Typed& parameter : fragment.parameters) use.parameters.push_back(parameter.name);
  for (auto& [outer, dtype] : inner.captured_) {
    use.captured.push_back(parent_ ? Capture(outer, outer.text, dtype) : std::move(outer));
  }
  std::string& shared = model_->fragment_of_text[nnef::ToText(fragment)];
  if (shared.empty()) {
    shared = model_->fragment_names.Unique(ToIdentifier(name));
    fragment.name = shared;
    model_->document.fragments.push_back(std::move(fragment));
  }
  use.name = shared;
  return use;
}

// A fragment's results: assigned in it, and each once.
std::vector<std::string> Lowering::Results(const Graph& body, nnef::Fragment* fragment) {
  absl::flat_hash_set<std::string> assigned, used;
  for (const nnef::Assignment& a : body_) assigned.insert(a.results.begin(), a.results.end());
  std::vector<std::string> results;
  for (const Value* output : body.outputs()) {
    Expr value = Ref(output);
    std::string id = value.text;
    if (!assigned.contains(id) || !used.insert(id).second) {
      id = names_->Unique("result");
      bool number = output->dtype() != DType::kBool && !target().shares_results();
      body_.push_back({{id}, number ? nnef::Call("max", {value, value}) : Copy(value)});
    }
    fragment->results.push_back({id, TensorType(output->dtype())});
    results.push_back(id);
  }
  return results;
}

std::optional<Expr> Lowering::Rounded(const Value* value) const {
  auto it = rounded_.find(value);
  return it == rounded_.end() ? std::nullopt : std::optional<Expr>(it->second);
}

const Node& MadeBy(const Value& x) {
  const Node* node = x.node;
  while (node->op == Op::kIntRepr || node->op == Op::kFromIntRepr) node = node->inputs[0]->node;
  return *node;
}

std::vector<const Value*> UsedInputs(const Node& node) {
  std::vector<const Value*> used;
  const Value* quantized = node.op == Op::kDequantize ? node.inputs[0] : nullptr;
  if (quantized && !quantized->constant && MadeBy(*quantized).op == Op::kQuantize) {
    used = {MadeBy(*quantized).output()};
  } else if (!IsElementwise(node.op)) {
    used.assign(node.inputs.begin(), node.inputs.end());
  } else {
    for (const Operand& o : ElementwiseOperands(node)) used.push_back(o.value);
  }
  return used;
}

std::string TensorType(DType dtype) {
  if (dtype == DType::kBool) return "tensor<logical>";
  return IsInteger(StorageType(dtype)) ? "tensor<integer>" : "tensor<scalar>";
}

// tract reads no unary minus before a symbol.
Expr DimExpr(const Dim& dim) {
  std::string text = dim.ToString(), out;
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
