#include <iostream>

#include "convoy/error.h"
#include "convoy/preview.h"
#include "options.h"
#include "statistics.h"
#include "verb.h"

namespace convoy::app {

int data(const Arguments& arguments) {
  Options options("data");
  options.add_overrides();
  options.add_text("o,output", "FILE", "The PNG file; preview.png without it.");
  options.add_integer("images", "N",
                      "Show so many images; without it, ten of each class, or ten where they are augmented.", 0, 1,
                      1000);
  options.add_text("split", "SPLIT", "train (the default), validation or test.");
  if (!options.parse(arguments, 2, 2, "preview CONFIG")) return ok;
  const std::string& what = options.positional()[0];
  if (what != "preview") {
    throw Error(ErrorKind::config,
                "convoy data " + what + ": expected preview CONFIG" + did_you_mean(what, {"preview"}));
  }
  const std::filesystem::path file = options.text("output", "preview.png");
  const PreviewOptions preview_options{.split = options.text("split", "train"), .images = options.integer("images")};
  const Config config = load_config(options.positional()[1], options.overrides());
  const DataPreview preview = preview_data(config, file, preview_options);
  std::cout << text(preview.data, preview_options.split + " samples") << "wrote " << file.string() << ": "
            << preview.images << " images";
  if (preview.versions > 0) std::cout << ", each with its first " << preview.versions << " augmented versions";
  std::cout << '\n';
  return ok;
}

}  // namespace convoy::app
