#include "t2n/preview/sources.h"

#include <map>
#include <memory>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parsers/archive_kind.h"
#include "parsers/exported/container.h"
#include "parsers/model_archive.h"
#include "t2n/base/status.h"
#include "t2n/exported/places.h"
#include "t2n/preview/clean_text.h"

namespace t2n {
namespace {

namespace ex = exported;

// Lines of files by number.
using Files = std::map<std::string, std::map<int, std::string>>;

// Takes lines until there are too many.
class Taker {
 public:
  explicit Taker(proto::Preview* preview) : preview_(*preview) {}

  bool Take(absl::string_view line) {
    taken_ += line.size() + 1;
    if (taken_ <= kMaxPageSourceBytes) return true;
    preview_.set_sources_cut(true);
    return false;
  }

 private:
  proto::Preview& preview_;
  size_t taken_ = 0;
};

void CollectLines(const ex::Graph& graph, Taker* taker, Files* files) {
  for (const ex::Node& node : graph.nodes) {
    for (ex::TraceLine& line : ex::TraceOf(node)) {
      std::string& text = (*files)[line.file][line.number];
      if (text.empty() && taker->Take(line.text)) text = std::move(line.text);
    }
    for (const ex::NamedArgument& input : node.inputs) {
      if (const auto* sub = input.value.As<ex::SubGraph>()) {
        CollectLines(sub->graph, taker, files);
      }
    }
  }
}

void AddFile(const std::string& name, const std::map<int, std::string>& lines,
             proto::Preview* preview) {
  proto::SourceFile& file = *preview->add_sources();
  file.set_name(CleanText(name));
  int next = -1;
  proto::SourceRun* run = nullptr;
  for (const auto& [number, text] : lines) {
    if (number != next) {
      run = file.add_runs();
      run->set_first(number);
    }
    run->add_lines(CleanText(text));
    next = number + 1;
  }
}

absl::Status AddExported(const std::shared_ptr<const Archive>& archive, absl::string_view model,
                         proto::Preview* preview) {
  T2N_ASSIGN_OR_RETURN(const ex::ExportedModel read, ex::LoadExportedModel(archive, model));
  Files files;
  Taker taker(preview);
  CollectLines(read.program->graph, &taker, &files);
  for (const auto& [name, lines] : files) AddFile(name, lines, preview);
  return absl::OkStatus();
}

}  // namespace

absl::Status AddSources(const std::string& path, absl::string_view model, proto::Preview* preview) {
  T2N_ASSIGN_OR_RETURN(const std::shared_ptr<const Archive> archive, Archive::Open(path));
  const ArchiveKind kind = KindOf(*archive);
  if (kind == ArchiveKind::kExported || kind == ArchiveKind::kOldExported) {
    return AddExported(archive, model, preview);
  }
  T2N_ASSIGN_OR_RETURN(const ModelArchive read, LoadModelArchive(archive));
  Taker taker(preview);
  for (const std::string& entry : read.code_entries) {
    T2N_ASSIGN_OR_RETURN(const std::string code, read.ReadCode(entry));
    proto::SourceFile& file = *preview->add_sources();
    file.set_name(CleanText(entry));
    proto::SourceRun& run = *file.add_runs();
    run.set_first(1);
    for (absl::string_view line : absl::StrSplit(absl::StripSuffix(code, "\n"), '\n')) {
      if (!taker.Take(line)) return absl::OkStatus();
      run.add_lines(CleanText(line));
    }
  }
  return absl::OkStatus();
}

}  // namespace t2n
