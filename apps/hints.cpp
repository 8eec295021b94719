#include "hints.h"

#include <algorithm>
#include <map>

#include "convoy/error.h"
#include "convoy/keys.h"
#include "operands.h"
#include "shipped.h"

namespace convoy::app {
namespace {

namespace fs = std::filesystem;

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// The keys that an option's name may stand for: "--batch-size" is train.batch_size.
Arguments keys_like(const std::string& option) {
  std::string name = option.substr(option.find_first_not_of('-'));
  std::ranges::replace(name, '-', '_');
  if (name == "lr") name = "learning_rate";
  Arguments found;
  for (const std::string& key : override_keys()) {
    if (last_part(key) == name || key == name) found.push_back(key);
  }
  return found;
}

/// Whether a folder has a resolved.toml.
bool is_run(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path / "resolved.toml", error);
}

/// The configurations in configs/, here or where convoy is installed, whose names begin as the argument; all of them
/// where none does.
Arguments configs_like(const fs::path& argument) {
  Arguments all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(shipped("configs"), error)) {
    if (entry.path().extension() == ".toml") all.push_back(entry.path().string());
  }
  std::ranges::sort(all);
  const std::string name = argument.stem().string();
  Arguments like = all;
  std::erase_if(like, [&](const std::string& file) { return !fs::path(file).stem().string().starts_with(name); });
  return like.empty() ? all : like;
}

/// The end of an error message on a file that is not there: "; did you mean configs/mnist_cnn.toml?", or "".
std::string config_hint(const fs::path& argument) {
  std::error_code error;
  const fs::path with_ending = argument.string() + ".toml";
  if (fs::is_regular_file(with_ending, error)) return "; did you mean " + with_ending.string() + "?";
  const Arguments like = configs_like(argument);
  const std::string name = argument.stem().string();
  if (!like.empty() && fs::path(like.front()).stem().string().starts_with(name)) {
    return "; did you mean " + listed(like) + "?";
  }
  return did_you_mean((shipped("configs") / (name + ".toml")).string(), like);
}

}  // namespace

std::string key_hint(const std::string& option, const std::string& value) {
  Arguments settings;
  for (const std::string& key : keys_like(option))
    settings.push_back("-s " + key + "=" + (value.empty() ? "VALUE" : value));
  return settings.empty() || settings.size() > 4 ? "" : "; a configuration's key is set by " + listed(settings);
}

std::string verb_hint(const std::string& word) {
  static const std::map<std::string, std::string> synonyms = {
      {"evaluate", "eval"},     {"test", "eval"}, {"fit", "train"}, {"continue", "resume"}, {"classify", "predict"},
      {"version", "--version"}, {"list", "runs"}, {"ls", "runs"},   {"new", "init"},        {"show", "summary"}};
  if (const auto verb = synonyms.find(word); verb != synonyms.end()) return "; did you mean \"" + verb->second + "\"?";
  std::error_code error;
  const fs::path path = word;
  if (is_run(path)) return "; a verb comes first: convoy eval " + word + ", convoy resume " + word;
  const bool file = fs::is_regular_file(path, error);
  if (path.extension() == ".toml") return "; a verb comes first: convoy train " + word;
  if (file && path.extension() == ".safetensors") return "; a verb comes first: convoy eval " + word;
  Arguments names;
  for (const VerbSection& group : verb_sections()) {
    for (const Verb* verb : group.verbs) names.emplace_back(verb->name);
  }
  return did_you_mean(word, names);
}

fs::path config_file(const fs::path& argument) {
  const auto fail = [&](const std::string& what) { throw Error(ErrorKind::config, argument.string() + ": " + what); };
  std::error_code error;
  const auto extension = argument.extension();
  const std::string name = argument.string();
  if (is_run(argument)) {
    fail("a run folder, not a configuration; convoy resume " + name + " goes on with it, convoy train " +
         (argument / "resolved.toml").string() + " trains anew");
  }
  if (extension == ".safetensors" || extension == ".ckpt") {
    fail("a model, not a configuration; convoy eval and convoy predict use it");
  }
  if (fs::is_directory(argument, error)) fail("a folder, not a configuration");
  const bool missing = fs::status(argument, error).type() == fs::file_type::not_found;
  if (missing) fail("no such file" + config_hint(argument));
  return argument;
}

fs::path run_folder(const fs::path& argument) {
  std::error_code error;
  if (fs::is_directory(argument, error) || !fs::exists(argument, error)) return argument;
  const std::string name = argument.string();
  const fs::path folder = argument.has_parent_path() ? argument.parent_path() : ".";
  std::string hint;
  if (is_run(folder)) {
    hint = "; did you mean " + folder.string() + "?";
  } else if (argument.extension() == ".toml") {
    hint = "; convoy train " + name + " makes one";
  }
  throw Error(ErrorKind::data, name + ": expected a run folder, got a file" + hint);
}

}  // namespace convoy::app
