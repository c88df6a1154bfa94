#include "t2n/alias/result_memory.h"

#include <algorithm>

namespace t2n {
namespace {

using Tensors = std::vector<std::shared_ptr<TensorRef>>;

// The memory format that the call gives; `otherwise` if it gives none.
MemoryFormat GivenFormat(const CallState& call, MemoryFormat otherwise) {
  const Arg* given = call.Argument("memory_format");
  if (!given || !given->is_int() || !given->integer().is_const()) return otherwise;
  return static_cast<MemoryFormat>(given->integer().value());
}

std::optional<std::vector<Strided>> MemoryOf(const Tensors& tensors) {
  std::vector<Strided> all;
  for (const auto& t : tensors) {
    std::optional<Strided> memory = t->Memory();
    if (!memory) return std::nullopt;
    all.push_back(*std::move(memory));
  }
  return all;
}

bool IsLastFormat(MemoryFormat format) { return format >= MemoryFormat::kChannelsLast; }

}  // namespace

std::optional<bool> SharesMemory(const CallState& call) {
  const TensorRef& source = *call.source;
  switch (call.rule().sharing) {
    case Sharing::kMarked:
    case Sharing::kUnmarked:
    case Sharing::kStorage:
      return true;
    case Sharing::kIfContiguous: {
      const MemoryFormat format = GivenFormat(call, MemoryFormat::kContiguous);
      if (format == MemoryFormat::kPreserve) return true;
      if (format == MemoryFormat::kContiguous && source.InRows()) return true;
      const std::optional<Strided> memory = source.Memory();
      return memory ? IsContiguous(*memory, format) : std::nullopt;
    }
    case Sharing::kIfUnchanged: {
      const Arg* copy = call.Argument("copy");
      if (copy && copy->is_bool() && copy->boolean()) return false;
      const MemoryFormat format = GivenFormat(call, MemoryFormat::kPreserve);
      if (format == MemoryFormat::kPreserve) return true;
      const std::optional<Strided> memory = source.Memory();
      const auto suggested = memory ? SuggestedFormat(*memory) : std::nullopt;
      return suggested ? std::make_optional(*suggested == format) : std::nullopt;
    }
    case Sharing::kIfStridesAllow: {
      if (source.InRows() || !call.value.is_tensor()) return true;
      const std::optional<Strided> memory = source.Memory();
      if (!memory) return std::nullopt;
      if (IsContiguous(*memory) == true) return true;
      const auto view = ViewStrides(*memory, call.value.tensor().shape());
      return view ? std::make_optional(view->is_view) : std::nullopt;
    }
  }
  return std::nullopt;
}

MemoryOrder NewOrder(const CallState& call, const Val& result) {
  const Order order = call.rule().order;
  if (!result || (result.rank() < 2 && order != Order::kExactlyFirst)) return {};
  const MemoryFormat format = GivenFormat(call, MemoryFormat::kPreserve);
  if (format == MemoryFormat::kContiguous) return {};
  if (IsLastFormat(format))
    return MemoryOrder::Of(FormatStrides(result.shape(), format), result.shape());
  if (order == Order::kRows) return {};
  if (order == Order::kUnknown) return MemoryOrder::Unknown();
  const Tensors tensors = call.Tensors();
  const bool rows =
      std::all_of(tensors.begin(), tensors.end(), [](const auto& t) { return t->InRows(); });
  if (rows && !call.rule().lies) return {};
  const std::optional<std::vector<Strided>> operands = MemoryOf(tensors);
  if (!operands) return MemoryOrder::Unknown();
  if (call.rule().lies) {
    std::optional<Strided> lies = call.rule().lies(call.choice.args, *operands);
    return lies ? MemoryOrder::Of(std::move(lies->strides), result.shape())
                : MemoryOrder::Unknown();
  }
  return MemoryOrder::Of(NewStrides(order, *operands, result.shape()), result.shape());
}

}  // namespace t2n
