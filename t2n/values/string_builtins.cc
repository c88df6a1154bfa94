// Strings: parts, places of parts, cutting and joining, as torch's interpreter does it. A string is
// bytes (torch/csrc/jit/runtime/register_prim_ops.cpp).
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"
#include "t2n/values/builtins.h"
#include "t2n/values/slices.h"
#include "t2n/values/strings.h"
#include "t2n/values/text.h"

namespace t2n {

const std::string* TextOf(const BuiltinCall& c, size_t i, absl::string_view key) {
  const IValue* v = c.Get(i, key);
  const auto* text = v ? v->If<std::string>() : nullptr;
  return text && !IsOpenText(*text) ? text : nullptr;
}

std::optional<int64_t> NumberOf(const BuiltinCall& c, size_t i, absl::string_view key,
                                int64_t otherwise) {
  const IValue* v = c.Get(i, key);
  if (!v) return otherwise;
  const Dim* d = v->If<Dim>();
  return d ? d->constant() : std::nullopt;
}

absl::Status TooLong() {
  return absl::ResourceExhaustedError(
      absl::StrCat("a string of more than ", limits::kMaxStringBytes, " bytes"));
}

namespace {

// Bytes that end lines: those of torch's list, two of whose characters take three bytes each.
constexpr char kLineEnds[] = "\n\r\v\f\x1c\x1d\x1e\x85\xe2\x80\xa8\xa9";
constexpr char kBlanks[] = " \t\n\r\v\f\x1c\x1d\x1e\x85\xe2\x80\xa8\xa9";

// What torch would look for without an end.
absl::Status Endless(const BuiltinCall& c) {
  return Raised(absl::StrCat(c.name, "() of an empty part does not end"));
}

BuiltinResult Length(const BuiltinCall& c) {
  const std::string* s = c.args.size() == 1 ? TextOf(c, 0, "") : nullptr;
  if (!s) return std::nullopt;
  return IValue(static_cast<int64_t>(s->size()));
}

BuiltinResult Join2(const BuiltinCall& c) {
  if (c.args.size() != 2) return std::nullopt;
  const auto *a = c.args[0].If<std::string>(), *b = c.args[1].If<std::string>();
  if (!a || !b) return std::nullopt;
  if (a->size() + b->size() > limits::kMaxStringBytes) return TooLong();
  return IValue(absl::StrCat(*a, *b));
}

BuiltinResult Contains(const BuiltinCall& c) {
  const std::string *a = TextOf(c, 0, "a"), *b = TextOf(c, 1, "b");
  if (!a || !b) return std::nullopt;
  return IValue(absl::StrContains(*a, *b));
}

BuiltinResult Character(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "s");
  const Dim* d = s && c.args.size() == 2 ? c.args[1].If<Dim>() : nullptr;
  if (!d || !d->is_const()) return std::nullopt;
  int64_t n = static_cast<int64_t>(s->size());
  int64_t i = d->value() < 0 ? d->value() + n : d->value();
  if (i < 0 || i >= n) return Raised("string index out of range");
  return IValue(s->substr(i, 1));
}

BuiltinResult Substring(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "string");
  if (!s) return std::nullopt;
  T2N_ASSIGN_OR_RETURN(SliceItems items, ItemsOfSlice(c, static_cast<int64_t>(s->size())));
  std::string out;
  for (int64_t i = 0; i < items.count; ++i) out += (*s)[items.start + i * items.step];
  return IValue(out);
}

BuiltinResult Strip(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  if (!s) return std::nullopt;
  const std::string* set = TextOf(c, 1, "chars");
  const std::string chars = set ? *set : " \n\t\f\v";
  size_t begin = c.name == "rstrip" ? 0 : s->find_first_not_of(chars);
  if (begin == std::string::npos) return IValue("");
  size_t end = c.name == "lstrip" ? s->size() : s->find_last_not_of(chars) + 1;
  return IValue(s->substr(begin, end - begin));
}

// The part of a string that a method looks at.
struct Window {
  const std::string *text, *part;
  int64_t start, end;
};

// `end` -1 is the string's own end. nullopt if these are no such arguments.
std::optional<Window> WindowOf(const BuiltinCall& c) {
  const std::string *s = TextOf(c, 0, "self"), *part = TextOf(c, 1, "substr");
  std::optional<int64_t> start = NumberOf(c, 2, "start", 0), end = NumberOf(c, 3, "end", -1);
  if (!s || !part || !start || !end) return std::nullopt;
  const int64_t size = static_cast<int64_t>(s->size());
  Window w = {s, part, *start, *end};
  if (w.start < 0) w.start = std::max<int64_t>(0, size + w.start);
  if (w.end < 0) w.end = std::max<int64_t>(0, size + w.end + 1);
  return w;
}

// startswith, endswith. An end before the start is none.
BuiltinResult Affix(const BuiltinCall& c) {
  std::optional<Window> w = WindowOf(c);
  if (!w) return std::nullopt;
  if (w->start > static_cast<int64_t>(w->text->size())) return Raised("start is out of range");
  const std::string inside = w->text->substr(w->start, w->end - w->start);
  return IValue(c.name == "startswith" ? absl::StartsWith(inside, *w->part)
                                       : absl::EndsWith(inside, *w->part));
}

// find, rfind, index, rindex.
BuiltinResult Find(const BuiltinCall& c) {
  std::optional<Window> w = WindowOf(c);
  if (!w) return std::nullopt;
  std::string inside;
  if (w->end > w->start) {
    if (w->start > static_cast<int64_t>(w->text->size())) return Raised("start is out of range");
    inside = w->text->substr(w->start, w->end - w->start);
  }
  const size_t at = c.name[0] == 'r' ? inside.rfind(*w->part) : inside.find(*w->part);
  if (at != std::string::npos) return IValue(static_cast<int64_t>(at) + w->start);
  if (absl::EndsWith(c.name, "index")) return Raised("ValueError: substring not found");
  return IValue(-1);
}

// Parts that begin before the end.
BuiltinResult Count(const BuiltinCall& c) {
  std::optional<Window> w = WindowOf(c);
  if (!w) return std::nullopt;
  if (w->part->empty()) return Endless(c);
  int64_t count = 0;
  for (size_t at = w->start; (at = w->text->find(*w->part, at)) < static_cast<size_t>(w->end);
       at += w->part->size()) {
    ++count;
  }
  return IValue(count);
}

// At most `max` times, any number if it is negative.
BuiltinResult Replace(const BuiltinCall& c) {
  const std::string *s = TextOf(c, 0, "self"), *from = TextOf(c, 1, "old"),
                    *to = TextOf(c, 2, "new");
  std::optional<int64_t> max = NumberOf(c, 3, "max", -1);
  if (!s || !from || !to || !max) return std::nullopt;
  if (from->empty() && *max < 0) return Endless(c);
  if (from->empty() && to->empty()) return IValue(*s);
  std::string out;
  size_t begin = 0;
  for (int64_t done = 0; *max < 0 || done < *max; ++done) {
    const size_t at = s->find(*from, begin);
    if (at == std::string::npos) break;
    out.append(*s, begin, at - begin).append(*to);
    begin = at + from->size();
    if (out.size() > limits::kMaxStringBytes) return TooLong();
  }
  return IValue(out.append(*s, begin));
}

BuiltinResult Partition(const BuiltinCall& c) {
  const std::string *s = TextOf(c, 0, "self"), *by = TextOf(c, 1, "separator");
  if (!s || !by) return std::nullopt;
  const bool back = c.name == "rpartition";
  size_t at = back ? s->rfind(*by) : s->find(*by);
  if (at == std::string::npos) {
    return back ? IValue::NewTuple({"", "", *s}) : IValue::NewTuple({*s, "", ""});
  }
  return IValue::NewTuple({s->substr(0, at), *by, s->substr(at + by->size())});
}

// The words between blanks.
std::vector<IValue> Words(const std::string& s) {
  std::vector<IValue> words;
  for (size_t begin = 0; begin < s.size();) {
    const size_t end = std::min(s.find_first_of(kBlanks, begin), s.size());
    if (end > begin) words.emplace_back(s.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

// split and rsplit with at most `max` cuts (negative: any number), from the begin or from the end.
BuiltinResult Split(const BuiltinCall& c) {
  const std::string *s = TextOf(c, 0, "self"), *by = TextOf(c, 1, "separator");
  std::optional<int64_t> max = NumberOf(c, 2, "max", -1);
  if (!s || !max) return std::nullopt;
  const bool back = c.name == "rsplit";
  if (!by && !back) return IValue::NewList(Words(*s));
  const std::string separator = by ? *by : " ";
  if (separator.empty()) return Raised("ValueError: empty separator");
  std::vector<IValue> parts;
  size_t begin = 0, end = s->size();  // of what is left
  while (*max < 0 || static_cast<int64_t>(parts.size()) < *max) {
    if (end - begin < separator.size()) break;
    const size_t at =
        back ? s->rfind(separator, end - separator.size()) : s->find(separator, begin);
    if (at == std::string::npos) break;
    const size_t next = at + separator.size();
    parts.emplace_back(back ? s->substr(next, end - next) : s->substr(begin, at - begin));
    (back ? end : begin) = back ? at : next;
  }
  parts.emplace_back(s->substr(begin, end - begin));
  if (back) std::reverse(parts.begin(), parts.end());
  return IValue::NewList(std::move(parts));
}

// Each character that ends a line ends one, and is an item of its own if it is kept.
BuiltinResult SplitLines(const BuiltinCall& c) {
  const std::string* s = TextOf(c, 0, "self");
  if (!s) return std::nullopt;
  const IValue* keep = c.Get(1, "keepends");
  const bool ends = keep && keep->If<bool>() && *keep->If<bool>();
  std::vector<IValue> lines;
  for (size_t begin = 0; begin < s->size();) {
    const size_t at = s->find_first_of(kLineEnds, begin);
    lines.emplace_back(s->substr(begin, at - begin));
    if (at == std::string::npos) break;
    if (ends) lines.emplace_back(s->substr(at, 1));
    begin = at + 1;
  }
  return IValue::NewList(std::move(lines));
}

BuiltinResult JoinList(const BuiltinCall& c) {
  const std::string* by = TextOf(c, 0, "self");
  const IValue* values = c.Get(1, "values");
  if (!by || !values || !values->list()) return std::nullopt;
  std::string out;
  const auto& items = values->list()->items;
  for (size_t i = 0; i < items.size(); ++i) {
    const auto* item = items[i].If<std::string>();
    if (!item) return std::nullopt;
    if (i > 0) out += *by;
    out += *item;
    if (out.size() > limits::kMaxStringBytes) return TooLong();
  }
  return IValue(out);
}

constexpr BuiltinEntry kBuiltins[] = {
    {"aten::len", Length},
    {"python::len", Length},
    {"aten::add", Join2},
    {"aten::__contains__", Contains},
    {"aten::__getitem__", Character},
    {"aten::slice", Substring},
    {"aten::strip", Strip},
    {"aten::lstrip", Strip},
    {"aten::rstrip", Strip},
    {"aten::startswith", Affix},
    {"aten::endswith", Affix},
    {"aten::find", Find},
    {"aten::rfind", Find},
    {"aten::index", Find},
    {"aten::rindex", Find},
    {"aten::count", Count},
    {"aten::replace", Replace},
    {"aten::partition", Partition},
    {"aten::rpartition", Partition},
    {"aten::split", Split},
    {"aten::rsplit", Split},
    {"aten::splitlines", SplitLines},
    {"aten::join", JoinList},
};

}  // namespace

absl::Span<const BuiltinEntry> StringBuiltins() { return kBuiltins; }

}  // namespace t2n
