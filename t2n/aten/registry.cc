#include "t2n/aten/registry.h"

#include <algorithm>
#include <atomic>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "t2n/aten/aliases.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/unread.h"
#include "t2n/aten/families.h"
#include "t2n/aten/quantized/quantized_tensors.h"
#include "t2n/aten/refused.h"
#include "t2n/aten/register.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

// What is given for the formal argument i, or null.
const Arg* Given(const Schema& schema, size_t i, absl::Span<const Arg> positional,
                 absl::Span<const NamedArg> keywords) {
  if (!schema.args[i].keyword_only && i < positional.size()) return &positional[i];
  for (const NamedArg& k : keywords) {
    if (k.name == schema.args[i].name) return &k.value;
  }
  return nullptr;
}

// A number that the inputs' values decide, or a list with one.
bool IsOpenInteger(const Arg& a) {
  if (a.is_list() || a.is_tuple())
    return std::any_of(a.items().begin(), a.items().end(), IsOpenInteger);
  return a.is_tensor() && a.tensor() && a.tensor().rank() == 0 && IsInteger(a.tensor().dtype()) &&
         !a.tensor().is_constant() && !a.tensor()->dims;
}

// The first argument that takes integers known at conversion and is given one that is not.
std::optional<std::string> OpenSizeArgument(const Schema& schema, absl::Span<const Arg> positional,
                                            absl::Span<const NamedArg> keywords) {
  for (size_t i = 0; i < schema.args.size(); ++i) {
    const Arg* given = Given(schema, i, positional, keywords);
    if (schema.args[i].type.kind != SchemaType::Kind::kInt || !given) continue;
    if (IsOpenInteger(*given)) return schema.args[i].name;
  }
  return std::nullopt;
}

// Why no overload takes the arguments: `why` the last of them does not.
absl::Status NoOverload(absl::string_view name, const std::optional<std::string>& open_size,
                        absl::Span<const Arg> positional, absl::Span<const NamedArg> keywords,
                        absl::string_view why) {
  if (open_size) {
    return absl::UnimplementedError(
        absl::StrCat(name, ": argument '", *open_size,
                     "' is a number that the inputs' values decide; it must follow from sizes, "
                     "constants or --args"));
  }
  std::string given = absl::StrJoin(
      positional, ", ", [](std::string* out, const Arg& a) { out->append(a.ToString()); });
  for (const NamedArg& k : keywords) {
    absl::StrAppend(&given, given.empty() ? "" : ", ", k.name, "=", k.value.ToString());
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no overload of ", name, " takes (", given, "): ", why));
}

}  // namespace

const Registry& Registry::Get() {
  static const Registry* const registry = [] {
    auto* r = new Registry();
    r->Add({RegisteredOps()});  // before others of the same name
    for (const Family& family : AllFamilies()) r->Add(family);
    return r;
  }();
  return *registry;
}

void Registry::Add(const Family& family) {
  static constexpr MemoryRule kDefault;
  for (const OpEntry& entry : family.ops) {
    const MemoryRule* memory = entry.memory ? entry.memory : family.memory;
    ops_[SchemaBaseName(entry.schema)].push_back(
        std::make_unique<Overload>(&entry, memory ? memory : &kDefault));
  }
}

absl::StatusOr<const Schema*> Registry::Overload::schema() const {
  // Who waits for another thread in call_once waits inside the library, where thread sanitizers do
  // not look: they see this.
  static std::atomic<int64_t> parsed{0};
  absl::call_once(parsed_, [this] {
    schema_ = ParseSchema(entry_->schema);
    parsed.fetch_add(1, std::memory_order_release);
  });
  parsed.load(std::memory_order_acquire);
  T2N_RETURN_IF_ERROR(schema_.status());
  return &*schema_;
}

const Registry::Overloads* Registry::Find(absl::string_view name, bool* in_place) const {
  *in_place = false;
  auto it = ops_.find(Unaliased(name));
  if (it != ops_.end()) return &it->second;
  // __ilshift__ and the like.
  absl::string_view operation = name;
  if (absl::ConsumePrefix(&operation, "aten::__i") && absl::EndsWith(operation, "__")) {
    it = ops_.find(absl::StrCat("aten::__", operation));
    if (it == ops_.end()) return nullptr;
    *in_place = true;
    return &it->second;
  }
  if (name.size() < 2 || name.back() != '_' || name[name.size() - 2] == '_') return nullptr;
  it = ops_.find(Unaliased(name.substr(0, name.size() - 1)));
  if (it == ops_.end()) return nullptr;
  *in_place = true;
  return &it->second;
}

bool Registry::Has(absl::string_view name) const {
  bool in_place;
  return Find(name, &in_place) != nullptr;
}

std::vector<std::string> Registry::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, overloads] : ops_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Registry::Schemas(absl::string_view name) const {
  std::vector<std::string> out;
  auto it = ops_.find(name);
  if (it == ops_.end()) return out;
  for (const auto& o : it->second) out.push_back(o->entry().schema);
  return out;
}

const MemoryRule* Registry::RuleOf(absl::string_view name, absl::string_view overload) const {
  auto it = ops_.find(name);
  if (it == ops_.end()) return nullptr;
  for (const auto& o : it->second) {
    if (SchemaOverloadName(o->entry().schema) == overload) return &o->memory();
  }
  return nullptr;
}

std::vector<const Registry::Overload*> Registry::Candidates(
    const Overloads& overloads, std::optional<absl::string_view> asked) {
  std::vector<const Overload*> all;
  for (const auto& o : overloads) {
    if (asked && SchemaOverloadName(o->entry().schema) == *asked) return {o.get()};
    all.push_back(o.get());
  }
  return all;
}

absl::StatusOr<Registry::Choice> Registry::Choose(absl::string_view name,
                                                  std::optional<absl::string_view> overload,
                                                  absl::Span<const Arg> positional,
                                                  absl::Span<const NamedArg> keywords) const {
  bool in_place;
  const Overloads* overloads = Find(name, &in_place);
  if (!overloads) {
    if (absl::string_view why = RefusalOf(name); !why.empty()) {
      return absl::UnimplementedError(absl::StrCat(name, ": ", why));
    }
    return absl::NotFoundError(absl::StrCat("operator ", name, " is not known"));
  }
  const std::vector<const Overload*> candidates = Candidates(*overloads, overload);
  std::string why;
  std::optional<std::string> open_size;
  // As torch does: first without implicit conversions, then with them.
  for (bool convert : {false, true}) {
    for (const Overload* o : candidates) {
      T2N_ASSIGN_OR_RETURN(const Schema* schema, o->schema());
      std::optional<std::vector<Arg>> args =
          MatchArgs(*schema, positional, keywords, convert, &why);
      if (args) return Choice{&o->entry(), &o->memory(), schema, in_place, *std::move(args)};
      if (!open_size) open_size = OpenSizeArgument(*schema, positional, keywords);
    }
  }
  return NoOverload(name, open_size, positional, keywords, why);
}

absl::StatusOr<Arg> Registry::Run(const Choice& choice, Builder* builder, const OpEnv& env,
                                  const Strided* memory) const {
  const Schema& schema = *choice.schema;
  OpCall call(builder, &schema, choice.args, &env, this, memory);
  OnQuantized how = HasQuantized(choice.args) ? choice.entry->on_quantized : OnQuantized::kKeep;
  const OpFn fn = choice.entry->fn;
  Arg value = how == OnQuantized::kKeep ? fn(call) : CallOnQuantized(how, fn, call);
  RefuseUnread(call);
  T2N_RETURN_IF_ERROR(builder->status());
  return value;
}

absl::StatusOr<Arg> Registry::Call(absl::string_view name, absl::Span<const Arg> positional,
                                   absl::Span<const NamedArg> keywords, Builder* builder,
                                   const OpEnv& env) const {
  T2N_ASSIGN_OR_RETURN(const Choice choice, Choose(name, std::nullopt, positional, keywords));
  return Run(choice, builder, env);
}

}  // namespace t2n
