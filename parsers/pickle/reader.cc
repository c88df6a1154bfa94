#include "parsers/pickle/reader.h"

#include <cstring>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "parsers/pickle/opcodes.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n::pickle {
namespace {

using Items = std::vector<const Value*>;

class Reader {
 public:
  explicit Reader(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  absl::StatusOr<Document> Run() {
    while (!document_.root) {
      opcode_offset_ = position_;
      T2N_ASSIGN_OR_RETURN(const uint64_t code, Unsigned(1));
      opcode_ = static_cast<uint8_t>(code);
      T2N_RETURN_IF_ERROR(Step());
    }
    if (position_ != bytes_.size()) return Error("bytes follow the end of the pickle");
    return std::move(document_);
  }

 private:
  absl::Status Error(absl::string_view what) const {
    const char* name = OpcodeName(opcode_);
    return absl::InvalidArgumentError(absl::StrCat("pickle opcode ",
                                                   name ? name : absl::StrFormat("0x%02x", opcode_),
                                                   " at byte ", opcode_offset_, ": ", what));
  }

  // Bytes of the pickle.
  absl::StatusOr<absl::string_view> Take(uint64_t count) {
    if (count > bytes_.size() - position_) return Error("the pickle ends too early");
    const absl::string_view taken(reinterpret_cast<const char*>(bytes_.data()) + position_, count);
    position_ += count;
    return taken;
  }
  absl::StatusOr<uint64_t> Unsigned(int width) {
    T2N_ASSIGN_OR_RETURN(const absl::string_view raw, Take(width));
    uint64_t value = 0;
    for (int i = width - 1; i >= 0; --i) value = value << 8 | static_cast<uint8_t>(raw[i]);
    return value;
  }
  absl::StatusOr<absl::string_view> Sized(int width) {
    T2N_ASSIGN_OR_RETURN(const uint64_t size, Unsigned(width));
    return Take(size);
  }
  absl::StatusOr<std::string> Line() {
    const void* end = std::memchr(bytes_.data() + position_, '\n', bytes_.size() - position_);
    if (end == nullptr) return Error("the pickle ends too early");
    const uint64_t size = static_cast<const uint8_t*>(end) - bytes_.data() - position_;
    T2N_ASSIGN_OR_RETURN(const absl::string_view line, Take(size + 1));
    return std::string(line.substr(0, size));
  }

  // The stack. A node is made here, may be changed while the pickle is read, and never after.
  template <typename T>
  absl::Status Push(T value) {
    if (document_.nodes.size() >= limits::kMaxPickleNodes) {
      return Error(absl::StrCat("more than ", limits::kMaxPickleNodes, " values"));
    }
    document_.nodes.emplace_back();
    document_.nodes.back().data = std::move(value);
    stack_.push_back(&document_.nodes.back());
    return absl::OkStatus();
  }
  size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }
  absl::StatusOr<Value*> Top() const {
    if (stack_.size() <= Floor()) return Error("the stack is empty");
    return stack_.back();
  }
  absl::StatusOr<Value*> Pop() {
    T2N_ASSIGN_OR_RETURN(Value * top, Top());
    stack_.pop_back();
    return top;
  }
  absl::StatusOr<Items> PopCount(size_t count) {
    if (stack_.size() - Floor() < count) return Error("the stack is empty");
    Items items(stack_.end() - count, stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  absl::StatusOr<Items> PopToMark() {
    if (marks_.empty()) return Error("there is no mark");
    T2N_ASSIGN_OR_RETURN(Items items, PopCount(stack_.size() - marks_.back()));
    marks_.pop_back();
    return items;
  }

  absl::Status Step();
  absl::Status StepScalar();
  absl::Status StepText();
  absl::Status StepContainer();
  absl::Status StepObject();
  absl::Status StepMemo();
  absl::Status Integer(int width);
  absl::Status Float();
  absl::Status Append(Items items);
  absl::Status AddToSet(Items items);
  absl::Status SetItems(Items items);
  absl::Status PushDict(Items items);
  absl::Status StackGlobal();
  absl::Status Construct(bool by_new);
  absl::Status Build();
  absl::Status Remember(uint64_t key);
  absl::Status Recall(uint64_t key);

  absl::Span<const uint8_t> bytes_;
  uint64_t position_ = 0;
  uint64_t opcode_offset_ = 0;
  uint8_t opcode_ = 0;
  Document document_;
  std::vector<Value*> stack_;
  std::vector<size_t> marks_;
  absl::flat_hash_map<uint64_t, Value*> memo_;
};

absl::Status Reader::Step() {
  switch (opcode_) {
    case PROTO: {
      T2N_ASSIGN_OR_RETURN(const uint64_t protocol, Unsigned(1));
      if (protocol > 5) return Error(absl::StrCat("protocol ", protocol, " is not known"));
      return absl::OkStatus();
    }
    case FRAME:
      return Unsigned(8).status();
    case STOP: {
      T2N_ASSIGN_OR_RETURN(document_.root, Pop());
      if (!stack_.empty() || !marks_.empty()) return Error("values are left on the stack");
      return absl::OkStatus();
    }
    case MARK:
      marks_.push_back(stack_.size());
      return absl::OkStatus();
    case POP:
      if (!marks_.empty() && stack_.size() == marks_.back()) {
        marks_.pop_back();
        return absl::OkStatus();
      }
      return Pop().status();
    case POP_MARK:
      return PopToMark().status();
    case DUP: {
      T2N_ASSIGN_OR_RETURN(Value * top, Top());
      stack_.push_back(top);
      return absl::OkStatus();
    }
    default:
      return StepScalar();
  }
}

absl::Status Reader::StepScalar() {
  switch (opcode_) {
    case NONE:
      return Push(None());
    case NEWTRUE:
      return Push(true);
    case NEWFALSE:
      return Push(false);
    case BININT: {
      T2N_ASSIGN_OR_RETURN(const uint64_t bits, Unsigned(4));
      return Push(int64_t{static_cast<int32_t>(bits)});
    }
    case BININT1: {
      T2N_ASSIGN_OR_RETURN(const uint64_t value, Unsigned(1));
      return Push(static_cast<int64_t>(value));
    }
    case BININT2: {
      T2N_ASSIGN_OR_RETURN(const uint64_t value, Unsigned(2));
      return Push(static_cast<int64_t>(value));
    }
    case LONG1:
      return Integer(1);
    case LONG4:
      return Integer(4);
    case BINFLOAT:
      return Float();
    default:
      return StepText();
  }
}

absl::Status Reader::Integer(int width) {
  T2N_ASSIGN_OR_RETURN(const absl::string_view raw, Sized(width));
  if (raw.size() > limits::kMaxLongBytes) {
    return Error(absl::StrCat("an int of ", raw.size(), " bytes"));
  }
  if (raw.size() > 8) return Push(BigInt{std::string(raw)});
  const bool negative = !raw.empty() && (raw.back() & 0x80);
  uint64_t value = negative ? ~uint64_t{0} : 0;
  for (size_t i = raw.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(raw[i]);
  return Push(static_cast<int64_t>(value));
}

absl::Status Reader::Float() {
  T2N_ASSIGN_OR_RETURN(const absl::string_view raw, Take(8));
  uint64_t bits = 0;
  for (const char byte : raw) bits = bits << 8 | static_cast<uint8_t>(byte);
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return Push(value);
}

absl::Status Reader::StepText() {
  int width = 0;
  bool text = true;
  switch (opcode_) {
    case SHORT_BINUNICODE:
    case SHORT_BINSTRING:
      width = 1;
      break;
    case BINUNICODE:
    case BINSTRING:
      width = 4;
      break;
    case BINUNICODE8:
      width = 8;
      break;
    case SHORT_BINBYTES:
      width = 1;
      text = false;
      break;
    case BINBYTES:
      width = 4;
      text = false;
      break;
    case BINBYTES8:
    case BYTEARRAY8:
      width = 8;
      text = false;
      break;
    default:
      return StepContainer();
  }
  T2N_ASSIGN_OR_RETURN(const absl::string_view raw, Sized(width));
  if (text) return Push(std::string(raw));
  return Push(Bytes{std::string(raw)});
}

absl::Status Reader::StepContainer() {
  switch (opcode_) {
    case EMPTY_TUPLE:
      return Push(Tuple());
    case EMPTY_LIST:
      return Push(List());
    case EMPTY_DICT:
      return Push(Dict());
    case EMPTY_SET:
      return Push(Set());
    case TUPLE1:
    case TUPLE2:
    case TUPLE3: {
      T2N_ASSIGN_OR_RETURN(Items items, PopCount(opcode_ - TUPLE1 + 1));
      return Push(Tuple{std::move(items)});
    }
    case APPEND: {
      T2N_ASSIGN_OR_RETURN(Items items, PopCount(1));
      return Append(std::move(items));
    }
    case SETITEM: {
      T2N_ASSIGN_OR_RETURN(Items items, PopCount(2));
      return SetItems(std::move(items));
    }
    case TUPLE:
    case LIST:
    case DICT:
    case FROZENSET:
    case APPENDS:
    case ADDITEMS:
    case SETITEMS:
      break;
    default:
      return StepObject();
  }
  T2N_ASSIGN_OR_RETURN(Items items, PopToMark());
  if (opcode_ == TUPLE) return Push(Tuple{std::move(items)});
  if (opcode_ == LIST) return Push(List{std::move(items)});
  if (opcode_ == DICT) return PushDict(std::move(items));
  if (opcode_ == FROZENSET) return Push(Set{std::move(items)});
  if (opcode_ == APPENDS) return Append(std::move(items));
  if (opcode_ == ADDITEMS) return AddToSet(std::move(items));
  return SetItems(std::move(items));
}

absl::Status Reader::Append(Items items) {
  T2N_ASSIGN_OR_RETURN(Value * top, Top());
  Items* to = nullptr;
  if (auto* list = std::get_if<List>(&top->data)) to = &list->items;
  if (auto* object = std::get_if<std::unique_ptr<Instance>>(&top->data)) to = &(*object)->elements;
  if (to == nullptr) return Error(absl::StrCat("appends to a ", top->KindName()));
  to->insert(to->end(), items.begin(), items.end());
  return absl::OkStatus();
}

absl::Status Reader::AddToSet(Items items) {
  T2N_ASSIGN_OR_RETURN(Value * top, Top());
  auto* set = std::get_if<Set>(&top->data);
  if (set == nullptr) return Error(absl::StrCat("adds to a ", top->KindName()));
  set->items.insert(set->items.end(), items.begin(), items.end());
  return absl::OkStatus();
}

absl::Status Reader::PushDict(Items items) {
  T2N_RETURN_IF_ERROR(Push(Dict()));
  return SetItems(std::move(items));
}

absl::Status Reader::SetItems(Items items) {
  T2N_ASSIGN_OR_RETURN(Value * top, Top());
  std::vector<std::pair<const Value*, const Value*>>* to = nullptr;
  if (auto* dict = std::get_if<Dict>(&top->data)) to = &dict->items;
  if (auto* object = std::get_if<std::unique_ptr<Instance>>(&top->data)) to = &(*object)->entries;
  if (to == nullptr) return Error(absl::StrCat("sets an item of a ", top->KindName()));
  if (items.size() % 2 != 0) return Error("a key has no value");
  for (size_t i = 0; i < items.size(); i += 2) to->emplace_back(items[i], items[i + 1]);
  return absl::OkStatus();
}

absl::Status Reader::StepObject() {
  switch (opcode_) {
    case GLOBAL: {
      auto global = std::make_unique<Global>();
      T2N_ASSIGN_OR_RETURN(global->module, Line());
      T2N_ASSIGN_OR_RETURN(global->name, Line());
      return Push(std::move(global));
    }
    case STACK_GLOBAL:
      return StackGlobal();
    case REDUCE:
      return Construct(/*by_new=*/false);
    case NEWOBJ:
      return Construct(/*by_new=*/true);
    case BUILD:
      return Build();
    case BINPERSID: {
      T2N_ASSIGN_OR_RETURN(const Value* id, Pop());
      return Push(PersistentId{id});
    }
    default:
      return StepMemo();
  }
}

absl::Status Reader::StackGlobal() {
  T2N_ASSIGN_OR_RETURN(const Items items, PopCount(2));
  const auto* module = items[0]->As<std::string>();
  const auto* name = items[1]->As<std::string>();
  if (!module || !name) return Error("the name is no str");
  return Push(std::make_unique<Global>(Global{*module, *name}));
}

absl::Status Reader::Construct(bool by_new) {
  T2N_ASSIGN_OR_RETURN(const Items items, PopCount(2));
  if (by_new && !items[1]->As<Tuple>()) return Error("the arguments are no tuple");
  auto object = std::make_unique<Instance>();
  object->callable = items[0];
  object->args = items[1];
  object->by_new = by_new;
  return Push(std::move(object));
}

absl::Status Reader::Build() {
  T2N_ASSIGN_OR_RETURN(const Value* state, Pop());
  T2N_ASSIGN_OR_RETURN(Value * top, Top());
  auto* object = std::get_if<std::unique_ptr<Instance>>(&top->data);
  if (object == nullptr) return Error(absl::StrCat("sets the state of a ", top->KindName()));
  if ((*object)->state != nullptr) return Error("sets the state of an object twice");
  (*object)->state = state;
  return absl::OkStatus();
}

absl::Status Reader::StepMemo() {
  switch (opcode_) {
    case BINPUT:
    case LONG_BINPUT: {
      T2N_ASSIGN_OR_RETURN(const uint64_t key, Unsigned(opcode_ == BINPUT ? 1 : 4));
      return Remember(key);
    }
    case MEMOIZE:
      return Remember(memo_.size());
    case BINGET:
    case LONG_BINGET: {
      T2N_ASSIGN_OR_RETURN(const uint64_t key, Unsigned(opcode_ == BINGET ? 1 : 4));
      return Recall(key);
    }
    default:
      return Error("not an opcode that torch writes into archives");
  }
}

absl::Status Reader::Remember(uint64_t key) {
  T2N_ASSIGN_OR_RETURN(Value * top, Top());
  memo_[key] = top;
  if (auto* box = std::get_if<std::unique_ptr<Instance>>(&top->data)) (*box)->remembered = true;
  return absl::OkStatus();
}

absl::Status Reader::Recall(uint64_t key) {
  const auto it = memo_.find(key);
  if (it == memo_.end()) return Error(absl::StrCat("nothing was remembered as ", key));
  stack_.push_back(it->second);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Document> Parse(absl::Span<const uint8_t> bytes) {
  if (bytes.size() > limits::kMaxPickleBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a pickle of ", bytes.size(), " bytes; the limit is ", limits::kMaxPickleBytes));
  }
  return Reader(bytes).Run();
}

}  // namespace t2n::pickle
