#include "convoy/dataset.h"

#include <doctest/doctest.h>

#include "convoy/error.h"

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
