// The operators: every one is a schema and a function, listed in the table of its family's file.
#ifndef T2N_ATEN_REGISTRY_H_
#define T2N_ATEN_REGISTRY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/aten/core/op_entry.h"

namespace t2n {

class Registry : public Operators {
 public:
  // All families.
  static const Registry& Get();

  // Adds a table; its rows and their rules must outlive the registry.
  void Add(const Family& family);

  // Whether some overload of `aten::name` is there, directly or as the pure form of `name_`.
  bool Has(absl::string_view name) const;
  // All names, sorted.
  std::vector<std::string> Names() const;
  std::vector<std::string> Schemas(absl::string_view name) const;
  // The memory rule of one overload of `name`; null if there is none.
  const MemoryRule* RuleOf(absl::string_view name, absl::string_view overload) const;

  // An overload and the arguments as it takes them: in the schema's order, defaults filled in.
  struct Choice {
    const OpEntry* entry;
    const MemoryRule* memory;
    const Schema* schema;
    bool in_place;  // the pure form is called: its result is to be written to argument 0
    std::vector<Arg> args;
  };
  // The overload of `name` (`aten::relu`, `aten::relu_`) that the arguments fit; if `overload` is
  // given (`Tensor`; empty for the one without a name) and there, that one or none. Fails with
  // NotFound for an unknown name, Unimplemented for a refused one (refused.h), InvalidArgument if
  // no overload fits.
  absl::StatusOr<Choice> Choose(absl::string_view name, std::optional<absl::string_view> overload,
                                absl::Span<const Arg> positional,
                                absl::Span<const NamedArg> keywords) const;
  // Calls it. Fails with the builder's failure if the operator refuses. `memory`: where the
  // elements of its first tensor lie, if that is known.
  absl::StatusOr<Arg> Run(const Choice& choice, Builder* builder, const OpEnv& env,
                          const Strided* memory = nullptr) const;

  absl::StatusOr<Arg> Call(absl::string_view name, absl::Span<const Arg> positional,
                           absl::Span<const NamedArg> keywords, Builder* builder,
                           const OpEnv& env) const override;

 private:
  // Its schema is parsed on first use, by one thread: a conversion needs few of the hundreds.
  class Overload {
   public:
    Overload(const OpEntry* entry, const MemoryRule* memory) : entry_(entry), memory_(memory) {}
    const OpEntry& entry() const { return *entry_; }
    const MemoryRule& memory() const { return *memory_; }
    absl::StatusOr<const Schema*> schema() const;

   private:
    const OpEntry* entry_;
    const MemoryRule* memory_;
    mutable absl::once_flag parsed_;
    mutable absl::StatusOr<Schema> schema_;
  };
  using Overloads = std::vector<std::unique_ptr<Overload>>;
  const Overloads* Find(absl::string_view name, bool* in_place) const;
  // Overloads that a call may mean: the one asked for, otherwise all.
  static std::vector<const Overload*> Candidates(const Overloads& overloads,
                                                 std::optional<absl::string_view> asked);

  absl::flat_hash_map<std::string, Overloads> ops_;
};

}  // namespace t2n

#endif  // T2N_ATEN_REGISTRY_H_
