#pragma once

#include <doctest/doctest.h>

#include <string>

#include "convoy/error.h"

namespace convoy::test {

/// The message of the Error that `work` throws, or "no error".
template <class Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// The same, where the error must be of this kind.
template <class Work>
std::string error_of(ErrorKind kind, const Work& work) {
  return error_of([&] {
    try {
      work();
    } catch (const Error& error) {
      CHECK(error.kind() == kind);
      throw;
    }
  });
}

}  // namespace convoy::test
