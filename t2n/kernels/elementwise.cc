#include "t2n/kernels/elementwise.h"

#include <algorithm>

#include "t2n/base/status.h"

namespace t2n::kernels {
namespace {

using Results = absl::StatusOr<std::vector<Tensor>>;

// The common size of every axis; operands have one rank.
absl::StatusOr<Sizes> BroadcastSizes(const KernelCall& call) {
  Sizes sizes = call.inputs[0].sizes;
  for (const Tensor& t : call.inputs) {
    if (t.sizes.size() != sizes.size()) return Invalid(call.op, "operands of different rank");
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] == 1) sizes[i] = t.sizes[i];
      if (t.sizes[i] != 1 && t.sizes[i] != sizes[i]) {
        return Invalid(call.op, "operands of different shape");
      }
    }
  }
  return sizes;
}

absl::Status RefuseZeroDivisors(Op op, const Tensor& divisor) {
  T2N_ASSIGN_OR_RETURN(Reader reader, Reader::Make(divisor, divisor.sizes, Compute::kInt));
  for (int64_t i = 0, count = divisor.numel(); i < count; i += Reader::kBlock) {
    int64_t n = std::min(Reader::kBlock, count - i);
    const int64_t* values = static_cast<const int64_t*>(reader.Next(n));
    if (std::find(values, values + n, 0) != values + n) return Invalid(op, "division by zero");
  }
  return absl::OkStatus();
}

// Reads operands block by block, `read[i]` says as what; `fn` makes blocks of `made`.
Results Run(const KernelCall& call, absl::Span<const Compute> read, BlockFn fn, Compute made,
            DType dtype) {
  T2N_ASSIGN_OR_RETURN(Sizes sizes, BroadcastSizes(call));
  std::vector<Reader> readers;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    T2N_ASSIGN_OR_RETURN(Reader reader, Reader::Make(call.inputs[i], sizes, read[i]));
    readers.push_back(std::move(reader));
  }
  uint8_t* out;
  T2N_ASSIGN_OR_RETURN(Tensor result, NewTensor(dtype, std::move(sizes), &out));
  StoreFn store = FindStore(made, dtype);
  std::vector<Complex> block(Reader::kBlock);
  const int64_t count = result.numel(), item = ItemSize(dtype);
  for (int64_t i = 0; i < count; i += Reader::kBlock) {
    int64_t n = std::min(Reader::kBlock, count - i);
    const void* in[3];
    for (size_t k = 0; k < readers.size(); ++k) in[k] = readers[k].Next(n);
    fn(in, n, block.data());
    store(block.data(), n, out + i * item);
  }
  return std::vector<Tensor>{std::move(result)};
}

Results RunLoop(const KernelCall& call, absl::Span<const BlockKernel> loops) {
  const BlockKernel* loop = std::find_if(loops.begin(), loops.end(),
                                         [&](const BlockKernel& k) { return k.op == call.op; });
  DType dtype = call.inputs[0].dtype;
  Compute compute = ComputeOf(dtype);
  BlockFn fn = loop == loops.end() ? nullptr : loop->loops[static_cast<int>(compute)];
  bool flips_bool = call.op == Op::kBitNot && dtype == DType::kBool;
  // As int64, a large u64 is negative.
  const bool needs_sign = dtype == DType::kU64 && !IsModular(call.op);
  if (!fn || flips_bool || IsQuantized(dtype) || needs_sign) {
    return NotDefined(call.op, dtype);
  }
  if (compute == Compute::kInt && (call.op == Op::kDiv || call.op == Op::kRem)) {
    T2N_RETURN_IF_ERROR(RefuseZeroDivisors(call.op, call.inputs[1]));
  }
  Compute made = compute;
  if (loop->result == Result::kBool) made = Compute::kInt, dtype = DType::kBool;
  if (loop->result == Result::kReal && compute == Compute::kComplex) {
    made = Compute::kF64;
    dtype = RealType(dtype);
  }
  const Compute read[] = {compute, compute};
  return Run(call, absl::MakeConstSpan(read, call.inputs.size()), fn, made, dtype);
}

Results Unary(const KernelCall& call) { return RunLoop(call, UnaryLoops()); }
Results Binary(const KernelCall& call) { return RunLoop(call, BinaryLoops()); }

template <typename T>
void CopyLoop(const void* const* in, int64_t n, void* out) {
  std::copy_n(static_cast<const T*>(in[0]), n, static_cast<T*>(out));
}

template <typename T>
void SelectLoop(const void* const* in, int64_t n, void* out) {
  const int64_t* c = static_cast<const int64_t*>(in[0]);
  const T* a = static_cast<const T*>(in[1]);
  const T* b = static_cast<const T*>(in[2]);
  T* y = static_cast<T*>(out);
  for (int64_t i = 0; i < n; ++i) y[i] = c[i] != 0 ? a[i] : b[i];
}

Results Cast(const KernelCall& call) {
  DType from = call.inputs[0].dtype, to = call.attrs.Type("dtype");
  if (IsQuantized(from) || IsQuantized(to)) return NotDefined(call.op, from);
  // As int64 a large u64 would be negative.
  Compute compute = from == DType::kU64 && !IsInteger(to) ? Compute::kF64 : ComputeOf(from);
  return Dispatch(DTypeOf(compute), [&](auto zero) {
    using T = decltype(zero);
    return Run(call, {compute}, CopyLoop<T>, compute, to);
  });
}

Results Select(const KernelCall& call) {
  DType dtype = call.inputs[1].dtype;
  Compute compute = ComputeOf(dtype);
  return Dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    return Run(call, {Compute::kInt, compute, compute}, SelectLoop<T>, compute, dtype);
  });
}

void MakeComplexLoop(const void* const* in, int64_t n, void* out) {
  const double* re = static_cast<const double*>(in[0]);
  const double* im = static_cast<const double*>(in[1]);
  for (int64_t i = 0; i < n; ++i) static_cast<Complex*>(out)[i] = Complex(re[i], im[i]);
}

Results MakeComplex(const KernelCall& call) {
  DType dtype = call.inputs[0].dtype;
  if (!IsFloat(dtype)) return NotDefined(call.op, dtype);
  return Run(call, {Compute::kF64, Compute::kF64}, MakeComplexLoop, Compute::kComplex,
             ComplexType(dtype));
}

std::vector<KernelEntry>* MakeTable() {
  auto* table = new std::vector<KernelEntry>{
      {Op::kCast, Cast}, {Op::kSelect, Select}, {Op::kMakeComplex, MakeComplex}};
  for (const BlockKernel& k : UnaryLoops()) table->push_back({k.op, Unary});
  for (const BlockKernel& k : BinaryLoops()) table->push_back({k.op, Binary});
  return table;
}

}  // namespace

absl::Span<const KernelEntry> ElementwiseKernels() {
  static const std::vector<KernelEntry>* const kTable = MakeTable();
  return *kTable;
}

}  // namespace t2n::kernels
