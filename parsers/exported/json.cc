#include "parsers/exported/json.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "simdjson.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

namespace od = simdjson::ondemand;

// Appends `code` in UTF-8.
void AppendCodePoint(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xc0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    out->push_back(static_cast<char>(0xf0 | code >> 18));
    out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

// The number of the four digits behind `\u`, which begin `text`.
bool TakeUnit(absl::string_view text, uint32_t* unit) {
  return text.size() >= 4 && absl::SimpleHexAtoi(text.substr(0, 4), unit);
}

// Unescapes what follows a `\u`; the number of characters taken, 0 if it is no escape.
size_t UnescapeUnicode(absl::string_view rest, std::string* out) {
  uint32_t high, low;
  if (!TakeUnit(rest, &high)) return 0;
  if (high >= 0xd800 && high < 0xdc00 && rest.size() >= 10 && rest.substr(4, 2) == "\\u" &&
      TakeUnit(rest.substr(6), &low) && low >= 0xdc00 && low < 0xe000) {
    AppendCodePoint(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), out);
    return 10;
  }
  AppendCodePoint(high, out);
  return 4;
}

class OnDemandReader : public JsonReader {
 public:
  OnDemandReader(od::value root, StringPool* pool) : current_(root), pool_(pool) {}

  JsonKind kind() override {
    switch (const absl::string_view token = Token(); token.empty() ? ' ' : token[0]) {
      case '{':
        return JsonKind::kObject;
      case '[':
        return JsonKind::kArray;
      case '"':
        return JsonKind::kString;
      case 't':
      case 'f':
        return JsonKind::kBool;
      case 'n':
        return JsonKind::kNull;
      default:
        return JsonKind::kNumber;
    }
  }

  absl::Status Object(absl::FunctionRef<absl::Status(absl::string_view)> field) override {
    T2N_RETURN_IF_ERROR(Enter());
    od::object object;
    if (const auto error = current_.get_object().get(object)) return Broken("an object", error);
    path_.emplace_back();
    for (auto item : object) {
      od::field got;
      if (const auto error = std::move(item).get(got)) return Broken("a field", error);
      T2N_ASSIGN_OR_RETURN(const absl::string_view key, Key(got));
      path_.back() = {key, -1};
      current_ = got.value();
      if (kind() == JsonKind::kNull) continue;
      T2N_RETURN_IF_ERROR(field(key));
    }
    Leave();
    return absl::OkStatus();
  }

  absl::Status Array(absl::FunctionRef<absl::Status()> item) override {
    T2N_RETURN_IF_ERROR(Enter());
    od::array array;
    if (const auto error = current_.get_array().get(array)) return Broken("an array", error);
    path_.push_back({"", -1});
    for (auto got : array) {
      ++path_.back().index;
      if (const auto error = std::move(got).get(current_)) return Broken("an item", error);
      T2N_RETURN_IF_ERROR(item());
    }
    Leave();
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Bool() override {
    const absl::string_view token = Token();
    if (token == "true") return true;
    if (token == "false") return false;
    return Unexpected("true or false");
  }

  absl::StatusOr<int64_t> Int() override {
    const absl::string_view token = Token();
    if (token == "true" || token == "false") return token == "true";
    int64_t value;
    if (!IsNumber(token) || !absl::SimpleAtoi(token, &value)) {
      return Unexpected("an integer of 64 bits");
    }
    return value;
  }

  absl::StatusOr<double> Double() override {
    constexpr std::pair<absl::string_view, double> kSpecial[] = {
        {"NaN", std::numeric_limits<double>::quiet_NaN()},
        {"Infinity", std::numeric_limits<double>::infinity()},
        {"-Infinity", -std::numeric_limits<double>::infinity()}};
    absl::string_view token = Token();
    if (kind() == JsonKind::kString) {
      T2N_ASSIGN_OR_RETURN(token, RawString());
    }
    for (const auto& [name, value] : kSpecial) {
      if (token == name) return value;
    }
    double value;
    if (!IsNumber(token) || !absl::SimpleAtod(token, &value)) return Unexpected("a number");
    return value;
  }

  absl::StatusOr<absl::string_view> String() override {
    T2N_ASSIGN_OR_RETURN(const absl::string_view raw, RawString());
    return Unescaped(raw);
  }

  absl::StatusOr<absl::string_view> RawString() override {
    const absl::string_view token = Token();
    if (token.empty() || token[0] != '"') return Unexpected("a string");
    const size_t end = EndOfString(token.substr(1));
    if (end + 2 != token.size()) return Unexpected("a string");
    return token.substr(1, end);
  }

  absl::Status Error(absl::string_view what) const override {
    std::string path;
    for (const Step& step : path_) {
      if (step.index >= 0) {
        absl::StrAppend(&path, "[", step.index, "]");
      } else {
        absl::StrAppend(&path, path.empty() ? "" : ".", step.key.substr(0, kLongestShown));
      }
    }
    return absl::InvalidArgumentError(absl::StrCat(path, path.empty() ? "" : ": ", what));
  }

 private:
  static constexpr size_t kLongestShown = 80;

  struct Step {
    absl::string_view key;  // of a field; of an item it is empty
    int64_t index = -1;
  };

  static bool IsNumber(absl::string_view token) {
    return !token.empty() && (absl::ascii_isdigit(token[0]) || token[0] == '-');
  }

  // Where the quote is that ends the string which `text` begins with; npos without one.
  static size_t EndOfString(absl::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"') return i;
      if (text[i] == '\\') ++i;
    }
    return absl::string_view::npos;
  }

  // The current value as it is written; of objects and arrays only the bracket counts.
  absl::string_view Token() {
    const std::string_view token = current_.raw_json_token();
    return absl::StripAsciiWhitespace(absl::string_view(token.data(), token.size()));
  }

  absl::StatusOr<absl::string_view> Key(od::field& field) {
    const char* raw = field.key().raw();
    const char* end = raw;
    while (*end != '"') end += *end == '\\' ? 2 : 1;  // the index of the text knows that it ends
    return Unescaped(absl::string_view(raw, end - raw));
  }

  absl::string_view Unescaped(absl::string_view raw) {
    if (raw.find('\\') == absl::string_view::npos) return raw;
    pool_->push_back(Unescape(raw));
    return pool_->back();
  }

  absl::Status Enter() {
    if (static_cast<int>(path_.size()) < limits::kMaxJsonDepth) return absl::OkStatus();
    return Error(absl::StrCat("JSON nested deeper than ", limits::kMaxJsonDepth));
  }
  void Leave() { path_.pop_back(); }

  absl::Status Broken(absl::string_view expected, simdjson::error_code error) {
    if (error == simdjson::INCORRECT_TYPE) return Unexpected(expected);
    return Error(absl::StrCat("the JSON is broken where ", expected, " should be (",
                              simdjson::error_message(error), ")"));
  }
  absl::Status Unexpected(absl::string_view expected) {
    return Error(absl::StrCat("expected ", expected, ", found ", Token().substr(0, kLongestShown)));
  }

  od::value current_;
  StringPool* pool_;
  std::vector<Step> path_;
};

}  // namespace

std::string Unescape(absl::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      out.push_back(raw[i]);
      continue;
    }
    const char escape = raw[++i];
    constexpr absl::string_view kEscapes = "bfnrt", kMeanings = "\b\f\n\r\t";
    const size_t known = kEscapes.find(escape);
    if (escape == 'u') {
      const size_t taken = UnescapeUnicode(raw.substr(i + 1), &out);
      if (taken == 0) absl::StrAppend(&out, "\\u");
      i += taken;
    } else {
      out.push_back(known == absl::string_view::npos ? escape : kMeanings[known]);
    }
  }
  return out;
}

absl::Status ReadJson(absl::string_view text, size_t readable, StringPool* pool,
                      absl::FunctionRef<absl::Status(JsonReader&)> read) {
  simdjson::padded_string copy;
  static_assert(kJsonPadding >= simdjson::SIMDJSON_PADDING);
  if (readable < kJsonPadding) {
    copy = simdjson::padded_string(text.data(), text.size());
    text = absl::string_view(copy.data(), copy.size());
    readable = kJsonPadding;
  }
  od::parser parser;
  od::document document;
  od::value root;
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + readable);
  auto error = parser.iterate(padded).get(document);
  if (!error) error = document.get_value().get(root);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("no JSON of an object (", simdjson::error_message(error), ")"));
  }
  OnDemandReader reader(root, pool);
  return read(reader);
}

}  // namespace t2n::exported
