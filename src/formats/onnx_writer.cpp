#include "formats/onnx_writer.h"

#include <limits>
#include <protozero/pbf_writer.hpp>

#include "convoy/error.h"
#include "convoy/version.h"

namespace convoy::formats::onnx {
namespace {

using protozero::pbf_writer;

constexpr std::int64_t format_version = 8;  // with operator set 17: onnx 1.12
constexpr std::int64_t operator_set = 17;

/// Numbers of AttributeProto.AttributeType.
enum AttributeType { type_float = 1, type_int = 2, type_text = 3, type_ints = 7 };

void write_attribute(pbf_writer& node, const std::string& name, const AttributeValue& value) {
  pbf_writer attribute(node, 5);
  attribute.add_string(1, name);
  if (const auto* number = std::get_if<float>(&value)) {
    attribute.add_float(2, *number);
    attribute.add_int32(20, type_float);
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    attribute.add_int64(3, *whole);
    attribute.add_int32(20, type_int);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    attribute.add_string(4, *text);
    attribute.add_int32(20, type_text);
  } else {
    for (const std::int64_t one : std::get<Extents>(value)) attribute.add_int64(8, one);
    attribute.add_int32(20, type_ints);
  }
}

void write_value(std::string& graph, protozero::pbf_tag_type field, const std::string& name, const Extents& dims) {
  pbf_writer writer(graph);
  pbf_writer value(writer, field);
  value.add_string(1, name);
  pbf_writer type(value, 2);
  pbf_writer tensor(type, 1);
  tensor.add_int32(1, static_cast<std::int32_t>(ElementType::float32));
  pbf_writer shape(tensor, 2);
  for (const std::int64_t extent : dims) {
    pbf_writer dim(shape, 1);
    if (extent < 0) {
      dim.add_string(2, "batch");
    } else {
      dim.add_int64(1, extent);
    }
  }
}

template <class Number>
void write_tensor(std::string& graph, const std::string& name, const Extents& dims, ElementType type,
                  std::span<const Number> values) {
  pbf_writer writer(graph);
  pbf_writer tensor(writer, 5);
  for (const std::int64_t extent : dims) tensor.add_int64(1, extent);
  tensor.add_int32(2, static_cast<std::int32_t>(type));
  tensor.add_string(8, name);
  tensor.add_bytes(9, reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

}  // namespace

std::string GraphWriter::add(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
                             const Attributes& attributes) {
  pbf_writer writer(graph_);
  pbf_writer node(writer, 1);
  for (const std::string& input : inputs) node.add_string(1, input);
  node.add_string(2, name);
  node.add_string(3, name);
  node.add_string(4, op);
  for (const auto& [key, value] : attributes) write_attribute(node, key, value);
  return name;
}

std::string GraphWriter::floats(const std::string& name, const Extents& dims, std::span<const float> values) {
  write_tensor(graph_, name, dims, ElementType::float32, values);
  return name;
}

std::string GraphWriter::integers(const std::string& name, const Extents& values) {
  write_tensor(graph_, name, {static_cast<std::int64_t>(values.size())}, ElementType::int64,
               std::span<const std::int64_t>(values));
  return name;
}

std::string GraphWriter::number(const std::string& name, float value) {
  return floats(name, {}, std::span<const float>(&value, 1));
}

void GraphWriter::input(const std::string& name, const Extents& dims) { write_value(graph_, 11, name, dims); }
void GraphWriter::output(const std::string& name, const Extents& dims) { write_value(graph_, 12, name, dims); }

std::string GraphWriter::file(const std::string& graph_name, const std::map<std::string, std::string>& metadata) const {
  std::string named;
  pbf_writer(named).add_string(2, graph_name);
  if (graph_.size() + named.size() > std::numeric_limits<std::int32_t>::max() - 65536) {
    throw Error(ErrorKind::failed, "the model has " + std::to_string(graph_.size()) +
                                       " bytes, more than an ONNX file of one piece can have: 2 GB");
  }
  std::string bytes;
  pbf_writer model(bytes);
  model.add_int64(1, format_version);
  model.add_string(2, "convoy");
  model.add_string(3, version());
  model.add_bytes(7, named + graph_);
  {
    pbf_writer opset(model, 8);
    opset.add_string(1, "");
    opset.add_int64(2, operator_set);
  }
  for (const auto& [key, value] : metadata) {
    pbf_writer entry(model, 14);
    entry.add_string(1, key);
    entry.add_string(2, value);
  }
  return bytes;
}

}  // namespace convoy::formats::onnx
