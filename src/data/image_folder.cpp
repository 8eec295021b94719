#include <algorithm>
#include <map>

#include "convoy/error.h"
#include "core/fail.h"
#include "core/file_state.h"
#include "core/text.h"
#include "data/folder_layout.h"
#include "data/image_files.h"
#include "data/kinds.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_listed_images = 10;

/// The texts, with `between` in between.
std::string joined(const Texts& texts, const std::string& between) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : between) + text;
  return all;
}

/// The name in small letters and without spaces around it: equal for names that a reader hardly tells apart.
std::string blurred(const std::string& name) {
  const std::size_t first = std::min(name.find_first_not_of(' '), name.size());
  return lower_case(name.substr(first, name.find_last_not_of(' ') + 1 - first));
}

/// The pairs of names that are equal but for case and spaces: "\"Cat\" and \"cat\"".
Texts lookalikes(const Texts& names) {
  std::map<std::string, std::string> seen;
  Texts pairs;
  for (const std::string& name : names) {
    const auto [earlier, fresh] = seen.try_emplace(blurred(name), name);
    if (!fresh) pairs.push_back('"' + earlier->second + "\" and \"" + name + '"');
  }
  return pairs;
}

/// Reads the images of one part of a data set.
class PartReader {
 public:
  /// `beside` names the folders beside this part that are not parts: "bus, cat".
  PartReader(const fs::path& folder, const ImageFolderOptions& options, std::string beside)
      : folder_(folder), options_(options), beside_(std::move(beside)) {
    storage_.shape = {options.image_size.height, options.image_size.width, options.channels};
    storage_.source = folder.string();
  }

  /// Reads the part, and adds notes on what it leaves out. Without `classes` the classes are the folders with an image;
  /// otherwise these. To be called once. Throws Error{data} for other classes, no images, and, unless they are to be
  /// skipped, images that cannot be read.
  Dataset read(const Texts* classes, Texts& notes) {
    const ImageFiles found = find_images(folder_);
    if (classes != nullptr) require_known(found, *classes);
    for (const ClassFiles& of_class : found.classes) read_class(of_class, classes);
    if (!bad_.empty() && options_.on_bad_image == OnBadImage::error) refuse_bad();
    if (storage_.labels.empty()) refuse_empty(found);
    if (classes != nullptr) storage_.class_names = *classes;
    add_notes(found, notes);
    return Dataset(std::move(storage_));
  }

 private:
  /// Throws Error{data} where a folder with images is not among the classes.
  void require_known(const ImageFiles& found, const Texts& classes) const {
    Texts unknown;
    for (const ClassFiles& of_class : found.classes) {
      const bool known = of_class.files.empty() || std::ranges::find(classes, of_class.name) != classes.end();
      if (!known) unknown.push_back(of_class.name);
    }
    if (unknown.empty()) return;
    fail(folder_,
         "classes without a training image: " + joined(unknown, ", ") + did_you_mean(unknown.front(), classes));
  }

  /// Adds the images of one class to storage_, its name to the class names or to without_image_, and images that cannot
  /// be read to bad_.
  void read_class(const ClassFiles& of_class, const Texts* classes) {
    Texts& names = storage_.class_names;
    const auto known = classes == nullptr ? static_cast<std::ptrdiff_t>(names.size())
                                          : std::ranges::find(*classes, of_class.name) - classes->begin();
    const std::size_t before = storage_.labels.size();
    for (const fs::path& file : of_class.files) {
      try {
        ++images_;
        const auto pixels = load_image(file, storage_.shape, {.invert = options_.invert, .fit = options_.fit});
        storage_.bytes.insert(storage_.bytes.end(), pixels.begin(), pixels.end());
        storage_.labels.push_back(static_cast<int>(known));
        storage_.files.push_back(file.string());
      } catch (const Error& error) {
        bad_.emplace_back(error.what());
      }
    }
    if (storage_.labels.size() > before) {
      names.push_back(of_class.name);
    } else {
      without_image_.push_back(of_class.name);
    }
  }

  /// Throws Error{data} that lists the first ten images that cannot be read.
  [[noreturn]] void refuse_bad() const {
    const std::size_t listed = std::min(bad_.size(), most_listed_images);
    Texts lines = {folder_.string() + ": " + std::to_string(bad_.size()) + " of " + std::to_string(images_) +
                   " images cannot be read (data.on_bad_image = \"skip\" leaves them out):"};
    for (std::size_t i = 0; i < listed; ++i) lines.push_back("  " + bad_[i]);
    if (listed < bad_.size()) lines.push_back("  and " + std::to_string(bad_.size() - listed) + " more");
    throw Error(ErrorKind::data, lines);
  }

  /// Throws Error{data} for a part without images.
  [[noreturn]] void refuse_empty(const ImageFiles& found) const {
    const std::string loose = found.without_class.text();
    fail(folder_, (found.classes.empty() ? std::string("expected a subfolder of images for each class, found none")
                                         : std::string("no images in its class folders")) +
                      (loose.empty() ? "" : "; without a class folder: " + loose) + hint_at_class());
  }

  /// The advice to rename this folder, in case it is a class that has the name of a part; "" where all folders are
  /// parts.
  std::string hint_at_class() const {
    if (beside_.empty()) return "";
    const std::string name = folder_.filename().string();
    return "; " + name + "/ is taken for a part of the data set: if it is a class like those beside it (" + beside_ +
           "), give it another name";
  }

  /// Adds notes on entries passed over, empty classes, names that look alike and images skipped.
  void add_notes(const ImageFiles& found, Texts& notes) const {
    const auto note = [&](const std::string& what) { notes.push_back(folder_.string() + ": " + what); };
    if (const auto text = found.passed_over.text(); !text.empty()) note("passed over what is no image: " + text);
    if (const auto text = found.without_class.text(); !text.empty())
      note("passed over images without a class: " + text);
    if (!without_image_.empty()) note("class folders without an image: " + joined(without_image_, ", "));
    for (const std::string& pair : lookalikes(storage_.class_names)) note("classes that look alike: " + pair);
    if (!bad_.empty()) {
      note(std::to_string(bad_.size()) + " of " + std::to_string(images_) +
           " images cannot be read and are skipped: " + bad_.front() + (bad_.size() > 1 ? "; ..." : ""));
    }
  }

  fs::path folder_;
  ImageFolderOptions options_;
  std::string beside_;
  Dataset::Storage storage_;
  int images_ = 0;       ///< all images, readable or not
  Texts bad_;            ///< those that cannot be read: "file: reason"
  Texts without_image_;  ///< classes
};

/// Throws Error{data} where the training samples have one class only.
void require_classes(const Dataset& train, const fs::path& folder) {
  const Texts& classes = train.storage().class_names;
  if (classes.size() > 1) return;
  const fs::path inner = folder / classes.front();
  const bool one_too_high = subfolders(inner).size() > 1;
  fail(folder, "expected a subfolder of images for each class, found 1: " + classes.front() +
                   (one_too_high ? "; should data.path be " + inner.string() + "?" : ""));
}

/// Whether the test part is read and no other.
bool takes_test_alone(const FolderLayout& layout, Need need) {
  return !layout.test.empty() && (need == Need::test || need == Need::evaluation);
}

}  // namespace

const Described<ImageFolderOptions>& described_image_folder() {
  using Options = ImageFolderOptions;
  static const Described<Options> all{
      "image_folder",
      "A folder with one subfolder of images a class, or with train/, val/ and test/ that have them; images may lie "
      "deeper.",
      Fields<Options>()
          .add("image_size", &Options::image_size, "Height and width that every image is resized to.",
               {.min = 1, .max = 4096})
          .add("channels", &Options::channels, "1 turns images to grey, 3 to colour.", {.values = {1, 3}})
          .add("fit", &Options::fit,
               "How images get their size: stretched; with their proportions, padded with the colour of their border; "
               "or as photos of one digit, prepared as MNIST's were: light on dark, cut out, centred.",
               {.choices = image_fits()})
          .add("on_bad_image", &Options::on_bad_image,
               "What an image that cannot be read is: an error that lists the first ten, or skipped and counted.",
               {.choices = {"error", "skip"}}),
      folder_fields<Options>()};
  return all;
}

FoundParts load_image_folder(const fs::path& folder, const ImageFolderOptions& options, Need need) {
  if (const std::string why = why_no_folder(folder); !why.empty())
    fail(folder, why + (options.hint.empty() ? "" : "; " + options.hint));
  const FolderLayout layout = layout_of(folder);
  FoundParts found{.splits = {}, .divided = layout.divided, .has_test = !layout.test.empty()};
  DataSplits& splits = found.splits;
  splits.notes = layout.notes;
  const auto read = [&](const fs::path& part, const Texts* classes) {
    return part.empty() ? Dataset() : PartReader(part, options, layout.beside).read(classes, splits.notes);
  };
  if (takes_test_alone(layout, need)) {
    splits.test = read(layout.test, nullptr);
    return found;
  }
  if (layout.divided && need == Need::evaluation) fail(folder, "no test/ in it");
  const fs::path first = layout.divided ? layout.train : folder;
  if (first.empty()) fail(folder, "no train/ in it");
  splits.train = read(first, nullptr);
  if (need != Need::evaluation) require_classes(splits.train, first);
  const Texts& classes = splits.train.storage().class_names;
  splits.validation = read(layout.validation, &classes);
  if (need == Need::all) splits.test = read(layout.test, &classes);
  return found;
}

std::vector<fs::path> files_of_image_folder(const fs::path& folder, const ImageFolderOptions&, Need need) {
  const FolderLayout layout = layout_of(folder);
  std::vector<fs::path> parts;
  if (need != Need::training) parts = {layout.test};
  if (!takes_test_alone(layout, need)) {
    parts.insert(parts.end(), {layout.divided ? layout.train : folder, layout.validation});
  }
  std::vector<fs::path> files;
  for (const fs::path& part : parts) {
    if (part.empty()) continue;
    for (const ClassFiles& of_class : find_images(part).classes) {
      files.insert(files.end(), of_class.files.begin(), of_class.files.end());
    }
  }
  std::error_code ignored;
  std::erase_if(files, [&](const fs::path& file) { return !fs::is_regular_file(file, ignored); });
  std::ranges::sort(files);
  return files;
}

}  // namespace convoy
