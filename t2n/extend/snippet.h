// A piece of TorchScript that a user has written over the arguments of a call.
#ifndef T2N_EXTEND_SNIPPET_H_
#define T2N_EXTEND_SNIPPET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "parsers/torchscript/ast.h"
#include "t2n/aten/core/op_call.h"
#include "t2n/torchscript/code.h"
#include "t2n/values/value.h"

namespace t2n {

class Snippet {
 public:
  // `place` names it in messages (`my.textproto, body of mylib::op`), which count its lines and
  // columns from 1. InvalidArgument if it cannot be read.
  static absl::StatusOr<Snippet> Expression(const std::string& place,
                                            const std::vector<std::string>& parameters,
                                            absl::string_view text);
  // Statements, the last of which return.
  static absl::StatusOr<Snippet> Statements(const std::string& place,
                                            const std::vector<std::string>& parameters,
                                            absl::string_view text);

  // Whether it reads the parameter.
  bool Reads(absl::string_view parameter) const { return names_.contains(parameter); }

  // What it gives for the arguments. `code` may be null.
  absl::StatusOr<IValue> Run(std::vector<IValue> args, script::Code* code, Builder* builder,
                             const OpEnv& env) const;

 private:
  static absl::StatusOr<Snippet> Parse(const std::string& place,
                                       const std::vector<std::string>& parameters,
                                       const std::string& body, uint32_t indented);

  std::shared_ptr<const torchscript::SourceFile> file_;
  const torchscript::FunctionDef* function_ = nullptr;
  absl::flat_hash_set<std::string> names_;
};

}  // namespace t2n

#endif  // T2N_EXTEND_SNIPPET_H_
