#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The container of ONNX: protocol buffers, as onnx.proto describes them. Texts and weights are views of the file's
/// bytes, so what is read takes no more memory than a few times those bytes. Messages in messages are read to a fixed
/// depth: graphs within nodes (If, Loop) are passed over.
namespace convoy::formats::onnx {

/// Numbers of TensorProto.DataType.
enum class ElementType : std::int32_t {
  none = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  text = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16,
};

using Extents = std::vector<std::int64_t>;

/// A tensor as it is stored: its numbers are in `raw`, in one of the typed lists, or in another file.
struct StoredTensor {
  std::string_view name;
  Extents dims;
  ElementType type = ElementType::none;
  std::string_view raw;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<std::int64_t> integers;
  bool external = false;
  std::map<std::string, std::string> place;  ///< location, offset and length of external data
};

struct GraphFile;

struct Attribute {
  std::string_view name;
  std::optional<float> number = {};
  std::optional<std::int64_t> integer = {};
  std::string_view text = {};
  std::vector<float> numbers = {};
  Extents integers = {};
  std::optional<StoredTensor> tensor = {};
  std::shared_ptr<const GraphFile> graph = {};  ///< a branch of If
};

struct StoredNode {
  std::string_view name;
  std::string_view op;
  std::string_view domain;  ///< "" and "ai.onnx" are ONNX's own
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<Attribute> attributes;
};

/// An input or output of the graph; -1 stands for an extent that is not given.
struct ValueInfo {
  std::string_view name;
  ElementType type = ElementType::none;
  bool has_shape = false;
  Extents dims;
};

struct GraphFile {
  std::string_view producer;
  std::string_view name;
  std::int64_t opset = 0;
  std::vector<StoredNode> nodes;
  std::vector<StoredTensor> initializers;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  std::map<std::string, std::string> metadata;
};

/// The names of the values that a node takes, with those that the nodes of its branches take.
std::vector<std::string_view> values_read_by(const StoredNode& node);

/// Reads a ModelProto; the result looks into `bytes`. Throws std::runtime_error for what is damaged.
GraphFile read_graph(std::string_view bytes);

/// Whether the bytes begin as a ModelProto does, with the version of its format.
bool begins_as_model(std::string_view bytes);

}  // namespace convoy::formats::onnx
