#include "t2n/torchscript/argument_types.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace t2n::script {

namespace ts = torchscript;

namespace {

constexpr size_t kMaxLeaves = 64;
constexpr int kMaxDepth = 16;  // hostile classes hold themselves

class LeafFinder {
 public:
  explicit LeafFinder(Code* code) : code_(code) {}

  void Visit(const InputPath& path, const ts::Type& type, int depth = 0) {
    if (depth > kMaxDepth || leaves_.size() >= kMaxLeaves) return;
    const auto visit = [&](const std::string& step, const ts::Type& t) {
      Visit(path.Child({step}), t, depth + 1);
    };
    switch (type.kind) {
      case ts::TypeKind::kOptional:
      case ts::TypeKind::kUnion:
        for (const ts::Type& t : type.args) Visit(path, t, depth + 1);
        return;
      case ts::TypeKind::kList:
        return visit("0", type.args[0]);
      case ts::TypeKind::kTuple:
        for (size_t i = 0; i < type.args.size(); ++i) visit(absl::StrCat(i), type.args[i]);
        return;
      case ts::TypeKind::kDict:
        return visit(type.args[0].kind == ts::TypeKind::kStr ? "KEY" : "0", type.args[1]);
      default:
        break;
    }
    const auto fields = FieldsOf(code_, type);
    if (!fields) return Add(path, type);
    for (const Field& field : *fields) visit(field.name, field.type);
  }

  std::vector<ArgumentLeaf> Take() { return std::move(leaves_); }

 private:
  void Add(const InputPath& path, const ts::Type& type) {
    const std::string text = path.ToString();
    const bool known = std::any_of(leaves_.begin(), leaves_.end(), [&](const ArgumentLeaf& l) {
      return l.path.ToString() == text;
    });
    if (!known && type.kind != ts::TypeKind::kNone) leaves_.push_back({path, type});
  }

  Code* code_;
  std::vector<ArgumentLeaf> leaves_;
};

}  // namespace

std::optional<std::vector<Field>> FieldsOf(Code* code, const ts::Type& type) {
  if (type.kind != ts::TypeKind::kClass) return std::nullopt;
  const auto def = code->FindClass(type.name);
  if (!def.ok() || !*def || (*def)->class_kind != ts::ClassKind::kNamedTuple) return std::nullopt;
  std::vector<Field> fields;
  for (const ts::Stmt* stmt : (*def)->body) {
    const auto* field = stmt->If<ts::AttributeDecl>();
    if (field && field->type) fields.push_back({std::string(field->name), *field->type});
  }
  return fields;
}

std::vector<Field> NumberedFields(const std::vector<ts::Type>& types) {
  std::vector<Field> fields;
  for (const ts::Type& t : types) fields.push_back({absl::StrCat(fields.size()), t});
  return fields;
}

IValue NewNamedTuple(std::vector<IValue> items, const std::vector<Field>& fields,
                     const std::string& class_name) {
  auto tuple = std::make_shared<Tuple>();
  tuple->items = std::move(items);
  if (class_name.empty()) return IValue(tuple);
  tuple->type_name = class_name;
  for (const Field& f : fields) tuple->fields.push_back(f.name);
  return IValue(tuple);
}

std::optional<IValue> AsKey(const PathStep& step, const ts::Type& type) {
  int64_t i;
  double d;
  switch (type.kind) {
    case ts::TypeKind::kStr:
      return IValue(step.text);
    case ts::TypeKind::kInt:
      return !step.quoted && absl::SimpleAtoi(step.text, &i) ? std::make_optional(IValue(i))
                                                             : std::nullopt;
    case ts::TypeKind::kFloat:
      return !step.quoted && absl::SimpleAtod(step.text, &d) ? std::make_optional(IValue(d))
                                                             : std::nullopt;
    case ts::TypeKind::kBool:
      if (step.quoted || (step.text != "True" && step.text != "False")) return std::nullopt;
      return IValue(step.text == "True");
    default:
      return std::nullopt;
  }
}

PathStep StepTo(const IValue& key) {
  const auto* text = key.If<std::string>();
  return text ? StepToText(*text) : PathStep{Str(key), false};
}

std::vector<ts::Type> TypesAt(Code* code, const ts::Type& type, absl::Span<const PathStep> steps) {
  using Types = std::vector<ts::Type>;
  if (type.kind == ts::TypeKind::kOptional || type.kind == ts::TypeKind::kUnion) {
    Types all;
    for (const ts::Type& t : type.args) {
      for (ts::Type& at : TypesAt(code, t, steps)) all.push_back(std::move(at));
    }
    return all;
  }
  if (steps.empty()) return {type};
  const auto rest = steps.subspan(1);
  const ts::Type index = {ts::TypeKind::kInt, "int", {}};
  if (type.kind == ts::TypeKind::kList) {
    return AsKey(steps[0], index) ? TypesAt(code, type.args[0], rest) : Types();
  }
  if (type.kind == ts::TypeKind::kDict) {
    return AsKey(steps[0], type.args[0]) ? TypesAt(code, type.args[1], rest) : Types();
  }
  const auto fields = type.kind == ts::TypeKind::kTuple
                          ? std::make_optional(NumberedFields(type.args))
                          : FieldsOf(code, type);
  if (!fields) return {};
  for (const Field& f : *fields) {
    if (f.name == steps[0].text && !steps[0].quoted) return TypesAt(code, f.type, rest);
  }
  return {};
}

bool HoldsTensor(Code* code, const ts::Type& type) {
  const std::vector<ArgumentLeaf> leaves = LeavesOf(code, InputPath(), type);
  return std::any_of(leaves.begin(), leaves.end(),
                     [](const ArgumentLeaf& l) { return l.is_tensor(); });
}

std::vector<ArgumentLeaf> LeavesOf(Code* code, const InputPath& path, const ts::Type& type) {
  LeafFinder finder(code);
  finder.Visit(path, type);
  return finder.Take();
}

}  // namespace t2n::script
