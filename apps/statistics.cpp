#include "statistics.h"

#include "convoy/foreign_text.h"
#include "convoy/metrics.h"
#include "convoy/number_text.h"
#include "terminal.h"

namespace convoy::app {

std::string text(const DataStatistics& data, const std::string& what) {
  std::string lines = "data: " + std::to_string(data.samples) + " " + what + " of " + data.shape.text() + ", mean " +
                      fixed(data.mean, 3) + ", deviation " + fixed(data.deviation, 3) + ", " + fixed(data.min, 0) +
                      " to " + fixed(data.max, 0) + ", " + std::to_string(data.duplicates) + " duplicates\n";
  if (data.per_class.empty()) return lines;
  std::string counts;
  for (std::size_t i = 0; i < data.per_class.size(); ++i) {
    const std::string name = shown(class_name(data.class_names, static_cast<int>(i)));
    counts += (i > 0 ? ", " : "") + name + ": " + std::to_string(data.per_class[i]);
  }
  return lines + wrapped("      ", "samples by class: " + counts);
}

}  // namespace convoy::app
