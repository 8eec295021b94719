#include "config/sweep.h"
#include "convoy/config.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace convoy;
  static const std::string config =
      "[data]\npath = \"x\"\n[loss]\ntype = \"softmax_cross_entropy\"\n[[layer]]\ntype = \"dense\"\nunits = 10\n";
  const std::string text(reinterpret_cast<const char*>(data), size);
  test::expect_error_or_nothing([&] { sweep_points({{read_sweep_axis(text)}}, 0); });
  return test::expect_error_or_nothing([&] { parse_config(config, "fuzz.toml", "/nonexistent", {text}); });
}
