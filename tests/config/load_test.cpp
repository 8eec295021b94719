#include "config/load.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "sample_catalog.h"
#include "support/files.h"
#include "support/home.h"
#include "support/temporary_folder.h"

using namespace convoy;
namespace fs = std::filesystem;

namespace {

/// A folder that goes away with the test.
class Folder {
 public:
  fs::path write(const std::string& name, const std::string& text) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    test::write(file, text);
    return file;
  }
  const fs::path& path() const { return path_; }

 private:
  test::TemporaryFolder folder_;
  fs::path path_ = fs::canonical(folder_.path());
};

Config load(const fs::path& file) {
  return build_config(read_config_text(file), {}, {fs::weakly_canonical(file)}, sample_catalog());
}

std::string load_error(const fs::path& file) {
  try {
    load(file);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("files that cannot be read are named") {
  const Folder folder;
  const std::string path = folder.path().string();
  CHECK(load_error(folder.path() / "none.toml") == path + "/none.toml: no such file");
  CHECK(load_error(folder.path()) == path + ": is a folder, expected a TOML file");
  CHECK(load_error(folder.write("empty.toml", "")) ==
        path + "/empty.toml: no layers: expected at least one [[layer]] table");
  CHECK(load_error(folder.write("big.toml", std::string(10U << 20U, '\n'))) ==
        path + "/big.toml: is larger than 1 MB, expected a TOML file");
  CHECK(load_error(folder.write("1MB.toml", std::string(1U << 20U, '\n'))).find("no layers") != std::string::npos);
  CHECK(load_error(folder.write("over.toml", std::string((1U << 20U) + 1, '\n'))).find("is larger than 1 MB") !=
        std::string::npos);
}

TEST_CASE("the source is the file's own text") {
  const Folder folder;
  CHECK(load(folder.write("a.toml", one_layer)).source == one_layer);
}

TEST_CASE("a file extends another key by key") {
  const Folder folder;
  folder.write("sub/base.toml", R"(
name = "base"
seed = 1
[data]
path = "mnist"
limit = 5
[train]
epochs = 3
kernel_regularizer.l2 = 0.5
[[layer]]
type = "flatten"
[[layer]]
type = "concat"
)");
  const Config child = load(folder.write("child.toml", "extends = \"sub/base.toml\"\ntrain.epochs = 4\n"));
  CHECK(child.run.text("name") == "child");
  CHECK(child.run.integer("seed") == 1);
  CHECK_FALSE(child.run.has("extends"));
  CHECK(child.train.integer("epochs") == 4);
  CHECK(child.train.number("kernel_regularizer.l2") == 0.5);
  CHECK(child.data.text("path") == (folder.path() / "sub/mnist").string());
  CHECK(child.layers.size() == 2);

  const Config third = load(folder.write("third.toml", "extends = \"child.toml\"\n[data]\npath = \"x\"" + one_layer));
  CHECK(third.data.text("path") == (folder.path() / "x").string());
  CHECK(third.data.integer("limit") == 5);
  CHECK(third.train.integer("epochs") == 4);
  CHECK(third.layers.size() == 1);
}

TEST_CASE("with another type, the keys of the old one go and the common ones stay") {
  const Folder folder;
  folder.write("base.toml", "[optimizer]\nbeta_1 = 0.8\nlearning_rate = 0.5\nclip_norm = 2" + one_layer);
  const Config config = load(folder.write("a.toml", "extends = \"base.toml\"\n[optimizer]\ntype = \"sgd\""));
  CHECK(config.optimizer.settings.number("learning_rate") == 1e-2);
  CHECK(config.optimizer.settings.number("clip_norm") == 2.0);
}

TEST_CASE("errors in an extended file name that file") {
  const Folder folder;
  const std::string path = folder.path().string();
  folder.write("sub/base.toml", "seed = -1" + one_layer);
  CHECK(load_error(folder.write("a.toml", "extends = \"sub/base.toml\"")) ==
        path + "/sub/base.toml:1:1: \"seed\" expects at least 0, got -1");
  CHECK(load_error(folder.write("b.toml", "\nextends = \"none.toml\"")) ==
        path + "/b.toml:2:1: \"extends\": " + path + "/none.toml: no such file");
  CHECK(load_error(folder.write("c.toml", "extends = 3")) ==
        path + "/c.toml:1:1: \"extends\" expects the path of a file");
  const fs::path pipe = test::make_pipe(folder.path() / "pipe.toml");
  CHECK(load_error(folder.write("d.toml", "extends = \"pipe.toml\"")) ==
        path + "/d.toml:1:1: \"extends\": " + pipe.string() + ": not a regular file");
}

TEST_CASE("files that extend each other in a circle or too deeply are errors") {
  const Folder folder;
  const std::string path = folder.path().string();
  CHECK(load_error(folder.write("self.toml", "extends = \"self.toml\"")) ==
        path + "/self.toml:1:1: \"extends\" leads in a circle back to \"self.toml\"");
  folder.write("b.toml", "extends = \"./a.toml\"");
  CHECK(load_error(folder.write("a.toml", "extends = \"b.toml\"")) ==
        path + "/b.toml:1:1: \"extends\" leads in a circle back to \"./a.toml\"");
  folder.write("n0.toml", one_layer);
  for (int i = 1; i < 10; ++i) {
    folder.write("n" + std::to_string(i) + ".toml", "extends = \"n" + std::to_string(i - 1) + ".toml\"");
  }
  CHECK(load(folder.path() / "n8.toml").layers.size() == 1);
  CHECK(load_error(folder.path() / "n9.toml") == path + "/n1.toml:1:1: too many files extend each other, at most 8");
}

TEST_CASE("~ at the beginning of a path is the home folder") {
  const Folder folder;
  const test::Home home(folder.path().string());
  const std::string path = folder.path().string();
  const auto path_of = [&](const std::string& written) {
    return load(folder.write("sub/a.toml", "[data]\npath = \"" + written + "\"" + one_layer)).data.text("path");
  };
  CHECK(path_of("~/digits") == path + "/digits");
  CHECK(path_of("~") == path);
  CHECK(path_of("./~") == path + "/sub/~");
  CHECK(path_of("~other/digits") == path + "/sub/~other/digits");
  CHECK(sample_config(one_layer, {"data.path=~/digits"}).data.text("path") == path + "/digits");
  folder.write("base.toml", "[data]\npath = \"digits\"\nlimit = 7" + one_layer);
  const Config child = load(folder.write("sub/b.toml", "extends = \"~/base.toml\""));
  CHECK(child.data.integer("limit") == 7);
  CHECK(child.data.text("path") == path + "/digits");
  CHECK(load_error(folder.write("sub/c.toml", "extends = \"~/none.toml\"")) ==
        path + "/sub/c.toml:1:1: \"extends\": " + path + "/none.toml: no such file");
  const test::Home none("");
  CHECK(load_error(folder.path() / "sub" / "b.toml") == path + "/sub/b.toml:1:1: \"~\" means $HOME, which is not set");
}
