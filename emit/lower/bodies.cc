#include "emit/lower/families.h"
#include "t2n/base/status.h"

namespace t2n {

using nnef::Expr;

absl::Status LowerComposite(Lowering& l, const Node& node) {
  std::vector<Expr> arguments, results;
  for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) arguments.push_back(l.In(node, i));
  T2N_RETURN_IF_ERROR(l.Inline(*node.bodies[0], std::move(arguments), &results));
  for (size_t i = 0; i < results.size(); ++i) l.Alias(node.output(i), results[i]);
  return absl::OkStatus();
}

}  // namespace t2n
