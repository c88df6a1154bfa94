#include "t2n/aten/nn/packed.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/nn/ops.h"
#include "t2n/builder/dim_values.h"

namespace t2n {
namespace {

constexpr int64_t kMaxPositions = 1 << 24;  // steps * batch

// Which steps each sequence has.
struct Plan {
  int64_t steps = 0, batch = 0;
  std::vector<int64_t> rows;  // as in PackedSteps
  bool padded() const { return static_cast<int64_t>(rows.size()) != steps * batch; }
};

// From the batch sizes of all steps, none larger than the one before.
std::optional<Plan> MakePlan(absl::Span<const int64_t> batch_sizes) {
  Plan plan;
  plan.steps = batch_sizes.size();
  plan.batch = batch_sizes.empty() ? 0 : batch_sizes[0];
  if (plan.batch < 1 || plan.steps > kMaxPositions / plan.batch) return std::nullopt;
  for (int64_t t = 0; t < plan.steps; ++t) {
    int64_t size = batch_sizes[t];
    if (size < 1 || size > batch_sizes[std::max<int64_t>(t - 1, 0)]) return std::nullopt;
    for (int64_t i = 0; i < size; ++i) plan.rows.push_back(t * plan.batch + i);
  }
  return plan;
}

// steps * batch as the first axis.
Val Rows(Builder& b, const Val& x) {
  Shape shape(x.shape().begin() + 1, x.shape().end());
  if (b.ok()) shape[0] = x.dim(0) * x.dim(1);
  return b.Reshape(x, shape);
}

Val TakeRows(Builder& b, const Val& x, absl::Span<const int64_t> rows) {
  return b.Gather(Rows(b, x), 0, b.Ints(rows));
}

// What `data` was packed from by TakeRows, if it was from these rows; null otherwise.
Val Source(Builder& b, const Val& data, const Plan& plan) {
  const Node* gather = data->node;
  if (gather->op != Op::kGather) return Val();
  const Node* reshape = gather->inputs[0]->node;
  if (reshape->op != Op::kReshape || KnownInts(Val(&b, gather->inputs[1])) != plan.rows) {
    return Val();
  }
  Val x(&b, reshape->inputs[0]);
  bool fits = x.rank() == data.rank() + 1 && x.dim(1) == Dim(plan.batch) &&
              std::equal(data.shape().begin() + 1, data.shape().end(), x.shape().begin() + 2);
  return fits ? b.Slice(x, 0, 0, plan.steps) : Val();
}

Val Padded(Builder& b, const Val& data, const Plan& plan) {
  if (Val source = Source(b, data, plan)) return source;
  std::vector<int64_t> position(plan.steps * plan.batch, 0);
  for (size_t i = 0; i < plan.rows.size(); ++i) position[plan.rows[i]] = i;
  return b.Gather(data, 0, IntTensor(b, position, {plan.steps, plan.batch}));
}

// Of `rank` axes, those behind steps and batch of size 1.
Val Valid(Builder& b, const Plan& plan, int64_t rank) {
  std::vector<int64_t> valid(plan.steps * plan.batch, 0), shape(rank, 1);
  for (int64_t row : plan.rows) valid[row] = 1;
  shape[0] = plan.steps;
  shape[1] = plan.batch;
  return b.Cast(IntTensor(b, valid, shape), DType::kBool);
}

std::optional<Plan> PlanOf(OpCall& c, const Val& data, const Val& batch_sizes) {
  if (!c.b.ok()) return std::nullopt;
  std::optional<std::vector<int64_t>> sizes = KnownInts(batch_sizes);
  if (!sizes) {
    c.Refuse(
        "the lengths of the packed sequences depend on the inputs, and this is not what packing or "
        "a recurrent layer gave; between them let other operators work on padded sequences");
    return std::nullopt;
  }
  std::optional<Plan> plan = MakePlan(*sizes);
  if (!plan || data.rank() < 1 || data.dim(0) != Dim(plan->rows.size())) {
    c.RefuseArg("batch_sizes");
    return std::nullopt;
  }
  return plan;
}

// Lengths that depend on the inputs. The rows are the composite kOpenRows of (x, lengths).

constexpr char kOpenRows[] = "packed_rows";
constexpr char kLongest[] = "longest_sequence";

// Whether some sequence is as long as `most`, for all inputs.
bool OneIsAsLongAs(Builder& b, const Val& lengths, const Dim& most) {
  Val longest = b.Reduce(Op::kReduceMax, lengths, {0}, false);
  return longest && DimElements(*longest.get(), 1) == Shape{most};
}

Dim OpenCount(absl::string_view what, const Val& lengths, const Dim& most) {
  return Min(most, Dim::Symbol(absl::StrCat(what, ".", lengths->id)));
}

Val OpenRows(Builder& b, const Val& x, const Val& lengths) {
  Dim count = OpenCount(kOpenRows, lengths, x.dim(0) * x.dim(1));
  return b.Composite(kOpenRows, {}, {x, lengths}, [&](Builder& b, absl::Span<const Val> in) {
    return b.Slice(Rows(b, in[0]), 0, 0, count);
  });
}

// All sequences have a first step.
Val OpenBatchSizes(Builder& b, const Val& x, const Val& lengths) {
  const Dim most = x.dim(0);
  Dim steps = OneIsAsLongAs(b, lengths, most) ? most : OpenCount(kLongest, lengths, most);
  return b.Concat({b.DimVector({x.dim(1)}), b.Full({steps - 1}, b.DimScalar(x.dim(1)))}, 0);
}

// What OpenRows was made of, with the steps that are valid as bool of as many axes as x has;
// nullopt for other values.
std::optional<PackedSteps> UnpackOpen(Builder& b, const Val& data) {
  const Node* node = data ? data->node : nullptr;
  if (!node || node->op != Op::kComposite || node->attrs.Str("name") != kOpenRows) {
    return std::nullopt;
  }
  PackedSteps steps;
  steps.x = Val(&b, node->inputs[0]);
  steps.lengths = Val(&b, node->inputs[1]);
  Shape shape(steps.x.rank(), 1);
  shape[1] = steps.x.dim(1);
  steps.valid = b.Lt(IotaAlong(b, steps.x.dim(0), 0, steps.x.rank()),
                     b.Reshape(steps.lengths, std::move(shape)));
  return steps;
}

Val ToTotalLength(Builder& b, const Val& x, const Dim& total, double padding) {
  Dim most = x.dim(0);
  if (LessEqual(total, most) == true) return b.Slice(x, 0, 0, total);
  Shape before(x.rank(), 0), after(x.rank(), 0);
  after[0] = total - most;
  return b.Pad(x, before, after, "constant", padding);
}

// The assertion that the longest of `lengths` is `most`; empty if they are no input of the graph.
std::string LongestIs(const Val& lengths, const Dim& most) {
  const Value* v = lengths.get();
  while (v->node->op == Op::kReshape || v->node->op == Op::kCast || v->node->op == Op::kTopK) {
    v = v->node->inputs[0];
  }
  const bool path = std::all_of(v->name.begin(), v->name.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.';
  });
  if (v->node->op != Op::kInput || !path) return "";
  return absl::StrCat(", or --assert \"max(", v->name, ")==", most.ToString(), "\"");
}

Arg PadOpen(OpCall& c, const PackedSteps& steps, double padding, Dim total, bool batch_first) {
  Builder& b = c.b;
  bool open = LessEqual(total, 0) == true;  // torch: as long as the longest
  if (open && OneIsAsLongAs(b, steps.lengths, steps.x.dim(0))) {
    total = steps.x.dim(0);
    open = false;
  }
  for (const std::string& symbol : total.Symbols()) open |= absl::StartsWith(symbol, kLongest);
  bool known = LessEqual(total, steps.x.dim(0)) || LessEqual(steps.x.dim(0), total);
  if (open || !known) {
    return c.Refuse(absl::StrCat(
        "the longest length depends on the inputs, so the number of steps is not known; "
        "give total_length, the length of the padded input",
        LongestIs(steps.lengths, steps.x.dim(0))));
  }
  Val x = b.Select(steps.valid, steps.x, b.ScalarLike(steps.x, padding));
  x = ToTotalLength(b, x, total, padding);
  return Arg::Tuple({batch_first ? b.SwapAxes(x, 0, 1) : x, steps.lengths});
}

Arg Pack(OpCall& c) {
  Builder& b = c.b;
  Val x = c.tensor("input"), lengths = c.tensor("lengths");
  bool batch_first = c.boolean("batch_first");
  if (!b.ok()) return Arg();
  if (x.rank() < 2) return c.Refuse("rank of the input");
  if (batch_first) x = b.SwapAxes(x, 0, 1);
  std::optional<std::vector<int64_t>> known = KnownInts(lengths);
  if (!known && lengths.rank() == 1 && lengths.dim(0) == x.dim(1)) {
    return Arg::Tuple({OpenRows(b, x, lengths), OpenBatchSizes(b, x, lengths)});
  }
  if (!known || lengths.rank() != 1 || known->empty() || x.dim(1) != Dim(known->size())) {
    return c.RefuseArg("lengths", absl::StrCat("one a sequence is needed, for ",
                                               x.dim(1).ToString(), " sequences"));
  }
  int64_t steps = known->front();
  if (!std::is_sorted(known->rbegin(), known->rend()) || known->back() < 1) {
    return c.RefuseArg("lengths", "they must be positive and not rise");
  }
  if (LessEqual(steps, x.dim(0)) != true) {
    return c.RefuseArg("lengths", absl::StrCat(steps, " steps of ", x.dim(0).ToString(),
                                               "; --assert may tell that there are as many"));
  }
  if (steps > kMaxPositions / static_cast<int64_t>(known->size())) return c.RefuseArg("lengths");
  std::vector<int64_t> sizes(steps, 0);
  for (int64_t length : *known) {
    for (int64_t t = 0; t < length; ++t) ++sizes[t];
  }
  return Arg::Tuple({TakeRows(b, x, MakePlan(sizes)->rows), b.Ints(sizes)});
}

Arg Pad(OpCall& c) {
  Builder& b = c.b;
  Val data = c.tensor("data"), batch_sizes = c.tensor("batch_sizes");
  double padding = c.number("padding_value");
  Dim total = c.dim("total_length");
  bool batch_first = c.boolean("batch_first");
  if (auto open = UnpackOpen(b, data)) return PadOpen(c, *open, padding, total, batch_first);
  std::optional<Plan> plan = PlanOf(c, data, batch_sizes);
  if (!plan) return Arg();
  if (LessEqual(total, 0) == true) total = plan->steps;
  if (LessEqual(plan->steps, total) != true) {
    return c.RefuseArg("total_length", "a sequence is or may be longer");
  }
  Val x = Padded(b, data, *plan);
  if (plan->padded()) x = b.Select(Valid(b, *plan, x.rank()), x, b.ScalarLike(x, padding));
  x = ToTotalLength(b, x, total, padding);
  std::vector<int64_t> lengths(plan->batch, 0);
  for (int64_t row : plan->rows) ++lengths[row % plan->batch];
  return Arg::Tuple({batch_first ? b.SwapAxes(x, 0, 1) : x, b.Ints(lengths)});
}

constexpr OpEntry kOps[] = {
    {"aten::_pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first) -> (Tensor, "
     "Tensor)",
     Pack},
    {"aten::_pad_packed_sequence(Tensor data, Tensor batch_sizes, bool batch_first, Scalar "
     "padding_value, int total_length) -> (Tensor, Tensor)",
     Pad},
};

}  // namespace

std::optional<PackedSteps> Unpack(OpCall& c, const Val& data, const Val& batch_sizes) {
  if (auto open = UnpackOpen(c.b, data)) return open;
  std::optional<Plan> plan = PlanOf(c, data, batch_sizes);
  if (!plan) return std::nullopt;
  if (data.rank() != 2) {
    c.RefuseArg("data");
    return std::nullopt;
  }
  Val valid = plan->padded() ? Valid(c.b, *plan, 3) : Val();
  return PackedSteps{Padded(c.b, data, *plan), valid, std::move(plan->rows), Val()};
}

Val Repack(Builder& b, const Val& x, const PackedSteps& like) {
  if (!b.ok()) return Val();
  return like.lengths ? OpenRows(b, x, like.lengths) : TakeRows(b, x, like.rows);
}

absl::Span<const OpEntry> PackedOps() { return kOps; }

}  // namespace t2n
