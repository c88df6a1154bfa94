// Bilinear samples of images at computed positions, as torchvision's operators take them.
#ifndef T2N_ATEN_NN_PLANE_SAMPLER_H_
#define T2N_ATEN_NN_PLANE_SAMPLER_H_

#include "t2n/builder/builder.h"

namespace t2n {

// What counts for a position outside of the image.
enum class Outside {
  kClamped,  // up to one element outside: as the nearest position inside; further: 0 (RoI align)
  kZero,     // each neighbour outside counts as 0 (deformable convolution)
};

class PlaneSampler {
 public:
  // `x` [N, C, H, W] of floats; halves are summed in f32.
  PlaneSampler(Builder& b, const Val& x, Outside outside);

  // Samples at rows and columns [K, P], f32 (f64 for x of that type), in elements, of the images
  // `plane` (i64 [K]): [K, P, C], of the type of the positions.
  Val operator()(const Val& plane, Val row, Val column) const;

 private:
  Val Within(const Val& at, const Val& size) const;
  Val Term(const Val& first, const Val& row, const Val& column, Val weight) const;

  Builder& b_;
  Val rows_;  // [N * H * W, C]
  Outside outside_;
  DType dtype_;
  Dim images_, height_, width_;
  Val h_, w_;  // the sizes as numbers
};

}  // namespace t2n

#endif  // T2N_ATEN_NN_PLANE_SAMPLER_H_
