#include "tools/spec_file.h"

#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "re2/re2.h"

namespace t2n {
namespace {

namespace pb = google::protobuf;

// Keeps the first complaint of the text format's parser.
class FirstError : public pb::io::ErrorCollector {
 public:
  void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
    if (text.empty()) text = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  std::string text;
};

absl::Status Bad(const std::string& path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("--spec ", path, ": ", what));
}

// A dict of axes becomes the text of one entry: ConversionSpec.dynamic_axes takes that form.
pb::util::Status FlattenAxes(pb::Struct* fields) {
  for (const char* name : {"dynamic_axes", "dynamicAxes"}) {
    const auto it = fields->mutable_fields()->find(name);
    if (it == fields->mutable_fields()->end() || !it->second.has_struct_value()) continue;
    std::string text;
    const auto status = pb::util::MessageToJsonString(it->second.struct_value(), &text);
    if (!status.ok()) return status;
    it->second.mutable_list_value()->add_values()->set_string_value(text);
  }
  return {};
}

pb::util::Status ReadJson(std::string text, proto::ConversionSpec* spec) {
  // Axes as Python writes them: `{2: "S"}`.
  static const RE2* const kBareAxis = new RE2(R"(([{,]\s*)(-?\d+)(\s*:))");
  pb::Struct fields;
  auto status = pb::util::JsonStringToMessage(text, &fields);
  if (!status.ok() && RE2::GlobalReplace(&text, *kBareAxis, R"(\1"\2"\3)") > 0) {
    fields.Clear();
    status = pb::util::JsonStringToMessage(text, &fields);
  }
  if (status.ok()) status = FlattenAxes(&fields);
  std::string flat;
  if (status.ok()) status = pb::util::MessageToJsonString(fields, &flat);
  if (status.ok()) status = pb::util::JsonStringToMessage(flat, spec);
  return status;
}

}  // namespace

absl::Status ReadSpecFile(const std::string& path, proto::ConversionSpec* spec) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return Bad(path, "cannot be read");
  return ParseSpec(text, path, spec);
}

absl::Status ParseSpec(const std::string& text, const std::string& path,
                       proto::ConversionSpec* spec) {
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")) {
    const auto status = ReadJson(text, spec);
    return status.ok() ? absl::OkStatus() : Bad(path, std::string(status.message()));
  }
  FirstError error;
  pb::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, spec)) return Bad(path, error.text);
  return absl::OkStatus();
}

}  // namespace t2n
