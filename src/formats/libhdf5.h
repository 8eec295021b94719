#pragma once

#include <hdf5.h>

#include <mutex>

namespace convoy::formats {

/// H5F_ACC_RDONLY and H5F_ACC_TRUNC, which as macros call the library.
constexpr unsigned hdf5_read_only = 0;
constexpr unsigned hdf5_new = 2;

/// The functions and constants of libhdf5 that a Keras file needs. It is loaded with the first one: it brings libraries
/// for the network and cryptography, which would make each start of a program slower.
struct LibHdf5 {
  decltype(&H5open) open;
  decltype(&H5Eset_auto2) set_error_report;
  decltype(&H5PLset_loading_state) set_plugins;
  decltype(&H5Pcreate) create_properties;
  decltype(&H5Pclose) close_properties;
  decltype(&H5Pset_fapl_core) keep_in_memory;
  decltype(&H5Pset_file_image) set_file_image;
  decltype(&H5Pset_create_intermediate_group) make_groups;
  decltype(&H5Pset_obj_track_times) track_times;
  decltype(&H5Pget_layout) layout;
  decltype(&H5Pget_nfilters) filters;
  decltype(&H5Pget_filter2) filter;
  decltype(&H5Pget_external_count) external_files;
  decltype(&H5Fopen) open_file;
  decltype(&H5Fcreate) create_file;
  decltype(&H5Fflush) flush;
  decltype(&H5Fclose) close_file;
  decltype(&H5Fget_file_image) file_image;
  decltype(&H5Gget_info) group_info;
  decltype(&H5Lget_name_by_idx) link_name;
  decltype(&H5Lget_info) link_info;
  decltype(&H5Oopen) open_object;
  decltype(&H5Oclose) close_object;
  decltype(&H5Iget_type) type_of_id;
  decltype(&H5Aexists) attribute_exists;
  decltype(&H5Aopen) open_attribute;
  decltype(&H5Aget_space) attribute_space;
  decltype(&H5Aget_type) attribute_type;
  decltype(&H5Aget_storage_size) attribute_size;
  decltype(&H5Aread) read_attribute;
  decltype(&H5Aclose) close_attribute;
  decltype(&H5Screate_simple) create_space;
  decltype(&H5Sget_simple_extent_npoints) points;
  decltype(&H5Sget_simple_extent_ndims) rank;
  decltype(&H5Sget_simple_extent_dims) extents;
  decltype(&H5Sclose) close_space;
  decltype(&H5Tget_class) type_class;
  decltype(&H5Tget_size) type_size;
  decltype(&H5Tis_variable_str) has_variable_texts;
  decltype(&H5Dcreate2) create_data;
  decltype(&H5Dget_space) data_space;
  decltype(&H5Dget_type) data_type;
  decltype(&H5Dget_create_plist) data_properties;
  decltype(&H5Dget_storage_size) data_size;
  decltype(&H5Dread) read_data;
  decltype(&H5Dwrite) write_data;
  decltype(&H5Dclose) close_data;

  hid_t file_access;  ///< classes of properties
  hid_t link_creation;
  hid_t data_creation;
  hid_t native_float;  ///< types of numbers
  hid_t little_float;
  hid_t little_uint;
};

/// Loads libhdf5 without its plugins and its reports of errors. Throws Error{failed} where it is not installed.
const LibHdf5& libhdf5();

/// To be held while it works, or while a process is made that will use it: it is not made for several threads.
std::mutex& libhdf5_mutex();

}  // namespace convoy::formats
