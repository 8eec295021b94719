#include "config/sweep.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "config/catalog.h"
#include "config/fail.h"
#include "config/load.h"
#include "convoy/error.h"
#include "convoy/number_text.h"
#include "convoy/sweep.h"
#include "core/parse.h"
#include "core/portable_math.h"
#include "core/random.h"
#include "core/text.h"
#include "core/value_text.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
using Choice = SweepAxis::Choice;
using Range = SweepAxis::Range;

constexpr std::size_t max_settings = 1000;   // of a grid
constexpr const char* variant = "variant.";  // the beginning of a variant's key in [sweep]

/// The range that the text is, "8..64" or "1e-4..1e-1 log"; nothing for any other text. Throws Error{config} that names
/// the place for wrong ends.
std::optional<Range> range_in(const std::string& text, const std::string& where) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) return std::nullopt;
  Range range;
  std::string high = trimmed(text.substr(dots + 2));
  if (high.ends_with(" log")) {
    range.logarithmic = true;
    high = trimmed(high.substr(0, high.size() - 4));
  }
  const std::string low = trimmed(text.substr(0, dots));
  const auto from = number_in<double>(low);
  const auto to = number_in<double>(high);
  if (!from || !to) return std::nullopt;
  range.low = *from;
  range.high = *to;
  range.whole = number_in<std::int64_t>(low) && number_in<std::int64_t>(high);
  const bool finite = std::isfinite(range.low) && std::isfinite(range.high) && std::isfinite(range.high - range.low);
  if (!finite || range.low >= range.high) fail(where, "a range goes from a smaller number to a larger one");
  if (range.logarithmic && range.low <= 0) fail(where, "a range with \"log\" begins above 0");
  if (range.whole && std::max(-range.low, range.high) > 1e15) fail(where, "a range of whole numbers ends at 1e15");
  return range;
}

/// The value as a label shows it, however it was written: 1e-3 as 0.001, "relu" as relu.
std::string label_of(const std::string& value) {
  try {
    const Settings given = parse_override_value("value", value, "");
    const Settings::Entry* entry = given.find("value");
    if (entry == nullptr) return value;
    const auto* text = std::get_if<std::string>(&entry->value);
    return text != nullptr ? *text : toml_text(entry->value);
  } catch (const Error&) {
    return value;  // a list of numbers with points: no key takes it, as the configuration will say
  }
}

/// An axis of that key with a choice for each value, written as TOML.
SweepAxis axis_of(const std::string& key, const Texts& values) {
  SweepAxis axis{.key = key};
  for (const auto& value : values) axis.choices.push_back({.label = label_of(value), .overrides = {key + "=" + value}});
  return axis;
}

/// The axis of an entry: a list of values or a range. Throws Error{config} for anything else.
SweepAxis axis_of_entry(const WrittenEntry& entry) {
  if (entry.elements) {
    if (entry.elements->empty()) fail(entry.where, "\"" + brief(entry.name) + "\" expects at least one value");
    return axis_of(entry.name, *entry.elements);
  }
  SweepAxis axis{.key = entry.name};
  axis.range = range_in(label_of(entry.text), entry.where);
  if (axis.range) return axis;
  fail(entry.where, "\"" + brief(entry.name) + "\" expects a list of values or a range \"1e-4..1e-1 log\", got " +
                        brief(entry.text) + did_you_mean(entry.name, {"seeds", "jobs", "random"}));
}

/// The choice of an entry "variant.NAME", a list of overrides. Throws Error{config} for anything else.
Choice read_variant(const WrittenEntry& entry) {
  const std::string name = entry.name.substr(std::string(variant).size());
  if (name.find_first_not_of(' ') == std::string::npos || brief(name) != name) {
    fail(entry.where, "a variant's name has 1 to 80 printable characters");
  }
  Choice choice{name, {}, entry.where};
  const Settings given = parse_override_value(name, entry.elements ? entry.text : "", entry.where);
  const auto* overrides = std::get_if<Texts>(&given.find(name)->value);
  if (overrides == nullptr) {
    fail(entry.where, "variant \"" + name + "\" expects a list of overrides, [\"train.epochs=3\"]; [] changes nothing");
  }
  choice.overrides = *overrides;
  return choice;
}

/// The parts of the text between commas outside of brackets and quotes, trimmed.
Texts split_at_commas(const std::string& text) {
  Texts parts(1);
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      quote = c == quote ? '\0' : quote;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      parts.emplace_back();
      continue;
    }
    parts.back() += c;
  }
  std::ranges::transform(parts, parts.begin(), trimmed);
  return parts;
}

/// A random number in [0, 1) with as many bits as a double has; takes two words from `random`.
double uniform(Random& random) {
  const std::uint64_t high = random.next() >> 5U;
  const std::uint64_t low = random.next() >> 6U;
  return static_cast<double>(high << 26U | low) * 0x1p-53;
}

/// A random number of a range as text, at most four digits where it is not whole.
std::string draw(const Range& range, Random& random) {
  const double u = uniform(random);
  const double end = range.whole ? range.high + 1 : range.high;
  double number = range.logarithmic ? range.low * portable::pow(end / range.low, u) : range.low + u * (end - range.low);
  if (range.whole) {
    number = std::floor(number);
  } else {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.4g", number);
    number = number_in<double>(digits).value_or(number);
  }
  number = std::clamp(number, range.low, range.high);
  return range.whole ? std::to_string(static_cast<std::int64_t>(number)) : shortest(number);
}

/// A random choice of an axis, or a number of its range.
Choice draw(const SweepAxis& axis, Random random) {
  if (axis.range) return axis_of(axis.key, {draw(*axis.range, random)}).choices[0];
  return axis.choices[random.below(static_cast<std::uint32_t>(axis.choices.size()))];
}

/// The shortest end of the key, cut at dots, that no other of `keys` has: "epochs" for "train.epochs".
std::string short_name(const std::string& key, const Texts& keys) {
  for (auto dot = key.rfind('.'); dot != std::string::npos && dot > 0; dot = key.rfind('.', dot - 1)) {
    const auto same_end = [&](const std::string& other) { return ("." + other).ends_with(key.substr(dot)); };
    if (std::ranges::count_if(keys, same_end) == 1) return key.substr(dot + 1);
  }
  return key;
}

/// The setting with these choices, one for each axis; its label names the axes that vary.
SweepPoint point_of(const std::vector<SweepAxis>& axes, const std::vector<Choice>& picks) {
  Texts keys;
  for (const auto& axis : axes) {
    if (axis.varies() && !axis.key.empty()) keys.push_back(axis.key);
  }
  SweepPoint point;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::string& where = picks[i].where.empty() ? axes[i].where : picks[i].where;
    for (const auto& text : picks[i].overrides) point.overrides.push_back({text, where, axes[i].folder});
    if (!axes[i].varies()) continue;
    const std::string key = axes[i].key.empty() ? "" : short_name(axes[i].key, keys) + "=";
    point.label += (point.label.empty() ? "" : ", ") + key + brief(picks[i].label);
  }
  return point;
}

/// `table.random` settings, each with a random choice for each axis; equal for equal seeds.
std::vector<SweepPoint> random_points(const SweepTable& table, std::uint64_t seed) {
  std::vector<SweepPoint> points;
  for (int number = 0; number < table.random; ++number) {
    std::vector<Choice> picks;
    for (const auto& axis : table.axes) {
      const auto dimension = static_cast<std::uint32_t>(picks.size());
      picks.push_back(draw(axis, Random(seed, Purpose::sweep, static_cast<std::uint32_t>(number), dimension)));
    }
    points.push_back(point_of(table.axes, picks));
  }
  return points;
}

/// The number of combinations. Throws Error{config} for more than max_settings, and for a range.
std::size_t grid_size(const std::vector<SweepAxis>& axes) {
  std::size_t size = 1;
  for (const auto& axis : axes) {
    if (axis.range) {
      fail(axis.where, "\"" + brief(axis.key) + "\" is a range: give random = N (--random N), or a list of values");
    }
    size *= axis.choices.size();
    if (size <= max_settings) continue;
    fail(axis.where, "more than " + std::to_string(max_settings) + " combinations; random = N (--random N) draws some");
  }
  return size;
}

/// All combinations, the last axis fastest. Throws Error{config} as grid_size.
std::vector<SweepPoint> grid_points(const std::vector<SweepAxis>& axes) {
  std::vector<SweepPoint> points;
  const std::size_t size = grid_size(axes);
  for (std::size_t number = 0; number < size; ++number) {
    std::vector<Choice> picks(axes.size());
    std::size_t rest = number;
    for (std::size_t i = axes.size(); i-- > 0;) {
      picks[i] = axes[i].choices[rest % axes[i].choices.size()];
      rest /= axes[i].choices.size();
    }
    points.push_back(point_of(axes, picks));
  }
  return points;
}

/// The table with the request's axes and numbers in place of its own. Throws Error{config}.
SweepTable requested(SweepTable table, const SweepRequest& request) {
  for (const auto& text : request.sets) {
    SweepAxis axis = read_sweep_axis(text);
    const auto same = std::ranges::find(table.axes, axis.key, &SweepAxis::key);
    if (same == table.axes.end()) {
      table.axes.push_back(std::move(axis));
    } else {
      *same = std::move(axis);
    }
  }
  table.seeds = request.seeds.value_or(table.seeds);
  table.jobs = request.jobs.value_or(table.jobs);
  table.random = request.random.value_or(table.random);
  return table;
}

/// A configuration file, from which the settings are built.
struct Source {
  ConfigText text;
  std::vector<fs::path> chain;

  /// The file's configuration with these overrides. Throws Error{config}.
  Config build(const std::vector<Override>& overrides) const {
    Config config = build_config_with(text, overrides, chain, catalog());
    config.path = text.name;
    return config;
  }
};

/// The seed of the configuration with the axes that do not vary.
std::uint64_t base_seed(const Source& source, const SweepTable& table) {
  std::vector<Override> fixed;
  for (const auto& axis : table.axes) {
    if (axis.varies()) continue;
    for (const auto& text : axis.choices[0].overrides) fixed.push_back({text, axis.where, axis.folder});
  }
  return static_cast<std::uint64_t>(source.build(fixed).run.integer("seed"));
}

/// The setting with its configuration, called after its experiment where it has no label. Throws Error{config} that
/// names the setting.
SweepSetting setting_of(const Source& source, const SweepPoint& point) {
  SweepSetting setting{.label = point.label, .overrides = {}, .config = {}};
  for (const auto& given : point.overrides) setting.overrides.push_back(given.text);
  try {
    setting.config = source.build(point.overrides);
  } catch (const Error& error) {
    if (point.label.empty()) throw;
    throw error.within("", " (setting \"" + point.label + "\")");
  }
  if (setting.label.empty()) setting.label = setting.config.run.text("name");
  return setting;
}

/// Throws Error{config} where two settings have the same configuration, which is a mistake: a value given twice, or a
/// whole section that replaces a key.
void require_different(const SweepPlan& plan, const std::string& name) {
  std::map<std::string, std::string> labels;
  for (const auto& setting : plan.settings) {
    const auto [same, is_new] = labels.emplace(resolved_toml(setting.config), setting.label);
    if (is_new) continue;
    fail(name, "the settings \"" + same->second + "\" and \"" + setting.label + "\" of the sweep are the same");
  }
}

}  // namespace

SweepTable read_sweep(const WrittenSection& section, const Section& schema) {
  SweepTable table;
  Settings counts;
  SweepAxis variants;
  for (const auto& entry : section.entries) {
    if (find_key(schema.keys, entry.name) != nullptr) {
      counts.set(entry.name, parse_override_value("", entry.text, entry.where).find("")->value, entry.where);
    } else if (entry.name.starts_with(variant)) {
      if (variants.choices.empty()) variants.where = entry.where;
      variants.choices.push_back(read_variant(entry));
    } else {
      if (std::ranges::find(table.axes, entry.name, &SweepAxis::key) != table.axes.end()) {
        fail(entry.where, "\"" + brief(entry.name) + "\" is given twice");
      }
      table.axes.push_back(axis_of_entry(entry));
      table.axes.back().where = entry.where;
    }
  }
  if (!variants.choices.empty()) table.axes.insert(table.axes.begin(), std::move(variants));
  for (auto& axis : table.axes) axis.folder = section.folder;
  counts.complete(schema.keys, heading(schema));
  table.seeds = counts.integer("seeds");
  table.jobs = counts.integer("jobs");
  table.random = counts.integer("random");
  return table;
}

SweepAxis read_sweep_axis(const std::string& text) {
  const Override given = command_line_override(text);
  const auto equals = text.find('=');
  const std::string key = trimmed(text.substr(0, equals));
  if (equals == std::string::npos || key.empty()) fail(given.where, "expected KEY=VALUE or KEY=VALUE,VALUE");
  const std::string values = trimmed(text.substr(equals + 1));
  SweepAxis axis{.key = key};
  axis.range = range_in(values, given.where);
  if (!axis.range) axis = axis_of(key, split_at_commas(values));
  const bool gap = axis.choices.size() > 1 && std::ranges::find(axis.choices, "", &Choice::label) != axis.choices.end();
  if (gap) fail(given.where, "a value is empty; write \"\" for an empty text");
  axis.where = given.where;
  axis.folder = given.folder;
  return axis;
}

std::vector<SweepPoint> sweep_points(const SweepTable& table, std::uint64_t seed) {
  return table.random > 0 ? random_points(table, seed) : grid_points(table.axes);
}

SweepPlan load_sweep(const fs::path& file, const SweepRequest& request) {
  std::error_code ignored;
  const Source source{read_config_text(file), {fs::weakly_canonical(file, ignored)}};
  const Document document = read_document(source.text, source.chain, catalog());
  const auto section = document.apart.find("sweep");
  SweepTable table;
  if (section != document.apart.end()) table = read_sweep(section->second, find_section(catalog(), "sweep"));
  table = requested(std::move(table), request);
  SweepPlan plan{.settings = {}, .seeds = table.seeds, .jobs = table.jobs};
  const std::uint64_t seed = table.random > 0 ? base_seed(source, table) : 0;
  for (const auto& point : sweep_points(table, seed)) plan.settings.push_back(setting_of(source, point));
  if (table.random == 0) require_different(plan, file.string());
  return plan;
}

}  // namespace convoy
