// Connectionist temporal classification: Graves et al., ICML 2006, forward variables only.
#include <algorithm>
#include <limits>

#include "t2n/aten/core/common.h"
#include "t2n/aten/core/pointwise.h"
#include "t2n/aten/nn/losses.h"
#include "t2n/aten/nn/ops.h"

namespace t2n {
namespace {

// log 0 here: finite, so that differences stay defined.
constexpr double kNever = -1e30;

// Argument `name` (a list, or an i64 tensor) as an i64 tensor [N].
Val Lengths(OpCall& c, const char* name) {
  const Arg& a = c.arg(name);
  Val v = a.is_tensor() ? c.b.Cast(a.tensor(), DType::kI64) : c.b.DimVector(c.dims(name));
  return AtLeast1d(c.b, v);
}

// Targets as [N, S], what is behind a sample's length replaced by `blank`.
Val PaddedTargets(OpCall& c, const Val& lengths, const Dim& batch, int64_t blank) {
  Val targets = c.b.Cast(c.tensor("targets"), DType::kI64);
  if (targets.rank() == 1 && batch == Dim(1)) targets = c.b.Unsqueeze(targets, 0);
  if (targets.rank() == 1) {  // one behind the other
    std::optional<std::vector<int64_t>> known = KnownInts(lengths);
    if (!known || known->empty()) {
      return c.RefuseArg("targets", "in one row need known target lengths");
    }
    std::vector<int64_t> index;
    int64_t longest = *std::max_element(known->begin(), known->end()), begin = 0;
    if (longest > targets.dim(0).constant().value_or(0)) {
      return c.RefuseArg("target_lengths", "go beyond the targets");
    }
    for (int64_t n : *known) {
      for (int64_t i = 0; i < longest; ++i) index.push_back(i < n ? begin + i : 0);
      begin += n;
    }
    int64_t rows = static_cast<int64_t>(known->size());
    targets = c.b.Gather(targets, 0, IntTensor(c.b, index, {rows, longest}));
  }
  Val inside = c.b.Lt(IotaAlong(c.b, targets.dim(1), 1, 2), c.b.Unsqueeze(lengths, 1));
  return c.b.Select(inside, targets, c.b.ScalarLike(targets, blank));
}

// blank, t[0], blank, t[1], ..., blank: [N, 2 S + 1]
Val WithBlanks(Builder& b, const Val& targets, int64_t blank) {
  Dim batch = targets.dim(0), size = targets.dim(1);
  Val blanks = b.Full({batch, size}, DType::kI64, blank);
  Val pairs = b.Reshape(b.Stack({blanks, targets}, 2), {batch, size * 2});
  return b.Concat({pairs, b.Full({batch, 1}, DType::kI64, blank)}, 1);
}

// x moved `by` places along axis 1, kNever coming in.
Val Shifted(Builder& b, const Val& x, int64_t by) {
  Val filler = b.Full({x.dim(0), by}, x.dtype(), kNever);
  return b.Concat({filler, b.Slice(x, 1, 0, x.dim(1) - by)}, 1);
}

Val LogSum(Builder& b, absl::Span<const Val> xs) {
  Val max = xs[0];
  for (const Val& x : xs) max = b.Max(max, x);
  Val sum;
  for (const Val& x : xs) sum = sum ? sum + b.Exp(x - max) : b.Exp(x - max);
  return max + b.Log(sum);
}

// The forward variables [N, 2 S + 1] after each sample's last frame.
Val Forward(OpCall& c, const Val& logp, const Val& labels, const Val& lengths, int64_t blank) {
  Builder& b = c.b;
  Dim width = labels.dim(1);
  Val skips = b.And(b.Ne(labels, blank),
                    b.Ne(labels, b.Concat({b.Full({labels.dim(0), 2}, DType::kI64, blank),
                                           b.Slice(labels, 1, 0, width - 2)},
                                          1)));
  Val first = b.Eq(IotaAlong(b, width, 1, 2), 0);
  Val start = b.Select(first, b.ScalarLike(logp, 0), b.ScalarLike(logp, kNever));
  Builder::ScanSpec spec;
  spec.length = logp.dim(0);
  spec.scanned = {logp};
  spec.scan_axes = {0};
  spec.states = {b.Scalar(DType::kI64, int64_t{0}), b.BroadcastTo(start, labels.shape())};
  spec.full = {labels, skips, b.Unsqueeze(lengths, 1)};
  return b.Scan(spec, [](Builder& b, absl::Span<const Val> in) {
    Val frame = b.GatherElements(b.Squeeze(in[0], 0), 1, in[3]);
    Val alpha = in[2];
    Val skip = b.Select(in[4], Shifted(b, alpha, 2), b.ScalarLike(alpha, kNever));
    Val next = b.Max(LogSum(b, {alpha, Shifted(b, alpha, 1), skip}) + frame, kNever);
    return std::vector<Val>{in[1] + 1.0, b.Select(b.Lt(in[1], in[5]), next, alpha)};
  })[1];
}

Arg CtcLoss(OpCall& c) {
  Builder& b = c.b;
  Val logp = c.tensor("log_probs");
  bool single = logp.rank() == 2;
  if (single) logp = b.Unsqueeze(logp, 1);  // [T, N, C]
  int64_t blank = c.integer("blank");
  Val input_lengths = Lengths(c, "input_lengths"), target_lengths = Lengths(c, "target_lengths");
  if (!logp || logp.rank() != 3) return c.RefuseArg("log_probs", "has an unexpected rank");
  Val targets = PaddedTargets(c, target_lengths, logp.dim(1), blank);
  Val alpha = Forward(c, logp, WithBlanks(b, targets, blank), input_lengths, blank);
  Val end = b.Unsqueeze(target_lengths * 2.0, 1);
  Val on_blank = b.GatherElements(alpha, 1, end);
  Val on_label = b.GatherElements(alpha, 1, b.Max(end - 1.0, 0));
  on_label = b.Select(b.Eq(end, 0), b.ScalarLike(alpha, kNever), on_label);
  Val loss = b.Squeeze(-LogSum(b, {on_blank, on_label}), 1);
  double impossible = c.boolean("zero_infinity") ? 0 : std::numeric_limits<double>::infinity();
  loss = b.Select(b.Gt(loss, -kNever / 10), b.ScalarLike(loss, impossible), loss);
  if (c.integer("reduction") == 1) {
    loss = loss / b.Cast(b.Max(target_lengths, 1), loss.dtype());
  }
  if (single && c.integer("reduction") == 0) return b.Reshape(loss, {});
  return ReduceLoss(c, loss);
}

constexpr OpEntry kOps[] = {
    {"aten::ctc_loss.IntList(Tensor log_probs, Tensor targets, int[] input_lengths, "
     "int[] target_lengths, int blank=0, int reduction=1, bool zero_infinity=False) -> Tensor",
     CtcLoss},
    {"aten::ctc_loss.Tensor(Tensor log_probs, Tensor targets, Tensor input_lengths, "
     "Tensor target_lengths, int blank=0, int reduction=1, bool zero_infinity=False) -> Tensor",
     CtcLoss},
};

}  // namespace

absl::Span<const OpEntry> CtcLossOps() { return kOps; }

}  // namespace t2n
