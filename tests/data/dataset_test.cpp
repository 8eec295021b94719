#include "convoy/dataset.h"

#include <doctest/doctest.h>

#include "convoy/error.h"
#include "support/errors.h"

using namespace convoy;

namespace {

Dataset labelled(std::vector<int> labels, Texts names) {
  Dataset::Storage storage;
  storage.shape = {1};
  storage.bytes.resize(labels.size());
  storage.labels = std::move(labels);
  storage.class_names = std::move(names);
  storage.source = "here";
  return Dataset(std::move(storage));
}

std::vector<int> labels_of(const Dataset& data) {
  std::vector<int> labels;
  for (int i = 0; i < data.size(); ++i) labels.push_back(data.label(i));
  return labels;
}

}  // namespace

TEST_CASE("classes get the numbers that a model gives their names") {
  const Dataset data = labelled({0, 1, 1, 0}, {"b_one", "c_seven"});
  const Dataset numbered = data.with_classes({"a_zero", "b_one", "c_seven"}, 3);
  CHECK(labels_of(numbered) == std::vector<int>{1, 2, 2, 1});
  CHECK(numbered.storage().class_names == Texts{"a_zero", "b_one", "c_seven"});
  CHECK(labels_of(data.select(std::vector{3, 2}).with_classes({"c_seven", "b_one"}, 2)) == std::vector<int>{1, 0});
  const Dataset same = data.with_classes({"b_one", "c_seven"}, 2);
  CHECK(&same.storage() == &data.storage());  // nothing is copied where nothing changes
}

TEST_CASE("a class without a name is called by its number") {
  CHECK(labels_of(labelled({0, 1, 2}, {"0", "1", "10"}).with_classes({}, 11)) == std::vector<int>{0, 1, 10});
  CHECK(labels_of(labelled({0, 1, 10}, {}).with_classes({"0", "1", "10"}, 3)) == std::vector<int>{0, 1, 2});
  CHECK(labels_of(labelled({4, 0}, {}).with_classes({}, 5)) == std::vector<int>{4, 0});
}

TEST_CASE("classes that a model does not know are named") {
  const auto refuses = [](const Dataset& data, const Texts& names, int classes, const char* message) {
    CHECK_THROWS_WITH_AS(data.with_classes(names, classes), message, Error);
  };
  refuses(labelled({0, 1}, {"cat", "dog"}), {"cow", "dog"}, 2,
          "here: class \"cat\" is unknown to the model, which was trained on \"cow\", \"dog\"");
  refuses(labelled({0, 1}, {"three", "7"}), {}, 7,
          "here: classes \"three\", \"7\" are unknown to the model, which was trained on the numbers 0 to 6");
  refuses(labelled({0, 1}, {}), {"cow", "dog"}, 2,
          "here: classes \"0\", \"1\" are unknown to the model, which was trained on \"cow\", \"dog\"");
  // A name has no output of its own where the network has more outputs than classes were trained.
  refuses(labelled({0}, {"5"}), {"cow", "dog"}, 10,
          "here: class \"5\" is unknown to the model, which was trained on \"cow\", \"dog\"");
  Texts many;
  for (int i = 0; i < 1000; ++i) many.push_back("c" + std::to_string(i));
  refuses(labelled({0}, {"d"}), many, 1000,
          "here: class \"d\" is unknown to the model, which was trained on \"c0\", \"c1\", \"c2\", \"c3\", \"c4\", "
          "\"c5\", \"c6\", \"c7\", \"c8\", \"c9\" and 990 more");
  CHECK(labels_of(labelled({1}, {"cat", "dog"}).with_classes({"dog"}, 1)) == std::vector<int>{0});  // no cat is there
}

TEST_CASE("files come one a sample") {
  Dataset::Storage storage;
  storage.shape = {1};
  storage.bytes = {1, 2};
  storage.files = {"a.png"};
  CHECK_THROWS_WITH_AS(Dataset(std::move(storage)), "data: 2 samples but 1 files", Error);
}

TEST_CASE("a data set is cut and chosen from within its samples") {
  const Dataset data = labelled({0, 1, 2, 3}, {});
  CHECK(labels_of(data.slice(0, 4)) == std::vector<int>{0, 1, 2, 3});
  CHECK(labels_of(data.slice(1, 2)) == std::vector<int>{1, 2});
  CHECK(data.slice(4, 0).empty());
  CHECK_THROWS_WITH_AS(data.slice(1, 4), "here: samples 1 to 5 of 4", Error);
  CHECK_THROWS_WITH_AS(data.slice(-1, 2), "here: samples -1 to 1 of 4", Error);
  CHECK_THROWS_WITH_AS(data.slice(2, -1), "here: samples 2 to 1 of 4", Error);
  CHECK(labels_of(data.slice(1, 3).select(std::vector{2, 0, 0})) == std::vector<int>{3, 1, 1});
  CHECK_THROWS_WITH_AS(data.select(std::vector{4}), "here: no sample 4, there are 4", Error);
  CHECK_THROWS_WITH_AS(data.select(std::vector{-1}), "here: no sample -1, there are 4", Error);
}

TEST_CASE("classes are counted by names, targets or labels") {
  CHECK(labelled({0, 1}, {"a", "b", "c"}).classes() == 3);
  CHECK(labelled({0, 4}, {}).classes() == 5);
  CHECK(labelled({}, {}).classes() == 0);
  CHECK(Dataset::from_floats({1}, {1, 2}, {0, 1, 1, 0}, 2).classes() == 2);
}

TEST_CASE("members of a data set that disagree are refused") {
  const std::vector<std::uint8_t> two = {1, 2};
  const auto refusal = [](const auto& set) {
    Dataset::Storage storage;
    storage.shape = {2};
    set(storage);
    return test::error_of(ErrorKind::data, [&] { const Dataset data(std::move(storage)); });
  };
  const auto with_labels = [&](const std::vector<int>& labels) {
    return refusal([&](Dataset::Storage& storage) {
      storage.bytes = two;
      storage.labels = labels;
    });
  };
  const auto with_targets = [&](const std::vector<float>& targets, int target_size) {
    return refusal([&](Dataset::Storage& storage) {
      storage.bytes = two;
      storage.targets = targets;
      storage.target_size = target_size;
    });
  };
  CHECK(refusal([&](Dataset::Storage& storage) {
          storage.bytes = two;
          storage.floats = {1, 2};
        }) == "data: samples are given as bytes and as floats");
  CHECK(refusal([](Dataset::Storage& storage) {
          storage.bytes = {1, 2, 3};
        }) == "data: 3 values are no whole number of 2 samples");
  CHECK(with_labels({0, 1}) == "data: 1 samples but 2 labels");
  CHECK(with_labels({-1}) == "data: label -1 is negative");
  CHECK(with_labels({0}) == "no error");
  CHECK(with_targets({1, 2, 3}, 2) == "data: 3 target values, expected 2");
  CHECK(with_targets({1}, 0) == "data: 1 target values, expected 0");
}

TEST_CASE("targets are for the classes of their columns, which cannot be renumbered") {
  Dataset::Storage storage;
  storage.shape = {1};
  storage.bytes = {1};
  storage.targets = {0, 1};
  storage.target_size = 2;
  storage.class_names = {"a", "b"};
  const Dataset data(storage);
  CHECK(data.with_classes({}, 2).classes() == 2);
  CHECK_THROWS_WITH_AS(data.with_classes({"b", "a"}, 2),
                       "data: its targets are for the classes \"a\", \"b\", the model was trained on \"b\", \"a\"",
                       Error);
  storage.class_names.clear();
  CHECK(Dataset(storage).with_classes({"b", "a"}, 2).classes() == 2);
}

TEST_CASE("the parts of a data set have names") {
  DataSplits splits;
  splits.train = labelled({0}, {});
  splits.test = labelled({0, 0}, {});
  CHECK(splits.split("train").size() == 1);
  CHECK(splits.split("test").size() == 2);
  CHECK_THROWS_WITH_AS(splits.split("validation"), "no validation samples are set aside; see data.validation", Error);
  CHECK_THROWS_WITH_AS(splits.split("tests"), "split \"tests\": expected train, validation or test", Error);
  splits.validation = labelled({0, 0, 0}, {});
  CHECK(splits.split("validation").size() == 3);
}
