#include "t2n/script/frozen_sizes.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "t2n/script/tensor_ref.h"

namespace t2n::script {
namespace {

namespace ts = torchscript;

constexpr size_t kMaxWarnings = 10;

// Where an operator's sizes are: arguments [first, last) of the call.
struct SizeArguments {
  enum Kind { kReshape, kExpand, kSlice, kCreate } kind;
  size_t first, last;
};

const SizeArguments* FindSizes(absl::string_view op) {
  using A = SizeArguments;
  static const auto* const kTable = new absl::flat_hash_map<absl::string_view, A>{
      {"view", {A::kReshape, 1, 2}},
      {"reshape", {A::kReshape, 1, 2}},
      {"expand", {A::kExpand, 1, 2}},
      {"broadcast_to", {A::kExpand, 1, 2}},
      {"slice", {A::kSlice, 3, 4}},
      {"narrow", {A::kSlice, 3, 4}},
      {"arange", {A::kCreate, 0, 2}},
      {"empty", {A::kCreate, 0, 1}},
      {"eye", {A::kCreate, 0, 2}},
      {"full", {A::kCreate, 0, 1}},
      {"linspace", {A::kCreate, 2, 3}},
      {"new_empty", {A::kCreate, 1, 2}},
      {"new_full", {A::kCreate, 1, 2}},
      {"new_ones", {A::kCreate, 1, 2}},
      {"new_zeros", {A::kCreate, 1, 2}},
      {"ones", {A::kCreate, 0, 1}},
      {"zeros", {A::kCreate, 0, 1}},
      {"upsample_bilinear2d", {A::kCreate, 1, 2}},
      {"upsample_linear1d", {A::kCreate, 1, 2}},
      {"upsample_nearest1d", {A::kCreate, 1, 2}},
      {"upsample_nearest2d", {A::kCreate, 1, 2}},
  };
  auto it = kTable->find(op);
  return it == kTable->end() ? nullptr : &it->second;
}

// The integers written out in an argument: `12`, or those in `[1, n, 12]`.
void Literals(const ts::Expr& e, std::vector<int64_t>* out) {
  if (const auto* i = e.If<ts::IntExpr>()) {
    if (!i->overflow && i->value > 1) out->push_back(i->value);
  } else if (const auto* l = e.If<ts::ListExpr>()) {
    for (const ts::Expr* item : l->items) Literals(*item, out);
  }
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
                                                        const Place& place) const {
  if (examples_.empty()) return std::nullopt;
  const std::optional<std::string> dotted = ts::DottedName(*call.callee);
  absl::string_view op = dotted ? absl::string_view(*dotted) : "";
  if (!absl::ConsumePrefix(&op, "torch.")) return std::nullopt;
  const SizeArguments* sizes = FindSizes(op);
  if (!sizes) return std::nullopt;
  Suspects s;
  for (size_t i = sizes->first; i < std::min(sizes->last, call.args.size()); ++i) {
    Literals(*call.args[i], &s.numbers);
  }
  if (s.numbers.empty()) return std::nullopt;
  s.op = std::string(op);
  s.place = place.ToString();
  if (sizes->kind != SizeArguments::kCreate && !args.empty()) s.shape = ShapeOf(args[0]);
  if (sizes->kind == SizeArguments::kSlice && args.size() > 1) {
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
  const auto kind = FindSizes(s.op)->kind;
  const Shape to = result ? ShapeOf(*result) : Shape();
  for (int64_t number : s.numbers) {
    if (kind == SizeArguments::kReshape || kind == SizeArguments::kSlice) {
      for (size_t i = 0; i < s.shape.size(); ++i) {
        if (ExampleOf(s.shape[i]) != number) continue;
        if (kind == SizeArguments::kReshape && result && LivesOn(s.shape, i, to)) continue;
        Note(s, number, s.shape[i].ToString());
        break;
      }
    }
    if (kind == SizeArguments::kReshape) continue;
    // A tensor that is large enough is cut, one that has the size already stays as it is.
    const bool slice = kind == SizeArguments::kSlice;
    if (slice && (!s.shape[0].is_const() || s.shape[0].value() <= number)) continue;
    if (std::find(s.shape.begin(), s.shape.end(), Dim(number)) != s.shape.end()) continue;
    for (const auto& [symbol, example] : examples_) {
      if (example == number) Note(s, number, symbol);
    }
  }
}

void FrozenSizes::Note(const Suspects& s, int64_t number, const std::string& size) {
  const std::string text =
      absl::StrCat("the ", number, " in torch.", s.op, " looks frozen: ", size, " was ", number,
                   " when the program was traced, at ", s.place);
  if (std::find(found_.begin(), found_.end(), text) == found_.end()) found_.push_back(text);
}

std::vector<std::string> FrozenSizes::Warnings() const {
  std::vector<std::string> lines = found_;
  if (lines.size() <= kMaxWarnings) return lines;
  lines.resize(kMaxWarnings);
  lines.push_back(absl::StrCat("and ", found_.size() - kMaxWarnings, " more that look frozen"));
  return lines;
}

}  // namespace t2n::script
