#include "formats/libhdf5.h"

#include <dlfcn.h>

#include <string>

#include "convoy/error.h"

namespace convoy::formats {
namespace {

// A header of HDF5 maps names such as H5Lget_info to those of the library's version: H5Lget_info2.
#define CONVOY_HDF5_TEXT(name) #name
#define CONVOY_HDF5_NAME(name) CONVOY_HDF5_TEXT(name)

/// The library that the headers are of: what they declare differs between versions.
void* open_libhdf5() {
#if H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 10
  const char* name = "libhdf5_serial.so.103";  // Debian 12
#else
  const char* name = "libhdf5_serial.so.310";  // Debian 13
#endif
  if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL); library != nullptr) return library;
  throw Error(ErrorKind::failed, std::string(name) +
                                     ", which reads and writes Keras's files, cannot be loaded; it is in Debian's "
                                     "package libhdf5-310, or libhdf5-103-1 before 13");
}

void* hdf5_symbol(void* library, const char* name) {
  if (void* found = dlsym(library, name); found != nullptr) return found;
  throw Error(ErrorKind::failed, std::string("this libhdf5 has no ") + name);
}

template <class Function>
void find_in_libhdf5(Function& function, void* library, const char* name) {
  function = reinterpret_cast<Function>(hdf5_symbol(library, name));
}

hid_t hdf5_constant(void* library, const char* name) { return *static_cast<hid_t*>(hdf5_symbol(library, name)); }

void find_files(LibHdf5& h5, void* library) {
  find_in_libhdf5(h5.open, library, "H5open");
  find_in_libhdf5(h5.set_error_report, library, "H5Eset_auto2");
  find_in_libhdf5(h5.set_plugins, library, "H5PLset_loading_state");
  find_in_libhdf5(h5.create_properties, library, "H5Pcreate");
  find_in_libhdf5(h5.close_properties, library, "H5Pclose");
  find_in_libhdf5(h5.keep_in_memory, library, "H5Pset_fapl_core");
  find_in_libhdf5(h5.set_file_image, library, "H5Pset_file_image");
  find_in_libhdf5(h5.make_groups, library, "H5Pset_create_intermediate_group");
  find_in_libhdf5(h5.track_times, library, "H5Pset_obj_track_times");
  find_in_libhdf5(h5.layout, library, "H5Pget_layout");
  find_in_libhdf5(h5.filters, library, "H5Pget_nfilters");
  find_in_libhdf5(h5.external_files, library, "H5Pget_external_count");
  find_in_libhdf5(h5.open_file, library, "H5Fopen");
  find_in_libhdf5(h5.create_file, library, "H5Fcreate");
  find_in_libhdf5(h5.flush, library, "H5Fflush");
  find_in_libhdf5(h5.close_file, library, "H5Fclose");
  find_in_libhdf5(h5.file_image, library, "H5Fget_file_image");
  find_in_libhdf5(h5.group_info, library, CONVOY_HDF5_NAME(H5Gget_info));
  find_in_libhdf5(h5.link_name, library, "H5Lget_name_by_idx");
  find_in_libhdf5(h5.link_info, library, CONVOY_HDF5_NAME(H5Lget_info));
  find_in_libhdf5(h5.open_object, library, "H5Oopen");
  find_in_libhdf5(h5.close_object, library, "H5Oclose");
  find_in_libhdf5(h5.type_of_id, library, "H5Iget_type");
}

void find_data(LibHdf5& h5, void* library) {
  find_in_libhdf5(h5.attribute_exists, library, "H5Aexists");
  find_in_libhdf5(h5.open_attribute, library, "H5Aopen");
  find_in_libhdf5(h5.attribute_space, library, "H5Aget_space");
  find_in_libhdf5(h5.attribute_type, library, "H5Aget_type");
  find_in_libhdf5(h5.attribute_size, library, "H5Aget_storage_size");
  find_in_libhdf5(h5.read_attribute, library, "H5Aread");
  find_in_libhdf5(h5.close_attribute, library, "H5Aclose");
  find_in_libhdf5(h5.create_space, library, "H5Screate_simple");
  find_in_libhdf5(h5.points, library, "H5Sget_simple_extent_npoints");
  find_in_libhdf5(h5.rank, library, "H5Sget_simple_extent_ndims");
  find_in_libhdf5(h5.extents, library, "H5Sget_simple_extent_dims");
  find_in_libhdf5(h5.close_space, library, "H5Sclose");
  find_in_libhdf5(h5.type_class, library, "H5Tget_class");
  find_in_libhdf5(h5.type_size, library, "H5Tget_size");
  find_in_libhdf5(h5.has_variable_texts, library, "H5Tis_variable_str");
  find_in_libhdf5(h5.create_data, library, "H5Dcreate2");
  find_in_libhdf5(h5.data_space, library, "H5Dget_space");
  find_in_libhdf5(h5.data_type, library, "H5Dget_type");
  find_in_libhdf5(h5.data_properties, library, "H5Dget_create_plist");
  find_in_libhdf5(h5.data_size, library, "H5Dget_storage_size");
  find_in_libhdf5(h5.read_data, library, "H5Dread");
  find_in_libhdf5(h5.write_data, library, "H5Dwrite");
  find_in_libhdf5(h5.close_data, library, "H5Dclose");
}

LibHdf5 load_libhdf5() {
  void* library = open_libhdf5();
  LibHdf5 h5{};
  find_files(h5, library);
  find_data(h5, library);
  if (h5.open() < 0) throw Error(ErrorKind::failed, "libhdf5 does not start");
  h5.set_error_report(H5E_DEFAULT, nullptr, nullptr);
  h5.set_plugins(0);
  h5.file_access = hdf5_constant(library, "H5P_CLS_FILE_ACCESS_ID_g");
  h5.link_creation = hdf5_constant(library, "H5P_CLS_LINK_CREATE_ID_g");
  h5.data_creation = hdf5_constant(library, "H5P_CLS_DATASET_CREATE_ID_g");
  h5.native_float = hdf5_constant(library, "H5T_NATIVE_FLOAT_g");
  h5.little_float = hdf5_constant(library, "H5T_IEEE_F32LE_g");
  h5.little_uint = hdf5_constant(library, "H5T_STD_U32LE_g");
  return h5;
}

}  // namespace

const LibHdf5& libhdf5() {
  static const LibHdf5 h5 = load_libhdf5();
  return h5;
}

std::mutex& libhdf5_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace convoy::formats
