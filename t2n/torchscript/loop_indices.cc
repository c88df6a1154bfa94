#include "t2n/torchscript/loop_indices.h"

#include <map>

#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"
#include "t2n/ir/loop_counter.h"

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

std::optional<std::vector<IValue>> FromTheEnd(const std::vector<IValue>& args,
                                              const Machine& machine) {
  if (machine.open_counts.empty()) return std::nullopt;
  std::optional<std::vector<IValue>> replaced;
  for (size_t i = 0; i < args.size(); ++i) {
    const Dim* d = args[i].If<Dim>();
    std::optional<Dim> rest = d ? Rest(*d, machine.open_counts) : std::nullopt;
    if (!rest) continue;
    if (!replaced) replaced = args;
    (*replaced)[i] = IValue(*std::move(rest));
  }
  return replaced;
}

Answer BackwardIndex(const OperatorCall& call, Machine& machine) {
  if (call.args.size() != 3) return std::nullopt;
  const Dim *i = call.args[0].If<Dim>(), *first = call.args[1].If<Dim>(),
            *step = call.args[2].If<Dim>();
  const std::optional<int> loop = i && !i->is_const() ? LoopOfCounter(*i) : std::nullopt;
  if (!loop || !first || !step || *step != Dim(-1)) return std::nullopt;
  // first - i = (first - last) + (last - i)
  return IValue(*first - machine.open_counts[*loop] + 1 + LoopRest(*loop));
}

Answer WindowOfLoop(const OperatorCall& call, Machine& machine) {
  const std::vector<IValue>& args = call.args;
  if (machine.open_counts.empty() || args.size() < 4) return std::nullopt;
  auto tensor = args[0].tensor();
  const Dim *axis = args[1].If<Dim>(), *begin = args[2].If<Dim>(), *end = args[3].If<Dim>();
  bool steps = args.size() > 4 && !(args[4].If<Dim>() && *args[4].If<Dim>() == Dim(1));
  if (!tensor || !axis || !axis->is_const() || !begin || !end || steps) return std::nullopt;
  Val x = tensor->Read();
  int64_t at = axis->value() < 0 ? axis->value() + x.rank() : axis->value();
  if (at < 0 || at >= x.rank()) return std::nullopt;
  for (const auto& [loop, count] : machine.open_counts) {
    // begin = counter + before, end = counter + after; the counter is at most count - 1.
    const Dim counter = LoopCounter(loop, 0);
    const Dim before = *begin - counter, after = *end - counter;
    if (IsLoopDim(before) || IsLoopDim(after) || !before.is_const() || !after.is_const()) continue;
    bool inside = after.value() > before.value() && begin->range().min.value_or(-1) >= 0 &&
                  Less(x.dim(at), count - 1 + after) == false;
    if (!inside) continue;
    Val window = machine.builder.Slice(x, at, *begin, *end);
    T2N_RETURN_IF_ERROR(machine.builder.status());
    return IValue(tensor->Derive(window));
  }
  return std::nullopt;
}

}  // namespace t2n::script
