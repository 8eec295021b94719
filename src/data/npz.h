#pragma once

#include <filesystem>
#include <memory>

#include "convoy/settings.h"
#include "data/number_array.h"

namespace convoy {

/// NumPy's .npz: a zip archive with a file NAME.npy for each array, stored or deflated.
class NpzFile {
 public:
  /// Throws Error{data} for a file that is no zip archive.
  explicit NpzFile(std::filesystem::path file);

  /// Of the arrays in it, by name.
  const Texts& names() const { return names_; }
  /// What messages call an array: "digits.npz: x_train".
  std::filesystem::path title(const std::string& name) const;
  /// Takes no more memory than the array's header announces. Throws Error{data} for a damaged one.
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
