// Builds graphs: checks every primitive by its type rule, folds what is constant, keeps integer
// tensors of sizes exact. Operator libraries and passes write graphs only through it.
//
// Errors stick: after the first failure every call returns a Val that is false, such Vals pass
// through, and status() tells the first failure. So builders of operators need no error handling of
// their own: what failed still has a type, of the rank it would have had as far as that is known.
#ifndef T2N_BUILDER_BUILDER_H_
#define T2N_BUILDER_BUILDER_H_

#include <complex>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/builder/elementwise_methods.h"
#include "t2n/ir/graph.h"

namespace t2n {

class Builder;

// A value being built with, and the builder it belongs to; false if it is none or has failed.
class Val {
 public:
  Val() = default;
  Val(Builder* builder, Value* value) : builder_(builder), value_(value) {}

  explicit operator bool() const { return value_ != nullptr && value_->node != nullptr; }
  Value* get() const { return value_; }  // a failed one's has no node
  Value* operator->() const { return value_; }
  Builder* builder() const { return builder_; }

  // Safe on null: f32, rank 0.
  DType dtype() const { return value_ ? value_->type.dtype : DType::kF32; }
  const Shape& shape() const;
  int64_t rank() const { return static_cast<int64_t>(shape().size()); }
  // Size of an axis; negative counts from the end. Fails in the builder if there is no such axis.
  Dim dim(int64_t axis) const;
  Dim numel() const { return NumElements(shape()); }
  bool is_constant() const { return value_ && value_->constant.has_value(); }

 private:
  Builder* builder_ = nullptr;
  Value* value_ = nullptr;
};

bool operator==(const Val& a, const Val& b);

// Arithmetic on operands of one dtype (a number takes the tensor's), broadcasting as numpy does.
Val operator+(const Val& a, const Val& b);
Val operator-(const Val& a, const Val& b);
Val operator*(const Val& a, const Val& b);
Val operator/(const Val& a, const Val& b);
Val operator+(const Val& a, double b);
Val operator-(const Val& a, double b);
Val operator*(const Val& a, double b);
Val operator/(const Val& a, double b);
Val operator+(double a, const Val& b);
Val operator-(double a, const Val& b);
Val operator*(double a, const Val& b);
Val operator/(double a, const Val& b);
Val operator-(const Val& a);

// Sliding-window attributes of Conv, ConvTranspose, MaxPool and AvgPool; one entry a spatial axis.
struct Window {
  std::vector<int64_t> size;  // pools only
  std::vector<int64_t> stride, dilation, pad_before, pad_after;
};

class Builder {
 public:
  explicit Builder(Graph* graph) : graph_(graph) {}
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  Graph* graph() const { return graph_; }
  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }
  // Forgets a failure that is to be answered in another way.
  void ClearStatus() { status_ = absl::OkStatus(); }
  // Records the first failure (Unimplemented unless `status` says otherwise) and returns null.
  Val Fail(absl::string_view message);
  Val Fail(absl::Status status);
  // The same; what comes back has a type, for code that goes on with it.
  Val FailAs(ValueType type, absl::string_view message);
  // The place that new nodes carry.
  void set_place(PlacePtr place) { place_ = std::move(place); }
  const PlacePtr& place() const { return place_; }

  // Any primitive, checked and folded. Operands must already agree in rank and dtype.
  Val Make(Op op, Attrs attrs, absl::Span<const Val> inputs, int output = 0);
  std::vector<Val> MakeAll(Op op, Attrs attrs, absl::Span<const Val> inputs);

  // Sources.
  Val Input(absl::string_view name, ValueType type);
  Val Constant(Tensor tensor);
  Val Constant(Tensor tensor, QuantPtr quant);
  Val Scalar(DType dtype, double value);  // rank 0
  Val Scalar(DType dtype, int64_t value);
  Val Scalar(DType dtype, std::complex<double> value);
  Val ScalarLike(const Val& x, double value) { return Scalar(x.dtype(), value); }
  Val Ints(absl::Span<const int64_t> values);                 // i64, rank 1
  Val Doubles(DType dtype, absl::Span<const double> values);  // rank 1
  // i64 tensors of size expressions: rank 0 and rank 1.
  Val DimScalar(const Dim& value);
  Val DimVector(const Shape& values);
  Val Full(const Shape& shape, const Val& scalar);  // a rank-0 value everywhere
  Val Full(const Shape& shape, DType dtype, double value);
  Val Iota(const Dim& length, DType dtype = DType::kI64);

  // Elementwise. Ranks are aligned on the right with axes of size 1, as numpy does.
  Val Unary(Op op, const Val& x);
  Val Binary(Op op, const Val& a, const Val& b);
  Val Binary(Op op, const Val& a, double b) { return Binary(op, a, ScalarLike(a, b)); }
  Val Select(const Val& condition, const Val& a, const Val& b);
  Val Cast(const Val& x, DType dtype);
  // Neg(x), Add(a, b), Add(a, 1.5), Eq(a, b), ...
  T2N_PRIMITIVES(T2N_ELEMENTWISE_METHODS)
  T2N_METHOD_OF_ONE(Real)
  T2N_METHOD_OF_ONE(Imag)
  T2N_METHODS_OF_TWO(MakeComplex)

  // Reductions over `axes` (non-negative; empty: nothing is reduced).
  Val Reduce(Op op, const Val& x, std::vector<int64_t> axes, bool keep_axes);
  Val ArgReduce(Op op, const Val& x, int64_t axis, bool keep_axis);
  Val Cumulative(const Val& x, int64_t axis, absl::string_view mode);

  // Layout. No-ops return their operand.
  Val Reshape(const Val& x, Shape shape);
  Val Transpose(const Val& x, std::vector<int64_t> perm);
  Val SwapAxes(const Val& x, int64_t a, int64_t b);
  // Aligns on the right; adds leading axes; sizes as given.
  Val BroadcastTo(const Val& x, const Shape& shape);
  Val Unsqueeze(const Val& x, int64_t axis);  // a new axis of size 1 at `axis`
  Val Squeeze(const Val& x, int64_t axis);    // drops axis `axis`, which has size 1
  Val Slice(const Val& x, int64_t axis, const Dim& begin, const Dim& end, int64_t step = 1);
  Val SelectIndex(const Val& x, int64_t axis, const Dim& index);  // one element; drops the axis
  Val Reverse(const Val& x, std::vector<int64_t> axes);
  Val Concat(absl::Span<const Val> xs, int64_t axis);  // empty operands are left out
  Val Stack(absl::Span<const Val> xs, int64_t axis);
  Val Pad(const Val& x, Shape before, Shape after, absl::string_view mode = "constant",
          double value = 0);

  // Indexing; indices are i64, non-negative, in range.
  Val Gather(const Val& x, int64_t axis, const Val& indices);
  Val GatherElements(const Val& x, int64_t axis, const Val& indices);
  Val GatherNd(const Val& x, const Val& indices);
  Val ScatterElements(const Val& x, int64_t axis, const Val& indices, const Val& updates,
                      absl::string_view mode = "set");
  Val ScatterNd(const Val& x, const Val& indices, const Val& updates,
                absl::string_view mode = "set");
  // (values, indices) along `axis`, sorted; stable.
  std::vector<Val> TopK(const Val& x, const Dim& k, int64_t axis, bool largest);

  // Linear algebra. Einsum takes explicit equations (see primitives.h).
  Val Einsum(absl::string_view equation, absl::Span<const Val> xs);
  Val MatMul(const Val& a, const Val& b);  // numpy.matmul
  Val Conv(const Val& x, const Val& w, const Val& bias, const Window& window, int64_t groups);
  Val ConvTranspose(const Val& x, const Val& w, const Val& bias, const Window& window,
                    int64_t groups, std::vector<int64_t> output_padding);
  std::vector<Val> MaxPool(const Val& x, const Window& window);  // values, flat spatial indices
  Val AvgPool(const Val& x, const Window& window, bool count_include_pad);
  Val Fft(const Val& x, int64_t axis, bool inverse);

  // Quantized tensors.
  Val Quantize(const Val& x, DType dtype, QuantPtr quant);
  Val Dequantize(const Val& x);
  Val IntRepr(const Val& x);
  Val FromIntRepr(const Val& x, DType dtype, QuantPtr quant);

  // A named operation with its body. `body` builds it in a graph of its own from inputs of the same
  // types; it must use nothing but them and what it makes.
  using BodyFn = std::function<std::vector<Val>(Builder&, absl::Span<const Val>)>;
  std::vector<Val> CompositeAll(absl::string_view name, Attrs attrs, absl::Span<const Val> inputs,
                                const BodyFn& body);
  Val Composite(absl::string_view name, Attrs attrs, absl::Span<const Val> inputs,
                const std::function<Val(Builder&, absl::Span<const Val>)>& body);

  // A loop (see Op::kScan and the comment on Node in graph.h). `body` gets (scanned slices of size
  // 1 along their axis, states, full inputs) and returns (new states, outputs of size 1 along
  // theirs).
  struct ScanSpec {
    Dim length;
    std::vector<Val> scanned;
    std::vector<int64_t> scan_axes;
    std::vector<Val> states;
    std::vector<Val> full;
    std::vector<int64_t> output_axes;
    bool reverse = false;
  };
  std::vector<Val> Scan(const ScanSpec& spec, const BodyFn& body);

 private:
  Val NoAxis(int64_t axis, const Val& x);
  std::vector<Val> Wrap(Node* node);
  Val Failed(ValueType type);
  std::vector<Val> FailedLike(Op op, const Attrs& attrs, absl::Span<const Val> inputs);
  void Fold(Node* node);

  Graph* graph_;
  std::deque<Value> failed_;  // the values of Vals that are false
  absl::Status status_;
  PlacePtr place_;
};

}  // namespace t2n

#endif  // T2N_BUILDER_BUILDER_H_
