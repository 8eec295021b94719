#include "core/cpu.h"

#include <doctest/doctest.h>

#include <thread>

#include "convoy/machine.h"
#include "support/errors.h"

using namespace convoy;

TEST_CASE("CONVOY_ISA chooses among the instruction sets that the CPU has") {
  CHECK(isa_named("", Isa::avx2) == Isa::avx2);
  CHECK(isa_named("baseline", Isa::avx512) == Isa::baseline);
  CHECK(isa_named("avx2", Isa::avx2) == Isa::avx2);
  CHECK(isa_named("avx512", Isa::avx512) == Isa::avx512);
  const auto refusal = [](const std::string& wanted) {
    return test::error_of(ErrorKind::config, [&] { isa_named(wanted, Isa::avx2); });
  };
  CHECK(refusal("avx512") == "CONVOY_ISA=avx512: this CPU has no more than avx2");
  CHECK(refusal("AVX2") == "CONVOY_ISA=AVX2: expected baseline, avx2 or avx512");
  CHECK(cpu_isa() <= best_isa());
  CHECK(instruction_set() == isa_name(cpu_isa()));
}

TEST_CASE("the machine is described") {
  if (std::thread::hardware_concurrency() > 0) CHECK(cores() == static_cast<int>(std::thread::hardware_concurrency()));
  CHECK(cores() >= 1);
  const std::string name = cpu_name();
  CHECK_FALSE(name.empty());
  CHECK(name.find(": ") == std::string::npos);
  CHECK(name.find('\t') == std::string::npos);
  CHECK(peak_rss_mb() > 1);
  CHECK(peak_rss_mb() < 100'000);
}
