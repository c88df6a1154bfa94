// Indices and slices by the counter of a loop over an open size, from the front and from the end.
#include <algorithm>
#include <map>

#include "t2n/base/status.h"
#include "t2n/torchscript/evaluator.h"
#include "t2n/values/outline.h"

namespace t2n::script {

namespace {

// `d` with `count - 1 - counter` of a loop written as what is left of the loop.
std::optional<Dim> Rest(const Dim& d, const std::map<int, Dim>& counts) {
  if (!IsLoopDim(d)) return std::nullopt;
  for (const auto& [loop, count] : counts) {
    const Dim beyond = d - (count - 1 - LoopCounter(loop, 0));
    if (beyond.is_const()) return LoopRest(loop) + beyond;
  }
  return std::nullopt;
}

}  // namespace

bool Evaluator::CountsFromTheEnd(const std::vector<IValue>& args) const {
  return std::any_of(args.begin(), args.end(), [&](const IValue& v) {
    return v.If<Dim>() && Rest(*v.If<Dim>(), open_counts_);
  });
}

std::vector<IValue> Evaluator::FromTheEnd(std::vector<IValue> args) const {
  for (IValue& v : args) {
    std::optional<Dim> rest = v.If<Dim>() ? Rest(*v.If<Dim>(), open_counts_) : std::nullopt;
    if (rest) v = IValue(*std::move(rest));
  }
  return args;
}

std::optional<IValue> Evaluator::BackwardIndex(const std::string& name,
                                               const std::vector<IValue>& args) {
  if (name != "aten::__derive_index" || args.size() != 3) return std::nullopt;
  const Dim *i = args[0].If<Dim>(), *first = args[1].If<Dim>(), *step = args[2].If<Dim>();
  std::optional<int> loop = i && !i->is_const() ? LoopOfCounter(*i) : std::nullopt;
  if (!loop || !first || !step || *step != Dim(-1)) return std::nullopt;
  // first - i = (first - last) + (last - i)
  return IValue(*first - open_counts_[*loop] + 1 + LoopRest(*loop));
}

absl::StatusOr<std::optional<IValue>> Evaluator::SliceInOpenLoop(const std::string& name,
                                                                 const std::vector<IValue>& args) {
  if (open_counts_.empty() || name != "aten::slice" || args.size() < 4) return std::nullopt;
  auto tensor = args[0].tensor();
  const Dim *axis = args[1].If<Dim>(), *begin = args[2].If<Dim>(), *end = args[3].If<Dim>();
  bool steps = args.size() > 4 && !(args[4].If<Dim>() && *args[4].If<Dim>() == Dim(1));
  if (!tensor || !axis || !axis->is_const() || !begin || !end || steps) return std::nullopt;
  Val x = tensor->Read();
  int64_t at = axis->value() < 0 ? axis->value() + x.rank() : axis->value();
  if (at < 0 || at >= x.rank()) return std::nullopt;
  for (const auto& [loop, count] : open_counts_) {
    // begin = counter + before, end = counter + after; the counter is at most count - 1.
    const Dim counter = LoopCounter(loop, 0);
    const Dim before = *begin - counter, after = *end - counter;
    if (IsLoopDim(before) || IsLoopDim(after) || !before.is_const() || !after.is_const()) continue;
    bool inside = after.value() > before.value() && begin->range().min.value_or(-1) >= 0 &&
                  Less(x.dim(at), count - 1 + after) == false;
    if (!inside) continue;
    Val window = builder_.Slice(x, at, *begin, *end);
    T2N_RETURN_IF_ERROR(builder_.status());
    return IValue(tensor->Derive(window));
  }
  return std::nullopt;
}

}  // namespace t2n::script
