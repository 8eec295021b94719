#include "io/checksum.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "convoy/error.h"
#include "io/checkpoint.h"
#include "io/model_file.h"
#include "support/files.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

const ModelMetadata trained_metadata{.config = "name = \"x\"",
                                     .scaling = {{0.1F, 1.0F / 3.0F}, {0, 1}},
                                     .class_names = {"a", "convoy_checksum\":\"00000000"},
                                     .convoy_version = ""};

/// A model and its checkpoint, with tensors of several lines.
struct Trained {
  std::vector<float> kernel = std::vector<float>(60, 0.5F);
  std::vector<float> bias = {7, 8};
  std::vector<float> slot = std::vector<float>(62, 1e-3F);

  std::vector<NamedTensor> model() { return {{"conv/kernel", {30, 2}, kernel}, {"conv/bias", {2}, bias}}; }
  Checkpoint checkpoint() {
    return {.model = model(),
            .training = {{"optim.m/conv/kernel", {62}, slot}},
            .metadata = trained_metadata,
            .progress = "{\"step\":7}",
            .data = {{"images", "abc"}}};
  }
};

/// What loading the file says; "" where it is accepted.
template <class Load>
std::string refusal(const Load& load) {
  try {
    load();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    return error.what();
  }
  return "";
}

/// Bytes of a file: the header's length, the header, its padding, the checksum's digits and each tensor.
std::vector<std::pair<std::size_t, std::size_t>> parts_of(const std::filesystem::path& file, const std::string& bytes) {
  const TensorFile read = read_safetensors(file);
  const std::size_t data = bytes.size() - read.data.size();
  const std::size_t padding = bytes.find_last_not_of(' ', data - 1) + 1;
  const std::size_t digits = *checksum_place(bytes, read.metadata.at(checksum_key));
  std::vector<std::pair<std::size_t, std::size_t>> parts = {
      {0, 8}, {8, padding}, {padding, data}, {digits, digits + 8}};
  for (const StoredTensor& tensor : read.tensors) {
    const std::size_t begin = data + static_cast<std::size_t>(tensor.bytes.data() - read.data.data());
    parts.emplace_back(begin, begin + tensor.bytes.size());
  }
  std::erase_if(parts, [](const auto& part) { return part.first == part.second; });
  return parts;
}

/// Flips 300 bits, one at a time, in turn in each part of the file, and counts those that `load` refuses.
template <class Load>
int flips_found(const std::filesystem::path& file, const Load& load) {
  const std::string good = test::contents(file);
  const auto parts = parts_of(file, good);
  std::mt19937 random(5);  // NOLINT(cert-msc51-cpp): the same bits each time
  int found = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    const auto [begin, end] = parts[i % parts.size()];
    std::string bad = good;
    char& byte = bad[begin + random() % (end - begin)];
    byte = static_cast<char>(byte ^ (1 << random() % 8));
    test::write(file, bad);
    found += refusal(load).empty() ? 0 : 1;
  }
  test::write(file, good);
  CHECK(refusal(load).empty());
  return found;
}

}  // namespace

TEST_CASE("each flipped bit of a model and of a checkpoint is found") {
  const test::TemporaryFolder folder;
  Trained trained;
  const auto model = folder.path() / "m.safetensors";
  save_model(model, trained.model(), trained_metadata);
  CHECK(flips_found(model, [&] {
          const TensorFile file = read_safetensors(model);
          ModelMetadata::from(file, model);
          load_tensors(file, model, trained.model());
        }) == 300);
  const auto checkpoint = folder.path() / "last.ckpt";
  save_checkpoint(checkpoint, trained.checkpoint());
  CHECK(flips_found(checkpoint, [&] {
          Checkpoint loaded = trained.checkpoint();
          load_checkpoint(checkpoint, loaded);
        }) == 300);
}

TEST_CASE("a changed number is told from a file that is cut short") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  Trained trained;
  save_model(file, trained.model(), trained_metadata);
  std::string bytes = test::contents(file);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  test::write(file, bytes);
  const std::string message = refusal([&] { read_safetensors(file); });
  CHECK(message.find("damaged: its checksum is ") != std::string::npos);
  CHECK(message.ends_with("; the file was changed or damaged after it was written"));
}

TEST_CASE("a checksum is eight small hexadecimal digits that stand in the header as they are") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  const std::vector<float> a = {1};
  const std::vector<TensorToWrite> tensors = {{"a", {1}, a}};
  write_safetensors(file, tensors, {{checksum_key, "replaced"}});
  const std::string good = test::contents(file);
  const std::string digits = read_safetensors(file).metadata.at(checksum_key);
  CHECK(digits.size() == 8);
  CHECK(digits.find_first_not_of("0123456789abcdef") == std::string::npos);
  const std::size_t place = *checksum_place(good, digits);
  for (const std::string other : {"0000000", "ABCDEF01", "        ", "\\u0030000"}) {
    std::string bad = good;
    bad.replace(place, other.size(), other);
    test::write(file, bad);
    CHECK_FALSE(refusal([&] { read_safetensors(file); }).empty());
  }
}

TEST_CASE("a model from before checksums still loads, and one of today without a checksum does not") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "m.safetensors";
  Trained trained;
  save_model(file, trained.model(), trained_metadata);
  std::string bytes = test::contents(file);
  const TensorFile today = read_safetensors(file);
  const std::string entry = std::string(",\"") + checksum_key + "\":\"" + today.metadata.at(checksum_key) + "\"";
  bytes.replace(bytes.find(entry), entry.size(), std::string(entry.size(), ' '));  // spaces mean nothing there
  test::write(file, bytes);
  CHECK(refusal([&] { ModelMetadata::from(read_safetensors(file), file); }).find("damaged: it has no checksum") !=
        std::string::npos);
  const std::string version = "\"format_version\":\"";
  bytes.replace(bytes.find(version) + version.size(), 1, "1");
  test::write(file, bytes);
  CHECK(refusal([&] { ModelMetadata::from(read_safetensors(file), file); }).empty());
  trained.kernel.assign(60, 0);
  load_tensors(read_safetensors(file), file, trained.model());
  CHECK(trained.kernel[59] == 0.5F);
}

TEST_CASE("it is zlib's CRC-32, which any program can compute") {
  const std::vector<std::string_view> pieces = {"1234", "", "56789"};
  CHECK(checksum_of(pieces) == "cbf43926");
}
