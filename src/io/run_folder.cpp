#include "io/run_folder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "convoy/error.h"
#include "convoy/version.h"
#include "core/cpu.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/sha256.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::array files = {"config.toml",      "resolved.toml", "env.json",    "metrics.csv", "events.jsonl",
                              "best.safetensors", "last.ckpt",     "report.html", "log.txt"};

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

Json as_json(const Environment& environment) {
  Json data = Json::object();
  for (const auto& [file, sum] : environment.data) data[file] = sum;
  return {{"convoy_version", environment.convoy_version},
          {"compiler", environment.compiler},
          {"cpu", environment.cpu},
          {"isa", environment.isa},
          {"blas_core", environment.blas_core},
          {"cores", environment.cores},
          {"threads", environment.threads},
          {"started", environment.started},
          {"data_sha256", data}};
}

/// Numbers that read back as they are; nothing where there was no validation.
std::string csv_row(const EpochLog& log) {
  std::string row = std::to_string(log.epoch) + "," + shortest(log.loss) + "," + shortest(log.accuracy) + ",";
  row += log.has_validation ? shortest(log.validation_loss) + "," + shortest(log.validation_accuracy) : ",";
  return row + "," + shortest(log.learning_rate) + "," + shortest(log.seconds) + "," + shortest(log.images_per_second) +
         "\n";
}

Json as_json(const EpochLog& log) {
  Json event = {{"event", "epoch"}, {"epoch", log.epoch}, {"loss", log.loss}, {"accuracy", log.accuracy}};
  if (log.has_validation) {
    event["validation_loss"] = log.validation_loss;
    event["validation_accuracy"] = log.validation_accuracy;
  }
  event["learning_rate"] = log.learning_rate;
  event["seconds"] = log.seconds;
  event["images_per_second"] = log.images_per_second;
  return event;
}

}  // namespace

Environment this_environment(const std::string& blas_core, int threads, const std::vector<fs::path>& data_files) {
  Environment environment{.convoy_version = version(),
                          .compiler = __VERSION__,
                          .cpu = cpu_name(),
                          .isa = isa_name(cpu_isa()),
                          .blas_core = blas_core,
                          .cores = static_cast<int>(std::thread::hardware_concurrency()),
                          .threads = threads,
                          .started = now_utc(),
                          .data = {}};
  for (const auto& file : data_files) environment.data.emplace_back(file.string(), sha256_of_file(file));
  return environment;
}

RunFolder::RunFolder(fs::path path, bool force) : path_(std::move(path)) {
  if (!fs::exists(path_)) return;
  if (!fs::is_directory(path_))
    throw Error(ErrorKind::config, path_.string() + ": exists and is not a folder; use --out for another");
  if (fs::is_empty(path_)) return;
  if (!fs::exists(path_ / "resolved.toml")) {
    throw Error(ErrorKind::config,
                path_.string() + ": holds something that is not a run; use --out for another folder");
  }
  if (!force) {
    throw Error(ErrorKind::config,
                path_.string() + ": a run is there; use --force to replace it or --out for another folder");
  }
}

void RunFolder::begin(const std::string& given_config, const std::string& resolved_config,
                      const Environment& environment) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) throw Error(ErrorKind::failed, path_.string() + ": cannot be made: " + error.message());
  for (const char* file : files) fs::remove(path_ / file, error);
  write_file_atomically(path_ / "config.toml", given_config);
  write_file_atomically(path_ / "resolved.toml", resolved_config);
  write_file_atomically(path_ / "env.json", as_json(environment).dump(2) + "\n");
  append("metrics.csv",
         "epoch,loss,accuracy,validation_loss,validation_accuracy,learning_rate,seconds,images_per_second\n");
  append("events.jsonl", Json{{"event", "start"}, {"time", environment.started}}.dump() + "\n");
  add_log("started with " + std::to_string(environment.threads) + " threads on " + environment.cpu + " (" +
          environment.isa + ")");
}

void RunFolder::add_epoch(const EpochLog& log) {
  append("metrics.csv", csv_row(log));
  append("events.jsonl", as_json(log).dump() + "\n");
  std::string line =
      "epoch " + std::to_string(log.epoch) + ": loss " + shortest(log.loss) + ", accuracy " + shortest(log.accuracy);
  if (log.has_validation)
    line += ", validation loss " + shortest(log.validation_loss) + ", accuracy " + shortest(log.validation_accuracy);
  add_log(line);
}

void RunFolder::add_log(const std::string& line) { append("log.txt", now_utc() + " " + line + "\n"); }

void RunFolder::append(const char* file, const std::string& text) const {
  std::ofstream stream(path_ / file, std::ios::app | std::ios::binary);
  stream << text << std::flush;
  if (!stream) throw Error(ErrorKind::failed, (path_ / file).string() + ": cannot be written; is the disk full?");
}

}  // namespace convoy
