#include "emit/nnef/rename.h"

#include "absl/strings/str_cat.h"

namespace t2n::nnef {
namespace {

using Names = absl::flat_hash_map<std::string, std::string>;

void Rename(const Names& names, Expr* expr) {
  if (expr->is_identifier()) {
    const auto it = names.find(expr->text);
    if (it != names.end()) expr->text = it->second;
  }
  for (Argument& item : expr->items) Rename(names, &item.value);
}

}  // namespace

Names NumberTensors(const absl::flat_hash_set<std::string>& taken, Document* document) {
  absl::flat_hash_set<std::string> kept(document->inputs.begin(), document->inputs.end());
  kept.insert(document->outputs.begin(), document->outputs.end());
  Names names;
  int64_t next = 0;
  for (const Assignment& assignment : document->body) {
    for (const std::string& result : assignment.results) {
      if (kept.contains(result)) continue;
      std::string name;
      do {
        name = absl::StrCat("v", next++);
      } while (kept.contains(name) || taken.contains(name));
      names.emplace(result, std::move(name));
    }
  }
  for (Assignment& assignment : document->body) {
    for (std::string& result : assignment.results) {
      const auto it = names.find(result);
      if (it != names.end()) result = it->second;
    }
    Rename(names, &assignment.value);
  }
  return names;
}

}  // namespace t2n::nnef
