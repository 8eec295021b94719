#include "convoy/foreign_text.h"
#include "convoy/number_text.h"
#include "convoy/report.h"
#include "core/text.h"
#include "io/atomic_file.h"

namespace convoy {
namespace {

/// The file of a sample's image; without files, the sample's number in the stored data.
std::string image_of(const Dataset& data, int sample) {
  const auto place = data.index(sample);
  const auto& files = data.storage().files;
  return files.empty() ? std::to_string(place) : files[static_cast<std::size_t>(place)];
}

}  // namespace

void write_mistakes(const Evaluation& evaluation, const Dataset& data, const std::vector<std::string>& class_names,
                    const std::filesystem::path& file) {
  std::string text = "image,label,prediction,probability\n";
  for (const Mistake& mistake : evaluation.mistakes) {
    text += csv_field(image_of(data, mistake.sample)) + "," + csv_field(class_name(class_names, mistake.label)) + "," +
            csv_field(class_name(class_names, mistake.prediction)) + "," + shortest(mistake.probability) + "\n";
  }
  write_file_atomically(file, text);
}

}  // namespace convoy
