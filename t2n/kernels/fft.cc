// Discrete Fourier transforms of any length, by Eigen's kissfft, in double.
#include "unsupported/Eigen/FFT"

#include "t2n/base/status.h"
#include "t2n/kernels/reduce.h"

namespace t2n::kernels {
namespace {

absl::StatusOr<std::vector<Tensor>> Fft(const KernelCall& call) {
  const Tensor& t = call.inputs[0];
  if (!IsComplex(t.dtype)) return NotDefined(call.op, t.dtype);
  Sizes perm = AxesLast(t.rank(), {call.attrs.Int("axis")});
  Tensor rows = Permuted(t, perm);
  T2N_ASSIGN_OR_RETURN(auto x, Elements<Complex>::Read(rows));
  const int64_t n = rows.sizes.back();
  std::vector<Complex> y(x.size());
  Eigen::FFT<double> fft;
  for (int64_t i = 0; i < x.size(); i += n) {
    if (n == 1) {
      y[i] = x[i];
    } else if (call.attrs.Bool("inverse")) {
      fft.inv(y.data() + i, x.data() + i, n);
    } else {
      fft.fwd(y.data() + i, x.data() + i, n);
    }
  }
  T2N_ASSIGN_OR_RETURN(Tensor result, Store(t.dtype, rows.sizes, y.data()));
  return std::vector<Tensor>{Permuted(result, InversePerm(perm))};
}

constexpr KernelEntry kTable[] = {{Op::kFft, Fft}};

}  // namespace

absl::Span<const KernelEntry> FftKernels() { return kTable; }

}  // namespace t2n::kernels
