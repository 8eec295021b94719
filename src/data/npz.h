#pragma once

#include <filesystem>
#include <memory>

#include "convoy/settings.h"
#include "data/number_array.h"

namespace convoy {

/// NumPy's .npz: a zip archive with a file NAME.npy for each array, stored or deflated.
class NpzFile {
 public:
  /// Opens the archive and lists its arrays. Throws Error{data} for a file that cannot be read or is no zip archive,
  /// Error{failed} where libzip is not installed.
  explicit NpzFile(std::filesystem::path file);

  /// The names of the arrays, without ".npy", sorted.
  const Texts& names() const { return names_; }
  /// An array's name for messages: "digits.npz: x_train".
  std::filesystem::path title(const std::string& name) const;
  /// Reads an array, in no more memory than its header announces. Throws Error{data} where there is none of that name,
  /// or it is damaged, encrypted or compressed by another method than deflate.
  NumberArray read(const std::string& name) const;

 private:
  struct Close {
    void operator()(void* archive) const;
  };
  std::filesystem::path file_;
  std::unique_ptr<void, Close> archive_;
  Texts names_;
};

}  // namespace convoy
