#include "io/run_record.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "convoy/error.h"
#include "io/text_file.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uintmax_t max_file_bytes = 4 << 20;  ///< of env.json and of resolved.toml
constexpr std::size_t max_rows = 2'000'000;  ///< of all Diagnostics records; each takes more memory than its text
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The number of that key; NaN where it is no number, `otherwise` where the key is missing.
double json_number(const Json& event, const char* key, double otherwise = nan) {
  const auto found = event.find(key);
  if (found == event.end()) return otherwise;
  return found->is_number() ? found->get<double>() : nan;
}

/// The number of that key, NaN where it is no number; nothing where the key is missing.
std::optional<double> optional_number(const Json& event, const char* key) {
  return event.contains(key) ? std::optional(json_number(event, key)) : std::nullopt;
}

/// The number of that key as a whole number from 0 to `most`: cut to these bounds, 0 where there is none.
std::uint64_t json_count(const Json& event, const char* key, std::uint64_t most) {
  const double value = json_number(event, key, 0);
  return value >= 1 ? static_cast<std::uint64_t>(std::min(value, static_cast<double>(most))) : 0;
}

std::uint64_t step_of(const Json& event) { return json_count(event, "step", std::uint64_t{1} << 53U); }

/// The number of that key as a whole number from 0 to 10^9, as json_count.
int json_int(const Json& event, const char* key) { return static_cast<int>(json_count(event, key, 1'000'000'000)); }

/// The text of that key; "" where there is none.
std::string text_at(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The list of that key; empty where there is none.
std::vector<Json> list_at(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_array() ? found->get<std::vector<Json>>() : std::vector<Json>{};
}

/// The objects in the list of that key.
std::vector<Json> objects(const Json& event, const char* key) {
  std::vector<Json> found = list_at(event, key);
  std::erase_if(found, [](const Json& item) { return !item.is_object(); });
  return found;
}

/// The log entry of an event "epoch"; missing and wrong numbers are NaN, missing counts 0.
EpochLog epoch_from(const Json& event) {
  EpochLog log{.epoch = json_int(event, "epoch"),
               .loss = json_number(event, "loss"),
               .accuracy = json_number(event, "accuracy"),
               .has_validation = event.contains("validation_loss"),
               .learning_rate = json_number(event, "learning_rate"),
               .seconds = json_number(event, "seconds"),
               .images_per_second = json_number(event, "images_per_second"),
               .step = step_of(event)};
  if (log.has_validation) {
    log.validation_loss = json_number(event, "validation_loss");
    log.validation_accuracy = json_number(event, "validation_accuracy");
  }
  return log;
}

/// The log entry of an event "steps"; missing and wrong numbers are NaN, missing counts 0.
StepsLog steps_from(const Json& event) {
  return {.step = step_of(event),
          .epoch = json_int(event, "epoch"),
          .loss = json_number(event, "loss"),
          .accuracy = json_number(event, "accuracy"),
          .learning_rate = json_number(event, "learning_rate"),
          .seconds = json_number(event, "seconds")};
}

/// The record of an event "diagnostics"; wrong numbers are NaN, missing ones NaN or nothing.
Diagnostics diagnostics_from(const Json& event) {
  Diagnostics found{.step = step_of(event), .epoch = json_int(event, "epoch")};
  for (const Json& layer : objects(event, "layers")) {
    found.layers.push_back({.name = text_at(layer, "name"),
                            .gradient_norm = optional_number(layer, "gradient_norm"),
                            .weight_norm = optional_number(layer, "weight_norm"),
                            .update_ratio = optional_number(layer, "update_ratio"),
                            .dead = optional_number(layer, "dead"),
                            .forward_us = json_number(layer, "forward_us", 0),
                            .backward_us = json_number(layer, "backward_us", 0)});
  }
  for (const Json& band : objects(event, "percentiles")) {
    found.percentiles.push_back(
        {text_at(band, "name"), json_number(band, "p15"), json_number(band, "p50"), json_number(band, "p85")});
  }
  for (const Json& norm : objects(event, "batch_norms")) {
    found.batch_norms.push_back({text_at(norm, "name"), json_number(norm, "mean_gap"),
                                 json_number(norm, "variance_ratio"), json_number(norm, "variance_shift")});
  }
  found.train_mode_loss = optional_number(event, "train_mode_loss");
  found.predict_mode_loss = optional_number(event, "predict_mode_loss");
  return found;
}

/// The message and gradient norms of an event "diverged".
Divergence divergence_from(const Json& event) {
  Divergence divergence{text_at(event, "message")};
  for (const Json& norm : list_at(event, "gradient_norms")) {
    divergence.gradient_norms.push_back(norm.is_number() ? norm.get<double>() : nan);
  }
  return divergence;
}

/// The outcome of an event "result"; missing and wrong numbers are NaN, missing counts 0.
RunOutcome outcome_from(const Json& event) {
  const auto interrupted = event.find("interrupted");
  return {.loss = json_number(event, "loss"),
          .accuracy = json_number(event, "accuracy"),
          .best_epoch = json_int(event, "best_epoch"),
          .seconds = json_number(event, "seconds"),
          .peak_rss_mb = json_number(event, "peak_rss_mb"),
          .interrupted = interrupted != event.end() && *interrupted == true,
          .warning = text_at(event, "warning")};
}

/// Appends `item`, after removing the items whose key is not below its own, which a resumed run repeats.
template <class Item, class Key>
void append_in_order(std::vector<Item>& items, Item item, Key Item::*key) {
  while (!items.empty() && items.back().*key >= item.*key) items.pop_back();
  items.push_back(std::move(item));
}

/// The record itself, and its layers, percentiles and batch norms, counted together.
std::size_t rows_in(const Diagnostics& found) {
  return 1 + found.layers.size() + found.percentiles.size() + found.batch_norms.size();
}

/// Adds the events of one run, in their order, to a RunRecord.
class EventReader {
 public:
  explicit EventReader(RunRecord& record) : record_(record) {}

  /// Adds an event to the record; a start or resumption removes how an earlier part ended. Other events are ignored.
  void add_event(const Json& event) {
    const std::string kind = text_at(event, "event");
    if (kind == "start" || kind == "resume") {  // what ended the run before is over
      record_.divergence.reset();
      record_.outcome.reset();
    } else if (kind == "epoch") {
      append_in_order(record_.history, epoch_from(event), &EpochLog::epoch);
    } else if (kind == "steps") {
      append_in_order(record_.steps, steps_from(event), &StepsLog::step);
    } else if (kind == "diagnostics") {
      add_diagnostics(diagnostics_from(event));
    } else if (kind == "warning") {
      record_.warnings.push_back({step_of(event), text_at(event, "message")});
    } else if (kind == "diverged") {
      record_.divergence = divergence_from(event);
    } else if (kind == "result") {
      record_.outcome = outcome_from(event);
    }
  }

 private:
  /// Adds a Diagnostics record, unless there are more than max_rows by now.
  void add_diagnostics(Diagnostics found) {
    rows_ += rows_in(found);
    if (rows_ <= max_rows) append_in_order(record_.diagnostics, std::move(found), &Diagnostics::step);
  }

  RunRecord& record_;
  std::size_t rows_ = 0;
};

/// The last part of the folder's path, resolved where the path ends in "/" or is ".".
std::string run_name(const fs::path& folder) {
  const fs::path whole = fs::weakly_canonical(folder);
  return whole.has_filename() ? whole.filename().string() : folder.string();
}

}  // namespace

Environment read_environment(const fs::path& folder) {
  const Json json = Json::parse(read_text(folder / "env.json", max_file_bytes), nullptr, false);
  if (!json.is_object()) return {};
  Environment environment{.convoy_version = text_at(json, "convoy_version"),
                          .compiler = text_at(json, "compiler"),
                          .cpu = text_at(json, "cpu"),
                          .isa = text_at(json, "isa"),
                          .blas_core = text_at(json, "blas_core"),
                          .cores = json_int(json, "cores"),
                          .threads = json_int(json, "threads"),
                          .started = text_at(json, "started"),
                          .data = {}};
  const auto sums = json.find("data_sha256");
  if (sums == json.end() || !sums->is_object()) return environment;
  for (const auto& [name, sum] : sums->items()) {
    if (sum.is_string()) environment.data.emplace_back(name, sum.get<std::string>());
  }
  return environment;
}

void read_events(const fs::path& file, RunRecord& record) {
  std::ifstream stream = open_text(file, EventLog::most_bytes);
  EventReader reader(record);
  for (std::string line; next_line(stream, line, EventLog::longest);) {
    const Json event = Json::parse(line, nullptr, false);
    if (event.is_object()) reader.add_event(event);
  }
}

void require_run(const fs::path& folder) {
  std::error_code error;
  if (fs::is_regular_file(folder / "resolved.toml", error)) return;
  std::string why = ": no such folder";
  if (fs::is_regular_file(folder / "sweep.toml", error)) {
    why = " is a sweep: its page is sweep.html, its runs are the folders in it";
  } else if (fs::exists(folder, error)) {
    why = ": no resolved.toml in it; is it a run folder?";
  }
  throw Error(ErrorKind::data, folder.string() + why);
}

int epochs_in_metrics(const fs::path& folder) {
  std::ifstream stream = open_text(folder / "metrics.csv", EventLog::most_bytes);
  int epochs = -1;  // the header
  for (std::string line; next_line(stream, line, EventLog::longest);) ++epochs;
  return std::max(epochs, 0);
}

RunRecord read_run(const fs::path& folder) {
  require_run(folder);
  RunRecord record{
      .folder = folder, .name = run_name(folder), .config = read_text(folder / "resolved.toml", max_file_bytes)};
  record.environment = read_environment(folder);
  read_events(folder / "events.jsonl", record);
  return record;
}

}  // namespace convoy
