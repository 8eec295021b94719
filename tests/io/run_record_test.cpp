#include "io/run_record.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "convoy/error.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;
using test::write;

namespace {

namespace fs = std::filesystem;

RunRecord read(const std::string& events) {
  const test::TemporaryFolder folder;
  write(folder.path() / "resolved.toml", "name = \"x\"\n");
  write(folder.path() / "events.jsonl", events);
  return read_run(folder.path());
}

}  // namespace

TEST_CASE("a run's record is what its folder was told") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "small";
  RunFolder run(path, false);
  Environment environment = this_environment("Zen", 2, {{"a", "11"}, {"b", "22"}});
  run.begin("given", "resolved", environment);
  run.add_epoch({.epoch = 1, .loss = 0.5, .accuracy = 0.25, .learning_rate = 0.1, .seconds = 2});
  run.add_epoch(
      {.epoch = 2, .loss = 0.25, .validation_loss = 0.75, .validation_accuracy = 0.5, .has_validation = true});
  run.add_divergence("loss is not finite", {1.5, INFINITY});
  const RunRecord record = read_run(path / "");
  CHECK(record.name == "small");
  CHECK(record.config == "resolved");
  CHECK(record.environment.cpu == environment.cpu);
  CHECK(record.environment.data == environment.data);
  REQUIRE(record.history.size() == 2);
  CHECK(record.history[0].loss == 0.5);
  CHECK(record.history[0].seconds == 2);
  CHECK_FALSE(record.history[0].has_validation);
  CHECK(record.history[1].validation_accuracy == 0.5);
  REQUIRE(record.divergence);
  CHECK(record.divergence->message == "loss is not finite");
  REQUIRE(record.divergence->gradient_norms.size() == 2);
  CHECK(std::isnan(record.divergence->gradient_norms[1]));
  CHECK_FALSE(record.outcome);
}

TEST_CASE("an event of very many names takes no time that grows with their square") {
  std::string line = R"({"event":"warning","step":7,"message":"wide")";
  for (int i = 0; i < 90000; ++i) line += ",\"" + std::to_string(i) + "\":0";
  CHECK(read(line + "}\n").warnings[0].message == "wide");
}

TEST_CASE("steps, diagnostics, warnings and the result are read") {
  const RunRecord record = read(
      R"({"event":"steps","step":100,"epoch":1,"loss":0.5,"accuracy":0.75,"learning_rate":0.01,"seconds":2.5}
{"event":"diagnostics","step":100,"epoch":1,"layers":[{"name":"conv1","gradient_norm":null,"weight_norm":2,"forward_us":3,"backward_us":4},{"name":"relu","dead":0.25}],"percentiles":[{"name":"h[0]","p15":-1,"p50":0,"p85":1}],"batch_norms":[{"name":"bn1","mean_gap":0.1,"variance_ratio":1.1,"variance_shift":0.9}],"train_mode_loss":0.4}
{"event":"warning","step":7,"message":"skipped"}
{"event":"result","loss":0.3,"accuracy":0.9,"best_epoch":2,"seconds":9,"peak_rss_mb":80,"interrupted":true,"warning":"far"}
)");
  REQUIRE(record.steps.size() == 1);
  CHECK(record.steps[0].seconds == 2.5);
  REQUIRE(record.diagnostics.size() == 1);
  const Diagnostics& seen = record.diagnostics[0];
  REQUIRE(seen.layers.size() == 2);
  CHECK(std::isnan(seen.layers[0].gradient_norm.value()));
  CHECK(seen.layers[0].weight_norm.value() == 2);
  CHECK_FALSE(seen.layers[0].update_ratio);
  CHECK(seen.layers[1].dead.value() == 0.25);
  CHECK(seen.percentiles[0].p85 == 1);
  CHECK(seen.batch_norms[0].variance_shift == 0.9);
  CHECK(seen.train_mode_loss.value() == 0.4);
  CHECK_FALSE(seen.predict_mode_loss);
  CHECK(record.warnings[0].message == "skipped");
  REQUIRE(record.outcome);
  CHECK(record.outcome->interrupted);
  CHECK(record.outcome->best_epoch == 2);
  CHECK(record.outcome->warning == "far");
}

TEST_CASE("what a resumed run repeats replaces what was there, and a divergence that was overcome is gone") {
  const RunRecord record = read(
      "{\"event\":\"steps\",\"step\":100,\"loss\":1}\n{\"event\":\"steps\",\"step\":200,\"loss\":2}\n"
      "{\"event\":\"diverged\",\"message\":\"x\"}\n{\"event\":\"resume\",\"epoch\":0}\n"
      "{\"event\":\"steps\",\"step\":100,\"loss\":3}\n");
  REQUIRE(record.steps.size() == 1);
  CHECK(record.steps[0].loss == 3);
  CHECK_FALSE(record.divergence);
}

TEST_CASE("damaged lines are left out and absurd values tolerated") {
  const RunRecord record =
      read(std::string("\0\n[1]\nnull\n{\"event\":7}\n{}\n", 26) +
           "{\"event\":\"epoch\",\"epoch\":1e300,\"loss\":\"low\",\"step\":-5,\"seconds\":null}\n" +
           "{\"event\":\"diagnostics\",\"layers\":7,\"percentiles\":[1,{}],\"batch_norms\":{}}\n" +
           "{\"event\":\"diverged\",\"gradient_norms\":7}\n" +
           "{\"event\":\"steps\",\"step\":" + std::string(2U << 20U, '1') + "}\n" + "{\"event\":\"epoch\",\"epo");
  REQUIRE(record.history.size() == 1);
  CHECK(record.history[0].epoch == 1'000'000'000);
  CHECK(record.history[0].step == 0);
  CHECK(std::isnan(record.history[0].loss));
  CHECK(record.diagnostics.at(0).percentiles.size() == 1);
  CHECK(record.steps.empty());
  CHECK(record.divergence.value().gradient_norms.empty());
  CHECK(read("{\"event\":\"diverged\"}\n").divergence.value().gradient_norms.empty());
  for (const std::string event :
       {R"({"event":"result"})", R"({"event":"result","interrupted":false})", R"({"event":"result","interrupted":1})"})
    CHECK_FALSE(read(event + "\n").outcome.value().interrupted);
  CHECK(read("{\"event\":\"steps\",\"step\":1,\"epoch\":1}\n").steps.at(0).step == 1);
}

TEST_CASE("of more rows of diagnostics than memory is meant for, the later records are left out") {
  // Each record replaces the one before, as of a run that was resumed many times, and still counts.
  const auto record = [](int layers, int bands, int norms) {
    const auto list = [](int items) {
      std::string text = "[{}";
      for (int i = 1; i < items; ++i) text += ",{}";
      return items == 0 ? "[]" : text + "]";
    };
    return R"({"event":"diagnostics","step":5,"layers":)" + list(layers) + R"(,"percentiles":)" + list(bands) +
           R"(,"batch_norms":)" + list(norms) + ",\"train_mode_loss\":" + std::to_string(layers) + "}\n";
  };
  std::string events;  // of 250000 rows each, with the record itself
  for (int i = 0; i < 7; ++i) events += record(0, 249'999, 0);
  const RunRecord all = read(events + record(9'999, 120'000, 120'000));
  CHECK(all.diagnostics.at(0).layers.size() == 9'999);
  const RunRecord most = read(events + record(10'000, 120'000, 120'000));
  CHECK(most.diagnostics.at(0).percentiles.size() == 249'999);
}

TEST_CASE("the epochs of metrics.csv are its lines without the header") {
  const test::TemporaryFolder folder;
  CHECK(epochs_in_metrics(folder.path()) == 0);
  for (const auto& [text, epochs] :
       std::vector<std::pair<std::string, int>>{{"", 0}, {"epoch,loss\n", 0}, {"epoch,loss\n1,2\n2,1\n", 2}}) {
    write(folder.path() / "metrics.csv", text);
    CHECK(epochs_in_metrics(folder.path()) == epochs);
  }
}

TEST_CASE("a folder that is no run is refused; one with nothing but a configuration is a run that has just begun") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(read_run(folder.path()), doctest::Contains("is it a run folder?"), Error);
  write(folder.path() / "sweep.toml", "");
  CHECK_THROWS_WITH_AS(read_run(folder.path()), doctest::Contains("is a sweep: its page is sweep.html"), Error);
  CHECK_THROWS_AS(read_run(folder.path() / "none"), Error);
  write(folder.path() / "resolved.toml", "");
  write(folder.path() / "env.json", "[");
  const RunRecord record = read_run(folder.path());
  CHECK(record.history.empty());
  CHECK(record.environment.cpu.empty());
  fs::resize_file(folder.path() / "env.json", std::uintmax_t{5} << 20U);
  CHECK_THROWS_AS(read_run(folder.path()), Error);
}

TEST_CASE("a pipe in a run folder is not waited for") {
  for (const char* file : {"env.json", "events.jsonl", "resolved.toml"}) {
    const test::TemporaryFolder folder;
    if (file != std::string("resolved.toml")) write(folder.path() / "resolved.toml", "");
    test::make_pipe(folder.path() / file);
    CHECK_THROWS_AS(read_run(folder.path()), Error);
  }
}
