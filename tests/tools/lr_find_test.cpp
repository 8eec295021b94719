#include "convoy/lr_find.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "convoy/error.h"
#include "support/files.h"
#include "support/small_idx.h"
#include "support/small_networks.h"
#include "support/temporary_folder.h"

using namespace convoy;

namespace {

const std::string scheduled_experiment = R"(
    name = "small"
    [data]
    path = "digits"
    [train]
    batch_size = 20
    [optimizer]
    type = "sgd"
    [schedule]
    type = "cosine"
    warmup_steps = 5
)" + test::dense_network;

class LrFindFixture {
 public:
  LrFindFixture() { test::write_small_idx(folder_.path() / "digits", 110); }
  const std::filesystem::path& path() const { return folder_.path(); }
  LrCurve find(const LrFindOptions& options) const {
    return lr_find(parse_config(scheduled_experiment, "small.toml", path()), options);
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("rates grow geometrically over as many epochs as it takes") {
  const LrFindFixture fixture;
  const LrCurve curve = fixture.find({.from = 1e-4, .to = 1e-2, .steps = 21});  // of 6 batches an epoch
  CHECK_FALSE(curve.blew_up);
  CHECK(curve.name == "small");
  REQUIRE(curve.points.size() == 21);
  for (std::size_t i = 0; i < 21; ++i) {
    CHECK(curve.points[i].rate == doctest::Approx(1e-4 * std::pow(100, static_cast<double>(i) / 20)));
    CHECK(curve.points[i].loss > 1);  // not yet learnt, and no sums of an epoch before
    CHECK(curve.points[i].loss < 4);
  }
  CHECK(curve.points[0].smoothed == doctest::Approx(curve.points[0].loss));
  double mean = 0;
  for (const LrPoint& point : curve.points) mean = 0.95 * mean + 0.05 * point.loss;
  CHECK(curve.points.back().smoothed == doctest::Approx(mean / (1 - std::pow(0.95, 21))));
}

TEST_CASE("the suggested rate is where the smoothed loss falls steepest, not within the first tenth of the steps") {
  const LrFindFixture fixture;
  // With the second it would fall steepest at the eighth step.
  for (const LrFindOptions& options :
       {LrFindOptions{.from = 1e-4, .to = 1, .steps = 40}, {.from = 0.1, .to = 3, .steps = 100}}) {
    CAPTURE(options.from);
    const LrCurve curve = fixture.find(options);
    const auto first = static_cast<std::size_t>(options.steps / 10);
    const auto slope = [&curve](std::size_t i) {
      return (curve.points[i + 1].smoothed - curve.points[i - 1].smoothed) /
             std::log(curve.points[i + 1].rate / curve.points[i - 1].rate);
    };
    std::size_t found = 0;
    for (std::size_t i = first; i + 1 < curve.points.size(); ++i) {
      if (curve.points[i].rate == curve.suggested) found = i;
    }
    REQUIRE(found > 0);
    CHECK(slope(found) < 0);
    for (std::size_t i = first; i + 1 < curve.points.size(); ++i) CHECK(slope(i) >= slope(found));
  }
}

TEST_CASE("the picture is as high as the smoothed losses, and leaves out single losses far above them") {
  const test::TemporaryFolder folder;
  const LrCurve curve{.name = "small",
                      .points = {{.rate = 0.01, .loss = 0.5, .smoothed = 0.2},
                                 {.rate = 0.1, .loss = 0.51, .smoothed = 0.4},
                                 {.rate = 1, .loss = 0.3, .smoothed = 0.3}},
                      .suggested = 0.1};
  save_page(curve, folder.path() / "deeper" / "curve.html");
  const std::string page = test::contents(folder.path() / "deeper" / "curve.html");
  CHECK(page.find("falls steepest at 1.0e-01.") != std::string::npos);
  CHECK(page.find("data-x=\"0.01 1 1\"") != std::string::npos);
  CHECK(page.find("<title>loss: 0.5 at 0.01</title>") != std::string::npos);
  CHECK(page.find("<title>loss: 0.51 at") == std::string::npos);
  CHECK(page.find("<title>loss: 0.3 at 1</title>") != std::string::npos);
  CHECK(page.find("<title>smoothed: 0.4 at 0.1</title>") != std::string::npos);
}

TEST_CASE("it stops where the loss blows up, and suggests a rate before that") {
  const LrFindFixture fixture;
  const LrCurve curve = fixture.find({.from = 1e-5, .to = 1e6, .steps = 100});
  CHECK(curve.blew_up);
  CHECK(curve.points.size() < 100);
  CHECK(curve.suggested > 1e-5);
  CHECK(curve.suggested < curve.points.back().rate);
  // A first rate beyond all bounds: not one step is finite, and there is no suggestion.
  const LrCurve lost = fixture.find({.from = 1e37, .to = 1e38, .steps = 10});
  CHECK(lost.blew_up);
  CHECK(lost.points.size() < 10);
  CHECK(lost.suggested == 0);
  save_page(lost, fixture.path() / "lost.html");
}

TEST_CASE("the curve has the same bits for any number of threads, and only its picture is a file") {
  const LrFindFixture fixture;
  const LrCurve one = fixture.find({.to = 1, .steps = 30, .threads = 1});
  const LrCurve two = fixture.find({.to = 1, .steps = 30, .threads = 2});
  REQUIRE(one.points.size() == two.points.size());
  for (std::size_t i = 0; i < one.points.size(); ++i) CHECK(one.points[i].loss == two.points[i].loss);
  const auto entries = [&] {
    return std::distance(std::filesystem::directory_iterator(fixture.path()), std::filesystem::directory_iterator());
  };
  CHECK(entries() == 1);
  save_page(one, fixture.path() / "curve.html");
  CHECK(entries() == 2);
  const std::string picture = test::contents(fixture.path() / "curve.html");
  CHECK(picture.starts_with("<!DOCTYPE html>"));
  CHECK(picture.find("Learning rates of small") != std::string::npos);
  CHECK(picture.find("nan ") == std::string::npos);
}

TEST_CASE("options that make no range are errors") {
  const LrFindFixture fixture;
  const auto refuses = [&](const LrFindOptions& options) { CHECK_THROWS_AS(fixture.find(options), Error); };
  refuses({.from = 0});
  refuses({.from = 1, .to = 1});
  refuses({.from = 1, .to = INFINITY});
  refuses({.from = std::nan("")});
  refuses({.steps = 9});
}
