// The program of an archive: finds classes and functions by qualified name, parsing entries when
// they are first needed.
#ifndef T2N_TORCHSCRIPT_CODE_H_
#define T2N_TORCHSCRIPT_CODE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "parsers/model_archive.h"
#include "parsers/torchscript/ast.h"

namespace t2n::script {

class Code {
 public:
  explicit Code(const ModelArchive* archive) : archive_(archive) {}

  // A class or function "__torch__.a.b.C"; nullptr if the program has none of that name.
  absl::StatusOr<const torchscript::ClassDef*> FindClass(absl::string_view name);
  absl::StatusOr<const torchscript::FunctionDef*> FindFunction(absl::string_view name);
  // A method of a class, or in the legacy layout of a module's code entry; nullptr if there is
  // none.
  absl::StatusOr<const torchscript::FunctionDef*> FindMethod(absl::string_view class_name,
                                                             absl::string_view method);
  // The body of a class, or in the legacy layout of a module's code entry: its methods are the
  // functions there. Empty if there is no such class.
  absl::StatusOr<torchscript::Block> MethodsOf(absl::string_view class_name);
  // A parsed entry ("code/__torch__/a/b.py").
  absl::StatusOr<const torchscript::SourceFile*> File(absl::string_view entry);

  const ModelArchive& archive() const { return *archive_; }

 private:
  absl::StatusOr<const torchscript::SourceFile*> FileOf(absl::string_view qualified_name);

  // The definition of that kind and name in a block; nullptr if there is none.
  const torchscript::Stmt* FindIn(torchscript::Block body, torchscript::StmtKind kind,
                                  absl::string_view name);
  const torchscript::ClassDef* ClassIn(torchscript::Block body, absl::string_view name);
  const torchscript::FunctionDef* FunctionIn(torchscript::Block body, absl::string_view name);

  using Definitions = absl::flat_hash_map<std::pair<torchscript::StmtKind, absl::string_view>,
                                          const torchscript::Stmt*>;

  const ModelArchive* archive_;
  absl::flat_hash_map<const void*, Definitions> definitions_;  // by block
  std::map<std::string, std::unique_ptr<torchscript::SourceFile>, std::less<>> files_;
};

}  // namespace t2n::script

#endif  // T2N_TORCHSCRIPT_CODE_H_
