#include "t2n/torchscript/result_order.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;

// When names are assigned, in the order of the code; nothing for what is assigned twice.
absl::flat_hash_map<absl::string_view, int> TimesOfAssignment(const ts::FunctionDef& def) {
  absl::flat_hash_map<absl::string_view, int> times;
  int time = 0;
  for (const ts::Stmt* stmt : def.body) {
    const auto* assign = stmt->If<ts::AssignStmt>();
    if (!assign) continue;
    for (const ts::Expr* target : assign->targets) {
      const auto* name = target->If<ts::NameExpr>();
      if (name && !times.emplace(name->name, time++).second) times[name->name] = -1;
    }
  }
  return times;
}

}  // namespace

std::optional<std::vector<int>> OrderOfComputing(const ts::FunctionDef& def) {
  const auto* last = def.body.empty() ? nullptr : def.body.back()->If<ts::ReturnStmt>();
  const auto* tuple = last && last->value ? last->value->If<ts::TupleExpr>() : nullptr;
  if (!tuple) return std::nullopt;
  const auto times = TimesOfAssignment(def);
  // Expressions in the tuple itself are computed behind all others, as they stand.
  int behind = 1 << 30;
  std::vector<std::pair<int, int>> items;  // time, place in the tuple
  for (const ts::Expr* item : tuple->items) {
    int time = behind++;
    if (const auto* name = item->If<ts::NameExpr>()) {
      const auto found = times.find(name->name);
      if (found == times.end() || found->second < 0) return std::nullopt;
      time = found->second;
    }
    items.emplace_back(time, static_cast<int>(items.size()));
  }
  std::sort(items.begin(), items.end());
  std::vector<int> order(items.size());
  for (size_t rank = 0; rank < items.size(); ++rank) {
    if (rank > 0 && items[rank].first == items[rank - 1].first) return std::nullopt;
    order[items[rank].second] = static_cast<int>(rank);
  }
  return order;
}

}  // namespace t2n::script
