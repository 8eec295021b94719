#include "formats/libhdf5.h"

#include <string>

#include "convoy/error.h"
#include "core/dynamic_library.h"

namespace convoy::formats {
namespace {

// A header of HDF5 maps names such as H5Lget_info to those of the library's version: H5Lget_info2.
#define CONVOY_HDF5_TEXT(name) #name
#define CONVOY_HDF5_NAME(name) CONVOY_HDF5_TEXT(name)

/// The library that the headers are of: what they declare differs between versions. Throws Error{failed}.
DynamicLibrary load_libhdf5_file() {
#if H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 10
  const char* file = "libhdf5_serial.so.103";  // Debian 12
#else
  const char* file = "libhdf5_serial.so.310";  // Debian 13
#endif
  return {"libhdf5, which reads and writes Keras's files,", {file}, "libhdf5-310, or libhdf5-103-1 before 13"};
}

/// The value of one of the library's variables.
hid_t hdf5_constant(const DynamicLibrary& library, const char* name) {
  const hid_t* value = nullptr;
  library.find(value, name);
  return *value;
}

void find_files(LibHdf5& h5, const DynamicLibrary& library) {
  library.find(h5.open, "H5open");
  library.find(h5.set_error_report, "H5Eset_auto2");
  library.find(h5.set_plugins, "H5PLset_loading_state");
  library.find(h5.create_properties, "H5Pcreate");
  library.find(h5.close_properties, "H5Pclose");
  library.find(h5.keep_in_memory, "H5Pset_fapl_core");
  library.find(h5.set_file_image, "H5Pset_file_image");
  library.find(h5.make_groups, "H5Pset_create_intermediate_group");
  library.find(h5.track_times, "H5Pset_obj_track_times");
  library.find(h5.layout, "H5Pget_layout");
  library.find(h5.filters, "H5Pget_nfilters");
  library.find(h5.filter, "H5Pget_filter2");
  library.find(h5.external_files, "H5Pget_external_count");
  library.find(h5.open_file, "H5Fopen");
  library.find(h5.create_file, "H5Fcreate");
  library.find(h5.flush, "H5Fflush");
  library.find(h5.close_file, "H5Fclose");
  library.find(h5.file_image, "H5Fget_file_image");
  library.find(h5.group_info, CONVOY_HDF5_NAME(H5Gget_info));
  library.find(h5.link_name, "H5Lget_name_by_idx");
  library.find(h5.link_info, CONVOY_HDF5_NAME(H5Lget_info));
  library.find(h5.open_object, "H5Oopen");
  library.find(h5.close_object, "H5Oclose");
  library.find(h5.type_of_id, "H5Iget_type");
}

void find_data(LibHdf5& h5, const DynamicLibrary& library) {
  library.find(h5.attribute_exists, "H5Aexists");
  library.find(h5.open_attribute, "H5Aopen");
  library.find(h5.attribute_space, "H5Aget_space");
  library.find(h5.attribute_type, "H5Aget_type");
  library.find(h5.attribute_size, "H5Aget_storage_size");
  library.find(h5.read_attribute, "H5Aread");
  library.find(h5.close_attribute, "H5Aclose");
  library.find(h5.create_space, "H5Screate_simple");
  library.find(h5.points, "H5Sget_simple_extent_npoints");
  library.find(h5.rank, "H5Sget_simple_extent_ndims");
  library.find(h5.extents, "H5Sget_simple_extent_dims");
  library.find(h5.close_space, "H5Sclose");
  library.find(h5.type_class, "H5Tget_class");
  library.find(h5.type_size, "H5Tget_size");
  library.find(h5.has_variable_texts, "H5Tis_variable_str");
  library.find(h5.create_data, "H5Dcreate2");
  library.find(h5.data_space, "H5Dget_space");
  library.find(h5.data_type, "H5Dget_type");
  library.find(h5.data_properties, "H5Dget_create_plist");
  library.find(h5.data_size, "H5Dget_storage_size");
  library.find(h5.read_data, "H5Dread");
  library.find(h5.write_data, "H5Dwrite");
  library.find(h5.close_data, "H5Dclose");
}

LibHdf5 load_libhdf5() {
  const DynamicLibrary library = load_libhdf5_file();
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
