// Calls of fragments that a user has written.
#include "t2n/builder/custom.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "emit/lower/families.h"
#include "t2n/base/status.h"

namespace t2n {

using nnef::Expr;

namespace {

bool IsStandard(const std::string& name) {
  const std::vector<std::string> all = StandardOperations();
  return std::find(all.begin(), all.end(), name) != all.end();
}

// Whether hosts of tract may have operators of any name for this document: another registry.
bool MayHaveAny(const Model& model, const nnef::SourceFragment& fragment) {
  const auto other = [](const std::string& extension) {
    return absl::StartsWith(extension, "tract_registry ") &&
           extension != "tract_registry tract_core";
  };
  return std::any_of(fragment.extensions.begin(), fragment.extensions.end(), other) ||
         std::any_of(model.document.extensions.begin(), model.document.extensions.end(), other);
}

absl::Status CheckUse(const Model& model, const nnef::SourceFragment& fragment,
                      const nnef::Use& use) {
  if (IsStandard(use.name)) return absl::OkStatus();
  const bool tracts = absl::StartsWith(use.name, "tract_") || MayHaveAny(model, fragment);
  if (model.target.is_tract() && tracts) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat(
      use.place, ": ", use.name, " is no operator of the target", model.target.Note()));
}

// Puts the fragment into the document, behind those that it calls.
absl::Status AddFragment(Model& model, const std::string& name) {
  const auto found = model.library ? model.library->find(name) : nnef::FragmentLibrary::iterator();
  if (!model.library || found == model.library->end()) {
    return absl::NotFoundError(absl::StrCat("no file of --extend has the fragment ", name));
  }
  if (!model.used_fragments.insert(name).second) return absl::OkStatus();
  const nnef::SourceFragment& fragment = found->second;
  if (IsStandard(name) || absl::StartsWith(name, "tract_")) {
    return absl::InvalidArgumentError(absl::StrCat(fragment.place, ": an operator has the name ",
                                                   name, "; call the fragment otherwise"));
  }
  for (const nnef::Use& use : fragment.uses) {
    T2N_RETURN_IF_ERROR(model.library->count(use.name) ? AddFragment(model, use.name)
                                                       : CheckUse(model, fragment, use));
  }
  std::vector<std::string>& extensions = model.document.extensions;
  for (const std::string& extension : fragment.extensions) {
    const bool there =
        std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
    if (!there && extension != kFragmentDefinitions) extensions.push_back(extension);
  }
  model.document.fragments.push_back(fragment.fragment);
  return absl::OkStatus();
}

// A number, text or size that is given for a parameter.
std::optional<Expr> Literal(const Attr& attr) {
  if (const auto* v = std::get_if<int64_t>(&attr)) return nnef::Int(*v);
  if (const auto* v = std::get_if<double>(&attr)) return nnef::Float(*v);
  if (const auto* v = std::get_if<bool>(&attr)) return nnef::Bool(*v);
  if (const auto* v = std::get_if<std::string>(&attr)) return nnef::Str(*v);
  if (const auto* v = std::get_if<Dim>(&attr)) return DimExpr(*v);
  if (const auto* v = std::get_if<Shape>(&attr)) return DimArray(*v);
  if (const auto* v = std::get_if<std::vector<int64_t>>(&attr)) return nnef::Ints(*v);
  return std::nullopt;
}

// What is given for a parameter; nullopt if nothing is.
std::optional<Expr> ArgumentFor(Lowering& l, const Node& node, const nnef::Typed& parameter) {
  if (const Attr* attr = node.attrs.Find(absl::StrCat(".", parameter.name))) return Literal(*attr);
  const std::vector<std::string> operands = OperandsOf(node);
  std::vector<Expr> given;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (operands[i] == parameter.name) given.push_back(l.In(node, static_cast<int>(i)));
  }
  if (absl::EndsWith(parameter.type, "[]") && !given.empty()) return nnef::Array(std::move(given));
  return given.empty() ? std::nullopt : std::make_optional(std::move(given[0]));
}

}  // namespace

// Tensors by their places as long as none is left out, all else by name.
absl::Status LowerCustom(Lowering& l, const Node& node) {
  const std::string& name = node.attrs.Str("fragment");
  if (absl::Status added = AddFragment(l.model(), name); !added.ok()) {
    return l.Refuse(node, added.message());
  }
  std::vector<Expr> operands;
  std::vector<std::pair<std::string, Expr>> named;
  for (const nnef::Typed& p : l.model().library->at(name).fragment.parameters) {
    std::optional<Expr> argument = ArgumentFor(l, node, p);
    if (!argument) continue;
    const size_t place = operands.size() + named.size();
    const bool by_place = named.empty() && absl::StartsWith(p.type, "tensor<") &&
                          place == operands.size() &&
                          &p == &l.model().library->at(name).fragment.parameters[place];
    if (by_place) {
      operands.push_back(*std::move(argument));
    } else {
      named.emplace_back(p.name, *std::move(argument));
    }
  }
  l.SetAll(node, nnef::Call(name, std::move(operands), std::move(named)));
  return absl::OkStatus();
}

}  // namespace t2n
