#include "parsers/exported/spec_tree.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "parsers/exported/json.h"
#include "t2n/base/status.h"

namespace t2n::exported {
namespace {

// A key of a dict: a string or a number.
absl::StatusOr<std::string> ReadKey(JsonReader& json) {
  switch (json.kind()) {
    case JsonKind::kString: {
      T2N_ASSIGN_OR_RETURN(const absl::string_view text, json.String());
      return std::string(text);
    }
    case JsonKind::kNumber:
    case JsonKind::kBool: {
      T2N_ASSIGN_OR_RETURN(const int64_t number, json.Int());
      return absl::StrCat(number);
    }
    default:
      return json.Error("a key is no string and no number");
  }
}

// The keys in `[a, b]`, in the first list of `[[a, b], []]`, or in {"dict_context": [a, b]}.
absl::Status ReadKeys(JsonReader& json, std::vector<std::string>* keys) {
  if (json.kind() == JsonKind::kObject) {
    return json.Object([&](absl::string_view field) {
      return field == "dict_context" ? ReadKeys(json, keys) : absl::OkStatus();
    });
  }
  int lists = 0;
  return json.Array([&]() -> absl::Status {
    if (json.kind() == JsonKind::kArray) {
      return ++lists == 1 ? ReadKeys(json, keys) : absl::OkStatus();
    }
    T2N_ASSIGN_OR_RETURN(std::string key, ReadKey(json));
    keys->push_back(std::move(key));
    return absl::OkStatus();
  });
}

// The context of a node; a string that is itself JSON where torch has it so.
struct Context {
  std::string text;
  std::vector<std::string> keys;
};

absl::StatusOr<Context> ReadContext(JsonReader& json) {
  Context context;
  if (json.kind() != JsonKind::kString) {
    if (json.kind() != JsonKind::kObject && json.kind() != JsonKind::kArray) return context;
    T2N_RETURN_IF_ERROR(ReadKeys(json, &context.keys));
    return context;
  }
  T2N_ASSIGN_OR_RETURN(const absl::string_view text, json.String());
  context.text = std::string(text);
  if (text.empty() || (text[0] != '[' && text[0] != '{')) return context;
  StringPool pool;
  // Not every class writes JSON here, or JSON of names: then its children have none.
  std::vector<std::string> keys;
  const auto read = [&](JsonReader& inner) { return ReadKeys(inner, &keys); };
  if (ReadJson(text, 0, &pool, read).ok()) context.keys = std::move(keys);
  return context;
}

absl::Status ReadNode(JsonReader& json, const NamedTupleFields& fields, SpecTree* tree) {
  Context context;
  T2N_RETURN_IF_ERROR(json.Object([&](absl::string_view field) -> absl::Status {
    if (field == "type") {
      T2N_ASSIGN_OR_RETURN(const absl::string_view type, json.String());
      tree->type = std::string(type);
    } else if (field == "context") {
      T2N_ASSIGN_OR_RETURN(context, ReadContext(json));
    } else if (field == "children_spec") {
      return json.Array([&] {
        tree->children.emplace_back();
        return ReadNode(json, fields, &tree->children.back());
      });
    }
    return absl::OkStatus();
  }));
  if (tree->is_leaf() && !tree->children.empty()) return json.Error("a leaf with children");
  const auto it = fields.find(context.text);
  if (tree->type == "collections.namedtuple" && it != fields.end()) context.keys = it->second;
  if (context.keys.size() == tree->children.size()) tree->names = std::move(context.keys);
  return absl::OkStatus();
}

void AddNames(const SpecTree& tree, const std::string& name, std::vector<std::string>* names) {
  if (tree.is_leaf()) names->push_back(name);
  for (size_t i = 0; i < tree.children.size(); ++i) {
    const std::string part = tree.names.empty() ? absl::StrCat(i) : tree.names[i];
    AddNames(tree.children[i], name.empty() ? part : absl::StrCat(name, "_", part), names);
  }
}

}  // namespace

size_t SpecTree::leaves() const {
  size_t count = is_leaf();
  for (const SpecTree& child : children) count += child.leaves();
  return count;
}

absl::StatusOr<SpecTree> ParseSpecTree(absl::string_view json, const NamedTupleFields& fields) {
  SpecTree tree;
  StringPool pool;
  T2N_RETURN_IF_ERROR(ReadJson(json, 0, &pool, [&](JsonReader& reader) {
    int items = 0;  // the version of the format, then the tree
    return reader.Array([&]() -> absl::Status {
      if (++items != 2) return absl::OkStatus();
      return ReadNode(reader, fields, &tree);
    });
  }));
  return tree;
}

std::vector<std::string> LeafNames(const SpecTree& tree) {
  std::vector<std::string> names;
  AddNames(tree, "", &names);
  return names;
}

}  // namespace t2n::exported
