#include "t2n/torchscript/code.h"

#include "absl/strings/match.h"
#include "parsers/torchscript/parser.h"
#include "t2n/base/status.h"

namespace t2n::script {
namespace {

absl::string_view LastPart(absl::string_view name) { return name.substr(name.rfind('.') + 1); }

}  // namespace

const torchscript::Stmt* Code::FindIn(torchscript::Block body, torchscript::StmtKind kind,
                                      absl::string_view name) {
  if (body.empty()) return nullptr;
  const auto [it, is_new] = definitions_.try_emplace(body.data());
  if (is_new) {
    for (const torchscript::Stmt* stmt : body) {
      if (const auto* def = stmt->If<torchscript::ClassDef>()) {
        it->second.try_emplace({stmt->kind, def->name}, stmt);
      } else if (const auto* def = stmt->If<torchscript::FunctionDef>()) {
        it->second.try_emplace({stmt->kind, def->name}, stmt);
      }
    }
  }
  const auto found = it->second.find({kind, name});
  return found == it->second.end() ? nullptr : found->second;
}

const torchscript::ClassDef* Code::ClassIn(torchscript::Block body, absl::string_view name) {
  const torchscript::Stmt* stmt = FindIn(body, torchscript::StmtKind::kClass, name);
  return stmt ? &stmt->As<torchscript::ClassDef>() : nullptr;
}

const torchscript::FunctionDef* Code::FunctionIn(torchscript::Block body, absl::string_view name) {
  const torchscript::Stmt* stmt = FindIn(body, torchscript::StmtKind::kFunction, name);
  return stmt ? &stmt->As<torchscript::FunctionDef>() : nullptr;
}

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
  if (!archive_ || !archive_->archive) return nullptr;
  std::string entry = archive_->CodeEntryOf(qualified_name);
  if (!archive_->archive->Find(entry)) return nullptr;
  return File(entry);
}

absl::StatusOr<const torchscript::ClassDef*> Code::FindClass(absl::string_view name) {
  T2N_ASSIGN_OR_RETURN(const torchscript::SourceFile* file, FileOf(name));
  return file ? ClassIn(file->body, LastPart(name)) : nullptr;
}

absl::StatusOr<const torchscript::FunctionDef*> Code::FindFunction(absl::string_view name) {
  T2N_ASSIGN_OR_RETURN(const torchscript::SourceFile* file, FileOf(name));
  return file ? FunctionIn(file->body, LastPart(name)) : nullptr;
}

absl::StatusOr<const torchscript::FunctionDef*> Code::FindMethod(absl::string_view class_name,
                                                                 absl::string_view method) {
  T2N_ASSIGN_OR_RETURN(torchscript::Block body, MethodsOf(class_name));
  return FunctionIn(body, method);
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
