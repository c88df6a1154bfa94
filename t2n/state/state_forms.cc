#include "t2n/state/state_forms.h"

#include "absl/strings/str_cat.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

// Makes values of forms.
class FormMaker {
 public:
  explicit FormMaker(Builder* builder) : b_(*builder) {}

  // A value that stays as it is.
  void Keep(const Held& held, const std::string& path) {
    if (held.same) return;
    made_[path] = held.source;
    for (size_t i = 0; i < held.items.size(); ++i) {
      Keep(held.items[i], ItemPath(held, path, i));
    }
  }

  IValue Make(const Held& form, const std::string& path) {
    IValue value = form.same ? made_[form.alias] : New(form, path);
    made_[path] = value;
    if (!form.alias.empty() && !form.same) {
      for (const std::string& p : {form.alias, path}) {
        if (auto t = made_[p].tensor()) {
          t->set_read_only(absl::StrCat("that shares memory with another (attributes '", form.alias,
                                        "' and '", path, "')"));
        }
      }
    }
    return value;
  }

 private:
  IValue New(const Held& form, const std::string& path) {
    auto items = [&] {
      std::vector<IValue> values;
      for (size_t i = 0; i < form.items.size(); ++i) {
        values.push_back(Make(form.items[i], ItemPath(form, path, i)));
      }
      return values;
    };
    switch (form.kind) {
      case Held::Kind::kPlain:
        return form.plain;
      case Held::Kind::kTensor: {
        auto ref = TensorRef::New(form.constant ? b_.Constant(*form.constant, form.type.quant)
                                                : b_.Input(path, form.type));
        if (form.number) ref->set_is_number();
        return IValue(ref);
      }
      case Held::Kind::kList:
        return IValue::NewList(items());
      case Held::Kind::kTuple: {
        auto tuple = std::make_shared<Tuple>(*form.tuple);
        tuple->items = items();
        return IValue(tuple);
      }
      case Held::Kind::kDict: {
        auto dict = std::make_shared<Dict>();
        std::vector<IValue> values = items();
        for (size_t i = 0; i < values.size(); ++i) {
          dict->items.emplace_back(form.keys[i], values[i]);
        }
        return IValue(dict);
      }
    }
    return IValue();
  }

  Builder& b_;
  std::map<std::string, IValue> made_;
};

// A known number as a tensor, where `form` is an input.
absl::Status OpenNumbers(const Held& form, Builder& b, Held* held) {
  for (size_t i = 0; i < held->items.size() && i < form.items.size(); ++i) {
    T2N_RETURN_IF_ERROR(OpenNumbers(form.items[i], b, &held->items[i]));
  }
  if (!form.number || form.kind != Held::Kind::kTensor) return absl::OkStatus();
  if (held->kind == Held::Kind::kPlain) {
    const IValue& v = held->plain;
    if (const bool* x = v.If<bool>()) held->tensor = b.Scalar(DType::kBool, int64_t{*x});
    if (const Dim* x = v.If<Dim>()) held->tensor = b.DimScalar(*x);
    if (const double* x = v.If<double>()) held->tensor = b.Scalar(DType::kF32, *x);
  }
  if (!held->tensor) return absl::OkStatus();
  held->tensor = b.Cast(b.Reshape(held->tensor, {}), form.type.dtype);
  T2N_RETURN_IF_ERROR(b.status());
  held->kind = Held::Kind::kTensor;
  held->plain = IValue();
  held->number = true;
  held->type = held->tensor->type;
  held->constant = held->tensor->constant;
  return absl::OkStatus();
}

std::optional<DType> NumberType(const IValue& v) {
  if (v.If<bool>()) return DType::kBool;
  if (v.If<Dim>()) return DType::kI64;
  if (v.If<double>()) return DType::kF32;
  return std::nullopt;
}

}  // namespace

absl::Status ApplyForms(const AttributeForms& forms, const std::shared_ptr<Object>& root,
                        Builder* builder) {
  if (forms.empty()) return absl::OkStatus();
  FormMaker maker(builder);
  for (const Attribute& a : Attributes(root)) {
    auto it = forms.find(a.path);
    if (it != forms.end()) {
      a.object->Set(a.name, maker.Make(it->second, a.path));
    } else {
      maker.Keep(a.held, a.path);
    }
  }
  return builder->status();
}

absl::StatusOr<std::vector<Attribute>> AttributesAfter(const AttributeForms& forms,
                                                       const std::shared_ptr<Object>& root,
                                                       Builder* builder) {
  std::vector<Attribute> after = Attributes(root);
  for (Attribute& a : after) {
    auto it = forms.find(a.path);
    if (it != forms.end()) T2N_RETURN_IF_ERROR(OpenNumbers(it->second, *builder, &a.held));
  }
  return after;
}

Held NextForm(const Held& left, const Held* found, bool again, bool symbols) {
  Held next = left;
  next.source = IValue();
  next.tensor = Val();
  if (next.same) {
    next.items.clear();
    next.constant.reset();
    return next;
  }
  bool input = found && found->kind == Held::Kind::kTensor && found->number && !found->constant;
  if (next.kind == Held::Kind::kTensor && next.number && (input || again)) {
    next.constant.reset();
  } else if (next.kind == Held::Kind::kTensor && again && !(found && SameForm(*found, left))) {
    next.constant.reset();
  }
  const bool stays =
      found && found->kind == Held::Kind::kPlain && !found->counts && SameForm(*found, left);
  if (next.kind == Held::Kind::kPlain && again && !stays) {
    std::optional<DType> type = NumberType(next.plain);
    if (symbols && next.plain.If<Dim>()) {
      next.counts = true;
    } else if (type) {
      next.kind = Held::Kind::kTensor;
      next.number = true;
      next.plain = IValue();
      next.type = {*type, {}, nullptr};
    }
  }
  for (size_t i = 0; i < next.items.size(); ++i) {
    const Held* child = found && i < found->items.size() ? &found->items[i] : nullptr;
    next.items[i] = NextForm(left.items[i], child, again, symbols);
  }
  return next;
}

}  // namespace t2n
