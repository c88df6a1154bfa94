// Interpolation, one axis after another, as torch.nn.functional.interpolate computes it.
#include <algorithm>
#include <cmath>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/kernels/elements.h"

namespace t2n::kernels {
namespace {

using Results = absl::StatusOr<std::vector<Tensor>>;

// How an axis of size `in` becomes one of size `out`.
struct AxisMap {
  int64_t in, out;
  std::string coordinates, nearest;

  // Where output position o lies on the input axis.
  double Source(int64_t o) const {
    if (coordinates == "align_corners") {
      return out > 1 ? static_cast<double>(o) * (in - 1) / (out - 1) : 0;
    }
    double scale = static_cast<double>(in) / out;
    return coordinates == "half_pixel" ? (o + 0.5) * scale - 0.5 : o * scale;
  }

  // torch does this in f32, which decides on which side of a whole number it falls.
  int64_t Nearest(int64_t o) const {
    float scale = static_cast<float>(in) / static_cast<float>(out), at;
    if (coordinates == "align_corners") {
      at = static_cast<float>(Source(o)) + (nearest == "floor" ? 0.0f : 0.5f);
    } else {
      bool half = coordinates == "half_pixel";
      at = (static_cast<float>(o) + (half ? 0.5f : 0.0f)) * scale;
      if (half && nearest == "floor") at -= 0.5f;
      if (!half && nearest != "floor") at += 0.5f;
    }
    return std::clamp<int64_t>(static_cast<int64_t>(std::floor(at)), 0, in - 1);
  }
};

// Input positions and their weights for one output position.
struct Taps {
  int count = 0;
  int64_t at[4];
  double weight[4];

  void Add(int64_t i, double w) {
    at[count] = i;
    weight[count++] = w;
  }
};

Taps LinearTaps(const AxisMap& map, int64_t o) {
  double x = std::max(map.Source(o), 0.0);
  int64_t i = std::min(static_cast<int64_t>(x), map.in - 1);
  double t = std::min(x - i, 1.0);
  Taps taps;
  taps.Add(i, 1 - t);
  taps.Add(std::min(i + 1, map.in - 1), t);
  return taps;
}

// Keys' cubic convolution with a = -0.75; positions outside are the border's.
Taps CubicTaps(const AxisMap& map, int64_t o) {
  constexpr double a = -0.75;
  auto near = [](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  auto far = [](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  double x = map.Source(o), base = std::floor(x), t = x - base;
  const double weights[] = {far(t + 1), near(t), near(1 - t), far(2 - t)};
  Taps taps;
  for (int k = 0; k < 4; ++k) {
    taps.Add(std::clamp<int64_t>(static_cast<int64_t>(base) + k - 1, 0, map.in - 1), weights[k]);
  }
  return taps;
}

// Resizes axis `axis` of a dense tensor.
template <typename T>
absl::StatusOr<Tensor> Interpolate(const Tensor& t, int64_t axis, const AxisMap& map, bool cubic) {
  T2N_ASSIGN_OR_RETURN(auto x, Elements<T>::Read(t));
  Sizes sizes = t.sizes;
  sizes[axis] = map.out;
  uint8_t* bytes;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(t.dtype, sizes, &bytes));
  T* y = reinterpret_cast<T*>(bytes);
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= sizes[i];
  for (size_t i = axis + 1; i < sizes.size(); ++i) inner *= sizes[i];
  for (int64_t o = 0; o < map.out; ++o) {
    Taps taps = cubic ? CubicTaps(map, o) : LinearTaps(map, o);
    for (int64_t b = 0; b < outer; ++b) {
      T* to = y + (b * map.out + o) * inner;
      for (int k = 0; k < taps.count; ++k) {
        const T* from = x.data() + (b * map.in + taps.at[k]) * inner;
        const T weight = static_cast<T>(taps.weight[k]);
        for (int64_t i = 0; i < inner; ++i) to[i] += weight * from[i];
      }
    }
  }
  return result;
}

absl::StatusOr<Tensor> PickNearest(const Tensor& t, int64_t axis, const AxisMap& map) {
  Sizes indices;
  for (int64_t o = 0; o < map.out; ++o) indices.push_back(map.Nearest(o));
  ValueType type{t.dtype, Shape(t.sizes.begin(), t.sizes.end()), nullptr};
  type.shape[axis] = map.out;
  Attrs attrs = {{"axis", axis}};
  T2N_ASSIGN_OR_RETURN(auto picked, FindKernel(Op::kGather)(
                                        {Op::kGather, attrs, {t, Tensor::Ints(indices)}, {type}}));
  return picked[0];
}

absl::StatusOr<Tensor> ToDType(const Tensor& t, DType dtype) {
  if (t.dtype == dtype) return t;
  Attrs attrs = {{"dtype", dtype}};
  ValueType type{dtype, Shape(t.sizes.begin(), t.sizes.end()), nullptr};
  T2N_ASSIGN_OR_RETURN(auto cast, FindKernel(Op::kCast)({Op::kCast, attrs, {t}, {type}}));
  return cast[0];
}

absl::Status CheckAttrs(const KernelCall& call) {
  auto is_one_of = [&](const char* name, absl::Span<const absl::string_view> values) {
    const std::string& value = call.attrs.Str(name);
    if (absl::c_linear_search(values, value)) return absl::OkStatus();
    return Invalid(call.op, absl::StrCat("unknown ", name, " ", value));
  };
  T2N_RETURN_IF_ERROR(is_one_of("mode", {"nearest", "linear", "cubic"}));
  T2N_RETURN_IF_ERROR(is_one_of("coordinates", {"half_pixel", "align_corners", "asymmetric"}));
  if (call.attrs.Str("mode") != "nearest") return absl::OkStatus();
  return is_one_of("nearest", {"floor", "round_prefer_ceil"});
}

Results Resize(const KernelCall& call) {
  const std::string& mode = call.attrs.Str("mode");
  const DType dtype = call.inputs[0].dtype;
  const bool nearest = mode == "nearest";
  T2N_RETURN_IF_ERROR(CheckAttrs(call));
  if (!nearest && !IsFloat(dtype)) return NotDefined(call.op, dtype);
  Sizes sizes = OutputSizes(call);
  Tensor t = call.inputs[0];
  if (sizes.size() != t.sizes.size()) return Invalid(call.op, "the rank changes");
  // f16 and bf16 are rounded once, at the end.
  if (!nearest) {
    T2N_ASSIGN_OR_RETURN(t, ToDType(t, DTypeOf(ComputeOf(dtype))));
  }
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    if (sizes[axis] == t.sizes[axis]) continue;
    if (t.sizes[axis] == 0) return Invalid(call.op, "of no elements");
    AxisMap map{t.sizes[axis], sizes[axis], call.attrs.Str("coordinates"),
                call.attrs.Str("nearest")};
    auto next = nearest                ? PickNearest(t, axis, map)
                : dtype == DType::kF64 ? Interpolate<double>(t, axis, map, mode == "cubic")
                                       : Interpolate<float>(t, axis, map, mode == "cubic");
    T2N_ASSIGN_OR_RETURN(t, std::move(next));
  }
  T2N_ASSIGN_OR_RETURN(t, ToDType(t, dtype));
  return std::vector<Tensor>{std::move(t)};
}

constexpr KernelEntry kTable[] = {{Op::kResize, Resize}};

}  // namespace

absl::Span<const KernelEntry> ResizeKernels() { return kTable; }

}  // namespace t2n::kernels
