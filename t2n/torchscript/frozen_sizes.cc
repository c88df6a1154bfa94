#include "t2n/torchscript/frozen_sizes.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/torchscript/operator_name.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;

constexpr size_t kMaxWarnings = 10;

using Sizes = SourceRule::Sizes;

// The integers written out in an argument: `12`, or those in `[1, n, 12]`; also through names and
// calls that do no more than change the type, and in the program's constants.
void Literals(const ts::Expr& e, const FrozenSizes::Sources& sources, int depth,
              std::vector<int64_t>* out) {
  if (depth == 0) return;
  if (const auto* i = e.If<ts::IntExpr>()) {
    if (!i->overflow && i->value > 1) out->push_back(i->value);
  } else if (const auto* l = e.If<ts::ListExpr>()) {
    for (const ts::Expr* item : l->items) Literals(*item, sources, depth - 1, out);
  } else if (const auto* n = e.If<ts::NameExpr>()) {
    if (const ts::Expr* bound = sources.bound(n->name)) Literals(*bound, sources, depth - 1, out);
  } else if (const auto* c = e.If<ts::CallExpr>()) {
    const std::optional<std::string> name = ts::DottedName(*c->callee);
    const SourceRule* rule = name ? SourceRuleOf(FunctionName(*name)) : nullptr;
    if (!rule || !rule->retypes || c->args.empty()) return;
    Literals(*c->args[0], sources, depth - 1, out);
  } else if (const std::optional<std::string> name = ts::DottedName(e);
             name && absl::StartsWith(*name, "CONSTANTS.")) {
    const IValue value = sources.constant(e);
    const Val tensor = value.tensor() ? value.tensor()->Read() : Val();
    if (!tensor || !tensor.is_constant() || tensor->constant->numel() != 1) return;
    const auto number = ReadDoubles(*tensor->constant);
    if (number.ok() && (*number)[0] > 1 && (*number)[0] < 1e9 &&
        (*number)[0] == std::floor((*number)[0])) {
      out->push_back(static_cast<int64_t>((*number)[0]));
    }
  }
}

// Products of two or more integers that stand beside each other in a list.
void Products(const ts::Expr& e, const FrozenSizes::Sources& sources, std::vector<int64_t>* out) {
  const ts::Expr* list = &e;
  if (const auto* n = e.If<ts::NameExpr>()) list = sources.bound(n->name);
  const auto* l = list ? list->If<ts::ListExpr>() : nullptr;
  if (!l) return;
  constexpr int kDepth = 6;
  for (size_t first = 0; first < l->items.size(); ++first) {
    Dim product = 1;
    for (size_t last = first; last < l->items.size(); ++last) {
      std::vector<int64_t> number;
      Literals(*l->items[last], sources, kDepth, &number);
      if (number.size() != 1) break;
      product *= number[0];
      if (last > first) out->push_back(product.value());
    }
  }
}

// What a sum was over, if `v` is one.
Shape SummedSizes(const Val& v) {
  const Value* value = v ? v.get() : nullptr;
  while (value && (value->node->op == Op::kReshape || value->node->op == Op::kCast)) {
    value = value->node->inputs[0];
  }
  if (!value || value->node->op != Op::kReduceSum) return {};
  Dim count = 1;
  for (int64_t axis : value->node->attrs.Ints("axes")) {
    count *= value->node->inputs[0]->shape()[axis];
  }
  return {count};
}

Shape ShapeOf(const IValue& value) {
  auto t = value.tensor();
  Val v = t ? t->Read() : Val();
  return v ? v.shape() : Shape();
}

// Whether axis `i` of `from` is an axis of `to`, alone or merged with its neighbours.
bool LivesOn(const Shape& from, size_t i, const Shape& to) {
  for (size_t first = 0; first <= i; ++first) {
    Dim product = 1;
    for (size_t last = first; last < from.size(); ++last) {
      product *= from[last];
      if (last >= i && std::find(to.begin(), to.end(), product) != to.end()) return true;
    }
  }
  return false;
}

}  // namespace

void FrozenSizes::AddExample(const Dim& size, int64_t example) {
  const std::optional<Line> line = AsLine(size);
  if (!line || (example - line->offset) % line->slope != 0) return;
  const int64_t value = (example - line->offset) / line->slope;
  if (value > 1) examples_.emplace(line->symbol, value);
}

std::optional<int64_t> FrozenSizes::ExampleOf(const Dim& size) const {
  if (size.is_const()) return std::nullopt;
  return size.Eval([this](absl::string_view symbol) -> std::optional<int64_t> {
    auto it = examples_.find(std::string(symbol));
    return it == examples_.end() ? std::nullopt : std::optional<int64_t>(it->second);
  });
}

std::optional<FrozenSizes::Suspects> FrozenSizes::Begin(const ts::CallExpr& call,
                                                        const std::vector<IValue>& args,
                                                        const Sources& sources,
                                                        const Place& place) const {
  if (examples_.empty()) return std::nullopt;
  const std::optional<std::string> dotted = ts::DottedName(*call.callee);
  absl::string_view op = dotted ? absl::string_view(*dotted) : "";
  if (!absl::ConsumePrefix(&op, "torch.")) return std::nullopt;
  const SourceRule* rule = SourceRuleOf(absl::StrCat("aten::", op));
  if (!rule || rule->sizes == Sizes::kNone) return std::nullopt;
  Suspects s;
  for (size_t i = rule->first; i < std::min(rule->last, call.args.size()); ++i) {
    constexpr int kDepth = 8;
    Literals(*call.args[i], sources, kDepth, &s.numbers);
    if (rule->sizes == Sizes::kReshape) Products(*call.args[i], sources, &s.products);
  }
  if (s.numbers.empty()) return std::nullopt;
  s.op = std::string(op);
  s.sizes = rule->sizes;
  s.place = place.ToString();
  if (rule->sizes != Sizes::kCreate && !args.empty()) s.shape = ShapeOf(args[0]);
  if (rule->sizes == Sizes::kDivide) {
    const auto divided = args.empty() ? nullptr : args[0].tensor();
    s.shape = SummedSizes(divided ? divided->Read() : Val());
    if (s.shape.empty()) return std::nullopt;
  }
  if (rule->sizes == Sizes::kSlice && args.size() > 1) {
    const Dim* dim = args[1].If<Dim>();
    const int64_t rank = static_cast<int64_t>(s.shape.size());
    int64_t axis = dim && dim->is_const() ? dim->value() : rank;
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank) return std::nullopt;
    s.shape = {s.shape[axis]};
  }
  return s;
}

void FrozenSizes::End(const Suspects& s, const IValue* result) {
  const Shape to = result ? ShapeOf(*result) : Shape();
  if (s.sizes == Sizes::kReshape) {
    LearnFactors(s.shape, to);
    return LookAtReshape(s, to, result == nullptr);
  }
  for (int64_t number : s.numbers) {
    if (s.sizes == Sizes::kSlice || s.sizes == Sizes::kDivide) {
      if (ExampleOf(s.shape[0]) == number) Note(s, number, s.shape[0].ToString());
    }
    if (s.sizes == Sizes::kDivide) continue;
    // A tensor that is large enough is cut, one that has the size already stays as it is.
    const bool slice = s.sizes == Sizes::kSlice;
    if (slice && (!s.shape[0].is_const() || s.shape[0].value() <= number)) continue;
    if (std::find(s.shape.begin(), s.shape.end(), Dim(number)) != s.shape.end()) continue;
    for (const auto& [symbol, example] : examples_) {
      if (example == number) Note(s, number, symbol);
    }
  }
}

// Axes of the tensor, alone or merged, that were a number in the list or a product of such there,
// and are no axis of what comes out.
void FrozenSizes::LookAtReshape(const Suspects& s, const Shape& to, bool failed) {
  for (size_t first = 0; first < s.shape.size(); ++first) {
    Dim size = 1;
    for (size_t last = first; last < s.shape.size(); ++last) {
      size *= s.shape[last];
      const std::optional<int64_t> example = ExampleOf(size);
      const bool alone = first == last;
      if (!example || (!failed && alone && LivesOn(s.shape, first, to))) continue;
      if (!alone && std::find(to.begin(), to.end(), size) != to.end()) continue;
      const bool number =
          std::find(s.numbers.begin(), s.numbers.end(), *example) != s.numbers.end();
      // Merged axes by a single number, a single axis by several.
      const bool product =
          alone && std::find(s.products.begin(), s.products.end(), *example) != s.products.end();
      if (number || product) Note(s, *example, size.ToString());
    }
  }
}

// The sizes that axes of known size are cut into, or merged from.
void FrozenSizes::LearnFactors(const Shape& from, const Shape& to) {
  for (const auto& [whole, parts] : {std::pair(&from, &to), std::pair(&to, &from)}) {
    for (size_t first = 0; first < parts->size(); ++first) {
      Dim product = 1;
      for (size_t last = first; last < parts->size() && (*parts)[last].is_const(); ++last) {
        product *= (*parts)[last];
        if (last == first || product == Dim(1)) continue;
        if (std::find(whole->begin(), whole->end(), product) == whole->end()) continue;
        for (size_t i = first; i <= last; ++i) factors_.insert((*parts)[i].value());
      }
    }
  }
}

bool FrozenSizes::IsExplained(int64_t number) const {
  if (factors_.count(number)) return true;
  return std::any_of(factors_.begin(), factors_.end(),
                     [&](int64_t f) { return factors_.count(f * number) > 0; });
}

void FrozenSizes::Note(const Suspects& s, int64_t number, const std::string& size) {
  Found found;
  found.number = number;
  found.vanished = s.sizes == Sizes::kReshape || s.sizes == Sizes::kDivide;
  found.what = absl::StrCat("the ", number, " in torch.", s.op, " looks frozen: ", size, " was ",
                            number, " when the program was traced");
  found.place = s.place;
  if (!places_.insert(absl::StrCat(found.what, s.place)).second) return;
  const auto [it, is_new] = told_.try_emplace(found.what, found_.size());
  if (is_new) {
    found_.push_back(std::move(found));
  } else {
    ++found_[it->second].more;
  }
}

std::vector<std::string> FrozenSizes::Warnings() const {
  std::vector<std::string> lines;
  for (const Found& found : found_) {
    if (!found.vanished && IsExplained(found.number)) continue;
    const std::string more = found.more > 1    ? absl::StrCat(" and ", found.more, " more places")
                             : found.more == 1 ? " and another place"
                                               : "";
    lines.push_back(absl::StrCat(found.what, ", at ", found.place, more));
  }
  if (lines.size() <= kMaxWarnings) return lines;
  const size_t left = lines.size() - kMaxWarnings;
  lines.resize(kMaxWarnings);
  lines.push_back(absl::StrCat("and ", left, " more that look frozen"));
  return lines;
}

}  // namespace t2n::script
