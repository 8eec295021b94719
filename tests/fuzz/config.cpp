#include "convoy/config.h"

#include "target.h"

/// What is accepted reads back as it was written.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convoy;
  return test::expect_error_or_nothing([&] {
    const Config config = parse_config({reinterpret_cast<const char*>(data), size}, "fuzz.toml", "/nonexistent");
    const std::string resolved = resolved_toml(config);
    if (resolved_toml(parse_config(resolved, "resolved.toml", "/nonexistent")) != resolved) __builtin_trap();
  });
}
