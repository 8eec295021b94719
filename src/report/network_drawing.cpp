#include "report/network_drawing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "convoy/foreign_text.h"
#include "report/markup.h"

namespace convoy {
namespace {

constexpr double box_width = 148;
constexpr double box_height = 32;
constexpr double row_height = 48;
constexpr double track_width = 22;  ///< of a lane that has connections but no boxes
constexpr double lane_gap = 10;
constexpr double column_gap = 44;
constexpr double picture_margin = 16;
constexpr int rows_a_column = 22;         ///< about the most levels in a column
constexpr std::size_t longest_text = 21;  ///< characters that fit into a box

/// A box: a layer or the input.
struct Box {
  std::string name;
  std::string text;  ///< type and shape
  std::string kind;  ///< the type that colours it
  std::vector<int> inputs = {};
  int level = 0;  ///< the number of connections on the longest way from the input
  int lane{};     ///< horizontal position, from the left
};

/// A connection between two boxes, by their numbers. Its lane is its own where it passes levels between, else that of
/// `to`.
struct Edge {
  int from;
  int to;
  int lane;
};

/// The levels from `first` to `last`, drawn below each other.
struct Column {
  int first;
  int last;
  double x{};
  std::vector<double> centres = {};  ///< x of each lane's centre
  double width = 0;
  double entry{};  ///< x where a connection from an earlier column comes in
};

/// The nearest whole number as text.
std::string whole_text(double value) { return std::to_string(static_cast<int>(std::lround(value))); }

/// The input and the model's layers with levels, without lanes. Inputs that come later than a layer are left out.
std::vector<Box> boxes_of(const Summary& summary, const Shape& input) {
  std::vector<Box> boxes = {{"input", input.text(), "input"}};
  std::map<std::string, int> number_of = {{"input", 0}};
  for (const SummaryRow& row : summary.rows) {
    Box box{row.name, row.type + " " + row.output.text(), row.type.substr(0, row.type.find(','))};
    for (const std::string& name : row.inputs) {
      const auto source = number_of.find(name);
      if (source == number_of.end()) continue;
      box.inputs.push_back(source->second);
      box.level = std::max(box.level, boxes[static_cast<std::size_t>(source->second)].level + 1);
    }
    number_of[row.name] = static_cast<int>(boxes.size());
    boxes.push_back(box);
  }
  return boxes;
}

/// Records which lanes are taken at each level.
class Lanes {
 public:
  /// Takes a lane at the levels from `first` to `last` and returns it: `wanted`, or the leftmost free one.
  int take(int first, int last, int wanted) {
    int lane = wanted;
    for (int next = 0; !is_free(first, last, lane); ++next) lane = next;
    for (int level = first; level <= last; ++level) taken_.insert({level, lane});
    return lane;
  }

 private:
  /// Whether the lane is free at all levels from `first` to `last`.
  bool is_free(int first, int last, int lane) const {
    for (int level = first; level <= last; ++level) {
      if (taken_.contains({level, lane})) return false;
    }
    return true;
  }

  std::set<std::pair<int, int>> taken_;
};

/// Lays the network out and draws it: levels from top to bottom, lanes side by side, columns where it is long.
class Drawing {
 public:
  /// Lays the network out: sets boxes_, edges_, columns_ and height_.
  Drawing(const Summary& summary, const Shape& input) : boxes_(boxes_of(summary, input)) {
    place_boxes();
    place_edges();
    cut_into_columns();
    place_columns();
  }

  /// The whole <svg> element.
  std::string draw() const {
    std::string text;
    for (const Edge& edge : edges_) text += path(edge);
    for (const Box& box : boxes_) text += drawn(box);
    const std::string width = whole_text(columns_.back().x + columns_.back().width + picture_margin);
    const std::string height = whole_text(height_);
    return "<svg class=\"network\" viewBox=\"0 0 " + width + " " + height + "\" width=\"" + width + "\" height=\"" +
           height + "\" role=\"img\" aria-label=\"the network\">\n" + text + "</svg>\n";
  }

 private:
  const Box& box(int i) const { return boxes_[static_cast<std::size_t>(i)]; }

  /// Sets each box's lane: the leftmost lane of its inputs where that is free on its level.
  void place_boxes() {
    for (Box& one : boxes_) {
      int wanted = 0;
      if (!one.inputs.empty()) {
        wanted = box(one.inputs[0]).lane;
        for (const int source : one.inputs) wanted = std::min(wanted, box(source).lane);
      }
      one.lane = lanes_.take(one.level, one.level, wanted);
    }
  }

  /// Fills edges_. An edge that passes levels takes a lane there: that of its source, or another free one.
  void place_edges() {
    for (int to = 0; const Box& one : boxes_) {
      const std::set<int> sources(one.inputs.begin(), one.inputs.end());
      for (const int from : sources) {
        const int first = box(from).level + 1;
        const int last = one.level - 1;
        edges_.push_back({from, to, first > last ? one.lane : lanes_.take(first, last, box(from).lane)});
      }
      ++to;
    }
  }

  /// Whether all connections from `level` or above to below it come from one box, which is on `level`.
  bool is_cut(int level) const {
    std::set<int> sources;
    for (const Edge& edge : edges_) {
      if (box(edge.from).level <= level && box(edge.to).level > level) sources.insert(edge.from);
    }
    return sources.size() == 1 && box(*sources.begin()).level == level;
  }

  /// Fills columns_ with their levels: columns of about equal length, cut where is_cut() allows it.
  void cut_into_columns() {
    const int last = std::ranges::max(boxes_, {}, &Box::level).level;
    const int columns = last / rows_a_column + 1;
    const int aim = (last + columns) / columns;
    const int least = std::max(1, aim / 3);  // levels of the last column, which else would be nearly empty
    int first = 0;
    for (int level = aim - 1; last - level >= least; ++level) {
      if (level - first + 1 < aim || !is_cut(level)) continue;
      columns_.push_back({first, level});
      first = level + 1;
    }
    columns_.push_back({first, last});
  }

  /// The number of the column that a level is in.
  std::size_t column_of(int level) const {
    return static_cast<std::size_t>(std::ranges::find_if(columns_, [&](const Column& c) { return level <= c.last; }) -
                                    columns_.begin());
  }

  /// Sets each column's x, width, entry and the centres of its lanes, and the picture's height_.
  void place_columns() {
    double x = picture_margin;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      Column& column = columns_[i];
      std::map<int, bool> lanes;  // by lane: whether a box is on it
      for (const Box& one : boxes_) {
        if (column_of(one.level) == i) lanes[one.lane] = true;
      }
      for (const Edge& edge : edges_) {
        if (column_of(box(edge.to).level) == i) lanes.try_emplace(edge.lane, false);
      }
      column.x = x;
      column.centres.resize(static_cast<std::size_t>(lanes.rbegin()->first) + 1);
      for (const auto& [lane, has_box] : lanes) {
        const double width = has_box ? box_width : track_width;
        column.centres[static_cast<std::size_t>(lane)] = column.x + column.width + width / 2;
        column.width += width + lane_gap;
      }
      column.width -= lane_gap;
      column.entry = column.centres[static_cast<std::size_t>(lanes.begin()->first)];
      x += column.width + column_gap;
      height_ = std::max(height_, top_of_level(column.last) + box_height + 2 * picture_margin);
    }
  }

  /// The y of the boxes on a level. A column after the first leaves room for the connection that enters it.
  double top_of_level(int level) const {
    const std::size_t column = column_of(level);
    return picture_margin + row_height * (level - columns_[column].first + (column > 0 ? 0.5 : 0));
  }
  /// The x of a lane's centre in a column.
  double centre_of(int lane, std::size_t column) const {
    return columns_[column].centres[static_cast<std::size_t>(lane)];
  }
  double centre_of(const Box& one) const { return centre_of(one.lane, column_of(one.level)); }

  /// A connection as a line with an arrow's head.
  std::string path(const Edge& edge) const {
    const Box& from = box(edge.from);
    const Box& to = box(edge.to);
    const std::size_t column = column_of(to.level);
    const bool enters = column_of(from.level) != column;
    double x = centre_of(from);
    double y = top_of_level(from.level) + box_height;
    std::string text = "M" + whole_text(x) + " " + whole_text(y);
    if (enters) text += into_column(x, y, columns_[column]);
    const int first = enters ? columns_[column].first : from.level + 1;
    if (to.level > first) {  // along its own lane
      const double lane = centre_of(edge.lane, column);
      const double lane_top = top_of_level(first);
      text += bend(x, y, lane, lane_top) + "V" + whole_text(top_of_level(to.level - 1) + box_height);
      x = lane;
      y = top_of_level(to.level - 1) + box_height;
    }
    text += bend(x, y, centre_of(to), top_of_level(to.level) - 5);
    return "<path class=\"edge\" d=\"" + text + "\"/>\n" + arrow_head(centre_of(to), top_of_level(to.level));
  }

  /// Path commands from (x, y) down, up between the columns, and to the top of `column`; moves x and y there.
  static std::string into_column(double& x, double& y, const Column& column) {
    const double between = column.x - column_gap / 2;
    std::string text = "V" + whole_text(y + 12) + "H" + whole_text(between) + "V" + whole_text(picture_margin - 6) +
                       "H" + whole_text(column.entry);
    x = column.entry;
    y = picture_margin - 6;
    return text;
  }

  /// Path commands from (x, y) to (to_x, to_y): a straight line down, or a curve to another lane.
  static std::string bend(double x, double y, double to_x, double to_y) {
    if (x == to_x) return "V" + whole_text(to_y);
    const double middle = (y + to_y) / 2;
    return "C" + whole_text(x) + " " + whole_text(middle) + " " + whole_text(to_x) + " " + whole_text(middle) + " " +
           whole_text(to_x) + " " + whole_text(to_y);
  }

  /// An arrow's head that points down to (x, y).
  static std::string arrow_head(double x, double y) {
    return "<path class=\"head\" d=\"M" + whole_text(x) + " " + whole_text(y) + "l-4 -7h8z\"/>\n";
  }

  /// The style sheet's class for a type of layers; colours are given in order of the types' first appearance.
  std::string colour_of(const std::string& kind) const {
    std::vector<std::string> kinds;
    for (const Box& one : boxes_) {
      if (std::ranges::find(kinds, one.kind) == kinds.end()) kinds.push_back(one.kind);
    }
    const auto place = std::ranges::find(kinds, kind) - kinds.begin();
    return "c" + std::to_string((place + 7) % 8);
  }

  /// A box with its name, text, coloured edge and a tooltip of the whole texts.
  std::string drawn(const Box& one) const {
    const double x = centre_of(one) - box_width / 2;
    const double y = top_of_level(one.level);
    return "<g><title>" + escaped(one.name + ": " + one.text) + "</title><rect x=\"" + whole_text(x) + "\" y=\"" +
           whole_text(y) + "\" width=\"" + whole_text(box_width) + "\" height=\"" + whole_text(box_height) +
           "\" rx=\"5\"/><rect class=\"kind " + colour_of(one.kind) + "\" x=\"" + whole_text(x) + "\" y=\"" +
           whole_text(y + 4) + "\" width=\"4\" height=\"" + whole_text(box_height - 8) +
           "\" rx=\"2\"/><text class=\"name\" x=\"" + whole_text(x + 10) + "\" y=\"" + whole_text(y + 13) + "\">" +
           escaped(shortened(one.name, longest_text - 2)) + "</text><text x=\"" + whole_text(x + 10) + "\" y=\"" +
           whole_text(y + 26) + "\">" + escaped(shortened(one.text, longest_text)) + "</text></g>\n";
  }

  std::vector<Box> boxes_;
  std::vector<Edge> edges_;
  std::vector<Column> columns_;
  Lanes lanes_;
  double height_{};
};

}  // namespace

std::string network_drawing(const Summary& summary, const Shape& input) { return Drawing(summary, input).draw(); }

}  // namespace convoy
