#include "t2n/passes/padded_rows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/status.h"
#include "t2n/builder/custom.h"
#include "t2n/builder/selection.h"
#include "t2n/ir/type_rules.h"
#include "t2n/passes/counted_minima.h"
#include "t2n/passes/left_out.h"
#include "t2n/passes/padded_sizes.h"
#include "t2n/passes/padded_turns.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

// The axes of padded rows.
std::vector<int64_t> RowAxes(const Shape& shape) {
  std::vector<int64_t> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (HasSelectionCount(shape[i])) axes.push_back(static_cast<int64_t>(i));
  }
  return axes;
}

bool Contains(const std::vector<int64_t>& axes, int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

class Padder : public GraphRewriter {
 public:
  Padder(int64_t most, std::map<std::string, std::optional<int64_t>> turns,
         std::vector<CountedMinimum> minima)
      : most_(most), turns_(std::move(turns)), minima_(std::move(minima)) {}

  // Of the outputs made: where counts are, and which one counts the rows of a padded one.
  std::vector<size_t> counts;
  std::vector<std::pair<size_t, size_t>> padded;

 private:
  Vals RewriteNode(const Node& node, const Vals& in) override {
    for (const CountedMinimum& one : std::exchange(minima_, {})) {
      sizes_.Add(one.symbol, one.most, b().DimScalar(Min(one.size, one.most)));
    }
    if (inside_loop_) return Copy(node, sizes_.Padded(node.attrs), in);
    if (SelectedMask(node)) return Open(node, in[0]);
    if (!HasSelectionCount(node)) return Copy(node, in);
    if (node.op == Op::kScan && AsSelectionTurns(node.attrs.Size("length"))) return Loop(node, in);
    for (const auto& v : node.outputs) {
      if (!absl::c_all_of(v->shape(), [&](const Dim& d) { return Known(d); })) return Refuse(node);
    }
    Vals made = Padded(node, in);
    return made.empty() ? Refuse(node) : made;
  }

  // Whether it is known how large `d` can be.
  bool Known(const Dim& d) { return !HasSelectionCount(d) || sizes_.Bounds(d); }

  Vals Refuse(const Node& node) {
    const std::string at = node.place ? absl::StrCat(" at ", node.place->ToString()) : "";
    b().Fail(
        absl::StrCat("--max_detections: rows whose number the inputs' "
                     "values decide go into ",
                     OpName(node.op), at, ", which has no form for padded ones"));
    return {};
  }

  // The chosen positions first.
  Vals Open(const Node& node, const Val& flags) {
    const Value& mask = *SelectedMask(node);
    const Dim& rows = mask.shape()[0];
    if (!Known(rows)) return Refuse(node);
    const bool is_padded = HasSelectionCount(rows) && !AsSelectionTurns(rows);
    const Val chosen = is_padded ? sizes_.Filled(b(), flags, rows, 0, 0) : flags;
    if (!chosen) return Refuse(node);
    const Val count = b().Reshape(b().Reduce(Op::kReduceSum, chosen, {0}, false), {});
    sizes_.Add(*AsSelectionCount(node.attrs.Size("k")), sizes_.Padded(rows), count);
    return b().TopK(chosen, sizes_.Padded(rows), 0, true);
  }

  // Rows that do not count are known to the loop by its first state, of all rows that there are.
  Vals Loop(const Node& node, const Vals& in) {
    const std::string turns = *AsSelectionTurns(node.attrs.Size("length"));
    Dim most = sizes_.Padded(node.inputs[node.attrs.Int("scan_inputs")]->shape()[0]);
    const auto needed = turns_.find(turns);
    const bool is_bound = needed != turns_.end() && needed->second.has_value();
    if (is_bound && Less(most, *needed->second) != true) most = *needed->second;
    sizes_.AddTurns(turns, most);
    inside_loop_ = true;
    Vals made = Copy(node, sizes_.Padded(node.attrs), in);
    inside_loop_ = false;
    return made;
  }

  Vals Padded(const Node& node, const Vals& in) {
    switch (KindOf(node.op)) {
      case OpKind::kUnary:
      case OpKind::kPredicate:
      case OpKind::kCast:
      case OpKind::kBinary:
      case OpKind::kComparison:
      case OpKind::kSelect:
        return Elementwise(node, in);
      case OpKind::kSource:
        return Source(node);
      case OpKind::kReduction:
        return Reduce(node, in[0]);
      case OpKind::kAxisWise:
        return AxisWise(node, in[0]);
      case OpKind::kLayout:
        return Layout(node, in);
      case OpKind::kGather:
        return Gather(node, in);
      case OpKind::kScatter:
        return Scatter(node, in);
      case OpKind::kProduct:
        return Einsum(node, in);
      case OpKind::kWindow:
        return RowAxes(node.output()->shape()) == std::vector<int64_t>{0} ? Copy(node, in) : Vals{};
      case OpKind::kBody: {
        const bool known = node.op == Op::kComposite && !IsCustom(node);
        return known ? Copy(node, sizes_.Padded(node.attrs), in) : Vals{};
      }
      case OpKind::kResize: {
        const std::vector<int64_t> images = {0};
        const bool keeps =
            RowAxes(node.inputs[0]->shape()) == images && RowAxes(node.output()->shape()) == images;
        return keeps ? Copy(node, sizes_.Padded(node.attrs), in) : Vals{};
      }
      case OpKind::kComplex:
      case OpKind::kQuantized:
        break;
    }
    return {};
  }

  // `x`, which the program has in `shape`, with `fill` in rows of the axes that do not count.
  Val Filled(Val x, const Shape& shape, double fill, const std::vector<int64_t>* only = nullptr) {
    for (int64_t axis : RowAxes(shape)) {
      if (!x || (only && !Contains(*only, axis))) continue;
      x = sizes_.Filled(b(), x, shape[axis], axis, fill);
    }
    return x;
  }
  Val FilledBy(Val x, const Shape& shape, Op op, const std::vector<int64_t>& only) {
    for (int64_t axis : RowAxes(shape)) {
      if (!Contains(only, axis)) continue;
      const Val mask = sizes_.Mask(b(), shape[axis], axis, static_cast<int64_t>(shape.size()));
      if (!mask) return Val();
      x = b().Select(mask, x, NeutralOf(b(), op, x.dtype()));
    }
    return x;
  }

  // Rows that mean nothing must not stop a division of integers.
  Vals Elementwise(const Node& node, const Vals& in) {
    const bool divides = node.op == Op::kDiv || node.op == Op::kRem;
    if (!divides || IsFloat(in[1].dtype())) return Copy(node, in);
    const Val divisor = Filled(in[1], node.inputs[1]->shape(), 1);
    return divisor ? b().MakeAll(node.op, node.attrs, {in[0], divisor}) : Vals{};
  }

  Vals Source(const Node& node) {
    if (node.op == Op::kIota) return Copy(node, sizes_.Padded(node.attrs), {});
    if (node.op != Op::kDims) return {};
    std::vector<Val> numbers;
    for (const Dim& d : node.attrs.Sizes("values")) {
      if (!sizes_.Knows(d)) return {};
      const Val number = sizes_.Number(b(), d);
      if (!number) return {};
      numbers.push_back(b().Reshape(number, {Dim(1)}));
    }
    return {b().Reshape(b().Concat(numbers, 0), node.output()->shape())};
  }

  Vals Reduce(const Node& node, const Val& x) {
    const std::vector<int64_t>& axes = node.attrs.Ints("axes");
    const Shape& shape = node.inputs[0]->shape();
    const Val chosen = FilledBy(x, shape, node.op, axes);
    if (!chosen) return {};
    if (node.op != Op::kReduceMean) return Copy(node, {chosen});
    Dim many = 1;
    for (int64_t axis : axes) many *= shape[axis];
    const Val count = sizes_.Number(b(), many);
    const Val sum = b().Reduce(Op::kReduceSum, chosen, axes, true);
    return count ? Vals{b().Div(sum, b().Cast(count, x.dtype()))} : Vals{};
  }

  // Rows that do not count are behind all others, also behind equal ones.
  Vals AxisWise(const Node& node, const Val& x) {
    const Shape& shape = node.inputs[0]->shape();
    const bool lowest =
        node.op == Op::kArgMax || (node.op == Op::kTopK && node.attrs.Bool("largest"));
    const int64_t axis = node.attrs.Int("axis");
    if (node.op == Op::kCumulative) return Copy(node, sizes_.Padded(node.attrs), {x});
    const Op op = lowest ? Op::kReduceMax : Op::kReduceMin;
    Val chosen = HasSelectionCount(shape[axis]) ? FilledBy(x, shape, op, {axis}) : x;
    if (node.op == Op::kTopK && chosen) {
      chosen = PaddedSizes::Extended(b(), chosen, axis, sizes_.Padded(node.attrs.Size("k")),
                                     NeutralOf(b(), op, x.dtype()));
    }
    return chosen ? Copy(node, sizes_.Padded(node.attrs), {chosen}) : Vals{};
  }

  Vals Layout(const Node& node, const Vals& in) {
    const Shape& shape = node.inputs[0]->shape();
    if (node.op == Op::kTranspose || node.op == Op::kBroadcast ||
        (node.op == Op::kReshape && RowsStay(shape, node.output()->shape()))) {
      return Copy(node, sizes_.Padded(node.attrs), in);
    }
    if (node.op == Op::kSlice) return Slice(node, in[0]);
    if (node.op == Op::kConcat) return Concat(node, in);
    if (node.op == Op::kPad) return Pad(node, in[0]);
    if (node.op != Op::kReverse) return {};
    Val x = in[0];
    for (int64_t axis : node.attrs.Ints("axes")) {
      const Val size = sizes_.Number(b(), shape[axis]);
      if (!size) return {};
      const Val at = size - 1.0 - b().Iota(x.dim(axis));
      x = b().Gather(x, axis, b().Max(at, 0.0));
    }
    return {x};
  }

  // Whether the rows that count are still first: one axis of them, or the same ones, behind as many
  // elements as before.
  static bool RowsStay(const Shape& from, const Shape& to) {
    const std::vector<int64_t> a = RowAxes(from), z = RowAxes(to);
    if (a.size() != z.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (a.size() > 1 && from[a[i]] != to[z[i]]) return false;
      if (NumElements(absl::MakeSpan(from).first(a[i])) !=
          NumElements(absl::MakeSpan(to).first(z[i]))) {
        return false;
      }
    }
    return true;
  }

  Vals Slice(const Node& node, const Val& x) {
    const int64_t axis = node.attrs.Int("axis"), step = node.attrs.Int("step");
    const Dim begin = node.attrs.Size("begin"), end = node.attrs.Size("end");
    if (!HasSelectionCount(begin)) {
      const Dim last = sizes_.Padded(end);
      const Val all = PaddedSizes::Extended(b(), x, axis, last, b().ScalarLike(x, 0));
      return {b().Slice(all, axis, begin, last, step)};
    }
    const Val first = sizes_.Knows(begin) ? sizes_.Number(b(), begin) : Val();
    if (!first) return {};
    const Dim rows = sizes_.Padded(node.output()->shape()[axis]);
    const Val at = first + b().Iota(rows) * static_cast<double>(step);
    const Val last = b().DimScalar(x.dim(axis) - 1);
    return {b().Gather(x, axis, b().Min(at, last))};
  }

  Vals Concat(const Node& node, const Vals& in) {
    const int64_t axis = node.attrs.Int("axis");
    const Val all = b().Concat(in, axis);
    Shape sizes;
    bool gaps = false;
    for (const Value* v : node.inputs) {
      gaps |= !sizes.empty() && HasSelectionCount(sizes.back());
      sizes.push_back(v->shape()[axis]);
    }
    if (!gaps) return {all};
    const Val order = sizes_.Joined(b(), sizes);
    return order ? Vals{b().Gather(all, axis, order)} : Vals{};
  }

  Vals Pad(const Node& node, const Val& x) {
    const Shape &before = node.attrs.Sizes("before"), &after = node.attrs.Sizes("after");
    if (HasSelectionCount(before) || HasSelectionCount(after)) return {};
    Val filled = x;
    const Shape& shape = node.inputs[0]->shape();
    for (int64_t axis : RowAxes(shape)) {
      if (before[axis] == Dim(0) && after[axis] == Dim(0)) continue;
      if (node.attrs.Str("mode") != "constant") return {};
      filled = sizes_.Filled(b(), filled, shape[axis], axis, node.attrs.Float("value"));
      if (!filled) return {};
    }
    return Copy(node, {filled});
  }

  // Indices in rows that do not count may lie anywhere: they become 0.
  Vals Gather(const Node& node, const Vals& in) {
    const Val at = Filled(in[1], node.inputs[1]->shape(), 0);
    return at ? Copy(node, {in[0], at}) : Vals{};
  }

  Vals Scatter(const Node& node, const Vals& in) {
    const Shape& at_shape = node.inputs[1]->shape();
    const bool by_element = node.op == Op::kScatterElements;
    const std::vector<int64_t> rows = {by_element ? node.attrs.Int("axis") : 0};
    if ((!by_element && at_shape.size() != 2) || RowAxes(at_shape) != rows ||
        RowAxes(node.inputs[2]->shape()) != rows) {
      return {};
    }
    const Val mask = sizes_.Mask(b(), at_shape[rows[0]], rows[0], in[1].rank());
    return mask ? Vals{ScatterChosen(b(), node, in[0], in[1], in[2], mask)} : Vals{};
  }

  Vals Einsum(const Node& node, const Vals& in) {
    const EinsumTerms terms = ParseEinsum(node.attrs.Str("equation"));
    Vals factors = in;
    for (size_t i = 0; i < in.size(); ++i) {
      const Shape& shape = node.inputs[i]->shape();
      std::vector<int64_t> summed;
      for (int64_t axis : RowAxes(shape)) {
        if (terms.output.find(terms.inputs[i][axis]) == std::string::npos) summed.push_back(axis);
      }
      factors[i] = Filled(in[i], shape, 0, &summed);
      if (!factors[i]) return {};
    }
    return Copy(node, factors);
  }

  Val RewriteOutput(const Value& output, const Val& rewritten) override {
    Val x = rewritten;
    for (int64_t axis : RowAxes(output.shape())) {
      const Dim& size = output.shape()[axis];
      x = b().Slice(sizes_.Filled(b(), x, size, axis, 0), axis, 0, Min(x.dim(axis), most_));
      const size_t count = CountOf(size);
      padded.emplace_back(made_, count);
    }
    ++made_;
    return x;
  }

  // Which of the counts that of the size is. It becomes an output before the one that is being
  // made, if it is none yet.
  size_t CountOf(const Dim& size) {
    auto [known, is_new] = count_of_.emplace(size.ToString(), counts.size());
    const Val number = is_new ? sizes_.Number(b(), size) : Val();
    if (!number) return known->second;
    counts.push_back(made_++);
    b().graph()->outputs().push_back(b().Min(number, static_cast<double>(most_)).get());
    return known->second;
  }

  const int64_t most_;
  const std::map<std::string, std::optional<int64_t>> turns_;
  std::vector<CountedMinimum> minima_;  // that are not told yet
  PaddedSizes sizes_;
  bool inside_loop_ = false;
  size_t made_ = 0;
  std::map<std::string, size_t> count_of_;  // by the text of sizes
};

// The name of the first output that is counted, and `_count`; one that no output has yet.
std::string CountName(const std::string& of, const std::vector<std::string>& names) {
  std::string name = absl::StrCat(of, "_count");
  while (std::find(names.begin(), names.end(), name) != names.end()) name += "_";
  return name;
}

}  // namespace

absl::Status PadSelections(const Graph& graph, int64_t most, Graph* out,
                           std::vector<PaddedOutput>* padded) {
  Graph with_counts;
  T2N_ASSIGN_OR_RETURN(std::vector<CountedMinimum> minima, CountMinima(graph, &with_counts));
  const Graph& counted = minima.empty() ? graph : with_counts;
  Padder padder(most, NeededTurns(counted, most), std::move(minima));
  T2N_RETURN_IF_ERROR(padder.Rewrite(counted, out));
  std::vector<std::string>& names = out->output_names();
  std::vector<std::string> counts(padder.counts.size());
  for (const auto& [made, count] : padder.padded) {
    const auto before = std::lower_bound(padder.counts.begin(), padder.counts.end(), made);
    const std::string& name = names[made - (before - padder.counts.begin())];
    if (counts[count].empty()) counts[count] = CountName(name, names);
    padded->push_back({name, counts[count]});
  }
  std::vector<Value*> first, last;
  for (size_t i = 0; i < out->outputs().size(); ++i) {
    const bool is_count = std::binary_search(padder.counts.begin(), padder.counts.end(), i);
    (is_count ? last : first).push_back(out->outputs()[i]);
  }
  first.insert(first.end(), last.begin(), last.end());
  out->outputs() = std::move(first);
  names.insert(names.end(), counts.begin(), counts.end());
  return absl::OkStatus();
}

}  // namespace t2n
