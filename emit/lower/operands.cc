// What nodes read: constants as literals or variables, and operands of elementwise primitives
// without the broadcasts that the operator does itself.
#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/lower/integer_products.h"
#include "emit/lower/lowering.h"
#include "t2n/blocks/block_buffer.h"
#include "t2n/builder/custom.h"

namespace t2n {

using nnef::Expr;

namespace {

// The same bytes seen in the same way are the same variable.
std::string TensorKey(const Tensor& t) {
  return absl::StrCat(reinterpret_cast<uintptr_t>(t.buffer.get()), ":", t.offset, ":",
                      absl::StrJoin(t.sizes, ","), ":", absl::StrJoin(t.strides, ","), ":",
                      DTypeName(t.dtype));
}

// The elements' bytes, dense in `*dense`; nullopt if they cannot be read.
std::optional<absl::string_view> Content(const Tensor& t, Tensor* dense) {
  absl::StatusOr<Tensor> made = MakeContiguous(t);
  absl::StatusOr<const uint8_t*> data = made.ok() ? ContiguousData(*made) : made.status();
  if (!data.ok()) return std::nullopt;
  *dense = *std::move(made);
  return absl::string_view(reinterpret_cast<const char*>(*data), dense->nbytes());
}

// The name and what the elements hash to, of small tensors; empty for others. Equal ones that were
// computed in several places (factors of a layer that is called at every step) are one variable.
std::string ContentKey(const Tensor& t, absl::string_view name) {
  constexpr int64_t kMaxBytes = 1 << 16;
  Tensor dense;
  std::optional<absl::string_view> content;
  if (t.nbytes() <= kMaxBytes) content = Content(t, &dense);
  if (!content) return "";
  return absl::StrCat("=", name, ":", DTypeName(t.dtype), ":", absl::StrJoin(t.sizes, ","), ":",
                      absl::Hash<absl::string_view>()(*content));
}

bool SameContent(const Tensor& a, const Tensor& b) {
  Tensor dense_a, dense_b;
  const auto x = Content(a, &dense_a), y = Content(b, &dense_b);
  return x && y && *x == *y;
}

// The first axis along which slices of a dense tensor are dense; 0 if it has one element.
size_t OuterAxis(const Tensor& t) {
  for (size_t i = 0; i < t.sizes.size(); ++i) {
    if (t.sizes[i] > 1) return i;
  }
  return 0;
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

int64_t One(const Shape& shape) { return NumElements(shape) == Dim(1); }

struct ElementwiseForm {
  std::vector<Operand> operands;
  bool spread = false;  // the result is to be broadcast
};

// tract follows integers of one element through a broadcast, and then loses the broadcast: such a
// one is never an operand.
bool IsFollowed(const Target& target, const Node& node, const Operand& o) {
  return target.reasons_on_sizes() && node.inputs.size() > 1 && o.constant && One(o.shape) &&
         (IsInteger(o.constant->dtype) || o.constant->dtype == DType::kBool);
}

// Leaves out broadcasts as long as the operands together still have the output's shape.
ElementwiseForm FormOfElementwise(const Target& target, const Node& node) {
  ElementwiseForm form;
  std::vector<Operand>& operands = form.operands;
  for (const Value* v : node.inputs) operands.push_back({v, v->constant, v->shape()});
  const Shape& output = node.output()->shape();
  for (Operand& o : operands) {
    for (;;) {
      Operand was = o;
      if (was.constant) {
        o.constant = Stored(*was.constant);
        o.shape = ShapeOf(*o.constant);
      } else if (was.value->node->op == Op::kBroadcast && !was.value->dims) {
        const Value* source = was.value->node->inputs[0];
        o = {source, source->constant, source->shape()};
      } else {
        break;
      }
      if (!form.spread && !Covers(operands, output)) {
        form.spread = IsFollowed(target, node, o);
        if (!form.spread) {
          o = std::move(was);
          break;
        }
      }
      if (o.value == was.value && o.shape == was.shape) break;
    }
  }
  return form;
}

}  // namespace

Expr Lowering::Ref(const Value* value) {
  auto it = values_.find(value);
  if (it != values_.end()) return it->second;
  Expr e = value->constant   ? ConstantRef(*value)
           : IsEmpty(*value) ? EmptyRef(*value)
           : value->dims     ? DimsRef(*value)
                             : Missing(*value);
  Alias(value, e);
  return e;
}

Expr Lowering::ConstantRef(const Value& value) {
  const std::string name = ValueName(value, model_->naming);
  const Tensor stored = Stored(*value.constant);
  if (stored.numel() == 1 && value.rank() == 0) return Literal(stored, true);
  Expr e = Constant(stored, value.name.empty() ? name : value.name);
  if (stored.sizes == value.constant->sizes) return e;
  return BindOne(Repeat(std::move(e), ShapeOf(stored), value.shape(), value), name);
}

Expr Lowering::DimsRef(const Value& value) {
  if (!IsKnown(*value.dims)) {
    model_->refusals.push_back(
        "a size that depends on the values of the inputs is used as a value");
    return nnef::Id("refused");
  }
  if (!target().has_symbolic_values()) {
    model_->refusals.push_back(
        absl::StrCat("a symbolic size as a value (target ", target().name, ")"));
    return nnef::Id("refused");
  }
  return SizeValues(value);
}

Expr Lowering::EmptyRef(const Value& value) {
  return Constant(Tensor::Dense(value.dtype(), *ConstantShape(value.shape()), {}),
                  ValueName(value, model_->naming));
}

// A lowering reads what its row of UsedInputs does not name.
Expr Lowering::Missing(const Value& value) {
  const Node& node = *value.node;
  model_->faults.push_back(absl::StrCat("the result of ", OpName(node.op), " is used, not written",
                                        node.place ? " at " + node.place->ToString() : ""));
  return nnef::Id("missing");
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
    return BindOne(Cast(nnef::Int(integer), dtype), absl::StrCat("const_", DTypeName(dtype)));
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

Expr Lowering::Constant(const Tensor& tensor, absl::string_view name,
                        std::optional<Quantization> quantization) {
  std::string key = TensorKey(tensor), content = ContentKey(tensor, name);
  if (quantization) {
    for (std::string* k : {&key, &content}) {
      if (k->empty()) continue;
      absl::StrAppend(k, " ", quantization->scale, " ", quantization->zero_point);
    }
  }
  std::string variable;
  // An address tells nothing of a tensor that is not kept.
  const auto known = model_->variable_of_tensor.find(key);
  if (known != model_->variable_of_tensor.end()) variable = known->second;
  std::vector<std::pair<std::string, Tensor>>* alike = nullptr;
  if (variable.empty() && !content.empty()) {
    alike = &model_->variables_alike[content];
    for (const auto& [other, elements] : *alike) {
      if (variable.empty() && SameContent(elements, tensor)) variable = other;
    }
  }
  if (variable.empty()) {
    variable = model_->names.Unique(ToIdentifier(name));
    Store({variable, model_->labels.Unique(ToLabel(name)), tensor, quantization});
    model_->variable_of_tensor[key] = variable;
    if (alike) alike->emplace_back(variable, tensor);
  }
  Expr e = nnef::Id(variable);
  if (parent_) return Capture(std::move(e), variable, quantization ? DType::kF32 : tensor.dtype);
  return e;
}

Magnitudes Lowering::FactorsOf(const Value& value) const {
  for (const Value* v = &value;; v = v->node->inputs[0]) {
    const auto it = factors_.find(v);
    if (it != factors_.end()) return it->second;
    const Op op = v->node->op;
    const bool moves =
        op == Op::kReshape || op == Op::kTranspose || op == Op::kBroadcast || op == Op::kSlice;
    if (!moves) return {};
  }
}

void Lowering::Store(Variable variable) {
  auto& body = model_->document.body;
  const BlockBuffer* blocks = BlocksOf(variable.tensor);
  const int64_t bytes = blocks ? blocks->block_bytes() : variable.tensor.nbytes();
  if (bytes > model_->max_file_bytes) return StoreInPieces(std::move(variable));
  const Tensor& stored = variable.tensor;
  if (stored.dtype == DType::kBool && !target().reads_bool_file(stored.numel())) {
    std::string meant = std::exchange(variable.name, model_->names.Unique(variable.name + "_u8"));
    variable.tensor.dtype = DType::kU8;
    body.push_back({{std::move(meant)}, Cast(nnef::Id(variable.name), DType::kBool), source_});
  }
  model_->variables.push_back(std::move(variable));
}

void Lowering::StoreInPieces(Variable whole) {
  const size_t axis = OuterAxis(whole.tensor);
  const int64_t count = whole.tensor.sizes.empty() ? 1 : whole.tensor.sizes[axis];
  const int64_t most = std::max<int64_t>(
      model_->max_file_bytes / std::max<int64_t>(whole.tensor.nbytes() / count, 1), 1);
  // Pieces of about one size: a small one beside a large one would be read with all of it.
  const int64_t parts = (count + most - 1) / most;
  const int64_t rows = (count + parts - 1) / parts;
  std::vector<Expr> pieces;
  for (int64_t begin = 0; begin < count; begin += rows) {
    Variable piece = whole;
    piece.name = model_->names.Unique(whole.name + "_part");
    piece.label = model_->labels.Unique(whole.label + ".part");
    piece.tensor.sizes[axis] = std::min(rows, count - begin);
    piece.tensor.offset += begin * whole.tensor.strides[axis];
    pieces.push_back(nnef::Id(piece.name));
    Store(std::move(piece));
  }
  model_->document.body.push_back({{whole.name},
                                   nnef::Call("concat", {nnef::Array(std::move(pieces))},
                                              {{"axis", nnef::Int(static_cast<int64_t>(axis))}}),
                                   source_});
}

Expr Lowering::Elementwise(const Node& node, int i) {
  const std::vector<Operand> operands = FormOfElementwise(target(), node).operands;
  const Operand& o = operands[i];
  if (!o.constant) return Ref(o.value);
  if (One(o.shape)) {
    // A literal takes the other operand's type; of two constants it could be the other way round.
    DType dtype = o.constant->dtype;
    bool comparison = node.output()->dtype() == DType::kBool;
    bool typed = comparison && IsInteger(dtype) && !target().compares_literals_with_integers();
    if (typed) return Literal(*o.constant, true);
    bool other_decides = dtype == DType::kF32;
    for (size_t k = 0; k < operands.size() && node.op != Op::kSelect; ++k) {
      other_decides |= static_cast<int>(k) != i && !One(operands[k].shape);
    }
    return Literal(*o.constant, !other_decides);
  }
  if (o.shape == o.value->shape()) return Ref(o.value);
  return Constant(*o.constant,
                  o.value->name.empty() ? ValueName(*o.value, model_->naming) : o.value->name);
}

std::optional<int64_t> Lowering::IntegerOperand(const Node& node, int i) const {
  const Operand o = FormOfElementwise(target(), node).operands[i];
  if (!o.constant || !One(o.shape) || !IsInteger(o.constant->dtype)) return std::nullopt;
  absl::StatusOr<std::vector<int64_t>> read = ReadInts(*o.constant);
  return read.ok() && !read->empty() ? std::make_optional((*read)[0]) : std::nullopt;
}

Shape Lowering::OperandShape(const Node& node, int i) const {
  return FormOfElementwise(target(), node).operands[i].shape;
}

bool SpreadsResult(const Target& target, const Node& node) {
  return IsElementwise(node.op) && node.inputs.size() > 1 && FormOfElementwise(target, node).spread;
}

Shape SpreadFrom(const Target& target, const Node& node) {
  Shape shape = node.output()->shape();
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    bool covered = false;
    for (const Operand& o : FormOfElementwise(target, node).operands) {
      covered |= o.shape[axis] == shape[axis];
    }
    if (!covered) shape[axis] = 1;
  }
  return shape;
}

const Node& MadeBy(const Value& x) {
  const Node* node = x.node;
  while (node->op == Op::kIntRepr || node->op == Op::kFromIntRepr) node = node->inputs[0]->node;
  return *node;
}

std::vector<const Value*> UsedInputs(const Target& target, const Node& node) {
  std::vector<const Value*> used;
  if (std::optional<StepsOperands> operands = IntegerProduct(target, node)) {
    return UsedInputs(*operands);
  }
  if (IsCustom(node)) {
    const size_t written = OperandsOf(node).size();
    return {node.inputs.begin(), node.inputs.begin() + written};
  }
  const Value* quantized = node.op == Op::kDequantize ? node.inputs[0] : nullptr;
  if (quantized && !quantized->constant && MadeBy(*quantized).op == Op::kQuantize) {
    used = {MadeBy(*quantized).output()};
  } else if (!IsElementwise(node.op)) {
    used.assign(node.inputs.begin(), node.inputs.end());
  } else {
    for (const Operand& o : FormOfElementwise(target, node).operands) used.push_back(o.value);
  }
  return used;
}

}  // namespace t2n
