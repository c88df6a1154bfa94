#include "parsers/testing/mutators.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parsers/archive/archive.h"
#include "parsers/pickle/opcodes.h"
#include "parsers/testing/zip_builder.h"

// libFuzzer's, or that of //tools/fuzz:driver.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace t2n::testing {
namespace {

size_t Below(size_t n, Random& random) { return n == 0 ? 0 : random() % n; }

template <typename Items>
const auto& OneOf(const Items& items, Random& random) {
  return items[Below(std::size(items), random)];
}

// A part of a text: [begin, end).
struct Part {
  size_t begin;
  size_t end;
  char kind;  // of a token: 'n' number, 'a' name, '"' string; of the others that of their beginning
};

absl::string_view In(const std::string& text, const Part& part) {
  return absl::string_view(text).substr(part.begin, part.end - part.begin);
}

std::string Replaced(const std::string& text, const Part& part, absl::string_view by) {
  return absl::StrCat(text.substr(0, part.begin), by, text.substr(part.end));
}

size_t EndOfString(const std::string& text, size_t at) {
  const char quote = text[at++];
  while (at < text.size() && text[at] != quote) at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

std::vector<Part> Tokens(const std::string& text) {
  std::vector<Part> tokens;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = EndOfString(text, at);
      tokens.push_back({begin, at, '"'});
    } else if (absl::ascii_isalnum(c) || c == '_') {
      const bool number = absl::ascii_isdigit(c);
      while (at < text.size() &&
             (absl::ascii_isalnum(text[at]) || text[at] == '_' || (number && text[at] == '.'))) {
        ++at;
      }
      tokens.push_back({begin, at, number ? 'n' : 'a'});
    } else {
      ++at;
    }
  }
  return tokens;
}

// What stands in brackets, with them.
std::vector<Part> Groups(const std::string& text) {
  std::vector<Part> groups;
  std::vector<size_t> open;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = EndOfString(text, at) - 1;
    } else if (c == '(' || c == '[' || c == '{') {
      open.push_back(at);
    } else if ((c == ')' || c == ']' || c == '}') && !open.empty()) {
      groups.push_back({open.back(), at + 1, text[open.back()]});
      open.pop_back();
    }
  }
  return groups;
}

std::vector<Part> Lines(const std::string& text) {
  std::vector<Part> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back({at, end, 0});
    at = end;
  }
  return lines;
}

// `parts` that are of the kind of `part`, itself too.
std::vector<Part> Alike(const std::vector<Part>& parts, const Part& part) {
  std::vector<Part> alike;
  for (const Part& other : parts) {
    if (other.kind == part.kind) alike.push_back(other);
  }
  return alike;
}

std::string ChangeToken(const std::string& text, Random& random) {
  constexpr absl::string_view kEdges[] = {"0",
                                          "1",
                                          "2",
                                          "7",
                                          "255",
                                          "1000000",
                                          "2147483647",
                                          "2147483648",
                                          "4294967296",
                                          "9223372036854775807",
                                          "9223372036854775808",
                                          "0.",
                                          "1.5",
                                          "1e300",
                                          "1e-300"};
  const std::vector<Part> tokens = Tokens(text);
  if (tokens.empty()) return text;
  const Part token = OneOf(tokens, random);
  if (token.kind != 'n')
    return Replaced(text, token, In(text, OneOf(Alike(tokens, token), random)));
  const absl::string_view edge = OneOf(kEdges, random);
  return Replaced(text, token, Below(4, random) == 0 ? absl::StrCat("-", edge) : std::string(edge));
}

// One of `parts` is left out, comes twice, or takes the place of one alike.
std::string MovePart(const std::string& text, const std::vector<Part>& parts, Random& random) {
  if (parts.empty()) return text;
  const Part part = OneOf(parts, random);
  const Part other = OneOf(Alike(parts, part), random);
  switch (Below(4, random)) {
    case 0:
      return Replaced(text, part, "");
    case 1:  // beside another, a comma between
      return Replaced(text, {other.end, other.end, 0},
                      absl::StrCat(part.kind ? ", " : "", In(text, part)));
    default:
      return Replaced(text, part, std::string(In(text, other)));
  }
}

// An opcode with its argument.
struct Step {
  uint8_t code;
  std::string argument;
};

// How many bytes an argument has, or the length before it; 0 if it has none.
struct Width {
  size_t fixed = 0;
  size_t length = 0;
};

Width WidthOf(uint8_t code) {
  using namespace t2n::pickle;  // NOLINT
  switch (code) {
    case PROTO:
    case BININT1:
    case BINPUT:
    case BINGET:
      return {1, 0};
    case BININT2:
      return {2, 0};
    case BININT:
    case LONG_BINPUT:
    case LONG_BINGET:
      return {4, 0};
    case BINFLOAT:
    case FRAME:
      return {8, 0};
    case LONG1:
    case SHORT_BINUNICODE:
    case SHORT_BINSTRING:
    case SHORT_BINBYTES:
      return {0, 1};
    case LONG4:
    case BINUNICODE:
    case BINSTRING:
    case BINBYTES:
      return {0, 4};
    case BINUNICODE8:
    case BINBYTES8:
    case BYTEARRAY8:
      return {0, 8};
    default:
      return {};
  }
}

// The size of the argument of `code` at `at`; npos if it goes past the end.
size_t ArgumentSize(const std::string& bytes, uint8_t code, size_t at) {
  if (code == pickle::GLOBAL) {
    const size_t first = bytes.find('\n', at);
    const size_t second = first == std::string::npos ? first : bytes.find('\n', first + 1);
    return second == std::string::npos ? second : second + 1 - at;
  }
  const Width width = WidthOf(code);
  if (at + width.fixed + width.length > bytes.size()) return std::string::npos;
  size_t size = 0;
  for (size_t i = width.length; i > 0; --i)
    size = size << 8 | static_cast<uint8_t>(bytes[at + i - 1]);
  if (size > bytes.size()) return std::string::npos;
  return width.fixed + width.length + size;
}

std::vector<Step> Steps(const std::string& bytes) {
  std::vector<Step> steps;
  for (size_t at = 0; at < bytes.size();) {
    const uint8_t code = bytes[at++];
    const size_t size = ArgumentSize(bytes, code, at);
    if (size > bytes.size() - at) return {};
    steps.push_back({code, bytes.substr(at, size)});
    at += size;
  }
  return steps;
}

// An opcode without an argument for another, a fixed argument for bits or that of another step.
void ChangeStep(std::vector<Step>& steps, Random& random) {
  constexpr uint8_t kBare[] = {'0',  '1',  '2', '(', 'N',  0x88, 0x89, ')', 't', 0x85,
                               0x86, 0x87, ']', 'l', 'a',  'e',  '}',  'd', 's', 'u',
                               'R',  0x81, 'b', 'Q', 0x94, 0x93, 0x8f, 0x90};
  Step& step = steps[Below(steps.size(), random)];
  if (step.argument.empty()) {
    step.code = OneOf(kBare, random);
    return;
  }
  std::vector<const Step*> alike;
  for (const Step& other : steps) {
    if (other.code == step.code) alike.push_back(&other);
  }
  const bool lengths = WidthOf(step.code).length > 0 || step.code == pickle::GLOBAL;
  if (lengths || Below(2, random) == 0) {
    step.argument = std::string(OneOf(alike, random)->argument);
  } else {
    step.argument[Below(step.argument.size(), random)] ^= 1 << Below(8, random);
  }
}

std::string MutateEntry(const std::string& name, const std::string& bytes, Random& random) {
  if (absl::EndsWith(name, ".pkl")) return MutatePickle(bytes, random);
  if (absl::EndsWith(name, ".py") || absl::EndsWith(name, ".json"))
    return MutateText(bytes, random);
  std::string changed(bytes.size() + 64, 0);
  std::copy(bytes.begin(), bytes.end(), changed.begin());
  auto* data = reinterpret_cast<uint8_t*>(&changed[0]);
  changed.resize(LLVMFuzzerMutate(data, bytes.size(), changed.size()));
  return changed;
}

}  // namespace

std::string MutateText(const std::string& text, Random& random) {
  std::string changed = text;
  for (size_t n = Below(3, random) + 1; n > 0; --n) {
    switch (Below(4, random)) {
      case 0:
        changed = MovePart(changed, Groups(changed), random);
        break;
      case 1:
        changed = MovePart(changed, Lines(changed), random);
        break;
      default:
        changed = ChangeToken(changed, random);
    }
  }
  return changed;
}

std::string MutatePickle(const std::string& pickle, Random& random) {
  std::vector<Step> steps = Steps(pickle);
  for (size_t n = Below(3, random) + 1; n > 0 && !steps.empty(); --n) {
    const size_t at = Below(steps.size(), random);
    const Step step = OneOf(steps, random);
    switch (Below(4, random)) {
      case 0:
        steps.erase(steps.begin() + at);
        break;
      case 1:
        steps.insert(steps.begin() + at, step);
        break;
      default:
        ChangeStep(steps, random);
    }
  }
  std::string changed;
  for (const Step& step : steps)
    absl::StrAppend(&changed, std::string(1, step.code), step.argument);
  return changed.empty() ? pickle : changed;
}

std::string MutateZip(const std::string& zip, Random& random) {
  const auto archive = Archive::FromMemory(zip, "fuzz");
  if (!archive.ok() || (*archive)->entries().empty()) return zip;
  std::vector<ZipItem> items;
  const std::string& top = (*archive)->top_folder();
  for (const Entry& entry : (*archive)->entries()) {
    const auto bytes = (*archive)->Read(entry.name);
    ZipItem item;
    item.name = top.empty() ? entry.name : absl::StrCat(top, "/", entry.name);
    if (bytes.ok()) item.data = std::string(bytes->text());
    items.push_back(std::move(item));
  }
  const size_t at = Below(items.size(), random);
  switch (Below(16, random)) {
    case 0:
      items.erase(items.begin() + at);
      break;
    case 1:
      items[at].data = std::string(OneOf(items, random).data);
      break;
    case 2:
      items[at].deflate = true;
      break;
    default:
      items[at].data = MutateEntry(items[at].name, items[at].data, random);
  }
  return BuildZip(items);
}

size_t Mutate(std::string (*mutate)(const std::string&, Random&), uint8_t* data, size_t size,
              size_t max_size, unsigned seed) {
  Random random(seed);
  if (Below(4, random) != 0) {
    const std::string input(reinterpret_cast<const char*>(data), size);
    const std::string changed = mutate(input, random);
    if (changed != input && !changed.empty() && changed.size() <= max_size) {
      std::memcpy(data, changed.data(), changed.size());
      return changed.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

}  // namespace t2n::testing
