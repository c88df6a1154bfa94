// Layout: elements move, whatever their type; views where strides can say it.
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/ir/view.h"
#include "t2n/kernels/elements.h"

namespace t2n::kernels {
namespace {

using Results = absl::StatusOr<std::vector<Tensor>>;

absl::Status CheckView(const KernelCall& call, const Tensor& t, const Sizes& sizes) {
  T2N_ASSIGN_OR_RETURN(int64_t before, CheckedCount(t.sizes, 1));
  T2N_ASSIGN_OR_RETURN(int64_t after, CheckedCount(sizes, 1));
  bool bad = false;
  if (call.op == Op::kReshape) {
    bad = before != after;
  } else if (sizes.size() != t.sizes.size()) {
    bad = true;
  } else if (call.op == Op::kBroadcast) {
    for (size_t i = 0; i < sizes.size(); ++i) bad |= t.sizes[i] != 1 && t.sizes[i] != sizes[i];
  } else if (call.op == Op::kSlice) {
    int64_t begin = call.attrs.Size("begin").value(), end = call.attrs.Size("end").value();
    bad = begin < 0 || end < begin || end > t.sizes[call.attrs.Int("axis")];
  }
  if (!bad) return absl::OkStatus();
  return Invalid(call.op, absl::StrCat(ShapeToString(Shape(t.sizes.begin(), t.sizes.end())), " {",
                                       call.attrs.ToString(), "}"));
}

Results View(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  Sizes sizes = OutputSizes(call);
  T2N_RETURN_IF_ERROR(CheckView(call, t, sizes));
  if (auto view = ViewOf(call.op, call.attrs, t, sizes)) {
    return std::vector<Tensor>{*std::move(view)};
  }
  T2N_ASSIGN_OR_RETURN(Tensor dense, Dense(t));
  return std::vector<Tensor>{*ViewOf(call.op, call.attrs, dense, sizes)};
}

Results Reverse(const KernelCall& call) {
  Tensor view = call.inputs[0];
  if (view.numel() == 0) return std::vector<Tensor>{view};
  for (int64_t axis : call.attrs.Ints("axes")) {
    view.offset += (view.sizes[axis] - 1) * view.strides[axis];
    view.strides[axis] = -view.strides[axis];
  }
  T2N_ASSIGN_OR_RETURN(Tensor result, Dense(view));
  return std::vector<Tensor>{std::move(result)};
}

Results Concat(const KernelCall& call) {
  const int64_t axis = call.attrs.Int("axis"), item = ItemSize(call.inputs[0].dtype);
  Sizes sizes = OutputSizes(call);
  uint8_t* out;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(call.inputs[0].dtype, sizes, &out));
  if (result.numel() == 0) return std::vector<Tensor>{std::move(result)};
  int64_t outer = 1, at = 0;
  for (int64_t i = 0; i < axis; ++i) outer *= sizes[i];
  const int64_t row = result.nbytes() / outer;  // bytes between repeats of an input
  for (const Tensor& t : call.inputs) {
    if (t.numel() == 0) continue;
    T2N_ASSIGN_OR_RETURN(Tensor dense, Dense(t));
    T2N_ASSIGN_OR_RETURN(const uint8_t* p, Origin(dense));
    const int64_t chunk = dense.numel() / outer * item;
    if (chunk * outer != dense.nbytes() || at + chunk > row) {
      return Invalid(call.op, "operands of different shape");
    }
    for (int64_t i = 0; i < outer; ++i) std::memcpy(out + i * row + at, p + i * chunk, chunk);
    at += chunk;
  }
  return std::vector<Tensor>{std::move(result)};
}

// For each position of a padded axis: where its element comes from, -1 for the pad value.
absl::StatusOr<Sizes> PadSources(absl::string_view mode, int64_t n, int64_t before, int64_t size) {
  Sizes from(size);
  for (int64_t i = 0; i < size; ++i) {
    int64_t at = i - before;
    if (at < 0 || at >= n) {
      if (mode == "constant") {
        at = -1;
      } else if (mode == "replicate") {
        at = std::min(std::max<int64_t>(at, 0), n - 1);
      } else if (mode == "reflect") {
        at = at < 0 ? -at : 2 * (n - 1) - at;
      } else if (mode == "circular") {
        at = at < 0 ? at + n : at - n;
      } else {
        return Invalid(Op::kPad, absl::StrCat("unknown mode ", mode));
      }
      if (mode != "constant" && (at < 0 || at >= n)) {
        return Invalid(Op::kPad, absl::StrCat("mode ", mode, " pads an axis of ", n, " to ", size));
      }
    }
    from[i] = at;
  }
  return from;
}

struct Padding {
  std::vector<Sizes> from;  // PadSources of every axis
  Sizes strides;            // of the source, in bytes
  int64_t item;
  const uint8_t* value;

  // Writes everything below `axis`; `p` is null where the pad value goes.
  uint8_t* Fill(size_t axis, const uint8_t* p, uint8_t* out) const {
    if (axis == from.size()) {
      std::memcpy(out, p ? p : value, item);
      return out + item;
    }
    for (int64_t at : from[axis]) {
      out = Fill(axis + 1, p && at >= 0 ? p + at * strides[axis] : nullptr, out);
    }
    return out;
  }
};

Results Pad(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  Sizes sizes = OutputSizes(call);
  uint8_t* out;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(t.dtype, sizes, &out));
  if (result.numel() == 0) return std::vector<Tensor>{std::move(result)};
  const Tensor value = Tensor::Scalar(t.dtype, call.attrs.Float("value"));
  Padding padding{{}, {}, ItemSize(t.dtype), nullptr};
  T2N_ASSIGN_OR_RETURN(padding.value, Origin(value));
  for (size_t i = 0; i < sizes.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(Sizes from, PadSources(call.attrs.Str("mode"), t.sizes[i],
                                                call.attrs.Sizes("before")[i].value(), sizes[i]));
    padding.from.push_back(std::move(from));
    padding.strides.push_back(t.strides[i] * padding.item);
  }
  T2N_ASSIGN_OR_RETURN(const uint8_t* p, Origin(t));
  padding.Fill(0, p, out);
  return std::vector<Tensor>{std::move(result)};
}

Results Dims(const KernelCall& call) {
  auto values = ConstantShape(call.attrs.Sizes("values"));
  Tensor t = Tensor::Ints(*values);
  t.sizes = call.attrs.Ints("shape");
  t.strides = ContiguousStrides(t.sizes);
  return std::vector<Tensor>{std::move(t)};
}

Results Iota(const KernelCall& call) {
  DType dtype = call.attrs.Type("dtype");
  const int64_t length = call.attrs.Size("length").value();
  uint8_t* out;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(dtype, {length}, &out));
  StoreFn store = FindStore(Compute::kInt, dtype);
  for (int64_t i = 0; i < length; ++i) store(&i, 1, out + i * ItemSize(dtype));
  return std::vector<Tensor>{std::move(result)};
}

// A complex tensor's parts are every other number of it.
Results Part(const KernelCall& call) {
  Tensor view = call.inputs[0];
  if (!IsComplex(view.dtype)) return NotDefined(call.op, view.dtype);
  view.dtype = RealType(view.dtype);
  for (int64_t& stride : view.strides) stride *= 2;
  view.offset = 2 * view.offset + (call.op == Op::kImag ? 1 : 0);
  return std::vector<Tensor>{std::move(view)};
}

constexpr KernelEntry kTable[] = {
    {Op::kDims, Dims},      {Op::kIota, Iota},  {Op::kReshape, View},    {Op::kTranspose, View},
    {Op::kBroadcast, View}, {Op::kSlice, View}, {Op::kReverse, Reverse}, {Op::kConcat, Concat},
    {Op::kPad, Pad},        {Op::kReal, Part},  {Op::kImag, Part},
};

}  // namespace

absl::Span<const KernelEntry> LayoutKernels() { return kTable; }

}  // namespace t2n::kernels
