#include "core/dynamic_library.h"

#include <dlfcn.h>

#include <utility>

#include "convoy/error.h"

namespace convoy {

DynamicLibrary::DynamicLibrary(std::string name, std::initializer_list<const char*> files, std::string package)
    : name_(std::move(name)), package_(std::move(package)) {
  std::string first_reason;
  for (const char* file : files) {
    handle_ = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (handle_ != nullptr) return;
    const char* reason = dlerror();
    if (first_reason.empty() && reason != nullptr) first_reason = reason;
  }
  throw Error(ErrorKind::failed,
              name_ + " cannot be loaded: " + first_reason + "; it is in Debian's package " + package_);
}

void* DynamicLibrary::address(const char* function_name) const {
  if (void* found = dlsym(handle_, function_name); found != nullptr) return found;
  throw Error(ErrorKind::failed,
              name_ + " has no function " + function_name + "; install Debian's package " + package_);
}

}  // namespace convoy
