#include "config/catalog.h"

#include "config/fit_keys.h"
#include "data/augmentation.h"
#include "data/registry.h"
#include "layers/registry.h"
#include "loss/loss.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"

namespace convoy {
namespace {

/// The schemas of a table of types.
template <class Row>
std::vector<TypeSchema> schemas_of(const std::vector<Row>& rows) {
  std::vector<TypeSchema> schemas;
  schemas.reserve(rows.size());
  for (const auto& row : rows) schemas.push_back(row.schema);
  return schemas;
}

/// A section whose keys depend on its type. Where `default_type` is "", the type must be given.
Section typed_section(const std::string& name, const std::string& doc, const std::vector<TypeSchema>& types,
                      const std::string& default_type, const std::vector<KeySchema>& common,
                      const std::string& type_key = "type") {
  KeySchema type{
      .name = type_key, .kind = Kind::choice, .fallback = {}, .doc = "Which kind; it decides the other keys."};
  type.choices = names_of(types);
  type.required = default_type.empty();
  if (!type.required) type.fallback = default_type;
  Section section{name, doc, {type}, type_key, default_type, types};
  for (const auto& key : common) {
    if (key.name != type_key) section.keys.push_back(key);
  }
  return section;
}

/// The keys before the first section.
Section top_level() {
  return {"",
          "The experiment itself: keys at the top of the file, before the first section.",
          {
              {.name = "name",
               .kind = Kind::text,
               .fallback = {},
               .doc = "Name of the experiment and of its run folder; without it, the file's name."},
              {.name = "extends",
               .kind = Kind::text,
               .fallback = {},
               .doc = "Another configuration, relative to this file, that gives every key this file leaves out; layers "
                      "given here replace all of its layers."},
              {.name = "from",
               .kind = Kind::text,
               .fallback = {},
               .doc = "A model file or run folder, relative to this file, whose weights training begins with: those of "
                      "the same name and shape; others are drawn. Without it all are drawn."},
              {.name = "seed",
               .kind = Kind::integer,
               .fallback = Value{std::int64_t{42}},
               .doc = "Draws the initial weights, the order of the samples, dropout and the validation split.",
               .min = 0},
              {.name = "threads",
               .kind = Kind::integer,
               .fallback = Value{std::int64_t{0}},
               .doc = "Threads to compute with; 0 takes all cores. Results do not depend on it.",
               .min = 0,
               .max = 1024},
              {.name = "input_shape",
               .kind = Kind::shape,
               .fallback = {},
               .doc = "Height, width and channels of a sample, or its number of features; without it, the data's.",
               .min = 1},
          }};
}

Section train_section() {
  return {"train", "How long to train, in which batches, and which epoch to keep.", train_keys()};
}

Section diagnostics_section() {
  return {"diagnostics",
          "What to record during training: norms and updates by layer, dead ReLUs, batch norm's statistics, times. The "
          "report draws them; results do not depend on them.",
          diagnostics_keys()};
}

Section sweep_section() {
  const auto whole = [](const std::string& name, std::int64_t fallback, double min, const std::string& doc) {
    return KeySchema{
        .name = name, .kind = Kind::integer, .fallback = Value{fallback}, .doc = doc, .min = min, .max = 1000};
  };
  return {.name = "sweep",
          .doc =
              "Settings for convoy sweep to try: any other key here is one of the configuration with its values, "
              "optimizer.learning_rate = [0.001, 0.01] or, at random, \"1e-4..1e-1 log\"; "
              "[sweep.variant] names lists of overrides.",
          .keys = {whole("seeds", 1, 1, "Train each setting with so many seeds: the configuration's, the next ..."),
                   whole("jobs", 1, 1, "Train so many runs at a time; they share the threads."),
                   whole("random", 0, 0, "Draw so many settings at random instead of taking all combinations.")},
          .apart = true};
}

Section experiment_section() {
  const auto text = [](const std::string& name, const std::string& doc) {
    return KeySchema{.name = name, .kind = Kind::text, .fallback = {}, .doc = doc, .required = true};
  };
  const auto list = [](const std::string& name, const std::string& doc) {
    return KeySchema{.name = name, .kind = Kind::names, .fallback = Value{Texts{}}, .doc = doc};
  };
  return {
      .name = "experiment",
      .doc = "A claim of the literature, for convoy reproduce to hold against what the [sweep] shows.",
      .keys = {text("source", "Where it was published."), text("claim", "What was found there."),
               list("quick", "Overrides with which the sweep takes a minute or two: for --quick."),
               list("expect",
                    "What should be seen: \"accuracy: with BN > without BN + 0.01\" names a metric and two settings "
                    "of the sweep, or a setting and a number.")},
      .apart = true};
}

std::vector<KeySchema> common_layer_keys() {
  return {
      {.name = "name",
       .kind = Kind::text,
       .fallback = {},
       .doc = "Name of the layer in messages, weights and overrides; without it, the type and a number: conv2d_1."},
      {.name = "inputs",
       .kind = Kind::names,
       .fallback = Value{Texts{}},
       .doc = "Names of the layers that feed this one (\"input\": the network's input); without it, the layer before."},
      {.name = "trainable",
       .kind = Kind::flag,
       .fallback = Value{true},
       .doc = "false freezes the layer: its parameters and moving statistics keep their values."},
      {.name = "enabled",
       .kind = Kind::flag,
       .fallback = Value{true},
       .doc = "false leaves the layer out of the network: who took its output takes its input."},
  };
}

/// All sections of a configuration; reading the tables of types closes them for further types.
std::vector<Section> all_sections() {
  return {
      top_level(),
      typed_section("data", "Which samples to train, validate and test on.", schemas_of(dataset_types()), "idx",
                    common_data_keys(), "dataset"),
      {"augmentation", "Random changes of the training images, new in every epoch; all are off by default.",
       augmentation_fields().keys()},
      train_section(),
      diagnostics_section(),
      typed_section("optimizer", "The rule that turns gradients into steps.", schemas_of(optimizer_types()), "adam",
                    common_optimizer_keys()),
      typed_section("schedule", "How the learning rate changes while training.", schemas_of(schedule_types()),
                    "constant", common_schedule_keys()),
      typed_section("loss", "The loss function, which training minimises.", schemas_of(loss_types()),
                    "softmax_cross_entropy", {}),
      typed_section("layer", "One layer of the network; each [[layer]] follows the one before it.",
                    schemas_of(layer_types()), "", common_layer_keys()),
      sweep_section(),
      experiment_section(),
  };
}

}  // namespace

const std::vector<Section>& catalog() {
  static const std::vector<Section> sections = all_sections();
  return sections;
}

const Section& section(std::string_view name) { return find_section(catalog(), std::string(name)); }

}  // namespace convoy
