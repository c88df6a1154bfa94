#include "tools/pages/html.h"

#include <sha256.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/util/json_util.h"
#include "tools/pages/template.h"

namespace t2n {
namespace {

// A source of Content-Security-Policy (level 3, section 2.3.1) for what stands in the page.
std::string HashSource(absl::string_view content) {
  SHA2_CTX context;
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const uint8_t*>(content.data()), content.size());
  SHA256Final(digest, &context);
  const absl::string_view bytes(reinterpret_cast<const char*>(digest), sizeof(digest));
  return absl::StrCat("'sha256-", absl::Base64Escape(bytes), "'");
}

std::string Policy() {
  return absl::StrCat("default-src 'none'; script-src ", HashSource(kPageScript), "; style-src ",
                      HashSource(kPageStyle), "; base-uri 'none'; form-action 'none'");
}

// Nothing in it ends the element around it: `<` stands in strings alone, and there has another
// form.
absl::StatusOr<std::string> Data(const proto::Preview& preview) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(preview, &text, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return absl::StrReplaceAll(text, {{"<", "\\u003c"}});
}

}  // namespace

absl::StatusOr<std::string> ToHtml(const proto::Preview& preview) {
  absl::StatusOr<std::string> data = Data(preview);
  if (!data.ok()) return data.status();
  const std::pair<absl::string_view, std::string> parts[] = {{"@POLICY@", Policy()},
                                                             {"@STYLE@", kPageStyle},
                                                             {"@DATA@", *std::move(data)},
                                                             {"@SCRIPT@", kPageScript}};
  std::string page;
  absl::string_view rest = kPageMarkup;
  for (const auto& [mark, text] : parts) {
    const size_t at = rest.find(mark);
    absl::StrAppend(&page, rest.substr(0, at), text);
    rest.remove_prefix(at + mark.size());
  }
  absl::StrAppend(&page, rest);
  return page;
}

}  // namespace t2n
