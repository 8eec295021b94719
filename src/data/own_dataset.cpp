#include <utility>

#include "convoy/extend.h"
#include "data/registry.h"

namespace convoy {

void register_dataset(const TypeSchema& type, std::function<DataSplits(const Settings&)> load) {
  const auto found = [load = std::move(load)](const Settings& data, Need) {
    FoundParts parts;
    parts.splits = load(data);
    parts.has_test = !parts.splits.test.empty();
    return parts;
  };
  // The files that the program's reader takes are not known, so they are not compared at a resume.
  const auto no_files = [](const Settings&, Need) { return std::vector<std::filesystem::path>{}; };
  dataset_table().add({type, found, no_files});
}

}  // namespace convoy
