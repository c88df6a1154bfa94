#include "t2n/torchscript/budget.h"

#include "absl/strings/str_cat.h"
#include "t2n/base/allowance.h"
#include "t2n/base/limits.h"
#include "t2n/base/program_limits.h"
#include "t2n/base/status.h"
#include "t2n/values/merge.h"

namespace t2n::script {
namespace {

constexpr int64_t kBytesPerItem = 64;  // of a list, tuple or dict, about

}  // namespace

uint64_t ItemsIn(const IValue& v) {
  if (auto l = v.list()) return l->items.size();
  if (auto t = v.tuple()) return t->items.size();
  if (auto d = v.dict()) return d->items.size();
  return 0;
}

absl::Status Budget::CountCall() {
  if (++calls_ <= limits::kMaxCalls) return Allowance::Current().Check();
  return absl::ResourceExhaustedError(
      absl::StrCat("the program makes more than ", limits::kMaxCalls, " calls"));
}

absl::Status Budget::CountIteration() {
  if (++iterations_ <= limits::kMaxIterations) return Allowance::Current().Check();
  return absl::ResourceExhaustedError(
      absl::StrCat("loops run more than ", limits::kMaxIterations, " times in all"));
}

absl::Status Budget::Charge(uint64_t items, uint64_t characters) {
  items_ += items;
  characters_ += characters;
  if (items_ > limits::kMaxComputedItems) {
    return absl::ResourceExhaustedError(absl::StrCat("the program puts more than ",
                                                     limits::kMaxComputedItems,
                                                     " items into its lists, tuples and dicts"));
  }
  if (characters_ > limits::kMaxComputedText) {
    return absl::ResourceExhaustedError(absl::StrCat("the program makes strings of more than ",
                                                     limits::kMaxComputedText, " bytes in all"));
  }
  return Allowance::Current().ChargePass(kBytesPerItem * items + characters);
}

absl::Status Budget::ChargeVisits(uint64_t items) {
  visited_ += items;
  if (visited_ + (ValuesVisited() - visited_before_) <= limits::kMaxVisitedItems) {
    return Allowance::Current().Check();
  }
  return absl::ResourceExhaustedError(absl::StrCat("the program goes through more than ",
                                                   limits::kMaxVisitedItems,
                                                   " items of lists and dicts in all"));
}

absl::Status Budget::ChargeResult(const IValue& made, const std::vector<IValue>& args,
                                  uint64_t before) {
  const uint64_t after = args.empty() ? 0 : ItemsIn(args[0]);
  if (after > limits::kMaxItems) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a ", args[0].TypeName(), " of more than ", limits::kMaxItems, " items"));
  }
  if (after > before) T2N_RETURN_IF_ERROR(Charge(after - before, 0));
  if (!args.empty() && SameThing(made, args[0])) return absl::OkStatus();
  const auto* text = made.If<std::string>();
  return Charge(ItemsIn(made), text ? text->size() : 0);
}

}  // namespace t2n::script
