#include "t2n/script/code.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "parsers/torchscript/parser.h"
#include "t2n/base/status.h"

namespace t2n::script {
namespace {

absl::string_view LastPart(absl::string_view name) { return name.substr(name.rfind('.') + 1); }

template <typename T>
const T* FindIn(torchscript::Block body, absl::string_view name) {
  for (const torchscript::Stmt* stmt : body) {
    const T* def = stmt->If<T>();
    if (def && def->name == name) return def;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<const torchscript::SourceFile*> Code::File(absl::string_view entry) {
  auto it = files_.find(entry);
  if (it == files_.end()) {
    T2N_ASSIGN_OR_RETURN(std::string text, archive_->ReadCode(entry));
    T2N_ASSIGN_OR_RETURN(std::unique_ptr<torchscript::SourceFile> file,
                         torchscript::ParseSource(std::string(entry), std::move(text)));
    it = files_.emplace(std::string(entry), std::move(file)).first;
  }
  return it->second.get();
}

absl::StatusOr<const torchscript::SourceFile*> Code::FileOf(absl::string_view qualified_name) {
  std::string entry = archive_->CodeEntryOf(qualified_name);
  const auto& entries = archive_->code_entries;
  if (std::find(entries.begin(), entries.end(), entry) == entries.end()) return nullptr;
  return File(entry);
}

absl::StatusOr<const torchscript::ClassDef*> Code::FindClass(absl::string_view name) {
  T2N_ASSIGN_OR_RETURN(const torchscript::SourceFile* file, FileOf(name));
  return file ? FindIn<torchscript::ClassDef>(file->body, LastPart(name)) : nullptr;
}

absl::StatusOr<const torchscript::FunctionDef*> Code::FindFunction(absl::string_view name) {
  T2N_ASSIGN_OR_RETURN(const torchscript::SourceFile* file, FileOf(name));
  return file ? FindIn<torchscript::FunctionDef>(file->body, LastPart(name)) : nullptr;
}

absl::StatusOr<const torchscript::FunctionDef*> Code::FindMethod(absl::string_view class_name,
                                                                 absl::string_view method) {
  T2N_ASSIGN_OR_RETURN(torchscript::Block body, MethodsOf(class_name));
  return FindIn<torchscript::FunctionDef>(body, method);
}

absl::StatusOr<torchscript::Block> Code::MethodsOf(absl::string_view class_name) {
  if (absl::EndsWith(class_name, ".py")) {
    T2N_ASSIGN_OR_RETURN(const torchscript::SourceFile* file, File(class_name));
    return file->body;
  }
  T2N_ASSIGN_OR_RETURN(const torchscript::ClassDef* def, FindClass(class_name));
  return def ? def->body : torchscript::Block();
}

}  // namespace t2n::script
