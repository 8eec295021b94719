// Dependencies point one way. Reads the #include lines of every source.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// What each folder of src/ may include, besides itself and the public headers.
const std::map<std::string, std::set<std::string>> allowed = {
    {"core", {}},
    {"kernels", {"core"}},
    {"layers", {"core", "kernels"}},
    {"graph", {"core", "kernels", "layers"}},
    {"loss", {"core"}},
    {"optim", {"core", "kernels", "layers"}},
    {"data", {"core"}},
    {"config", {"core", "layers", "loss", "optim", "data"}},  // their tables of types
    {"io", {"core", "data"}},                                 // what data a run was trained on
    {"formats", {"core", "layers", "graph", "data", "io"}},
    {"report", {"core", "io"}},
    {"train", {"core", "kernels", "graph", "layers", "loss", "optim", "data"}},
    {"diagnose", {"core", "graph", "layers", "loss", "data", "train"}},
    {"model",
     {"core", "kernels", "graph", "layers", "loss", "optim", "data", "config", "io", "formats", "train", "diagnose"}},
    {"runs", {"core", "kernels", "graph", "data", "config", "io", "report", "train", "diagnose", "model"}},
    {"tools", {"core", "kernels", "graph", "data", "config", "io", "report", "train", "model"}},
};

std::vector<std::string> includes_of(const fs::path& file, const std::string& pattern) {
  std::ifstream stream(file);
  const std::regex include(pattern);
  std::vector<std::string> found;
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (std::regex_search(line, match, include)) found.push_back(match[1]);
  }
  return found;
}

std::vector<fs::path> sources(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") files.push_back(entry.path());
  }
  return files;
}

}  // namespace

TEST_CASE("each folder of src includes only what lies below it") {
  std::size_t seen = 0;
  for (const auto& [folder, below] : allowed) {
    for (const auto& file : sources(fs::path("src") / folder)) {
      for (const auto& other : includes_of(file, "^#include \"([a-z]+)/")) {
        INFO(file.string() << " includes " << other);
        const bool fine = other == folder || other == "convoy" || below.contains(other);
        CHECK(fine);
        ++seen;
      }
    }
  }
  CHECK(seen > 200);
  for (const auto& entry : fs::directory_iterator("src")) {
    if (entry.is_directory()) CHECK(allowed.contains(entry.path().filename().string()));
  }
}

TEST_CASE("programs use the public headers only") {
  std::size_t seen = 0;
  for (const auto& file : sources("apps")) {
    for (const auto& name : includes_of(file, "^#include [\"<]([^\">]+/)")) {
      INFO(file.string() << " includes " << name);
      const bool fine = name == "convoy/" || name == "nlohmann/" || name == "sys/";
      CHECK(fine);
      ++seen;
    }
  }
  CHECK(seen > 20);
}

TEST_CASE("headers need nothing but the standard library and each other") {
  for (const auto* folder : {"include", "src"}) {
    for (const auto& file : sources(folder)) {
      if (file.extension() != ".h") continue;
      for (const auto& name : includes_of(file, "^#include <([^>]+)>")) {
        INFO(file.string() << " includes " << name);
        const bool types_of_blas = file == "src/kernels/openblas.h" && name == "cblas.h";  // for gemm.cpp alone
        const bool types_of_zip = file == "src/data/libzip.h" && name == "zip.h";          // for archives
        const bool types_of_hdf5 = file == "src/formats/libhdf5.h" && name == "hdf5.h";
        // A layer's configuration is read and written as JSON.
        const bool types_of_json = file.filename().string().starts_with("keras_") && name == "nlohmann/json.hpp";
        // The compiler's own: a fused multiply-add has no other name for vectors.
        const bool instructions = file == "src/kernels/simd.h" && (name == "immintrin.h" || name == "arm_neon.h");
        const bool standard = instructions || types_of_blas || types_of_zip || types_of_hdf5 || types_of_json ||
                              name.find_first_of("/.") == std::string::npos;
        CHECK(standard);
      }
      for (const auto& name : includes_of(file, "^#include \"([^\"]+)\"")) {
        INFO(file.string() << " includes " << name);
        const bool in_its_place = folder == std::string("src") || name.starts_with("convoy/");
        CHECK(in_its_place);
      }
    }
  }
}

TEST_CASE("JSON is written in one place, which takes any bytes") {
  for (const auto* folder : {"include", "src", "apps"}) {
    for (const auto& file : sources(folder)) {
      INFO(file.string() << " calls dump(): use json_text() of convoy/foreign_text.h");
      const bool fine = includes_of(file, "(\\.dump\\()").empty() || file.filename() == "foreign_text.h";
      CHECK(fine);
    }
  }
}
