#include <doctest/doctest.h>
#include <zlib.h>

#include <filesystem>

#include "data/csv_file.h"
#include "data/csv_table.h"
#include "data/kinds.h"
#include "support/bytes.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/temporary_folder.h"
#include "support/text.h"

using namespace convoy;
using test::Bytes;
using test::contains;

namespace {

namespace fs = std::filesystem;

struct CsvFolder : test::TemporaryFolder {
  explicit CsvFolder(const std::string& train = "") {
    if (!train.empty()) write("train.csv", train);
  }
  void write(const std::string& name, const std::string& text) const { test::write(path() / name, text); }
  DataSplits load(const CsvOptions& options = {}, Need need = Need::all) const {
    return read_parts(parts_of_csv(path(), options), need).splits;
  }
  std::string error(const CsvOptions& options = {}, Need need = Need::all) const {
    return test::error_of(ErrorKind::data, [&] { load(options, need); });
  }
};

/// The rows of a text, with their fields in brackets.
std::string rows_in(const std::string& text) {
  const test::TemporaryFolder folder;
  test::write(folder.path() / "x.csv", text);
  CsvFile csv(folder.path() / "x.csv");
  CsvRow row;
  std::string result;
  while (csv.next(row)) {
    result += std::to_string(row.line);
    for (std::size_t i = 0; i < row.size(); ++i) result += '[' + std::string(row.field(i)) + ']';
  }
  return result;
}

std::string row_error(const std::string& text) {
  return test::error_of(ErrorKind::data, [&] { rows_in(text); });
}

const std::string kaggle = "label,pixel0,pixel1,pixel2,pixel3\n1,0,10,20,255\n0,1,2,3,4\n";

}  // namespace

TEST_CASE("rows end as on any system, and fields may be quoted") {
  for (const char* text : {"a,b\nc,d\n", "a,b\r\nc,d\r\n", "a,b\rc,d\r", "a,b\nc,d",
                           "\xef\xbb\xbf"
                           "a,b\nc,d"}) {
    CHECK(rows_in(text) == "1[a][b]2[c][d]");
  }
  CHECK(rows_in("\"a\",\"b,\"\"c\"\"\nd\",\n,\"\"\n") == "1[a][b,\"c\"\nd][]3[][]");
  CHECK(rows_in("\n\na\n\nb\n\n") == "3[a]5[b]");
  CHECK(rows_in("").empty());
  CHECK(rows_in(std::string("a\0b,c", 5)) == std::string("1[a\0b][c]", 9));
  CHECK(contains(row_error("a,b\nc,d\"e"), "x.csv: line 2, column 2: a quote inside of a field"));
  CHECK(contains(row_error("a,b\nc,\"d"), "line 2, column 2: a quote that is not closed"));
  CHECK(contains(row_error("a,\"b\"c"), "line 1, column 2: expected a comma after the closing quote"));
  CHECK(contains(row_error(std::string(1U << 24U, 'x') + "y"), "line 1, column 1: a row longer than any image"));
  CHECK(contains(row_error(std::string(1U << 22U, ',')), "more columns than any image has"));
  CHECK(contains(row_error("PK\3\4"), "x.csv: a ZIP archive, not a CSV file"));
  CHECK(contains(row_error("\xff\xfe"
                           "a"),
                 "expected UTF-8, found UTF-16"));
}

TEST_CASE("Kaggle's train.csv of digits becomes images, and its test.csv without labels is passed over") {
  const CsvFolder folder(kaggle);
  folder.write("test.csv", "pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n");
  folder.write("sample_submission.csv", "ImageId,Label\n1,0\n");
  const FoundParts found = read_parts(parts_of_csv(folder.path(), {.shape = Integers{2, 2, 1}}), Need::all);
  CHECK(found.splits.train.shape() == Shape{2, 2, 1});
  CHECK(found.splits.train.storage().bytes == Bytes{0, 10, 20, 255, 1, 2, 3, 4});
  CHECK(found.splits.train.storage().labels == std::vector<int>{1, 0});
  CHECK_FALSE(found.has_test);
  CHECK(found.splits.notes ==
        Texts{(folder.path() / "test.csv").string() + ": passed over, as it has no column of labels"});
  CHECK(contains(folder.error({}, Need::evaluation), "no test.csv with labels in it"));
  CHECK(contains(folder.load().notes.at(1), "no height and width: 4 features a sample"));
}

TEST_CASE("the label is found by name or place") {
  const auto labels = [](const std::string& text, const std::string& label) {
    return CsvFolder(text).load({.label = label}).train.storage().labels;
  };
  CHECK(labels("a,Label,b\n1,2,3\n", "") == std::vector<int>{2});
  CHECK(labels("a,label,b\n1,2,3\n", "b") == std::vector<int>{3});
  CHECK(labels("a,label,b\n1,2,3\n", "1") == std::vector<int>{1});
  CHECK(labels("1,2,3\n", "") == std::vector<int>{1});
  CHECK(labels("1,2,3\n", "-1") == std::vector<int>{3});
  CHECK(labels("1,2,3\n", "-3") == std::vector<int>{1});
  CHECK(labels("1,2,3\n", "3") == std::vector<int>{3});
  CHECK(labels("Label,label,b\n1,2,3\n", "") == std::vector<int>{2});  // the exact name before one in other letters
  CHECK(labels("x,2,3\n1,5,6\n", "2") == std::vector<int>{5});         // a name before a place
  CHECK(CsvFolder("1,2,3\n4,5,6\n").load({.label = "-1"}).train.storage().bytes == Bytes{1, 2, 4, 5});
  CHECK(contains(CsvFolder("a,b,c,d,e\n1,2,3,4,5\n").error(),
                 "train.csv: no column \"label\" among its 5: a, b, c, d, ...; data.label names that of the labels"));
  CHECK(contains(CsvFolder("a,b,c,d\n1,2,3,4\n").error(), "among its 4: a, b, c, d; data.label"));
  CHECK(contains(CsvFolder("1,2\n").error({.label = "class"}), "no column \"class\" among its 2, which have no names"));
  for (const char* place : {"0", "3", "-3"}) {
    CHECK(contains(CsvFolder("1,2\n").error({.label = place}), "among its 2"));
  }
}

TEST_CASE("values are pixels, or floats where data.values says so") {
  const CsvFolder folder("0.5,-1e2,1\n 0.25 ,3,0\n");
  const CsvOptions floats{.label = "-1", .values = CsvValues::floats};
  CHECK(folder.load(floats).train.storage().floats == std::vector<float>{0.5F, -100, 0.25F, 3});
  CHECK(folder.error({.label = "-1"}) ==
        (folder.path() / "train.csv").string() +
            ": line 1, column 1: expected a whole number from 0 to 255, found \"0.5\"; data.values = \"floats\" takes "
            "any numbers");
  CHECK(CsvFolder("1, 2,3.0\n").load().train.storage().bytes == Bytes{2, 3});
  CHECK(CsvFolder(kaggle).load({.invert = true}).train.storage().bytes.front() == 255);
}

TEST_CASE("EMNIST's rows are turned, and their labels may begin at 1") {
  const CsvFolder folder;
  folder.write("emnist-letters-train.csv", "1,10,20,30,40\n26,1,2,3,4\n");
  folder.write("emnist-letters-test.csv", "2,5,6,7,8\n");
  const DataSplits data = folder.load({.shape = Integers{2, 2}, .transpose = true, .first_label = 1});
  CHECK(data.train.storage().bytes == Bytes{10, 30, 20, 40, 1, 3, 2, 4});
  CHECK(data.train.storage().labels == std::vector<int>{0, 25});
  CHECK(data.train.storage().class_names.back() == "26");
  CHECK(data.test.label(0) == 1);
}

TEST_CASE("damaged CSV files get one clear error with line and column") {
  struct Damage {
    const char* text;
    const char* message;
  };
  const std::vector<Damage> damages = {
      {"\n", "train.csv: has no rows"},
      {"label,a\n", "train.csv: has a head, but no rows"},
      {"label;a;b\n1;2;3\n", "found one column; its columns are separated by something else"},
      {"label,a\n1,2\n1,2,3\n", "train.csv: line 3: expected 2 columns, found 3"},
      {"label,a\n1,2\n1\n", "train.csv: line 3: expected 2 columns, found 1"},
      {"label,a\n1,\n", "line 2, column 2 (a): expected a whole number from 0 to 255, found \"\""},
      {"label,a\n1,256\n", "line 2, column 2 (a): expected a whole number from 0 to 255, found \"256\""},
      {"label,a\n1,-1\n", "found \"-1\"; data.values = \"floats\" takes any numbers"},
      {"label,a\n1,2x\n", "found \"2x\""},
      {"label,a\n1,nan\n", "found \"nan\""},
      {"label,a\n1,1e999\n", "found \"1e999\""},
      {"label,a\ncat,2\n", "line 2, column 1 (label): expected a whole number from 0 on as the label, found \"cat\""},
      {"label,a\n1.5,2\n", "expected a whole number from 0 on as the label, found \"1.5\""},
      {"label,a\n-1,2\n", "expected a whole number from 0 on as the label, found \"-1\""},
      {"label,a\n1e12,2\n", "as the label, found \"1e12\""},
      {"label,a\x1b\n1,x\n", "line 2, column 2 (a\\x1b): expected"},
  };
  for (const Damage& damage : damages) {
    const std::string message = CsvFolder(damage.text).error();
    INFO(message);
    CHECK(contains(message, damage.message));
  }
  CHECK(contains(CsvFolder("1,1e39\n").error({.values = CsvValues::floats}), "expected a number, found \"1e39\""));
  CHECK(contains(CsvFolder("0,1\n").error({.first_label = 1}), "expected a whole number from 1 on as the label"));
}

TEST_CASE("a CSV file that ends early is an error, or has fewer rows or digits") {
  const std::string text = "label,\"a\"\n1,\"200\"\n0,30\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    INFO(size);
    const CsvFolder folder;
    folder.write("train.csv", text.substr(0, size));
    Dataset train;
    const std::string message = test::error_of(ErrorKind::data, [&] { train = folder.load().train; });
    CHECK((!train.empty() || contains(message, "train.csv: ")));
  }
}

TEST_CASE("the files of CSV data sets are found, raw and compressed") {
  const CsvFolder folder;
  CHECK(contains(folder.error({.hint = "fetch it"}), "no train.csv in it, but 0 other .csv files; fetch it"));
  folder.write("digits.csv", "1,2\n0,3\n");
  folder.write("notes.txt", "no table");
  folder.write(".hidden.csv", "1,2\n");
  fs::create_directory(folder.path() / "train.csv");
  const FoundParts alone = read_parts(parts_of_csv(folder.path(), {}), Need::all);
  CHECK_FALSE(alone.divided);
  CHECK(alone.splits.train.size() == 2);
  CHECK_FALSE(read_parts(parts_of_csv(folder.path() / "digits.csv", {}), Need::evaluation).divided);
  folder.write("contest.csv", "1,2\n");
  CHECK(contains(folder.error(), "no train.csv in it, but 2 other .csv files; data.path may name one of them"));
  folder.write("mnist_train.csv", "1,2\n");
  folder.write("mnist_valid.csv", "1,3\n");
  folder.write("mnist_test.csv", "1,4\n");
  CHECK(folder.load().validation.storage().bytes == Bytes{3});
  CHECK(files_of_parts(parts_of_csv(folder.path(), {}), Need::all) ==
        std::vector<fs::path>{folder.path() / "mnist_test.csv", folder.path() / "mnist_train.csv",
                              folder.path() / "mnist_valid.csv"});
  gzFile stream = gzopen((folder.path() / "fashion-train.csv.gz").c_str(), "wb");
  gzputs(stream, "1,7\n");
  gzclose(stream);
  CHECK(contains(folder.error(), "several data sets, of which data.prefix chooses one: fashion, mnist"));
  CHECK(folder.load({.prefix = "fashion"}).train.storage().bytes == Bytes{7});
  CHECK(contains(folder.error({.prefix = "kmnist"}), "no data set \"kmnist\" in it: fashion, mnist"));
  folder.write("fashion-train.csv", "1,8\n");
  CHECK(
      contains(folder.load({.prefix = "fashion"}).notes.at(0), "fashion-train.csv is read, not fashion-train.csv.gz"));
}

TEST_CASE("only one of the files may have names of columns") {
  const CsvFolder folder("1,2,3\n");
  folder.write("test.csv", "label,a,b\n0,5,6\n");
  CHECK(folder.load().test.storage().bytes == Bytes{5, 6});
  folder.write("train.csv", "label,a,b\n1,2,3\n");
  folder.write("test.csv", "0,7,8\n");
  CHECK(folder.load({.label = "1"}).test.storage().bytes == Bytes{7, 8});
}

TEST_CASE("CSV files with other columns than training's are refused") {
  const CsvFolder folder("label,a,b\n1,2,3\n");
  folder.write("test.csv", "label,b,a\n1,2,3\n");
  CHECK(folder.error() == (folder.path() / "test.csv").string() + ": column 2 is \"b\", that of train.csv is \"a\"");
}
