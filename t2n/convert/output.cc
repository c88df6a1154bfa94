#include "t2n/convert/output.h"

#include <sha256.h>

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "re2/re2.h"
#include "t2n/base/status.h"
#include "t2n/base/version.h"
#include "t2n/convert/interface.h"

namespace t2n {
namespace {

Naming NamingOf(const proto::ConversionSpec& spec) {
  if (spec.renaming_scheme() == "raw") return Naming::kLocal;
  if (spec.renaming_scheme() == "numeric") return Naming::kNumeric;
  if (spec.renaming_scheme() == "natural_verbose_camel") return Naming::kCamel;
  return Naming::kModulePath;
}

absl::StatusOr<std::string> Sha256(const Archive& archive) {
  SHA2_CTX context;
  SHA256Init(&context);
  T2N_RETURN_IF_ERROR(archive.StreamFile([&](absl::Span<const uint8_t> piece) {
    SHA256Update(&context, piece.data(), piece.size());
    return absl::OkStatus();
  }));
  char hash[SHA256_DIGEST_STRING_LENGTH];
  return std::string(SHA256End(&context, hash));
}

// NAME=VALUE of --specific_properties, and with them what made the model of what.
absl::Status SetProperties(const proto::ConversionSpec& spec, const Archive& archive,
                           EmitSpec* emit) {
  if (spec.specific_properties().empty()) return absl::OkStatus();
  std::map<std::string, std::string> properties;
  properties["pt2nnef_version"] = kVersion;
  T2N_ASSIGN_OR_RETURN(properties["source_sha256"], Sha256(archive));
  for (const std::string& text : spec.specific_properties()) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(text, absl::MaxSplits('=', 1));
    properties[pair.first] = pair.second;
  }
  emit->properties.assign(properties.begin(), properties.end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> OutPath(const proto::ConversionSpec& spec) {
  const std::string& out = spec.out();
  if (!spec.has_compression_level()) return out;
  const bool plain = absl::EndsWith(out, ".tar");
  const bool packed = absl::EndsWith(out, ".tgz") || absl::EndsWith(out, ".tar.gz");
  const bool pack = spec.compression_level() > 0;
  if (!plain && !packed) {
    const bool folder = absl::EndsWith(out, "/");
    if (!folder) return absl::StrCat(out, pack ? ".nnef.tgz" : ".nnef.tar");
  } else if (pack == packed) {
    return out;
  }
  return absl::InvalidArgumentError(absl::StrCat("--compression_level ", spec.compression_level(),
                                                 " makes a ", pack ? ".nnef.tgz" : ".nnef.tar",
                                                 ", but OUT is ", out));
}

absl::Status SetEmitSpec(const proto::ConversionSpec& spec, const Archive& archive,
                         EmitSpec* emit) {
  T2N_ASSIGN_OR_RETURN(emit->path, OutPath(spec));
  if (spec.compression_level() != 0) emit->compression_level = spec.compression_level();
  emit->naming = NamingOf(spec);
  emit->list_contents = !spec.report().empty();
  emit->test_fault = spec.test_fault();
  emit->same_io_names = spec.allow_same_io_names();
  emit->extensions.assign(spec.custom_extensions().begin(), spec.custom_extensions().end());
  return SetProperties(spec, archive, emit);
}

absl::Status CheckOutput(const proto::ConversionSpec& spec) {
  T2N_RETURN_IF_ERROR(CheckNames("input_names", spec.input_names()));
  T2N_RETURN_IF_ERROR(CheckNames("output_names", spec.output_names()));
  T2N_RETURN_IF_ERROR(CheckSharedNames(spec));
  T2N_RETURN_IF_ERROR(OutPath(spec).status());
  for (const std::string& property : spec.specific_properties()) {
    if (property.find('=') != std::string::npos && property[0] != '=') continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--specific_properties: '", property, "': expected NAME=VALUE"));
  }
  static const RE2* const kExtension = new RE2(R"([A-Za-z_]\w*( [\w<>=+*/ -]+)?)");
  for (const std::string& extension : spec.custom_extensions()) {
    if (RE2::FullMatch(extension, *kExtension)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--custom_extensions: '", extension,
                     "': expected NAME or NAME and words: tract_registry x"));
  }
  return absl::OkStatus();
}

}  // namespace t2n
