#include "convoy/model_data.h"

#include <algorithm>
#include <optional>

#include "config/catalog.h"
#include "convoy/config.h"
#include "convoy/error.h"
#include "convoy/run.h"
#include "io/run_record.h"
#include "runs/run_data_check.h"
#include "runs/run_model_check.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

/// Keys of [data] that say which samples are read and how their files hold them; the others say how they are prepared.
const Texts keys_of_a_place = {"dataset", "path",   "hint",      "validation", "limit",
                               "shape",   "prefix", "transpose", "first_label"};

/// Settings of [data] for another kind of data set: `kind`, and those of `trained` that this kind knows and that
/// prepare samples.
Settings settings_of_kind(const Settings& trained, const std::string& kind) {
  const Section& section = convoy::section("data");
  const TypeSchema* type = find_type(section, kind);
  Settings data;
  data.set(section.type_key, kind);
  if (type == nullptr) return data;  // the configuration's own check says so
  const std::vector<KeySchema> keys = keys_with(section, type);
  for (const auto& entry : trained.entries()) {
    const bool of_a_place = std::ranges::find(keys_of_a_place, entry.name) != keys_of_a_place.end();
    if (!of_a_place && find_key(keys, entry.name) != nullptr) data.set(entry.name, entry.value);
  }
  return data;
}

/// Sets image_size and channels to the model's input shape. Throws Error{data} where that is not three numbers.
void set_image_shape(Settings& data, const Integers& input) {
  if (input.size() != 3) {
    throw Error(ErrorKind::data, "the model takes no images of height x width x channels, as image_folder has them");
  }
  data.set("image_size", Integers{input[0], input[1]});
  data.set("channels", input[2]);
}

/// Throws Error{config} for an override of a key outside [data].
void require_data_keys(const std::vector<std::string>& overrides) {
  for (const std::string& text : overrides) {
    if (text.starts_with("data.")) continue;
    throw Error(ErrorKind::config, "-s " + text + ": expected a key of [data], as in data.transpose=true");
  }
}

/// data.path of the run folder around the model, "" without one: a model file holds no path to its data.
std::string data_path_of_run(const fs::path& model_file) {
  const fs::path resolved = model_file.parent_path() / "resolved.toml";
  std::error_code ignored;
  return fs::is_regular_file(resolved, ignored) ? load_config(resolved).data.text("path") : "";
}

/// The configuration inside the model file, with its [data] changed to what `options` and `path` ask for and checked.
Config config_with(const ModelDataOptions& options, const std::string& path, const fs::path& model_file) {
  Config config = config_of(model_file);
  const std::string trained_kind = config.data.text("dataset");
  std::string kind = options.dataset;
  if (kind.empty()) kind = options.folder.empty() ? trained_kind : dataset_kind_of(options.folder);
  const auto input = [&] { return config.run.integers("input_shape"); };
  if (kind != trained_kind) {
    config.data = settings_of_kind(config.data, kind);
    const bool rows = kind == "numpy" || kind == "csv";  // which may be images
    if (rows && input().size() == 3) config.data.set("shape", input());
  }
  config.data.set("path", path);
  if (kind == "image_folder") set_image_shape(config.data, input());
  return parse_config(resolved_toml(config), model_file.string(), fs::current_path(), options.overrides);
}

/// The folder to read: that of `options`, else `trained`. Throws Error{data} where neither is known or `trained` is not
/// there, and for a model that is not the one of its run folder.
std::string data_path_for(const ModelDataOptions& options, const std::string& trained, const fs::path& model_file) {
  if (!options.folder.empty()) return fs::absolute(options.folder).string();
  if (std::ranges::any_of(options.overrides, [](const std::string& text) { return text.starts_with("data.path="); }))
    return ".";  // replaced by the override
  if (trained.empty()) {
    throw Error(ErrorKind::data,
                model_file.string() + ": a model does not say where its data lie; name their folder with --data");
  }
  require_model_of_run(model_file);  // else the run's data are not this model's
  std::error_code ignored;
  if (fs::exists(trained, ignored)) return trained;
  throw Error(ErrorKind::data,
              model_file.string() + ": its data, " + trained + ", is not here; name a folder with --data");
}

/// Whether both paths lead to the same folder; false where one is "" or does not exist.
bool same_folder(const std::string& a, const std::string& b) {
  std::error_code none;
  return !b.empty() && fs::equivalent(a, b, none);
}

/// Which files to read for a split. Data that the model was not trained on are not divided: all of them are for
/// testing.
Need need_of(const std::string& split, bool trained_on) {
  if (split != "test") return Need::training;
  return trained_on ? Need::test : Need::evaluation;
}

/// The warning that the run around a best.safetensors recorded at its end; "" without a run.
std::string warning_of_run(const fs::path& model_file) {
  const fs::path run = model_file.parent_path();
  std::error_code ignored;
  if (model_file.filename() != "best.safetensors" || !fs::is_regular_file(run / "events.jsonl", ignored)) return "";
  const std::optional<RunOutcome> outcome = read_run(run).outcome;
  return outcome ? outcome->warning : "";
}

}  // namespace

ModelData load_model_data(const fs::path& model_file, const ModelDataOptions& options) {
  require_data_keys(options.overrides);
  const std::string trained = data_path_of_run(model_file);
  const Config config = config_with(options, data_path_for(options, trained, model_file), model_file);
  const bool trained_on = same_folder(config.data.text("path"), trained);
  const auto seed = static_cast<std::uint64_t>(config.run.integer("seed"));
  DataSplits splits = load_data(config.data, seed, need_of(options.split, trained_on));
  if (trained_on) check_run_data(model_file.parent_path(), config.data, {options.split}, splits);
  return {splits.split(options.split), splits.notes, warning_of_run(model_file)};
}

DataSplits load_model_splits(const fs::path& model_file, const std::string& folder) {
  const std::string trained = data_path_of_run(model_file);
  const ModelDataOptions options{.folder = folder};
  const Config config = config_with(options, data_path_for(options, trained, model_file), model_file);
  DataSplits splits = load_data(config.data, static_cast<std::uint64_t>(config.run.integer("seed")));
  if (same_folder(config.data.text("path"), trained)) {
    check_run_data(model_file.parent_path(), config.data, {"test", "validation", "train"}, splits);
  }
  return splits;
}

}  // namespace convoy
