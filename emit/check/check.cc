#include "emit/check/check.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "emit/check/operators.h"
#include "emit/check/size_reading.h"
#include "emit/check/size_text.h"
#include "t2n/base/allowance.h"

namespace t2n {
namespace {

using nnef::Argument;
using nnef::Assignment;
using nnef::Document;
using nnef::Expr;
using nnef::Fragment;

using Names = absl::flat_hash_set<absl::string_view>;

constexpr char kSymbol[] = "tract_symbol ";
constexpr size_t kShown = 200;  // characters of an assignment in a message

bool IsName(absl::string_view text) {
  if (text.empty() || absl::ascii_isdigit(text[0])) return false;
  for (char c : text) {
    if (!absl::ascii_isalnum(c) && c != '_') return false;
  }
  return text != "true" && text != "false" && text != "inf";
}

class Checker {
 public:
  Checker(const Document& document, const Target& target, PlaceOf place_of)
      : document_(document), target_(target), place_of_(place_of) {}

  absl::Status Check() {
    for (absl::string_view extension : document_.extensions) {
      tract_ |= extension == "tract_registry tract_core";
      fragments_allowed_ |= extension == kFragmentDefinitions;
      if (absl::ConsumePrefix(&extension, kSymbol)) symbols_.insert(extension);
    }
    if (target_.reasons_on_sizes()) sizes_.emplace(document_.extensions);
    for (const Fragment& fragment : document_.fragments) {
      scope_ = absl::StrCat("fragment ", fragment.name);
      Begin();
      if (!fragments_allowed_) Fault("no extension allows fragments");
      if (FindOperator(target_, fragment.name)) Fault("an operator has this name");
      for (const nnef::Typed& parameter : fragment.parameters) Define(parameter.name);
      in_properties_ = fragment.name == kPropertiesFragment;
      CheckBody(fragment.body, /*is_graph=*/false);
      const bool own = fragment.source.empty();  // others were read (nnef/fragments.h)
      for (const nnef::Typed& result : fragment.results) {
        if (own) CheckResult(result.name);
      }
      if (!fragments_.insert({fragment.name, &fragment}).second) Fault("defined twice");
    }
    in_properties_ = false;
    scope_ = "graph";
    Begin();
    CheckBody(document_.body, /*is_graph=*/true);
    for (const std::string& input : document_.inputs) {
      if (!externals_.contains(input)) Fault(absl::StrCat("input `", input, "` is not external"));
    }
    if (externals_.size() != document_.inputs.size()) Fault("an external that is no input");
    for (const std::string& output : document_.outputs) CheckResult(output);
    if (fault_.empty()) return absl::OkStatus();
    if (misread_) {
      return absl::UnimplementedError(absl::StrCat("a size would be read wrongly: ", fault_));
    }
    if (no_number_) {
      return absl::UnimplementedError(absl::StrCat("NNEF has no literal for NaN: ", fault_));
    }
    return absl::InternalError(absl::StrCat("the model would not be readable: ", fault_));
  }

 private:
  // The first fault is the one that is told.
  void Fault(absl::string_view what) {
    if (!fault_.empty()) return;
    fault_ = absl::StrCat(scope_, ": ");
    if (at_) {
      std::string text = nnef::ToText(at_->value);
      if (text.size() > kShown) text.replace(kShown, std::string::npos, "...");
      absl::StrAppend(&fault_, "`", at_->results.empty() ? "" : at_->results[0], " = ", text,
                      "`: ");
    }
    absl::StrAppend(&fault_, what);
    const std::string place = at_ ? place_of_(*at_) : "";
    if (!place.empty()) absl::StrAppend(&fault_, ", at ", place);
  }

  void Begin() {
    at_ = nullptr;
    defined_.clear();
    assigned_.clear();
  }

  void Define(absl::string_view name) {
    if (!IsName(name)) Fault(absl::StrCat("`", name, "` is no name"));
    if (!defined_.insert(name).second) Fault(absl::StrCat("`", name, "` is defined twice"));
  }

  void CheckResult(absl::string_view name) {
    at_ = nullptr;
    if (!assigned_.contains(name)) Fault(absl::StrCat("result `", name, "` is not assigned"));
  }

  void CheckBody(const std::vector<Assignment>& body, bool is_graph) {
    for (const Assignment& assignment : body) {
      if (!Allowance::Current().Check().ok()) break;
      at_ = &assignment;
      CheckCall(assignment, is_graph);
      for (const std::string& result : assignment.results) {
        Define(result);
        assigned_.insert(result);
      }
    }
    at_ = nullptr;
  }

  void CheckCall(const Assignment& assignment, bool is_graph) {
    const Expr& call = assignment.value;
    if (in_properties_) return CheckProperties(call);
    if (call.kind != Expr::Kind::kCall) return Fault("not an operator's result");
    absl::string_view name = call.text;
    const bool typed = absl::ConsumeSuffix(&name, "<scalar>") ||
                       absl::ConsumeSuffix(&name, "<integer>") ||
                       absl::ConsumeSuffix(&name, "<logical>");
    const auto fragment = fragments_.find(name);
    if (fragment != fragments_.end()) return CheckUse(assignment, *fragment->second);
    const Operator* op = FindOperator(target_, name);
    if (!op) return Fault(absl::StrCat("`", name, "` is no operator of ", target_.name));
    if (absl::StartsWith(name, "tract_") && !tract_) Fault("no extension allows tract's operators");
    const bool external = name == "external" || name == "tract_core_external";
    const bool generic = external || name == "variable" || name == "cast";
    if (typed && !generic) Fault("a type behind the name");
    if ((external || name == "variable") && !is_graph) Fault("not in the graph itself");
    CheckArguments(call, *op);
    const size_t results = op->results > 0 ? op->results : CheckScan(call);
    if (assignment.results.size() != results) {
      Fault(absl::StrCat("it has ", results, " results"));
    }
    if (external && !assignment.results.empty()) externals_.insert(assignment.results[0]);
  }

  // An array of pairs of strings.
  void CheckProperties(const Expr& list) {
    bool pairs = list.kind == Expr::Kind::kArray;
    for (const Argument& item : list.items) {
      pairs &= item.value.items.size() == 2 &&
               All(item.value, Expr::Kind::kTuple, ArgumentKind::kString);
    }
    if (!pairs) Fault("properties are pairs of strings");
  }

  void CheckUse(const Assignment& assignment, const Fragment& fragment) {
    const Expr& call = assignment.value;
    if (!fragment.source.empty()) return CheckUserUse(assignment, fragment);
    if (call.items.size() != fragment.parameters.size()) {
      Fault(absl::StrCat("the fragment has ", fragment.parameters.size(), " parameters"));
    }
    for (const Argument& argument : call.items) {
      if (!argument.name.empty()) Fault("a named argument of a fragment");
      CheckTensor(argument.value);
    }
    if (assignment.results.size() != fragment.results.size()) {
      Fault(absl::StrCat("the fragment has ", fragment.results.size(), " results"));
    }
  }

  // Of a fragment that a user has written: as an operator.
  void CheckUserUse(const Assignment& assignment, const Fragment& fragment) {
    Operator op{fragment.name, {}, static_cast<int>(fragment.results.size())};
    for (const nnef::Typed& p : fragment.parameters) {
      op.parameters.push_back({p.name, KindOf(p.type), p.optional});
    }
    CheckArguments(assignment.value, op);
    if (assignment.results.size() != fragment.results.size()) {
      Fault(absl::StrCat("the fragment has ", fragment.results.size(), " results"));
    }
  }

  static ArgumentKind KindOf(absl::string_view type) {
    const bool array = absl::ConsumeSuffix(&type, "[]");
    if (absl::StartsWith(type, "(")) return ArgumentKind::kPairs;
    if (type == "integer") return array ? ArgumentKind::kIntegers : ArgumentKind::kInteger;
    if (type == "logical") return ArgumentKind::kLogical;
    if (type == "string") return ArgumentKind::kString;
    if (type == "scalar") return ArgumentKind::kScalar;
    return array ? ArgumentKind::kTensors : ArgumentKind::kTensor;
  }

  void CheckArguments(const Expr& call, const Operator& op) {
    size_t position = 0;
    given_.assign(op.parameters.size(), false);
    for (const Argument& argument : call.items) {
      const size_t i = argument.name.empty() ? position++ : Position(op, argument.name);
      if (i >= op.parameters.size()) {
        return Fault(argument.name.empty()
                         ? absl::StrCat("it has ", op.parameters.size(), " parameters")
                         : absl::StrCat("it has no parameter `", argument.name, "`"));
      }
      const Parameter& parameter = op.parameters[i];
      if (given_[i]) Fault(absl::StrCat("`", parameter.name, "` is given twice"));
      given_[i] = true;
      if (Is(argument.value, parameter.kind)) continue;
      no_number_ |= fault_.empty() && parameter.kind == ArgumentKind::kScalar &&
                    absl::StartsWith(argument.value.text, "nan");
      Fault(absl::StrCat("`", parameter.name, "` cannot be `", nnef::ToText(argument.value), "`"));
    }
    for (size_t i = 0; i < given_.size(); ++i) {
      if (!given_[i] && !op.parameters[i].optional) {
        Fault(absl::StrCat("`", op.parameters[i].name, "` is missing"));
      }
    }
  }

  static size_t Position(const Operator& op, absl::string_view name) {
    size_t i = 0;
    while (i < op.parameters.size() && op.parameters[i].name != name) ++i;
    return i;
  }

  bool Is(const Expr& e, ArgumentKind kind) {
    const bool text = e.kind == Expr::Kind::kText;
    switch (kind) {
      case ArgumentKind::kTensor:
        CheckTensor(e);
        return true;
      case ArgumentKind::kTensors:
        return !e.items.empty() && All(e, Expr::Kind::kArray, ArgumentKind::kTensor);
      case ArgumentKind::kInteger:
        return text && (IsIntegerText(e.text) || IsSize(e.text));
      case ArgumentKind::kIntegers:
        return All(e, Expr::Kind::kArray, ArgumentKind::kInteger);
      case ArgumentKind::kPairs:
        return e.kind == Expr::Kind::kArray &&
               std::all_of(e.items.begin(), e.items.end(), [&](const Argument& pair) {
                 return pair.value.items.size() == 2 &&
                        All(pair.value, Expr::Kind::kTuple, ArgumentKind::kInteger);
               });
      case ArgumentKind::kScalar:
        return text && IsNumberText(e.text);
      case ArgumentKind::kLogical:
        return text && (e.text == "true" || e.text == "false");
      case ArgumentKind::kString:
        return e.kind == Expr::Kind::kString;
      case ArgumentKind::kScanned:
      case ArgumentKind::kFull:
      case ArgumentKind::kState:
      case ArgumentKind::kOutput:
        return AreTuples(e, kind);
    }
    return false;
  }

  bool All(const Expr& e, Expr::Kind group, ArgumentKind kind) {
    return e.kind == group &&
           std::all_of(e.items.begin(), e.items.end(),
                       [&](const Argument& item) { return Is(item.value, kind); });
  }

  // (parameter, value, axis, step), (parameter, value), (parameter, value, result) or
  // (result, which, axis, step).
  bool AreTuples(const Expr& e, ArgumentKind kind) {
    using K = ArgumentKind;
    const std::vector<K> fields =
        kind == K::kScanned ? std::vector<K>{K::kString, K::kTensor, K::kInteger, K::kInteger}
        : kind == K::kFull  ? std::vector<K>{K::kString, K::kTensor}
        : kind == K::kState ? std::vector<K>{K::kString, K::kTensor, K::kString}
                            : std::vector<K>{K::kString, K::kString, K::kInteger, K::kInteger};
    if (e.kind != Expr::Kind::kArray) return false;
    for (const Argument& item : e.items) {
      const Expr& tuple = item.value;
      if (tuple.kind != Expr::Kind::kTuple || tuple.items.size() != fields.size()) return false;
      for (size_t i = 0; i < fields.size(); ++i) {
        if (!Is(tuple.items[i].value, fields[i])) return false;
      }
    }
    return true;
  }

  void CheckTensor(const Expr& e) {
    const bool array = e.kind == Expr::Kind::kArray && !target_.strict;
    if (array && !e.items.empty() && Is(e, ArgumentKind::kIntegers)) return;
    if (e.kind != Expr::Kind::kText) return Fault(absl::StrCat("`", nnef::ToText(e), "` there"));
    if (e.text.empty()) return Fault("an operand is missing");
    if (defined_.contains(e.text) || IsNumberText(e.text) || IsSize(e.text)) return;
    if (e.text == "true" || e.text == "false") return;
    Fault(absl::StrCat("`", e.text, "` is not defined"));
  }

  bool IsSize(absl::string_view text) {
    if (target_.strict || !IsSizeText(text, symbols_)) return false;
    if (!sizes_ || symbols_.contains(text) || !fault_.empty()) return true;
    const std::string wrong = sizes_->Fault(text);
    misread_ = !wrong.empty();
    if (misread_) Fault(wrong);
    return true;
  }

  // That a scan binds each parameter and result of its body; how many results it has.
  size_t CheckScan(const Expr& call) {
    const auto argument = [&](absl::string_view name) -> const Expr* {
      for (const Argument& a : call.items) {
        if (a.name == name) return &a.value;
      }
      return nullptr;
    };
    const Expr* body = argument("body");
    const auto found = body ? fragments_.find(body->text) : fragments_.end();
    if (found == fragments_.end()) return Fault("its body is no fragment"), 0;
    const Fragment& fragment = *found->second;
    Names parameters, results;
    for (const nnef::Typed& p : fragment.parameters) parameters.insert(p.name);
    for (const nnef::Typed& r : fragment.results) results.insert(r.name);
    size_t bound = 0;
    for (absl::string_view name : {"scan", "full", "state"}) {
      const Expr* list = argument(name);
      for (size_t i = 0; list && i < list->items.size(); ++i) {
        const std::vector<Argument>& tuple = list->items[i].value.items;
        ++bound;
        if (parameters.erase(tuple[0].value.text) == 0) {
          Fault(absl::StrCat("`", tuple[0].value.text, "` is no parameter left of its body"));
        }
        if (name == "state" && !results.contains(tuple[2].value.text)) {
          Fault(absl::StrCat("`", tuple[2].value.text, "` is no result of its body"));
        }
      }
    }
    if (bound != fragment.parameters.size()) Fault("parameters of its body are left");
    const Expr* outputs = argument("output");
    for (size_t i = 0; outputs && i < outputs->items.size(); ++i) {
      const std::string& name = outputs->items[i].value.items[0].value.text;
      if (!results.contains(name)) Fault(absl::StrCat("`", name, "` is no result of its body"));
    }
    return outputs ? outputs->items.size() : 0;
  }

  const Document& document_;
  const Target& target_;
  PlaceOf place_of_;
  std::string scope_, fault_;
  const Assignment* at_ = nullptr;
  std::optional<SizeReading> sizes_;  // where tract reasons on sizes
  // What the first fault is, if it is one of the program.
  bool misread_ = false;
  bool no_number_ = false;
  bool tract_ = false, fragments_allowed_ = false, in_properties_ = false;
  Names symbols_, defined_, assigned_, externals_;
  absl::flat_hash_map<absl::string_view, const Fragment*> fragments_;
  std::vector<bool> given_;
};

}  // namespace

absl::Status CheckDocument(const Document& document, const Target& target, PlaceOf place_of) {
  return Checker(document, target, place_of).Check();
}

absl::Status CheckDocument(const Document& document, const Target& target) {
  return CheckDocument(document, target, [](const Assignment&) { return std::string(); });
}

}  // namespace t2n
