#include "formats/hdf5_writer.h"

#include "convoy/error.h"
#include "formats/libhdf5.h"

namespace convoy::formats {
namespace {

/// What libhdf5 returned, unless it is an error.
template <class Result>
Result hdf5_done(Result result) {
  if (result < 0) throw Error(ErrorKind::failed, "libhdf5 could not make the file of weights: out of memory?");
  return result;
}

/// Data sets and the groups that they are in; without times, so that the bytes are the same each time.
void write_data(hid_t file, hid_t links, hid_t properties, const Hdf5Data& data) {
  const LibHdf5& h5 = libhdf5();
  const std::vector<hsize_t> extents(data.shape.begin(), data.shape.end());
  const hid_t space = hdf5_done(h5.create_space(static_cast<int>(extents.size()), extents.data(), nullptr));
  const bool floats = data.numbers.empty();
  const hid_t type = floats ? h5.little_float : h5.little_uint;
  const void* values = floats ? static_cast<const void*>(data.floats.data()) : data.numbers.data();
  const hid_t set = hdf5_done(h5.create_data(file, data.path.c_str(), type, space, links, properties, 0));
  hdf5_done(h5.write_data(set, type, H5S_ALL, H5S_ALL, 0, values));
  hdf5_done(h5.close_data(set));
  hdf5_done(h5.close_space(space));
}

}  // namespace

std::vector<std::byte> hdf5_bytes(const std::vector<Hdf5Data>& data) {
  const std::lock_guard lock(libhdf5_mutex());
  const LibHdf5& h5 = libhdf5();
  const hid_t access = hdf5_done(h5.create_properties(h5.file_access));
  const hid_t links = hdf5_done(h5.create_properties(h5.link_creation));
  const hid_t properties = hdf5_done(h5.create_properties(h5.data_creation));
  constexpr std::size_t step = 1U << 20U;
  hdf5_done(h5.keep_in_memory(access, step, 0));
  hdf5_done(h5.make_groups(links, 1));
  hdf5_done(h5.track_times(properties, 0));
  const hid_t file = hdf5_done(h5.create_file("/dev/null/no file", hdf5_new, 0, access));
  for (const Hdf5Data& one : data) write_data(file, links, properties, one);
  hdf5_done(h5.flush(file, H5F_SCOPE_GLOBAL));
  std::vector<std::byte> bytes(static_cast<std::size_t>(hdf5_done(h5.file_image(file, nullptr, 0))));
  hdf5_done(h5.file_image(file, bytes.data(), bytes.size()));
  hdf5_done(h5.close_file(file));
  for (const hid_t list : {access, links, properties}) hdf5_done(h5.close_properties(list));
  return bytes;
}

}  // namespace convoy::formats
