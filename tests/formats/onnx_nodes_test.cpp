// ONNX's own tests of its operators (Debian's libonnx-testdata), where they are installed.

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "convoy/convoy.h"
#include "formats/onnx.h"
#include "formats/onnx_constant.h"
#include "formats/onnx_proto.h"
#include "support/files.h"
#include "support/temporary_folder.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
using formats::onnx::Constant;

enum class NodeVerdict { passes, refused, fails, other };

/// A field of a protocol buffer that is a message or bytes.
std::string field(int number, const std::string& content) {
  std::string bytes(1, static_cast<char>(number * 8 + 2));
  std::size_t size = content.size();
  for (; size > 127; size /= 128) bytes += static_cast<char>(size % 128 + 128);
  return bytes + static_cast<char>(size) + content;
}

/// A TensorProto of its own as a graph's only constant.
std::string as_graph(const std::string& tensor, const std::string& name) {
  return field(7, field(5, tensor + field(8, name)));
}

/// A tensor of a file.
Constant tensor_of(const fs::path& file) {
  const std::string bytes = as_graph(test::contents(file), "tensor");
  return formats::onnx::constant_of(formats::onnx::read_graph(bytes).initializers.at(0), file);
}

/// Numbers batch x channels x height x width with their channels last.
std::vector<float> with_channels_last(const Constant& tensor) {
  if (tensor.dims.size() != 4) return tensor.floats;
  const auto extent = [&](std::size_t axis) { return static_cast<std::size_t>(tensor.dims[axis]); };
  const std::size_t pixels = extent(2) * extent(3);
  std::vector<float> values(tensor.floats.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t pixel = i % pixels;
    const std::size_t channel = i / pixels % extent(1);
    values[(i / pixels / extent(1) * pixels + pixel) * extent(1) + channel] = tensor.floats[i];
  }
  return values;
}

/// An image with few columns is taken for one with its channels last where no operator says otherwise.
bool comes_channels_last(const Model& model, const Constant& x) {
  return x.dims.size() == 4 && x.dims[1] != model.input_shape().last();
}

/// The outputs of an imported model; its scaling is applied first.
std::vector<float> outputs_of(Model& model, const fs::path& file, const Constant& x) {
  std::vector<float> samples = comes_channels_last(model, x) ? x.floats : with_channels_last(x);
  const Scaling scaling = formats::onnx::read(file).scaling;
  const std::size_t channels = scaling.multiply.size();
  for (std::size_t i = 0; i < samples.size() && channels > 0; ++i) {
    samples[i] = samples[i] * scaling.multiply[i % channels] + scaling.add[i % channels];
    if (scaling.threshold) samples[i] = samples[i] > *scaling.threshold ? 1.0F : 0.0F;
  }
  const auto count = static_cast<std::size_t>(x.dims[0]);
  return model.forward(Dataset::from_floats(model.input_shape(), std::move(samples), std::vector<int>(count, 0)),
                       false);
}

bool near(const std::vector<float>& got, const std::vector<float>& want) {
  if (got.size() != want.size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!(std::abs(got[i] - want[i]) <= 1e-5F + 1e-4F * std::abs(want[i]))) return false;
  }
  return true;
}

bool of_floats(const formats::onnx::ValueInfo& value) {
  return value.type == formats::onnx::ElementType::float32 && (value.dims.size() == 2 || value.dims.size() == 4);
}

/// One case: its further inputs become constants.
NodeVerdict verdict_of(const fs::path& test, const fs::path& scratch, std::string& op) {
  std::string bytes = test::contents(test / "model.onnx");
  const formats::onnx::GraphFile graph = formats::onnx::read_graph(bytes);
  const fs::path set = test / "test_data_set_0";
  const bool usual = graph.outputs.size() == 1 && !graph.inputs.empty() && of_floats(graph.inputs[0]) &&
                     of_floats(graph.outputs[0]) && fs::exists(set / "output_0.pb");
  if (!usual) return NodeVerdict::other;
  op = graph.nodes.empty() ? "" : std::string(graph.nodes.back().op);
  std::string more;
  for (std::size_t i = 1; i < graph.inputs.size(); ++i) {
    const fs::path input = set / ("input_" + std::to_string(i) + ".pb");
    if (fs::exists(input)) more += as_graph(test::contents(input), std::string(graph.inputs[i].name));
  }
  const fs::path file = scratch / "node.onnx";
  test::write(file, bytes + more);
  try {
    const Constant x = tensor_of(set / "input_0.pb");
    const Constant y = tensor_of(set / "output_0.pb");
    Model model = Model::import_file(file, {.threads = 1});
    const std::vector<float> want = comes_channels_last(model, x) ? y.floats : with_channels_last(y);
    return near(outputs_of(model, file, x), want) ? NodeVerdict::passes : NodeVerdict::fails;
  } catch (const Error&) {
    return NodeVerdict::refused;
  }
}

}  // namespace

TEST_CASE("ONNX's own tests of operators pass or are refused") {
  const fs::path all = CONVOY_ONNX_TESTDATA;
  if (all.empty()) {
    MESSAGE("skipped: libonnx-testdata is not installed");
    return;
  }
  const test::TemporaryFolder scratch;
  std::map<NodeVerdict, int> count;
  std::map<std::string, int> refused;
  for (const char* group : {"node", "simple", "pytorch-operator", "pytorch-converted"}) {
    for (const auto& entry : fs::directory_iterator(all / group)) {
      std::string op;
      const NodeVerdict verdict = verdict_of(entry.path(), scratch.path(), op);
      INFO(entry.path() << " (" << op << ")");
      CHECK(verdict != NodeVerdict::fails);
      ++count[verdict];
      if (verdict == NodeVerdict::refused) ++refused[op];
    }
  }
  std::string operators;
  for (const auto& [op, times] : refused) operators += " " + op + " " + std::to_string(times);
  MESSAGE(count[NodeVerdict::passes] << " pass, " << count[NodeVerdict::refused] << " are refused:" << operators << "; "
                                     << count[NodeVerdict::other] << " are not about images or vectors of floats");
  CHECK(count[NodeVerdict::passes] >= 114);
}

}  // namespace convoy
