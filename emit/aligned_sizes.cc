#include "emit/aligned_sizes.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emit/steady_sizes.h"
#include "emit/tract_shapes.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

using nnef::Argument;
using nnef::Assignment;
using nnef::Call;
using nnef::Expr;

namespace {

// Neighbouring axes before and after a reshape that have the same number of elements.
struct Block {
  size_t from_begin, from_end, to_begin, to_end;
};

// As many blocks as can be told.
std::vector<Block> BlocksOf(const Shape& from, const Shape& to) {
  std::vector<Block> blocks;
  size_t i = from.size(), k = to.size();
  while (i > 0 || k > 0) {
    const size_t i_end = i, k_end = k;
    size_t best_i = 0, best_k = 0, least = from.size() + to.size() + 1;
    Dim a = 1;
    for (size_t p = i_end;; --p) {
      Dim b = 1;
      for (size_t q = k_end;; --q) {
        const size_t count = (i_end - p) + (k_end - q);
        if (count > 0 && count < least && a == b && p < i_end && q < k_end) {
          best_i = p, best_k = q, least = count;
        }
        if (q == 0) break;
        b *= to[q - 1];
      }
      if (p == 0) break;
      a *= from[p - 1];
    }
    i = best_i, k = best_k;
    blocks.push_back({i, i_end, k, k_end});
  }
  return blocks;
}

// The product of an array of sizes, not multiplied out.
Expr ProductExpr(const Expr& sizes) {
  const auto append = [](std::string* out, const Argument& size) {
    absl::StrAppend(out, "(", size.value.text, ")");
  };
  return nnef::Id(absl::StrJoin(sizes.items, "*", append));
}

// The operand's axes up to their ends, by their numbers.
Expr Slice(const Expr& operand, const std::map<int64_t, Expr>& ends) {
  std::vector<int64_t> axes;
  std::vector<Expr> begin, end;
  for (const auto& [axis, size] : ends) {
    axes.push_back(axis);
    begin.push_back(nnef::Int(0));
    end.push_back(size);
  }
  return Call("slice", {operand},
              {{"axes", nnef::Ints(axes)},
               {"begin", nnef::Array(std::move(begin))},
               {"end", nnef::Array(std::move(end))}});
}

Shape Part(const Shape& shape, size_t begin, size_t count) {
  return Shape(shape.begin() + begin, shape.begin() + begin + count);
}

// `count` axes from `start` on in other sizes. Of none, or as none, they are of size 1.
Expr Reshaped(const std::string& x, int64_t start, int64_t count, const Expr& sizes) {
  const int64_t ones = std::max<int64_t>(count, sizes.items.size());
  std::vector<int64_t> axes(ones);
  std::iota(axes.begin(), axes.end(), start);
  if (sizes.items.empty()) return Call("squeeze", {nnef::Id(x)}, {{"axes", nnef::Ints(axes)}});
  if (count == 0) return Call("unsqueeze", {nnef::Id(x)}, {{"axes", nnef::Ints(axes)}});
  return Call(
      "reshape", {nnef::Id(x)},
      {{"shape", sizes}, {"axis_start", nnef::Int(start)}, {"axis_count", nnef::Int(count)}});
}

class Aligner {
 public:
  explicit Aligner(Model* model)
      : model_(*model),
        shapes_(model->document.extensions, model->shapes),
        steady_(model->shapes, &shapes_) {}

  void Run() {
    std::vector<Assignment> body = std::move(model_.document.body);
    for (Assignment& assignment : body) {
      source_ = assignment.source;
      Align(&assignment);
    }
    model_.document.body = std::move(body_);
  }

 private:
  void Add(Assignment assignment) {
    shapes_.Visit(assignment);
    body_.push_back(std::move(assignment));
  }

  void Align(Assignment* assignment) {
    Expr& call = assignment->value;
    if (call.kind == Expr::Kind::kCall) {
      steady_.Settle(&call);
      AlignNumbers(&call);
    }
    if (call.text == "reshape" && AlignReshape(assignment)) return;
    const Shape* found = shapes_.Known(assignment->results[0]);
    if (call.kind == Expr::Kind::kCall && found) {
      const Shape known = *found;
      if (call.text == "concat") AlignConcat(known, &call);
      if (call.text == "tract_core_broadcast") AlignOperands(known, {&call.items[0].value});
      if (TractShapes::IsElementwise(call.text)) {
        std::vector<Expr*> operands;
        for (Argument& argument : call.items) operands.push_back(&argument.value);
        AlignOperands(known, operands);
      }
      if (call.text == "tract_core_einsum") AlignEinsum(&call);
      const bool convolves = call.text == "conv" || call.text == "deconv";
      if (convolves && shapes_.MultipliesByChance(*assignment)) {
        Expr& image = call.items[0].value;
        Cut(steady_.ClosedEnds(image), &image);
      }
    }
    Add(std::move(*assignment));
  }

  // As they are written: some as products.
  Expr Sizes(const Shape& sizes) const {
    std::vector<Expr> items;
    for (const Dim& d : sizes) {
      const auto product = products_.find(d.ToString());
      items.push_back(product == products_.end() ? DimExpr(d) : product->second);
    }
    return nnef::Array(std::move(items));
  }

  // The operands, of which no axis has a number of elements that tract does not know.
  void AlignNumbers(Expr* call) {
    for (Argument& argument : call->items) {
      if (!argument.name.empty()) continue;
      if (argument.value.kind == Expr::Kind::kArray) AlignNumbers(&argument.value);
      const Shape* own = shapes_.Known(argument.value.text);
      const TractShape* x = shapes_.Find(argument.value.text);
      if (!own || !x || own->size() != x->size()) continue;
      std::map<int64_t, Shared> numbers;
      std::map<int64_t, Shared*> wanted;
      for (size_t axis = 0; axis < own->size(); ++axis) {
        const bool known = !(*x)[axis] || (*x)[axis]->kind == TractNode::kValue;
        if (!(*own)[axis].is_const() || known) continue;
        wanted[axis] = &numbers.emplace(axis, Shared{(*own)[axis], nullptr}).first->second;
      }
      if (!wanted.empty()) AlignAxes(wanted, &argument.value);
    }
  }

  // A size that operands share, and what tract has for it in the first of them.
  struct Shared {
    Dim size;
    TractSize first;
  };

  // The operands, of which each axis but those of size 1 has a size as it is written, and one that
  // tract takes for that of the others.
  void AlignOperands(const Shape& sizes, const std::vector<Expr*>& operands, int64_t but = -1) {
    std::vector<Shared> shared;
    for (const Dim& size : sizes) shared.push_back({size, nullptr});
    for (Expr* operand : operands) {
      const TractShape* x = shapes_.Find(operand->text);
      if (!x || x->size() != sizes.size()) continue;
      std::map<int64_t, Shared*> wanted;
      for (size_t axis = 0; axis < sizes.size(); ++axis) {
        if (static_cast<int64_t>(axis) != but) wanted.emplace(axis, &shared[axis]);
      }
      AlignAxes(wanted, operand);
    }
  }

  // Whether an axis of size `is` goes with what it shares its size with.
  bool GoesWith(const TractSize& is, Shared* shared) {
    const TractSize as = shapes_.Read(Sizes({shared->size}).items[0].value);
    if (!as) return true;
    const bool equal =
        shapes_.Equal(as, is) && (!shared->first || shapes_.Equal(is, shared->first));
    if (!shared->first) shared->first = equal ? is : as;
    return equal;
  }

  void AlignAxes(const std::map<int64_t, Shared*>& wanted, Expr* operand) {
    const TractShape x = *shapes_.Find(operand->text);
    std::map<int64_t, Expr> ends;
    for (const auto& [axis, shared] : wanted) {
      const TractSize& is = x[axis];
      const bool one = is && is->kind == TractNode::kValue && is->number == 1;
      if (one || GoesWith(is, shared)) continue;
      ends.emplace(axis, Sizes({shared->size}).items[0].value);
    }
    Cut(ends, operand);
  }

  // The operand's axes up to their ends.
  void Cut(const std::map<int64_t, Expr>& ends, Expr* operand) {
    if (ends.empty()) return;
    Expr whole = Slice(*operand, ends);
    std::string& name = cut_[nnef::ToText(whole)];
    if (name.empty()) {
      name = model_.names.Unique(absl::StrCat(operand->text, "_whole"));
      if (const Shape* own = shapes_.Known(operand->text)) {
        const Shape sizes = *own;
        model_.shapes.emplace(name, sizes);
      }
      Add({{name}, std::move(whole), source_});
    }
    *operand = nnef::Id(name);
  }

  void AlignConcat(const Shape& sizes, Expr* call) {
    int64_t axis = 0;
    const Expr* text = FindArgument(*call, "axis");
    if (!text || !absl::SimpleAtoi(text->text, &axis)) return;
    std::vector<Expr*> parts;
    for (Argument& part : call->items[0].value.items) parts.push_back(&part.value);
    AlignOperands(sizes, parts, axis);
  }

  void AlignEinsum(Expr* call) {
    const Expr* equation = FindArgument(*call, "expr");
    if (!equation || call->items.empty()) return;
    const EinsumTerms terms = ParseEinsum(equation->text);
    std::vector<Expr*> operands;
    for (Argument& argument : call->items) {
      if (!argument.name.empty()) continue;
      Expr& value = argument.value;
      if (value.kind != Expr::Kind::kArray) operands.push_back(&value);
      for (Argument& item : value.items) operands.push_back(&item.value);
    }
    std::map<char, Shared> sizes;
    for (size_t i = 0; i < operands.size() && i < terms.inputs.size(); ++i) {
      const Shape* own = shapes_.Known(operands[i]->text);
      const TractShape* x = shapes_.Find(operands[i]->text);
      if (!own || !x || own->size() != terms.inputs[i].size() || x->size() != own->size()) continue;
      std::map<int64_t, Shared*> wanted;
      for (size_t axis = 0; axis < own->size(); ++axis) {
        if ((*own)[axis] == Dim(1)) continue;
        const char letter = terms.inputs[i][axis];
        wanted.emplace(axis,
                       &sizes.try_emplace(letter, Shared{(*own)[axis], nullptr}).first->second);
      }
      AlignAxes(wanted, operands[i]);
    }
  }

  // Of a reshape, where its axes begin and how many they are.
  std::pair<size_t, size_t> ReshapedAxes(const Expr& call, size_t rank) const {
    int64_t start = 0, count = -1;
    const Expr* text = FindArgument(call, "axis_start");
    if (text && !absl::SimpleAtoi(text->text, &start)) start = 0;
    text = FindArgument(call, "axis_count");
    if (!text || !absl::SimpleAtoi(text->text, &count) || count < 0) count = rank - start;
    return {start, count};
  }

  bool KeepsVolume(const std::string& operand, size_t begin, size_t count, const Expr& to) {
    const TractShape* x = shapes_.Find(operand);
    if (!x || begin + count > x->size()) return true;
    return shapes_.SameVolume(absl::MakeConstSpan(*x).subspan(begin, count), shapes_.ReadAll(to));
  }

  // Where a reshape multiplies sizes of which tract makes one form or another by chance, they are
  // closed before it, and the result is cut to its sizes: the assignment becomes that cut.
  bool CloseReshape(const Shape& from, size_t start, size_t count, Assignment* assignment) {
    const Shape* after = shapes_.Known(assignment->results[0]);
    Expr shape = *FindArgument(assignment->value, "shape");
    const size_t made = shape.items.size();
    Expr& operand = assignment->value.items[0].value;
    const TractShape x = *shapes_.Find(operand.text);
    if (x.size() != from.size() || !after || after->size() + count != x.size() + made) return false;
    const std::map<int64_t, Expr> closed = steady_.ClosedEnds(operand);
    std::map<int64_t, Expr> ends, whole;
    const TractShape to = shapes_.ReadAll(shape);
    for (const Block& b : BlocksOf(Part(from, start, count), Part(*after, start, made))) {
      const size_t begin = start + b.from_begin, size = b.from_end - b.from_begin;
      // The product of two open sizes has to stay one: another reshape may ask for its factors.
      const auto is_open = [](const Dim& d) { return !d.is_const(); };
      if (absl::c_count_if(Part(from, begin, size), is_open) > 1) continue;
      const bool by_chance = shapes_.MultipliesByChance(
          absl::MakeConstSpan(x).subspan(begin, size),
          absl::MakeConstSpan(to).subspan(b.to_begin, b.to_end - b.to_begin));
      if (!by_chance) continue;
      if (b.to_end - b.to_begin != 1) return false;
      std::vector<Expr> factors;
      for (size_t axis = begin; axis < begin + size; ++axis) {
        const auto end = closed.find(axis);
        if (end != closed.end()) ends.insert(*end);
        factors.push_back(end == closed.end() ? DimExpr(from[axis]) : end->second);
      }
      whole.emplace(start + b.to_begin, shape.items[b.to_begin].value);
      shape.items[b.to_begin].value = ProductExpr(nnef::Array(std::move(factors)));
    }
    if (ends.empty()) return false;
    const std::string name = model_.names.Unique(absl::StrCat(assignment->results[0], "_closed"));
    const Shape sizes = *after;
    model_.shapes.emplace(name, sizes);
    Cut(ends, &operand);
    Add({{name}, Reshaped(operand.text, start, count, shape), source_});
    assignment->value = Slice(nnef::Id(name), whole);
    return true;
  }

  // Whether the reshape was written in another way.
  bool AlignReshape(Assignment* assignment) {
    Expr& operand = assignment->value.items[0].value;
    const Shape* own = shapes_.Known(operand.text);
    if (!own || !shapes_.Find(operand.text)) return false;
    const Shape from = *own;
    const auto [start, count] = ReshapedAxes(assignment->value, from.size());
    const Expr to = *FindArgument(assignment->value, "shape");
    if (start + count > from.size()) return false;
    if (CloseReshape(from, start, count, assignment)) return false;
    if (KeepsVolume(operand.text, start, count, to)) return false;
    AlignOperands(from, {&operand});
    if (KeepsVolume(operand.text, start, count, to)) return false;
    const Shape* after = shapes_.Known(assignment->results[0]);
    if (!after || after->size() != from.size() - count + to.items.size()) return false;
    ReshapeInParts(Part(from, start, count), Part(*after, start, to.items.size()), start,
                   *assignment);
    return true;
  }

  void ReshapeInParts(const Shape& from, const Shape& to, size_t start,
                      const Assignment& assignment) {
    const std::vector<Block> blocks = BlocksOf(from, to);
    std::string x = assignment.value.items[0].value.text;
    for (size_t i = 0; i < blocks.size(); ++i) {
      const Block& b = blocks[i];
      const Shape before = Part(from, b.from_begin, b.from_end - b.from_begin);
      const Shape after = Part(to, b.to_begin, b.to_end - b.to_begin);
      if (!KeepsVolume(x, start + b.from_begin, before.size(), Sizes(after)) && after.size() == 1) {
        products_.emplace(after[0].ToString(), ProductExpr(DimArray(before)));
      }
      const Expr sizes = Sizes(after);
      if (!KeepsVolume(x, start + b.from_begin, before.size(), sizes)) {
        return Refuse(assignment,
                      absl::StrCat("tract cannot see that ", ShapeToString(before), " and ",
                                   ShapeToString(after), " have as many elements"));
      }
      const bool last = i + 1 == blocks.size();
      std::string name =
          last ? assignment.results[0] : model_.names.Unique(absl::StrCat(x, "_part"));
      Add({{name}, Reshaped(x, start + b.from_begin, before.size(), sizes), source_});
      x = std::move(name);
    }
  }

  void Refuse(const Assignment& assignment, const std::string& why) {
    const PlacePtr place = assignment.source < 0 ? nullptr : model_.sources[assignment.source];
    model_.refusals.push_back(absl::StrCat(why, place ? ", at " : "",
                                           place ? place->ToString() : "", model_.target.Note()));
  }

  Model& model_;
  TractShapes shapes_;
  SteadySizes steady_;
  std::vector<Assignment> body_;
  std::map<std::string, std::string> cut_;  // text of a slice -> its name
  std::map<std::string, Expr> products_;    // by a size that tract cannot see to be one
  int source_ = -1;
};

}  // namespace

void AlignSizes(Model* model) {
  if (!model->target.reasons_on_sizes() || model->symbols.empty()) return;
  Aligner(model).Run();
}

}  // namespace t2n
