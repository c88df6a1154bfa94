// Type rules of sliding windows: convolutions and pools.
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/ir/rule_families.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

Dim WindowOutputSize(const Dim& size, int64_t kernel, int64_t stride, int64_t dilation,
                     int64_t pad_before, int64_t pad_after) {
  return FloorDiv(size + pad_before + pad_after - dilation * (kernel - 1) - 1, stride) + 1;
}

namespace rules {
namespace {

absl::Status CheckSpatial(Op op, const Attrs& attrs, size_t n, bool kernel) {
  for (const char* name : {"stride", "dilation", "pad_before", "pad_after"}) {
    if (attrs.Ints(name).size() != n) return Bad(op, absl::StrCat(name, ": one an axis expected"));
  }
  for (size_t i = 0; i < n; ++i) {
    if (attrs.Ints("stride")[i] < 1 || attrs.Ints("dilation")[i] < 1) {
      return Bad(op, "stride and dilation must be positive");
    }
    if (kernel && (attrs.Ints("size").size() != n || attrs.Ints("size")[i] < 1)) {
      return Bad(op, "window size");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Types> Conv(Op op, const Attrs& attrs, Inputs in) {
  bool transposed = op == Op::kConvTranspose;
  if (in.size() < 2 || in.size() > 3) return Bad(op, "two or three operands");
  const Shape &x = in[0].shape, &w = in[1].shape;
  if (x.size() != w.size() || x.size() < 3) return Bad(op, "rank");
  size_t n = x.size() - 2;
  T2N_RETURN_IF_ERROR(CheckSpatial(op, attrs, n, false));
  int64_t groups = attrs.Int("groups");
  if (groups < 1) return Bad(op, "groups");
  if (Equal(x[1], transposed ? w[0] : w[1] * groups) == false) {
    return Bad(op, absl::StrCat("input ", ShapeToString(x), " with weight ", ShapeToString(w),
                                " and ", groups, " groups"));
  }
  Shape shape = {x[0], transposed ? w[1] * groups : w[0]};
  for (size_t i = 0; i < n; ++i) {
    std::optional<int64_t> k = w[i + 2].constant();
    if (!k || *k < 1) return Bad(op, "a kernel of unknown or no size");
    int64_t stride = attrs.Ints("stride")[i], dilation = attrs.Ints("dilation")[i];
    int64_t before = attrs.Ints("pad_before")[i], after = attrs.Ints("pad_after")[i];
    shape.push_back(transposed ? (x[i + 2] - 1) * stride - before - after + dilation * (*k - 1) +
                                     attrs.Ints("output_padding")[i] + 1
                               : WindowOutputSize(x[i + 2], *k, stride, dilation, before, after));
    if (LessEqual(shape.back(), 0) == true) return Bad(op, "the output would be empty");
  }
  return Types{{in[0].dtype, std::move(shape), nullptr}};
}

absl::StatusOr<Types> Pool(Op op, const Attrs& attrs, Inputs in) {
  ValueType t = in[0];
  if (t.shape.size() < 3) return Bad(op, "rank");
  size_t n = t.shape.size() - 2;
  T2N_RETURN_IF_ERROR(CheckSpatial(op, attrs, n, true));
  for (size_t i = 0; i < n; ++i) {
    t.shape[i + 2] = WindowOutputSize(t.shape[i + 2], attrs.Ints("size")[i],
                                      attrs.Ints("stride")[i], attrs.Ints("dilation")[i],
                                      attrs.Ints("pad_before")[i], attrs.Ints("pad_after")[i]);
    if (LessEqual(t.shape[i + 2], 0) == true) return Bad(op, "the output would be empty");
  }
  if (op == Op::kAvgPool) return Types{t};
  return Types{t, {DType::kI64, t.shape, nullptr}};
}

}  // namespace rules
}  // namespace t2n
