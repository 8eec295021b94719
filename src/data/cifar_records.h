#pragma once

#include <filesystem>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// The label that is read of a record: CIFAR-10's, or one of the two of CIFAR-100.
enum class CifarKind { ten, hundred_fine, hundred_coarse };

/// Reads files in CIFAR's binary format: records of one or two bytes of labels and 3 x 32 x 32 bytes of an image, its
/// red, green and blue planes. Throws Error{data} for a file that cannot be read or has another length, and for a label
/// beyond the classes.
Dataset::Storage read_cifar(const std::vector<std::filesystem::path>& files, CifarKind kind);

/// Reads the names of the classes, a line each, from batches.meta.txt or fine_label_names.txt. Throws Error{data} for
/// another number of names, or a file that cannot be read.
Texts read_class_names(const std::filesystem::path& file, CifarKind kind);

}  // namespace convoy
