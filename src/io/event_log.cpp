#include "io/event_log.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "convoy/foreign_text.h"
#include "io/atomic_file.h"
#include "io/text_file.h"

namespace convoy {
namespace {

using OrderedJson = nlohmann::ordered_json;

/// Sets object[key] if there is a number.
void set_if_known(OrderedJson& object, const char* key, const std::optional<double>& number) {
  if (number) object[key] = *number;
}

/// A part of a Diagnostics record as a JSON object, without unknown numbers.
OrderedJson as_json(const LayerDiagnostics& layer) {
  OrderedJson json = {{"name", layer.name}};
  set_if_known(json, "gradient_norm", layer.gradient_norm);
  set_if_known(json, "weight_norm", layer.weight_norm);
  set_if_known(json, "update_ratio", layer.update_ratio);
  set_if_known(json, "dead", layer.dead);
  json["forward_us"] = layer.forward_us;
  json["backward_us"] = layer.backward_us;
  return json;
}

OrderedJson as_json(const PercentileBand& band) {
  return {{"name", band.name}, {"p15", band.p15}, {"p50", band.p50}, {"p85", band.p85}};
}

OrderedJson as_json(const BatchNormDiagnostics& norm) {
  return {{"name", norm.name},
          {"mean_gap", norm.mean_gap},
          {"variance_ratio", norm.variance_ratio},
          {"variance_shift", norm.variance_shift}};
}

/// A JSON array of the items as objects.
template <class Item>
OrderedJson list_of(const std::vector<Item>& items) {
  OrderedJson list = OrderedJson::array();
  for (const Item& item : items) list.push_back(as_json(item));
  return list;
}

/// Whether a line of the log is an event of the training up to `step`; results and divergences are none, nor broken
/// lines.
bool is_event_until(const std::string& line, std::uint64_t step) {
  const auto event = nlohmann::json::parse(line, nullptr, false);
  if (!event.is_object() || !event.contains("event")) return false;
  if (event["event"] == "result" || event["event"] == "diverged") return false;
  return !event.contains("step") || (event["step"].is_number_unsigned() && event["step"] <= step);
}

/// Appends an event to the file as a line. Throws Error{failed}.
void append_event(const std::filesystem::path& file, const OrderedJson& event) { append_line(file, json_text(event)); }

}  // namespace

void EventLog::started(const std::string& time) { append_event(file_, {{"event", "start"}, {"time", time}}); }

void EventLog::resumed(const std::string& time, std::uint64_t step, int epoch) {
  append_event(file_, {{"event", "resume"}, {"time", time}, {"step", step}, {"epoch", epoch}});
}

void EventLog::add(const StepsLog& log) {
  append_event(file_, {{"event", "steps"},
                       {"step", log.step},
                       {"epoch", log.epoch},
                       {"loss", log.loss},
                       {"accuracy", log.accuracy},
                       {"learning_rate", log.learning_rate},
                       {"seconds", log.seconds}});
}

void EventLog::add(const Diagnostics& diagnostics) {
  OrderedJson event = {{"event", "diagnostics"},
                       {"step", diagnostics.step},
                       {"epoch", diagnostics.epoch},
                       {"layers", list_of(diagnostics.layers)},
                       {"percentiles", list_of(diagnostics.percentiles)},
                       {"batch_norms", list_of(diagnostics.batch_norms)}};
  set_if_known(event, "train_mode_loss", diagnostics.train_mode_loss);
  set_if_known(event, "predict_mode_loss", diagnostics.predict_mode_loss);
  append_event(file_, event);
}

void EventLog::add(const EpochLog& log) {
  OrderedJson event = {
      {"event", "epoch"}, {"epoch", log.epoch}, {"step", log.step}, {"loss", log.loss}, {"accuracy", log.accuracy}};
  if (log.has_validation) {
    event["validation_loss"] = log.validation_loss;
    event["validation_accuracy"] = log.validation_accuracy;
  }
  event["learning_rate"] = log.learning_rate;
  event["seconds"] = log.seconds;
  event["images_per_second"] = log.images_per_second;
  append_event(file_, event);
}

void EventLog::add_warning(std::uint64_t step, const std::string& message) {
  append_event(file_, {{"event", "warning"}, {"step", step}, {"message", message}});
}

void EventLog::add_divergence(const std::string& message, const std::vector<double>& gradient_norms) {
  append_event(file_, {{"event", "diverged"}, {"message", message}, {"gradient_norms", gradient_norms}});
}

void EventLog::add(const RunOutcome& outcome) {
  OrderedJson event = {{"event", "result"},
                       {"loss", outcome.loss},
                       {"accuracy", outcome.accuracy},
                       {"best_epoch", outcome.best_epoch},
                       {"seconds", outcome.seconds},
                       {"peak_rss_mb", outcome.peak_rss_mb},
                       {"interrupted", outcome.interrupted}};
  if (!outcome.warning.empty()) event["warning"] = outcome.warning;
  append_event(file_, event);
}

void EventLog::drop_after(std::uint64_t step) const {
  std::ifstream stream = open_text(file_, most_bytes);
  std::string kept;
  for (std::string line; next_line(stream, line, longest);) {
    if (is_event_until(line, step)) kept += line + "\n";
  }
  write_file_atomically(file_, kept);
}

}  // namespace convoy
