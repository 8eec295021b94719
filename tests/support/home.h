#pragma once

#include <cstdlib>
#include <string>

namespace convoy::test {

/// Another $HOME while this lives.
class Home {
 public:
  explicit Home(const std::string& folder) { setenv("HOME", folder.c_str(), 1); }
  ~Home() { setenv("HOME", before_.c_str(), 1); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

 private:
  std::string before_ = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
};

}  // namespace convoy::test
