// Turns the nodes of one graph (or of one body) into assignments of an NNEF document.
//
// A lowering is a function of one primitive: it asks for operands, and sets the node's results to
// expressions. The functions stand in lower/*.cc by family, and in one table (table.cc).
#ifndef EMIT_LOWER_LOWERING_H_
#define EMIT_LOWER_LOWERING_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "emit/lower/broadcasts.h"
#include "emit/lower/nans.h"
#include "emit/names.h"
#include "emit/nnef/document.h"
#include "emit/nnef/fragments.h"
#include "emit/target.h"
#include "t2n/ir/graph.h"

namespace t2n {

// What graph.quant says of a tensor (zero_point_linear_quantize): its numbers are
// (integer - zero_point) * scale.
struct Quantization {
  double scale;
  int64_t zero_point;
};

// A tensor of the model that goes to a file.
struct Variable {
  std::string name;   // identifier in the document
  std::string label;  // file name without .dat
  Tensor tensor;
  std::optional<Quantization> quantization;  // real numbers, stored as integers
};

// What all scopes of a model share.
struct Model {
  Target target;
  Naming naming = Naming::kModulePath;
  nnef::Document document;
  std::vector<Variable> variables;
  std::vector<std::string> refusals;  // one line each
  std::vector<std::string> faults;    // mistakes of the lowerings: nothing is written
  std::vector<PlacePtr> sources;      // of nodes; Assignment::source is a position here
  std::vector<PlacePtr> refused;      // of nodes that were; may hold null
  std::set<std::string> symbols;      // of the graph's inputs: others have no value
  // The sizes of values of the graph's body, by their names.
  absl::flat_hash_map<std::string, Shape> shapes;
  SolidAxes solid_axes;            // of the graph, for tract
  BehindReshapes behind_reshapes;  // the same
  Nans nans;                       // the same

  const nnef::FragmentLibrary* library = nullptr;  // the user's fragments; may be null
  std::set<std::string> used_fragments;            // of the library, that are in the document

  bool same_io_names = false;  // see EmitSpec
  int64_t max_file_bytes = 0;  // of elements; a variable that has more is several files
  bool list_types = false;     // whether `types` is wanted
  // Of the graph's results by name: `f32[1,S]`. Temporary values have none.
  absl::flat_hash_map<std::string, std::string> types;

  NameTable names;                                                   // of the graph's body
  NameTable labels;                                                  // of files
  NameTable fragment_names;                                          // of fragments
  absl::flat_hash_map<std::string, std::string> variable_of_tensor;  // TensorKey -> name
  // ContentKey -> names and elements
  absl::flat_hash_map<std::string, std::vector<std::pair<std::string, Tensor>>> variables_alike;
  absl::flat_hash_map<std::string, std::string> fragment_of_text;  // text but name -> name
};

// A body as a fragment: the call passes the body's inputs, then `captured` (variables of the
// graph).
struct FragmentUse {
  std::string name;
  std::vector<std::string> parameters;  // the body's inputs, then the captured ones
  std::vector<std::string> results;
  std::vector<nnef::Expr> captured;
};

// Of what is not zero: the least and the largest magnitude.
struct Magnitudes {
  double least = 1, most = 1;
};

class Lowering {
 public:
  // The graph itself: assignments go to the document's body.
  Lowering(Model* model, const Graph& graph);

  const Target& target() const { return model_->target; }
  Model& model() { return *model_; }
  const Model& model() const { return *model_; }
  // Whether the model says that its readers have these operators of tract.
  bool HasRegistry(absl::string_view name) const;

  // Operand i: an identifier of the value's own type and shape (a literal if it is an f32 or bool
  // of rank 0).
  nnef::Expr In(const Node& node, int i);
  nnef::Expr Ref(const Value* value);
  // Operand i of an operator that broadcasts and takes a literal for the other operand's type:
  // constants of one element become literals, broadcasts are left to the operator.
  nnef::Expr Elementwise(const Node& node, int i);
  // What Elementwise reads for operand i if that is an integer constant of one element, and its
  // shape.
  std::optional<int64_t> IntegerOperand(const Node& node, int i) const;
  Shape OperandShape(const Node& node, int i) const;

  // The node's results. A value that this scope has computed before is not computed again.
  void Set(const Node& node, nnef::Expr value) { SetAll(node, std::move(value)); }
  void SetAll(const Node& node, nnef::Expr value);
  void SetOutput(const Value& output, nnef::Expr value);
  // Whether a value is known to have no elements: it is a constant, once something reads it.
  static bool IsEmpty(const Value& value);
  // Of an operator with two results the second is the node's output 1, the first an intermediate
  // value; returns the second.
  nnef::Expr SetSecond(const Node& node, absl::string_view suffix, nnef::Expr value);
  // An intermediate value, named after the node's first result.
  nnef::Expr Temp(const Node& node, absl::string_view suffix, nnef::Expr value);
  // The same for a value of two results.
  std::pair<nnef::Expr, nnef::Expr> TempPair(const Node& node, absl::string_view first,
                                             absl::string_view second, nnef::Expr value);
  // Says what sizes an intermediate value has.
  void NoteSizes(const nnef::Expr& value, const Shape& sizes) {
    if (!in_body()) model_->shapes.try_emplace(value.text, sizes);
  }
  // `value` is what another expression (an identifier) already is.
  void Alias(const Value* value, nnef::Expr same);

  // A quantized value may be had as the f32 numbers that it was rounded to, so that nothing is cast
  // to integers and back; IsStored: its integers are needed too.
  void SetRounded(const Value* value, nnef::Expr numbers) {
    rounded_.insert_or_assign(value, std::move(numbers));
  }
  std::optional<nnef::Expr> Rounded(const Value* value) const;
  bool IsStored(const Value* value) const { return stored_.contains(value); }

  nnef::Expr Cast(nnef::Expr x, DType to);  // the invocation
  nnef::Expr Copy(nnef::Expr x);            // the invocation of an identity
  // The invocation that repeats the axes of size 1 of `x`, as part of the value `as` (see
  // broadcasts.h).
  nnef::Expr Repeat(nnef::Expr x, const Shape& from, const Shape& to, const Value& as);
  // The axes of a value along which nothing may be repeated by a broadcast.
  AxisSet Solid(const Value& value) const;
  // Zero for a comparison with integers of this type.
  nnef::Expr Zero(DType dtype);
  // An integer as an intermediate value of type i32 and rank 0.
  nnef::Expr Integer(const Node& node, absl::string_view suffix, int64_t value);
  // A number as a literal for an operator that takes the other operand's type.
  nnef::Expr Number(double value);
  // Which elements are NaN, as an intermediate value.
  nnef::Expr IsNan(const Node& node, nnef::Expr x, DType dtype);
  // any_reduce or all_reduce over axes, as an intermediate value.
  nnef::Expr AnyOrAll(const Node& node, bool any, nnef::Expr x, const std::vector<int64_t>& axes);
  // A variable of the model, written once however often it is used.
  nnef::Expr Constant(const Tensor& tensor, absl::string_view name) {
    return Constant(tensor, name, std::nullopt);
  }
  nnef::Expr Constant(const Tensor& tensor, absl::string_view name,
                      std::optional<Quantization> quantization);

  // Of the products of the last constants, one or more, that a value was multiplied with one behind
  // the other.
  Magnitudes FactorsOf(const Value& value) const;
  void SetFactors(const Value& value, Magnitudes factors) {
    factors_.insert_or_assign(&value, factors);
  }

  // Whether a variable of the model has these elements in this shape.
  bool IsStored(const Tensor& tensor) const;
  // Whether something reads this value (or, once lowered, may).
  bool Uses(const Value* value) const { return uses_.contains(value); }
  // The nodes that read it, null for an output.
  absl::Span<const Node* const> Users(const Value* value) const {
    auto it = uses_.find(value);
    return it == uses_.end() ? absl::Span<const Node* const>() : absl::MakeConstSpan(it->second);
  }
  // Whether this is a body, not the graph itself.
  bool in_body() const { return parent_ != nullptr; }
  // The body of a node as a fragment; equal ones are shared. `scan_body`: for a loop. `turn_axes`:
  // for each one more parameter, of bool with that many axes, the first of size 1, behind the
  // body's inputs, which tract cannot see to have no effect.
  absl::StatusOr<FragmentUse> Fragment(const Graph& body, absl::string_view name, bool scan_body,
                                       const std::vector<int64_t>& turn_axes = {});

  // Lowers all live nodes; refusals go to the model.
  void LowerNodes(const Graph& graph);
  // The document's outputs, after LowerNodes: each an assignment of its own.
  void FinishOutputs(const Graph& graph);

  absl::Status Refuse(const Node& node, absl::string_view why) const;

 private:
  Lowering(Model* model, Lowering* parent) : model_(model), parent_(parent), names_(&own_names_) {}
  std::vector<nnef::Assignment>& body() { return parent_ ? body_ : model_->document.body; }
  using Names = std::vector<std::string>;
  // The names that are bound to `value` already; else those of `names`, bound to it.
  Names Bind(nnef::Expr value, absl::FunctionRef<Names()> names);
  nnef::Expr BindOne(nnef::Expr value, absl::string_view wanted);
  nnef::Expr Literal(const Tensor& scalar, bool exact_type);
  std::string NameOf(const Value& value);
  void NoteType(const std::string& name, const Value& value);
  nnef::Expr ConstantRef(const Value& value);
  nnef::Expr DimsRef(const Value& value);
  nnef::Expr EmptyRef(const Value& value);
  nnef::Expr Missing(const Value& value);
  nnef::Expr Zeros(const Dim& count);
  nnef::Expr SizeValues(const Value& value);  // of a value that has `dims`
  // Sizes as numbers, of a tensor of `rank` (0 or 1); computed step by step; one of them so, as an
  // i64 of rank 0.
  nnef::Expr SizeNumbers(const Shape& dims, int64_t rank, DType dtype, const std::string& name);
  nnef::Expr ComputedSizes(const Value& value, const std::string& name);
  nnef::Expr ComputedSize(const Dim& size, const std::string& name);
  std::string TempName(const Node& node, absl::string_view suffix);
  std::string LocalName(const Value& value) const;
  bool HasUnknownSize(const Node& node) const;
  bool IsKnown(const Shape& sizes) const;
  // A variable of the document's body, in as many files as it takes.
  void Store(Variable variable);
  void StoreInPieces(Variable whole);
  std::vector<std::string> Results(const Graph& body, nnef::Fragment* fragment);
  // What chooses by `turn` (bool, of so many axes) between a result of this rank and itself; its
  // name.
  std::string TurnedBy(const std::string& turn, int64_t axes, const std::string& result,
                       int64_t rank);
  nnef::Expr Capture(nnef::Expr outer, absl::string_view name, DType dtype);

  Model* model_;
  Lowering* parent_ = nullptr;  // of a fragment: the scope that calls it
  NameTable own_names_;
  NameTable* names_;
  std::vector<nnef::Assignment> body_;
  int source_ = -1;  // of the node at hand
  absl::flat_hash_map<const Value*, nnef::Expr> values_;
  absl::flat_hash_map<std::string, Names> bound_;  // by the text of what was computed
  absl::flat_hash_map<const Value*, absl::InlinedVector<const Node*, 2>> uses_;
  absl::flat_hash_map<const Value*, nnef::Expr> rounded_;
  absl::flat_hash_map<const Value*, Magnitudes> factors_;
  absl::flat_hash_set<const Value*> stored_;
  absl::flat_hash_map<const Value*, std::string> output_names_;  // taken from `names_` already
  absl::flat_hash_map<std::string, std::string> captured_names_;
  std::vector<nnef::Typed> captured_parameters_;
  std::vector<std::pair<nnef::Expr, DType>> captured_;
};

using LowerFn = absl::Status (*)(Lowering&, const Node&);
// The lowering of a primitive; null for those without one.
LowerFn FindLowering(Op op);

// The primitive that made a value's integers, which IntRepr and FromIntRepr leave as they are.
const Node& MadeBy(const Value& x);
// Inputs of a node as they are used: elementwise primitives read what was broadcast for them,
// Dequantize what Quantize has rounded, products of integers (IntegerProduct) those.
std::vector<const Value*> UsedInputs(const Target& target, const Node& node);

// Whether an elementwise primitive is computed on less than its result's shape, and broadcast then
// from what is computed.
bool SpreadsResult(const Target& target, const Node& node);
Shape SpreadFrom(const Target& target, const Node& node);

// `tensor<scalar>`, `tensor<integer>`, `tensor<logical>`
std::string TensorType(DType dtype);
// tract's notation of a size expression; NNEF's for a constant.
nnef::Expr DimExpr(const Dim& dim);
nnef::Expr DimArray(absl::Span<const Dim> dims);

}  // namespace t2n

#endif  // EMIT_LOWER_LOWERING_H_
