#include "statistics.h"

#include "terminal.h"

namespace convoy::app {

std::string text(const DataStatistics& data, const std::string& what) {
  std::string lines = "data: " + std::to_string(data.samples) + " " + what + " of " + data.shape.text() + ", mean " +
                      fixed(data.mean, 3) + ", deviation " + fixed(data.deviation, 3) + ", " + fixed(data.min, 0) +
                      " to " + fixed(data.max, 0) + ", " + std::to_string(data.duplicates) + " duplicates\n";
  if (data.per_class.empty()) return lines;
  lines += "      per class:";
  for (const int count : data.per_class) lines += " " + std::to_string(count);
  return lines + "\n";
}

}  // namespace convoy::app
