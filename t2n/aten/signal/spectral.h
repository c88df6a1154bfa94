// Building blocks of spectra and complex numbers.
#ifndef T2N_ATEN_SIGNAL_SPECTRAL_H_
#define T2N_ATEN_SIGNAL_SPECTRAL_H_

#include "t2n/builder/builder.h"

namespace t2n {

// A real tensor as a complex one; complex ones unchanged.
Val AsComplex(Builder& b, const Val& x);
// Cuts an axis to its first n elements or fills it with zeros behind.
Val ResizeAxis(Builder& b, const Val& x, int64_t axis, const Dim& n);
// The spectrum of n elements of which `half` (n / 2 + 1 along `axis`) is the first half, the other
// being its conjugate mirror.
Val HalfToFullSpectrum(Builder& b, const Val& half, int64_t axis, const Dim& n);

}  // namespace t2n

#endif  // T2N_ATEN_SIGNAL_SPECTRAL_H_
