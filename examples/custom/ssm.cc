// A selective scan (a state space model's step over time) as one of tract's scans, and a module of
// which only the scan is left.
#include <vector>

#include "t2n/aten/register.h"
#include "t2n/values/register_module.h"

namespace {

using t2n::Arg;
using t2n::Builder;
using t2n::Dim;
using t2n::Op;
using t2n::Shape;
using t2n::Val;

// h = exp(delta * a) * h + delta * b * u, y = sum(h * c), from u, delta [B,L,D], a [D,N] and
// b, c [B,L,N]: y [B,L,D].
Val Scan(Builder& b, const Val& u, const Val& delta, const Val& a, const Val& in, const Val& out) {
  const Dim batch = u.dim(0), width = u.dim(2), states = a.dim(1);
  Builder::ScanSpec spec;
  spec.length = u.dim(1);
  spec.scanned = {u, delta, in, out};
  spec.scan_axes = {1, 1, 1, 1};
  spec.states = {b.Full({batch, width, states}, u.dtype(), 0)};
  spec.full = {a};
  spec.output_axes = {1};
  const auto step = [&](Builder& s, absl::Span<const Val> x) -> std::vector<Val> {
    const Val u_t = s.Reshape(x[0], {batch, width, 1}), dt = s.Reshape(x[1], {batch, width, 1});
    const Val h = s.Exp(dt * x[5]) * x[4] + dt * u_t * x[2];
    return {h, s.Reshape(s.Reduce(Op::kReduceSum, h * x[3], {2}, true), {batch, 1, width})};
  };
  return b.Scan(spec, step)[1];
}

Arg SelectiveScan(t2n::OpCall& c) {
  return Scan(c.b, c.tensor("u", 3), c.tensor("delta", 3), c.tensor("a", 2), c.tensor("b", 3),
              c.tensor("c", 3));
}

// pkg.Gate multiplies by a parameter of its own.
Arg Gate(t2n::ModuleCall& c) {
  const Val x = c.tensor("x");
  return c.b.Mul(x, c.b.Sigmoid(c.b.BroadcastTo(c.weight("gate"), x.shape())));
}

}  // namespace

T2N_REGISTER_OPERATOR(
    "mylib::selective_scan(Tensor u, Tensor delta, Tensor a, Tensor b, Tensor c) -> Tensor",
    SelectiveScan)
T2N_REGISTER_MODULE("pkg.Gate(Tensor x) -> Tensor", Gate)
