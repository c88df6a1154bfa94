#include "t2n/convert/flags.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "t2n/base/edit_distance.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

using google::protobuf::FieldDescriptor;

constexpr char kStrictTarget[] = "khronos";

absl::Status Bad(const FlagRow& row, absl::string_view value, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("--", row.name, ": '", value, "' is ", why));
}

std::vector<FlagRow> ReadFlags() {
  std::vector<FlagRow> rows;
  for (const auto* type :
       {proto::ConversionSpec::descriptor(), proto::CommandOptions::descriptor()}) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const proto::Flag& flag = field->options().GetExtension(proto::flag);
      if (flag.name() == "-") continue;
      rows.push_back({flag.name().empty() ? field->name() : flag.name(), field, flag});
    }
  }
  return rows;
}

absl::Status CheckWord(const FlagRow& row, const std::string& value) {
  const auto& words = row.flag.words();
  if (words.empty() || std::find(words.begin(), words.end(), value) != words.end()) {
    return absl::OkStatus();
  }
  return Bad(row, value, absl::StrCat("not one of ", absl::StrJoin(words, ", ")));
}

// The entries that the values of a list give: commas separate them, but for whole ones and dicts.
std::vector<std::string> Entries(const FlagRow& row, const std::vector<std::string>& values) {
  std::vector<std::string> entries;
  for (const std::string& value : values) {
    if (row.flag.whole() || absl::StrContains(value, '{')) {
      entries.push_back(value);
      continue;
    }
    for (absl::string_view part : absl::StrSplit(value, ',', absl::SkipWhitespace())) {
      entries.emplace_back(absl::StripAsciiWhitespace(part));
    }
  }
  return entries;
}

// A count, or one of thousands (k), millions (M), milliards (G).
bool ParseCount(absl::string_view text, int64_t* count) {
  constexpr std::pair<char, int64_t> kUnits[] = {{'k', 1000}, {'M', 1000000}, {'G', 1000000000}};
  int64_t unit = 1;
  for (const auto& [letter, factor] : kUnits) {
    if (!absl::EndsWith(text, absl::string_view(&letter, 1))) continue;
    unit = factor;
    text.remove_suffix(1);
    break;
  }
  return absl::SimpleAtoi(text, count) && !__builtin_mul_overflow(*count, unit, count);
}

absl::Status SetOne(const FlagRow& row, const std::string& value,
                    google::protobuf::Message* message) {
  const auto* reflection = message->GetReflection();
  switch (row.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t number;
      if (!absl::SimpleAtoi(value, &number) || number < row.flag.least() ||
          number > row.flag.most()) {
        return Bad(row, value, absl::StrCat("not ", row.flag.least(), " to ", row.flag.most()));
      }
      reflection->SetInt32(message, row.field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t number;
      if (!ParseCount(value, &number) || number < row.flag.least()) {
        return Bad(row, value, absl::StrCat("no number from ", row.flag.least(), " (500M, 2G)"));
      }
      reflection->SetInt64(message, row.field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      double number;
      if (!absl::SimpleAtod(value, &number)) return Bad(row, value, "no number");
      reflection->SetDouble(message, row.field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      bool on;
      if (!absl::SimpleAtob(value, &on)) return Bad(row, value, "neither true nor false");
      reflection->SetBool(message, row.field, on);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      T2N_RETURN_IF_ERROR(CheckWord(row, value));
      reflection->SetString(message, row.field, value);
      return absl::OkStatus();
    default:
      return absl::InternalError(absl::StrCat("--", row.name, " has a type without a form"));
  }
}

}  // namespace

bool FlagRow::is_switch() const { return field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL; }

const std::vector<FlagRow>& AllFlags() {
  static const auto* const kFlags = new std::vector<FlagRow>(ReadFlags());
  return *kFlags;
}

absl::Status SetFlag(const FlagRow& row, const std::vector<std::string>& values,
                     google::protobuf::Message* message) {
  if (!row.field->is_repeated()) return SetOne(row, values.back(), message);
  const auto* reflection = message->GetReflection();
  reflection->ClearField(message, row.field);
  for (std::string& entry : Entries(row, values)) {
    T2N_RETURN_IF_ERROR(CheckWord(row, entry));
    reflection->AddString(message, row.field, std::move(entry));
  }
  return absl::OkStatus();
}

absl::Status SettleTarget(proto::ConversionSpec* spec) {
  if (!spec->nnef_spec_strict()) return absl::OkStatus();
  if (!spec->target().empty() && spec->target() != kStrictTarget) {
    return absl::InvalidArgumentError(
        absl::StrCat("--strict is --target ", kStrictTarget, ", but --target is ", spec->target()));
  }
  spec->set_target(kStrictTarget);
  return absl::OkStatus();
}

std::string NearestFlag(absl::string_view name) {
  std::string nearest;
  size_t least = 1 + name.size() / 3;
  for (const FlagRow& row : AllFlags()) {
    const size_t distance = EditDistance(name, row.name);
    if (distance > least || (distance == least && !nearest.empty())) continue;
    least = distance;
    nearest = row.name;
  }
  return nearest;
}

}  // namespace t2n
