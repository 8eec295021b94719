#include <algorithm>
#include <sstream>

#include "convoy/foreign_text.h"
#include "convoy/model.h"
#include "convoy/number_text.h"
#include "model/model_impl.h"

namespace convoy {
namespace {

/// The count of numbers in these tensors.
std::int64_t count(const std::vector<TensorPlace>& places) {
  std::int64_t total = 0;
  for (const auto& place : places) total += static_cast<std::int64_t>(place.shape.size());
  return total;
}

/// The row of a layer, without the type of its activation.
SummaryRow row_of(const Network& network, const Node& node) {
  SummaryRow row;
  row.name = node.name;
  row.type = node.type;
  row.output = node.declaration.output;
  row.parameters = count(node.parameters) + count(node.states);
  row.macs = node.declaration.macs;
  for (const int source : node.inputs) row.inputs.push_back(network.layer_of(source));
  row.frozen = !node.trainable && !node.parameters.empty();
  return row;
}

using Line = std::vector<std::string>;

constexpr std::size_t widest_name = 40;

/// The cells of a row as text.
Line cells(const SummaryRow& row) {
  std::string inputs;
  for (const auto& input : row.inputs) inputs += (inputs.empty() ? "" : ", ") + input;
  return {shortened(row.name, widest_name) + " (" + row.type + (row.frozen ? ", frozen)" : ")"), row.output.text(),
          with_separators(row.parameters), with_separators(row.macs), shortened(inputs, widest_name)};
}

/// Whether a column holds numbers, which are aligned to the right.
bool is_number(std::size_t column) { return column == 2 || column == 3; }

/// Prints the cells of a line, padded to the widths of the columns.
void print(std::ostream& out, const Line& line, const std::vector<std::size_t>& widths) {
  std::string row;
  for (std::size_t i = 0; i < line.size(); ++i) {
    row += (i > 0 ? "  " : "") + (is_number(i) ? right_aligned(line[i], widths[i]) : padded(line[i], widths[i]));
  }
  row.erase(row.find_last_not_of(' ') + 1);
  out << row << '\n';
}

bool is_batch_norm(const SummaryRow& row) { return row.type == "batch_norm" || row.type.starts_with("batch_norm,"); }

/// A line that says which statistics the batch norms use in training and evaluation; "" without batch norms.
std::string batch_norm_mode(const Summary& summary) {
  const auto layers = std::ranges::count_if(summary.rows, is_batch_norm);
  const auto frozen =
      std::ranges::count_if(summary.rows, [](const auto& row) { return is_batch_norm(row) && row.frozen; });
  if (layers == 0) return "";
  if (frozen == layers) return "Batch norm: frozen, with moving statistics in training too\n";
  return "Batch norm: batch statistics in training" + std::string(frozen > 0 ? " (frozen layers: moving ones)" : "") +
         ", moving ones in evaluation\n";
}

}  // namespace

Summary Model::summary() const {
  const Network& network = impl_->network();
  Summary summary;
  summary.name = impl_->config.run.text("name");
  for (const Node& node : network.nodes()) {
    const std::int64_t parameters = count(node.parameters);
    summary.trainable += node.trainable ? parameters : 0;
    summary.non_trainable += (node.trainable ? 0 : parameters) + count(node.states);
    summary.macs += node.declaration.macs;
    if (node.owner.empty()) {
      summary.rows.push_back(row_of(network, node));
    } else {  // `activation = ` is part of its layer's row
      summary.rows.back().type += ", " + node.type;
    }
  }
  return summary;
}

std::string text(const Summary& summary) {
  std::vector<Line> lines = {{"Layer (type)", "Output", "Params", "MACs", "Inputs"}};
  for (const auto& row : summary.rows) lines.push_back(cells(row));
  std::vector<std::size_t> widths(lines[0].size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns(line[i]));
  }
  std::size_t total = 2 * (widths.size() - 1);
  for (const auto width : widths) total += width;

  std::ostringstream out;
  out << "Model: \"" << summary.name << "\"\n" << std::string(total, '=') << '\n';
  for (std::size_t i = 0; i < lines.size(); ++i) {
    print(out, lines[i], widths);
    if (i == 0) out << std::string(total, '-') << '\n';
  }
  out << std::string(total, '=') << '\n'
      << "Total parameters: " << with_separators(summary.trainable + summary.non_trainable) << '\n'
      << "Trainable parameters: " << with_separators(summary.trainable) << '\n'
      << "Non-trainable parameters: " << with_separators(summary.non_trainable) << '\n'
      << "MACs an image: " << with_separators(summary.macs) << '\n'
      << batch_norm_mode(summary);
  return out.str();
}

}  // namespace convoy
