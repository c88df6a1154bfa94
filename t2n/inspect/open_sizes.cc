#include "t2n/inspect/open_sizes.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "t2n/convert.h"
#include "t2n/convert/report.h"

namespace t2n {
namespace {

constexpr size_t kMaxSymbols = 12;  // that are tried

// A size that may be open, and where it stands: `x:2`.
struct Candidate {
  std::string symbol;
  int64_t size = 0;  // as recorded
  std::vector<std::string> axes;
};

// The letter of an axis, by its place among `rank`; empty for channels and the like.
absl::string_view LetterOf(int64_t axis, int64_t rank) {
  if (axis == 0) return "B";
  const int64_t from_end = rank - 1 - axis;
  if (rank == 2) return "S";
  if (rank == 3) return axis == 1 ? "S" : "T";
  if (rank == 4 || rank == 5) {
    constexpr absl::string_view kSpatial[] = {"W", "H", "D"};
    return axis >= 2 ? kSpatial[from_end] : "";
  }
  return "";
}

std::set<std::string> SymbolsOf(const Graph& graph) {
  std::set<std::string> symbols;
  for (const Value* input : graph.inputs()) {
    for (const Dim& size : input->shape()) {
      for (const std::string& symbol : size.Symbols()) symbols.insert(symbol);
    }
  }
  return symbols;
}

// The axes that are open as the model is: `x:0=B`.
std::vector<std::string> OpenAxes(const Graph& graph) {
  std::vector<std::string> axes;
  for (const Value* input : graph.inputs()) {
    for (int64_t axis = 0; axis < input->rank(); ++axis) {
      const Dim& size = input->shape()[axis];
      if (!size.is_const())
        axes.push_back(absl::StrCat(input->name, ":", axis, "=", size.ToString()));
    }
  }
  return axes;
}

// Which inputs are states.
std::set<size_t> StatesOf(const EvaluatedModel& model) {
  std::set<size_t> states;
  for (const StateTensor& s : model.states) states.insert(s.input);
  return states;
}

// Of the inputs that are no states; equal sizes of one letter are one.
std::vector<Candidate> CandidatesOf(const EvaluatedModel& model) {
  const std::set<size_t> states = StatesOf(model);
  std::map<std::pair<std::string, int64_t>, Candidate> found;
  std::map<std::string, int> sizes;  // that a letter has had
  const std::set<std::string> taken = SymbolsOf(*model.graph);
  std::vector<std::pair<std::string, int64_t>> order;
  for (size_t i = 0; i < model.graph->inputs().size(); ++i) {
    if (states.count(i)) continue;
    const Value& input = *model.graph->inputs()[i];
    for (int64_t axis = 0; axis < input.rank(); ++axis) {
      const Dim& size = input.shape()[axis];
      const std::string letter(LetterOf(axis, input.rank()));
      if (letter.empty() || !size.is_const()) continue;
      const std::pair<std::string, int64_t> key = {letter, size.value()};
      Candidate& candidate = found[key];
      if (candidate.symbol.empty()) {
        do {
          const int before = sizes[letter]++;
          candidate.symbol = before == 0 ? letter : absl::StrCat(letter, before + 1);
        } while (taken.count(candidate.symbol));
        order.push_back(key);
      }
      candidate.size = size.value();
      candidate.axes.push_back(absl::StrCat(input.name, ":", axis));
    }
  }
  std::vector<Candidate> candidates;
  for (const auto& key : order) candidates.push_back(std::move(found[key]));
  if (candidates.size() > kMaxSymbols) candidates.resize(kMaxSymbols);
  return candidates;
}

// The input of `x:2`.
std::string InputOf(const std::string& axis) { return axis.substr(0, axis.rfind(':')); }

// With the axis of each other input that is the only one of that size: the batch of an LSTM's
// states is not their first axis.
Candidate WithEqualAxes(Candidate candidate, const EvaluatedModel& model) {
  const std::set<size_t> states = StatesOf(model);
  const auto has = [&](const std::string& axis) {
    return std::find(candidate.axes.begin(), candidate.axes.end(), axis) != candidate.axes.end();
  };
  for (size_t i = 0; i < model.graph->inputs().size(); ++i) {
    const Value& input = *model.graph->inputs()[i];
    std::vector<std::string> equal;
    for (int64_t axis = 0; axis < input.rank(); ++axis) {
      if (input.shape()[axis] != Dim(candidate.size)) continue;
      equal.push_back(absl::StrCat(input.name, ":", axis));
    }
    if (!states.count(i) && equal.size() == 1 && !has(equal[0])) candidate.axes.push_back(equal[0]);
  }
  return candidate;
}

class Trials {
 public:
  Trials(const proto::ConversionSpec& spec, Progress* progress) : spec_(spec), progress_(progress) {
    const double seconds = spec.has_max_seconds() ? spec.max_seconds() : kSecondsOfTrials;
    end_ = Clock::now() +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  proto::OpenSizes Run() {
    proto::OpenSizes told;
    EvaluatedModel fixed;
    ConversionFailure failure;
    if (const absl::Status status = Convert(spec_, &failure, &fixed); !status.ok()) {
      for (const std::string& cause : failure.causes) told.add_refusals(cause);
      if (failure.causes.empty()) told.add_refusals(std::string(status.message()));
      return told;
    }
    if (const std::vector<std::string> open = OpenAxes(*fixed.graph); !open.empty()) {
      proto::OpenTrial& as_it_is = *told.add_trials();
      for (const std::string& axis : open) as_it_is.add_axes(axis);
      for (std::string& fact : FactsOf(fixed)) as_it_is.add_facts(std::move(fact));
      as_it_is.set_tried(true);
    }
    known_.insert(fixed.warnings.begin(), fixed.warnings.end());
    std::vector<Candidate> good = TryEach(fixed, &told);
    if (good.size() == 1) told.set_flags(FlagsOf(AxesOf(good)));
    if (good.size() < 2) return told;
    *told.add_trials() = Try(good);
    if (!Works(*told.trials().rbegin())) good = TryGrowing(good, &told);
    told.set_flags(FlagsOf(AxesOf(good)));
    return told;
  }

 private:
  using Clock = std::chrono::steady_clock;

  static bool Works(const proto::OpenTrial& trial) {
    return trial.tried() && trial.refusal().empty();
  }

  // Those that can be open alone, with axes of other inputs where only that works.
  std::vector<Candidate> TryEach(const EvaluatedModel& fixed, proto::OpenSizes* told) {
    std::vector<Candidate> good;
    std::set<std::string> taken, batched;  // axes, inputs
    for (Candidate& candidate : CandidatesOf(fixed)) {
      if (taken.count(candidate.axes[0])) continue;
      if (candidate.symbol[0] == 'B' && batched.count(InputOf(candidate.axes[0]))) continue;
      proto::OpenTrial trial = Try({candidate});
      if (Candidate wider = WithEqualAxes(candidate, fixed);
          !Works(trial) && wider.axes.size() > candidate.axes.size()) {
        if (proto::OpenTrial again = Try({wider}); Works(again)) {
          trial = std::move(again);
          candidate = std::move(wider);
          for (const std::string& axis : candidate.axes) batched.insert(InputOf(axis));
        }
      }
      const bool works = Works(trial);
      *told->add_trials() = std::move(trial);
      if (!works) continue;
      taken.insert(candidate.axes.begin(), candidate.axes.end());
      good.push_back(candidate);
    }
    return good;
  }

  // As many as go together, one after the other; they are told if they are more than one.
  std::vector<Candidate> TryGrowing(const std::vector<Candidate>& good, proto::OpenSizes* told) {
    std::vector<Candidate> together = {good[0]};
    std::optional<proto::OpenTrial> last;
    for (size_t i = 1; i < good.size(); ++i) {
      std::vector<Candidate> more = together;
      more.push_back(good[i]);
      if (more.size() == good.size()) break;  // has been tried
      proto::OpenTrial trial = Try(more);
      if (!Works(trial)) continue;
      together = std::move(more);
      last = std::move(trial);
    }
    if (last) *told->add_trials() = *std::move(last);
    return together;
  }

  static std::vector<std::string> AxesOf(const std::vector<Candidate>& open) {
    std::vector<std::string> axes;
    for (const Candidate& candidate : open) {
      for (const std::string& axis : candidate.axes) {
        axes.push_back(absl::StrCat(axis, "=", candidate.symbol));
      }
    }
    return axes;
  }

  static std::string FlagsOf(const std::vector<std::string>& axes) {
    return absl::StrCat("--dynamic_axes \"", absl::StrJoin(axes, ","), "\"");
  }

  proto::OpenTrial Try(const std::vector<Candidate>& open) {
    proto::OpenTrial trial;
    const std::vector<std::string> axes = AxesOf(open);
    for (const std::string& axis : axes) trial.add_axes(axis);
    trial.set_flags(FlagsOf(axes));
    proto::ConversionSpec spec = spec_;
    spec.add_dynamic_axes(absl::StrJoin(axes, ","));
    EvaluatedModel model;
    ConversionFailure failure;
    const absl::Status status = Convert(spec, &failure, &model);
    trial.set_tried(status.ok() || Left() > 0);
    if (!trial.tried()) return trial;
    if (status.ok()) {
      for (std::string& fact : FactsOf(model)) trial.add_facts(std::move(fact));
      return trial;
    }
    const std::string cause =
        failure.causes.empty() ? std::string(status.message()) : failure.causes[0];
    trial.set_refusal(cause.substr(0, cause.find('\n')));
    for (const std::string& hint : failure.warnings) trial.add_facts(hint);
    if (failure.places.empty()) return trial;
    const proto::PlaceInfo& place = failure.places[0];
    trial.set_place(absl::StrCat(place.file(), ":", place.line(), ":", place.column()));
    return trial;
  }

  // What is told of the sizes: their bounds, and what the model as it is was not converted with.
  std::vector<std::string> FactsOf(const EvaluatedModel& model) const {
    std::vector<std::string> facts;
    for (const auto& [symbol, range] : model.emit.symbols) {
      if (range.min.value_or(1) > 1) facts.push_back(absl::StrCat(symbol, ">=", *range.min));
      if (range.max) facts.push_back(absl::StrCat(symbol, "<=", *range.max));
    }
    for (const std::string& warning : model.warnings) {
      if (!known_.count(warning)) facts.push_back(warning);
    }
    return facts;
  }

  double Left() const { return std::chrono::duration<double>(end_ - Clock::now()).count(); }

  // All of a conversion but the writing.
  absl::Status Convert(proto::ConversionSpec spec, ConversionFailure* failure,
                       EvaluatedModel* model) const {
    const double left = Left();
    if (left <= 0) return absl::ResourceExhaustedError("there is no time left");
    spec.set_max_seconds(left);
    if (absl::Status status = CheckSpec(spec); !status.ok()) return status;
    absl::StatusOr<EvaluatedModel> evaluated = Evaluate(spec, failure, progress_);
    if (!evaluated.ok()) return evaluated.status();
    *model = *std::move(evaluated);
    EmitSpec emit = model->emit;
    emit.path.clear();
    EmitReport report;
    std::string text;
    const absl::Status status = EmitNothing(*model->graph, emit, &report, &text);
    if (status.ok()) return status;
    failure->causes = report.refusals;
    failure->places = PlacesOf(report);
    return status;
  }

  const proto::ConversionSpec& spec_;
  Progress* progress_;
  Clock::time_point end_;
  std::set<std::string> known_;  // warnings of the model as it is
};

}  // namespace

proto::OpenSizes TryOpenSizes(const proto::ConversionSpec& spec, Progress* progress) {
  return Trials(spec, progress).Run();
}

std::string ToText(const proto::OpenSizes& sizes) {
  std::string out = absl::StrCat("sizes that may be open (", sizes.trials_size(), " trials)\n");
  for (const proto::OpenTrial& trial : sizes.trials()) {
    absl::StrAppend(&out, "  ", absl::StrJoin(trial.axes(), ","), ": ",
                    !trial.tried()            ? "not tried: no time left, see --max_seconds"
                    : trial.flags().empty()   ? "open as it is"
                    : trial.refusal().empty() ? "works"
                                              : absl::StrCat("refused: ", trial.refusal()),
                    "\n");
    for (const std::string& fact : trial.facts()) absl::StrAppend(&out, "    ", fact, "\n");
  }
  for (const std::string& cause : sizes.refusals()) {
    absl::StrAppend(&out, "  refused as it is, with no size open: ", cause, "\n");
  }
  if (!sizes.flags().empty()) absl::StrAppend(&out, "add ", sizes.flags(), "\n");
  return out;
}

}  // namespace t2n
