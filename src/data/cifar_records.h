#pragma once

#include <filesystem>
#include <vector>

#include "convoy/dataset.h"

namespace convoy {

/// What a record's labels are: CIFAR-10's, or one of the two that CIFAR-100 has.
enum class CifarKind { ten, hundred_fine, hundred_coarse };

/// The samples of files in CIFAR's binary format, each some records of one or two bytes of labels and 3 x 32 x 32 of an
/// image, its red, green and blue parts. Throws Error{data} for a file of another length and a label beyond the
/// classes.
Dataset::Storage read_cifar(const std::vector<std::filesystem::path>& files, CifarKind kind);

/// The names in batches.meta.txt or fine_label_names.txt, a line each. Throws Error{data} for more or fewer than there
/// are classes.
Texts read_class_names(const std::filesystem::path& file, CifarKind kind);

}  // namespace convoy
