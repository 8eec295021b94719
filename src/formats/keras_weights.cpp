#include "formats/keras_weights.h"

#include <algorithm>

#include "convoy/error.h"
#include "convoy/foreign_text.h"

namespace convoy::formats {
namespace {

using Found = std::map<std::string, const Hdf5Array*>;

class KerasWeightsFinder {
 public:
  KerasWeightsFinder(const Hdf5Contents& contents, std::string file) : contents_(contents), file_(std::move(file)) {}

  Found numbered(const std::vector<KerasCallVariables>& network) {
    for (const auto& [call, variables] : network) {
      const std::string vars = call->store + "/vars/";
      for (std::size_t i = 0; i < variables.size(); ++i) {
        found_[variables[i].tensor] = array(vars + std::to_string(i), *call, variables[i]);
      }
      if (contents_.arrays.contains(vars + std::to_string(variables.size()))) {
        fail(*call, "the file has more than its " + std::to_string(variables.size()) + " weights");
      }
    }
    return std::move(found_);
  }

  Found by_name(const std::vector<KerasCallVariables>& network, const std::string& root) {
    std::map<std::string, std::vector<KerasCallVariables>> by_layer;
    for (const KerasCallVariables& one : network) {
      if (!one.variables.empty()) by_layer[one.call->top].push_back(one);
    }
    for (const auto& [layer, calls] : by_layer) layer_by_name(root + layer, calls);
    return std::move(found_);
  }

 private:
  struct Wanted {
    const KerasCall* call;
    const KerasVariable* variable;
  };

  [[noreturn]] void fail(const KerasCall& call, const std::string& what) const {
    throw Error(ErrorKind::data,
                shown(file_) + ": layer \"" + shown(call.name) + "\" (" + call.class_name + "): " + what);
  }

  const Hdf5Array* array(const std::string& path, const KerasCall& call, const KerasVariable& variable) const {
    const auto found = contents_.arrays.find(path);
    if (found == contents_.arrays.end()) {
      fail(call, "the file has no weights for its " + variable.name + ", expected at " + shown(path));
    }
    if (!found->second.floats && variable.name != "count") {
      fail(call, "its " + variable.name + " is not of float16, float32 or float64");
    }
    return &found->second;
  }

  /// Of a model within the model, all that is trained comes first.
  void layer_by_name(const std::string& group, const std::vector<KerasCallVariables>& calls) {
    std::vector<Wanted> wanted;
    for (const bool trained : {true, false}) {
      for (const auto& [call, variables] : calls) {
        for (const KerasVariable& variable : variables) {
          if (variable.trained == trained) wanted.push_back({call, &variable});
        }
      }
    }
    const std::vector<std::string> names = contents_.all_texts(group + "@weight_names");
    if (names.size() != wanted.size()) {
      fail(*wanted.front().call, "expected " + std::to_string(wanted.size()) + " weights in " + shown(group) +
                                     ", the file has " + std::to_string(names.size()));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto& [call, variable] = wanted[i];
      const std::string name = names[i].substr(0, names[i].find(':'));
      if (!name.ends_with(variable->name)) {
        fail(*call, "expected its " + variable->name + " next, the file has " + shown(names[i]));
      }
      found_[variable->tensor] = array(group + "/" + names[i], *call, *variable);
    }
  }

  const Hdf5Contents& contents_;
  std::string file_;
  Found found_;
};

}  // namespace

const char* legacy_weights_root(const Hdf5Contents& contents) {
  for (const char* root : {"model_weights", ""}) {
    for (const char* name : {"@layer_names", "@layer_names0"}) {
      if (contents.texts.contains(std::string(root) + name)) return *root == '\0' ? "" : "model_weights/";
    }
  }
  return nullptr;
}

Found find_keras_weights(const Hdf5Contents& contents, const std::string& file,
                         const std::vector<KerasCallVariables>& network) {
  KerasWeightsFinder finder(contents, file);
  const char* root = legacy_weights_root(contents);
  return root == nullptr ? finder.numbered(network) : finder.by_name(network, root);
}

}  // namespace convoy::formats
