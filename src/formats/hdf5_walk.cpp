#include "formats/hdf5_walk.h"

#include <array>
#include <stdexcept>
#include <utility>

#include "formats/libhdf5.h"

namespace convoy::formats {
namespace {

[[noreturn]] void refuse_hdf5(const std::string& path, const std::string& what) {
  throw std::runtime_error((path.empty() ? "" : path + ": ") + what);
}

/// One walk. Handles are not closed: the process ends with it.
constexpr std::size_t largest_ratio = 1032;  // of deflate

class Hdf5Walk {
 public:
  Hdf5Walk(Hdf5Limits limits, const Hdf5Visitor& visitor) : left_(limits), visitor_(visitor) {}

  void group(hid_t group, const std::string& path, int depth) {
    if (depth > left_.depth) refuse_hdf5(path, "groups are nested too deeply");
    attributes(group, path);
    H5G_info_t info{};
    if (h5_.group_info(group, &info) < 0) refuse_hdf5(path, "damaged group");
    for (hsize_t i = 0; i < info.nlinks; ++i) child(group, path, link_name(group, path, i), depth);
  }

 private:
  std::string link_name(hid_t group, const std::string& path, hsize_t index) const {
    std::array<char, 1024> name{};
    const auto length = h5_.link_name(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, name.data(), name.size(), 0);
    if (length <= 0 || static_cast<std::size_t>(length) >= name.size()) refuse_hdf5(path, "damaged name");
    return {name.data(), static_cast<std::size_t>(length)};
  }

  void child(hid_t group, const std::string& path, const std::string& name, int depth) {
    if (--left_.objects < 0) refuse_hdf5(path, "too many objects");
    const bool of_optimizer = name == "optimizer" || name == "optimizer_weights" || name == "_optimizer";
    if (path.empty() && of_optimizer) return;
    const std::string child_path = path.empty() ? name : path + "/" + name;
    H5L_info_t link{};
    if (h5_.link_info(group, name.c_str(), &link, 0) < 0) refuse_hdf5(child_path, "damaged link");
    if (link.type != H5L_TYPE_HARD) refuse_hdf5(child_path, "is a link to another place or file, which is not read");
    const hid_t object = h5_.open_object(group, name.c_str(), 0);
    if (object < 0) refuse_hdf5(child_path, "damaged object");
    if (h5_.type_of_id(object) == H5I_GROUP) this->group(object, child_path, depth + 1);
    if (h5_.type_of_id(object) == H5I_DATASET) data(object, child_path);
    h5_.close_object(object);
  }

  /// What compressed numbers become counts by itself: weights do not become much smaller.
  void unpack(std::size_t bytes, const std::string& path) {
    if (bytes > left_.unpacked)
      refuse_hdf5(path, "is compressed to less than a third of its numbers, which is not read");
    left_.unpacked -= bytes;
  }

  void take(std::size_t bytes, const std::string& path) {
    if (bytes > left_.bytes) refuse_hdf5(path, "announces more bytes than the file has");
    left_.bytes -= bytes;
  }

  void attributes(hid_t group, const std::string& path) {
    for (const std::string name : {"model_config", "training_config", "keras_version", "layer_names", "weight_names"}) {
      attribute(group, path, name);
      for (int part = 0; attribute(group, path, name + std::to_string(part)); ++part) {
      }
    }
  }

  /// Whether there is one.
  bool attribute(hid_t group, const std::string& path, const std::string& name) {
    if (h5_.attribute_exists(group, name.c_str()) <= 0) return false;
    const hid_t attribute = h5_.open_attribute(group, name.c_str(), 0);
    const std::string title = path + "@" + name;
    if (attribute < 0) refuse_hdf5(title, "damaged attribute");
    const hid_t type = h5_.attribute_type(attribute);
    const auto count = h5_.points(h5_.attribute_space(attribute));
    const std::size_t size = h5_.attribute_size(attribute);
    if (count < 0 || static_cast<std::size_t>(count) > left_.bytes) refuse_hdf5(title, "damaged attribute");
    if (h5_.type_class(type) != H5T_STRING || count == 0) {
      visitor_.texts(title, {});
      return true;
    }
    take(size, title);
    const auto texts = static_cast<std::size_t>(count);
    visitor_.texts(title, h5_.has_variable_texts(type) > 0 ? variable_texts(attribute, type, texts, title)
                                                           : fixed_texts(attribute, type, texts, title));
    h5_.close_attribute(attribute);
    return true;
  }

  std::vector<std::string> variable_texts(hid_t attribute, hid_t type, std::size_t count, const std::string& title) {
    std::vector<char*> pointers(count, nullptr);
    if (h5_.read_attribute(attribute, type, pointers.data()) < 0) refuse_hdf5(title, "damaged attribute");
    std::vector<std::string> texts;
    for (const char* text : pointers) {
      texts.emplace_back(text == nullptr ? "" : text);
      take(texts.back().size(), title);
    }
    return texts;
  }

  std::vector<std::string> fixed_texts(hid_t attribute, hid_t type, std::size_t count, const std::string& title) const {
    const std::size_t width = h5_.type_size(type);
    if (width == 0 || width * count != h5_.attribute_size(attribute)) refuse_hdf5(title, "damaged attribute");
    std::string all(width * count, '\0');
    if (h5_.read_attribute(attribute, type, all.data()) < 0) refuse_hdf5(title, "damaged attribute");
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      std::string text = all.substr(i * width, width);
      texts.push_back(text.substr(0, text.find('\0')));
    }
    return texts;
  }

  void data(hid_t data, const std::string& path) {
    const hid_t properties = h5_.data_properties(data);
    const hid_t space = h5_.data_space(data);
    const hid_t type = h5_.data_type(data);
    if (properties < 0 || space < 0 || type < 0) refuse_hdf5(path, "damaged data set");
    if (h5_.layout(properties) == H5D_VIRTUAL || h5_.external_files(properties) != 0) {
      refuse_hdf5(path, "has its numbers in other files, which is not read");
    }
    check_filters(properties, path);
    Hdf5Array array{
        .shape = shape(space, path), .floats = h5_.type_class(type) == H5T_FLOAT, .bytes_each = h5_.type_size(type)};
    if (array.floats) read(data, space, path, array, h5_.filters(properties) != 0);
    visitor_.array(path, array);
    h5_.close_space(space);
  }

  /// Those that libhdf5 has built in, which h5py's compression="gzip" takes.
  void check_filters(hid_t properties, const std::string& path) const {
    const int count = h5_.filters(properties);
    for (int i = 0; i < count; ++i) {
      unsigned flags = 0;
      unsigned options = 0;
      std::size_t values = 0;
      const auto filter =
          h5_.filter(properties, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &options);
      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
        refuse_hdf5(path, "is compressed otherwise than by gzip, which is not read");
      }
    }
  }

  std::vector<std::int64_t> shape(hid_t space, const std::string& path) const {
    const int rank = h5_.rank(space);
    if (rank < 0 || rank > H5S_MAX_RANK) refuse_hdf5(path, "damaged shape");
    std::vector<hsize_t> extents(static_cast<std::size_t>(rank) + 1);
    if (h5_.extents(space, extents.data(), nullptr) != rank) refuse_hdf5(path, "damaged shape");
    return {extents.begin(), extents.end() - 1};
  }

  /// What the numbers take in the file is compared with the file before there is memory for them.
  void read(hid_t data, hid_t space, const std::string& path, Hdf5Array& array, bool compressed) {
    const auto count = h5_.points(space);
    const std::size_t stored = h5_.data_size(data);
    if (array.bytes_each > 8 || count < 0) refuse_hdf5(path, "has numbers of more than 8 bytes");
    take(stored, path);
    const std::size_t most = compressed ? largest_ratio * stored : stored;
    if (static_cast<std::size_t>(count) > most / array.bytes_each) {
      refuse_hdf5(path,
                  compressed ? "announces more numbers than gzip makes" : "has fewer numbers than its shape says");
    }
    if (compressed) unpack(static_cast<std::size_t>(count) * array.bytes_each, path);
    array.values.resize(static_cast<std::size_t>(count));
    if (count > 0 && h5_.read_data(data, h5_.native_float, H5S_ALL, H5S_ALL, 0, array.values.data()) < 0) {
      refuse_hdf5(path, "damaged data set");
    }
  }

  const LibHdf5& h5_ = libhdf5();
  Hdf5Limits left_;
  const Hdf5Visitor& visitor_;
};

}  // namespace

void walk_hdf5(const std::string& file, std::span<const std::byte> image, Hdf5Limits limits,
               const Hdf5Visitor& visitor) {
  const LibHdf5& h5 = libhdf5();
  hid_t access = 0;
  if (!image.empty()) {
    access = h5.create_properties(h5.file_access);
    constexpr std::size_t step = 1U << 16U;
    auto* bytes = const_cast<std::byte*>(image.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): it is copied
    if (h5.keep_in_memory(access, step, 0) < 0 || h5.set_file_image(access, bytes, image.size()) < 0) {
      refuse_hdf5("", "no memory for the file");
    }
  }
  const hid_t opened = h5.open_file(file.c_str(), hdf5_read_only, access);
  if (opened < 0) refuse_hdf5("", "no HDF5 file, or a damaged one");
  const hid_t root = h5.open_object(opened, "/", 0);
  if (root < 0) refuse_hdf5("", "damaged root group");
  Hdf5Walk(limits, visitor).group(root, "", 0);
}

}  // namespace convoy::formats
