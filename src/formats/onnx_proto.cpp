#include "formats/onnx_proto.h"

#include <protozero/pbf_reader.hpp>
#include <stdexcept>

namespace convoy::formats::onnx {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

constexpr std::size_t most_dims = 64;

std::string_view view_of(pbf_reader& reader) {
  const protozero::data_view view = reader.get_view();
  return {view.data(), view.size()};
}

/// A field's number and how it is stored, as one number: a field that is stored otherwise is passed over.
constexpr std::uint32_t bytes_of(std::uint32_t field) {
  return protozero::tag_and_type(field, pbf_wire_type::length_delimited);
}
constexpr std::uint32_t varint_of(std::uint32_t field) { return protozero::tag_and_type(field, pbf_wire_type::varint); }
constexpr std::uint32_t fixed32_of(std::uint32_t field) {
  return protozero::tag_and_type(field, pbf_wire_type::fixed32);
}
constexpr std::uint32_t fixed64_of(std::uint32_t field) {
  return protozero::tag_and_type(field, pbf_wire_type::fixed64);
}

/// Appends the numbers of a packed field.
void add_integers(Extents& all, pbf_reader& reader) {
  for (const std::int64_t number : reader.get_packed_int64()) all.push_back(number);
}
void add_floats(std::vector<float>& all, pbf_reader& reader) {
  for (const float number : reader.get_packed_float()) all.push_back(number);
}

/// A StringStringEntryProto.
void add_entry(std::map<std::string, std::string>& all, pbf_reader reader) {
  std::string key;
  std::string value;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes_of(1): key = view_of(reader); break;
      case bytes_of(2): value = view_of(reader); break;
      default: reader.skip();
    }
  }
  all[key] = value;
}

void check_rank(const Extents& dims) {
  if (dims.size() > most_dims) throw std::runtime_error("a tensor has " + std::to_string(dims.size()) + " dimensions");
}

StoredTensor tensor_in(pbf_reader reader) {
  StoredTensor tensor;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case varint_of(1): tensor.dims.push_back(reader.get_int64()); break;
      case bytes_of(1): add_integers(tensor.dims, reader); break;
      case varint_of(2): tensor.type = static_cast<ElementType>(reader.get_int32()); break;
      case fixed32_of(4): tensor.floats.push_back(reader.get_float()); break;
      case bytes_of(4): add_floats(tensor.floats, reader); break;
      case varint_of(5):
      case varint_of(7):
      case varint_of(11): tensor.integers.push_back(reader.get_int64()); break;
      case bytes_of(5):
      case bytes_of(7):
      case bytes_of(11): add_integers(tensor.integers, reader); break;
      case bytes_of(8): tensor.name = view_of(reader); break;
      case bytes_of(9): tensor.raw = view_of(reader); break;
      case fixed64_of(10): tensor.doubles.push_back(reader.get_double()); break;
      case bytes_of(10):
        for (const double number : reader.get_packed_double()) tensor.doubles.push_back(number);
        break;
      case bytes_of(13): add_entry(tensor.place, reader.get_message()); break;
      case varint_of(14): tensor.external = reader.get_int32() == 1; break;
      default: reader.skip();
    }
    check_rank(tensor.dims);
  }
  return tensor;
}

constexpr int deepest_graph = 4;

void read_graph_into(GraphFile& graph, pbf_reader reader, int depth);

std::shared_ptr<const GraphFile> branch_in(pbf_reader reader, int depth) {
  if (depth > deepest_graph) throw std::runtime_error("has branches within branches, too many to read");
  auto graph = std::make_shared<GraphFile>();
  read_graph_into(*graph, reader, depth);
  return graph;
}

Attribute attribute_in(pbf_reader reader, int depth) {
  Attribute attribute;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes_of(1): attribute.name = view_of(reader); break;
      case fixed32_of(2): attribute.number = reader.get_float(); break;
      case varint_of(3): attribute.integer = reader.get_int64(); break;
      case bytes_of(4): attribute.text = view_of(reader); break;
      case bytes_of(5): attribute.tensor = tensor_in(reader.get_message()); break;
      case bytes_of(6): attribute.graph = branch_in(reader.get_message(), depth + 1); break;
      case fixed32_of(7): attribute.numbers.push_back(reader.get_float()); break;
      case bytes_of(7): add_floats(attribute.numbers, reader); break;
      case varint_of(8): attribute.integers.push_back(reader.get_int64()); break;
      case bytes_of(8): add_integers(attribute.integers, reader); break;
      default: reader.skip();
    }
  }
  return attribute;
}

StoredNode node_in(pbf_reader reader, int depth) {
  StoredNode node;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes_of(1): node.inputs.push_back(view_of(reader)); break;
      case bytes_of(2): node.outputs.push_back(view_of(reader)); break;
      case bytes_of(3): node.name = view_of(reader); break;
      case bytes_of(4): node.op = view_of(reader); break;
      case bytes_of(5): node.attributes.push_back(attribute_in(reader.get_message(), depth)); break;
      case bytes_of(7): node.domain = view_of(reader); break;
      default: reader.skip();
    }
  }
  return node;
}

/// A TensorShapeProto.Dimension.
std::int64_t extent_in(pbf_reader reader) {
  std::int64_t extent = -1;
  while (reader.next()) {
    if (reader.tag_and_type() == varint_of(1)) {
      extent = reader.get_int64();
    } else {
      reader.skip();
    }
  }
  return extent;
}

void read_shape(ValueInfo& value, pbf_reader reader) {
  value.has_shape = true;
  while (reader.next()) {
    if (reader.tag_and_type() == bytes_of(1)) {
      value.dims.push_back(extent_in(reader.get_message()));
      check_rank(value.dims);
    } else {
      reader.skip();
    }
  }
}

/// A TypeProto.Tensor.
void read_tensor_type(ValueInfo& value, pbf_reader reader) {
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case varint_of(1): value.type = static_cast<ElementType>(reader.get_int32()); break;
      case bytes_of(2): read_shape(value, reader.get_message()); break;
      default: reader.skip();
    }
  }
}

void read_type(ValueInfo& value, pbf_reader reader) {
  while (reader.next()) {
    if (reader.tag_and_type() == bytes_of(1)) {
      read_tensor_type(value, reader.get_message());
    } else {
      reader.skip();
    }
  }
}

ValueInfo value_in(pbf_reader reader) {
  ValueInfo value;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes_of(1): value.name = view_of(reader); break;
      case bytes_of(2): read_type(value, reader.get_message()); break;
      default: reader.skip();
    }
  }
  return value;
}

void read_graph_into(GraphFile& graph, pbf_reader reader, int depth) {
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes_of(1): graph.nodes.push_back(node_in(reader.get_message(), depth)); break;
      case bytes_of(2): graph.name = view_of(reader); break;
      case bytes_of(5): graph.initializers.push_back(tensor_in(reader.get_message())); break;
      case bytes_of(11): graph.inputs.push_back(value_in(reader.get_message())); break;
      case bytes_of(12): graph.outputs.push_back(value_in(reader.get_message())); break;
      default: reader.skip();
    }
  }
}

/// An OperatorSetIdProto: only that of ONNX's own operators counts.
void read_opset(GraphFile& graph, pbf_reader reader) {
  std::string_view domain;
  std::int64_t version = 0;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes_of(1): domain = view_of(reader); break;
      case varint_of(2): version = reader.get_int64(); break;
      default: reader.skip();
    }
  }
  if (domain.empty() || domain == "ai.onnx") graph.opset = version;
}

}  // namespace

GraphFile read_graph(std::string_view bytes) {
  GraphFile graph;
  try {
    pbf_reader reader(bytes.data(), bytes.size());
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case bytes_of(2): graph.producer = view_of(reader); break;
        case bytes_of(7): read_graph_into(graph, reader.get_message(), 0); break;
        case bytes_of(8): read_opset(graph, reader.get_message()); break;
        case bytes_of(14): add_entry(graph.metadata, reader.get_message()); break;
        default: reader.skip();
      }
    }
  } catch (const protozero::exception& error) {
    throw std::runtime_error(std::string("is damaged or cut off: its protocol buffer has ") +
                             (dynamic_cast<const protozero::end_of_buffer_exception*>(&error) != nullptr
                                  ? "a field that goes beyond its end"
                                  : "a field that makes no sense"));
  }
  return graph;
}

std::vector<std::string_view> values_read_by(const StoredNode& node) {
  std::vector<std::string_view> names = node.inputs;
  for (const Attribute& attribute : node.attributes) {
    if (!attribute.graph) continue;
    for (const StoredNode& inner : attribute.graph->nodes) {
      const std::vector<std::string_view> more = values_read_by(inner);
      names.insert(names.end(), more.begin(), more.end());
    }
    for (const ValueInfo& output : attribute.graph->outputs) names.push_back(output.name);
  }
  return names;
}

bool begins_as_model(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 3 || at(0) != varint_of(1) || at(1) == 0 || at(1) > 127) return false;
  const bool safetensors = bytes.size() > 8 && bytes[8] == '{' && at(6) == 0 && at(7) == 0;  // a length, then JSON
  const unsigned second = at(2);
  const bool known = second == bytes_of(2) || second == bytes_of(3) || second == bytes_of(4) ||
                     second == varint_of(5) || second == bytes_of(6) || second == bytes_of(7) ||
                     second == bytes_of(8) || second == bytes_of(14);
  return known && !safetensors;
}

}  // namespace convoy::formats::onnx
