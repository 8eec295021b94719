#pragma once

#include <initializer_list>
#include <string>

namespace convoy {

/// A shared library that is loaded while the program runs, and never unloaded: functions found in it stay valid.
class DynamicLibrary {
 public:
  /// Loads the first of these files ("libzip.so.5") that the system can load. Throws Error{failed} where there is none;
  /// messages call the library `name` and advise to install `package`, a package of Debian.
  DynamicLibrary(std::string name, std::initializer_list<const char*> files, std::string package);

  /// Assigns the library's function of that name; its type is not checked. Throws Error{failed} where there is none.
  template <class Function>
  void find(Function& function, const char* function_name) const {
    function = reinterpret_cast<Function>(address(function_name));
  }

 private:
  /// The function's address. Throws Error{failed} where there is none.
  void* address(const char* function_name) const;

  std::string name_;
  std::string package_;
  void* handle_ = nullptr;
};

}  // namespace convoy
