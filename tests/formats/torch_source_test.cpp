#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "convoy/convoy.h"
#include "support/files.h"
#include "support/temporary_folder.h"

namespace convoy {
namespace {

using Lines = std::vector<std::string>;

/// What an exported module of one layer has in __init__ and forward, but for what each has.
Lines source_of(const Shape& input, const LayerSpec& layer) {
  const test::TemporaryFolder folder;
  Sequential model(input, 1);
  model.add(layer);
  model.compile(SGD{}, MeanSquaredError{});
  model.export_file(folder.path() / "m.safetensors", "torch");
  std::istringstream source(test::contents(folder.path() / "m.py"));
  Lines lines;
  bool within = false;
  for (std::string line; std::getline(source, line) && line != "        return x";) {
    if (within && line.starts_with("        ")) lines.push_back(line.substr(8));
    within = within || line == "        super().__init__()";
  }
  return lines;
}

}  // namespace

TEST_CASE("each layer is the module or function of PyTorch that does the same") {
  struct Written {
    Shape input;
    LayerSpec layer;
    Lines lines;
  };
  const Shape image{7, 9, 4};
  const std::vector<Written> all = {
      {image,
       Conv2D{.filters = 6, .kernel = {3, 2}, .name = "it"},
       {"self.it = nn.Conv2d(4, 6, (3, 2))", "x = self.it(x)"}},
      {image,
       Conv2D{.filters = 6, .kernel = 3, .stride = {1, 2}, .padding = "same", .use_bias = false, .name = "it"},
       {"self.it = nn.Conv2d(4, 6, (3, 3), stride=(1, 2), padding=(1, 1), bias=False)", "x = self.it(x)"}},
      {image,
       Conv2D{.filters = 6, .kernel = 3, .stride = 2, .padding = "same", .dilation = 2, .groups = 2, .name = "it"},
       {"self.it = nn.Conv2d(4, 6, (3, 3), stride=(2, 2), padding=(2, 2), dilation=(2, 2), groups=2)",
        "x = self.it(x)"}},
      {image,
       Conv2D{.filters = 6, .kernel = {2, 4}, .stride = 3, .padding = "same", .name = "it"},
       {"self.it = nn.Conv2d(4, 6, (2, 4), stride=(3, 3))", "x = self.it(F.pad(x, (0, 1, 0, 1)))"}},
      {image,
       Conv2D{.filters = 6, .kernel = 3, .padding = {1, 2}, .name = "it"},
       {"self.it = nn.Conv2d(4, 6, (3, 3), padding=(1, 2))", "x = self.it(x)"}},
      {image,
       Conv2D{.filters = 6, .kernel = 3, .padding = {0, 1, 2, 3}, .name = "it"},
       {"self.it = nn.Conv2d(4, 6, (3, 3))", "x = self.it(F.pad(x, (2, 3, 0, 1)))"}},
      {image,
       DepthwiseConv2D{.kernel = 3, .depth_multiplier = 2, .name = "it"},
       {"self.it = nn.Conv2d(4, 8, (3, 3), groups=4)", "x = self.it(x)"}},
      {image,
       SeparableConv2D{.filters = 5, .kernel = 3, .padding = "same", .depth_multiplier = 2, .name = "it"},
       {"self.it = nn.Sequential(nn.Conv2d(4, 8, (3, 3), padding=(1, 1), groups=4, bias=False), nn.Conv2d(8, 5, (1, "
        "1)))",
        "x = self.it(x)"}},
      {image,
       Conv2DTranspose{.filters = 3, .kernel = 3, .stride = 2, .padding = "same", .name = "it"},
       {"self.it = nn.ConvTranspose2d(4, 3, (3, 3), stride=(2, 2))", "x = self.it(x)[:, :, 0:14, 0:18]"}},
      {image,
       Conv2DTranspose{.filters = 3, .kernel = 2, .stride = 2, .name = "it"},
       {"self.it = nn.ConvTranspose2d(4, 3, (2, 2), stride=(2, 2))", "x = self.it(x)"}},
      {image,
       Conv2DTranspose{.filters = 3, .kernel = {2, 5}, .stride = {3, 1}, .padding = "same", .name = "it"},
       {"self.it = nn.ConvTranspose2d(4, 3, (2, 5), stride=(3, 1), padding=(0, 2), output_padding=(1, 0))",
        "x = self.it(x)"}},
      {image, MaxPool2D{.name = "it"}, {"x = F.max_pool2d(x, (2, 2), (2, 2))"}},
      {image,
       MaxPool2D{.pool = 3, .stride = 2, .padding = "same", .name = "it"},
       {"x = F.max_pool2d(x, (3, 3), (2, 2), padding=(1, 1))"}},
      {image,
       MaxPool2D{.pool = {2, 3}, .stride = 2, .padding = "same", .name = "it"},
       {R"(x = F.max_pool2d(F.pad(x, (1, 1, 0, 1), value=float("-inf")), (2, 3), (2, 2)))"}},
      {image,
       MaxPool2D{.pool = 2, .stride = 2, .ceil_mode = true, .name = "it"},
       {"x = F.max_pool2d(x, (2, 2), (2, 2), ceil_mode=True)"}},
      {image,
       MaxPool2D{.pool = 3, .stride = 2, .padding = {1, 0, 2, 0}, .name = "it"},
       {R"(x = F.max_pool2d(F.pad(x, (2, 0, 1, -1), value=float("-inf")), (3, 3), (2, 2)))"}},
      {image,
       AvgPool2D{.pool = 3, .stride = 2, .padding = 1, .name = "it"},
       {"x = F.avg_pool2d(x, (3, 3), (2, 2), padding=(1, 1), count_include_pad=False)"}},
      {image,
       AvgPool2D{.pool = 3, .stride = 2, .padding = 1, .count_padding = true, .name = "it"},
       {"x = F.avg_pool2d(x, (3, 3), (2, 2), padding=(1, 1))"}},
      {image,
       AvgPool2D{.pool = 3, .stride = 2, .padding = {1, 0, 2, 0}, .name = "it"},
       {"x = F.avg_pool2d(F.pad(x, (2, 0, 1, -1)), (3, 3), (2, 2)) / F.avg_pool2d(F.pad(torch.ones_like(x[:1]), (2, 0, "
        "1, -1)), (3, 3), (2, 2))"}},
      {image,
       AvgPool2D{.pool = 3, .stride = 2, .padding = {1, 0, 2, 0}, .count_padding = true, .name = "it"},
       {"x = F.avg_pool2d(F.pad(x, (2, 0, 1, -1)), (3, 3), (2, 2)) / F.avg_pool2d(F.pad(F.pad(torch.ones_like(x[:1]), "
        "(2, 0, 1, 0), value=1.0), (0, 0, 0, -1)), (3, 3), (2, 2))"}},
      {image,
       AvgPool2D{.pool = 2, .stride = 3, .padding = "same", .name = "it"},
       {"x = F.avg_pool2d(F.pad(x, (0, -1, 0, 1)), (2, 2), (3, 3)) / F.avg_pool2d(F.pad(torch.ones_like(x[:1]), (0, "
        "-1, 0, 1)), (2, 2), (3, 3))"}},
      {image, AdaptiveAvgPool2D{.size = {2, 3}, .name = "it"}, {"x = F.adaptive_avg_pool2d(x, (2, 3))"}},
      {image, ZeroPadding2D{.padding = {0, 1, 2, 3}, .name = "it"}, {"x = F.pad(x, (2, 3, 0, 1))"}},
      {image, Cropping2D{.cropping = {1, 0, 2, 3}, .name = "it"}, {"x = x[:, :, 1:7, 2:6]"}},
      {image,
       UpSampling2D{.size = {2, 1}, .name = "it"},
       {R"(x = F.interpolate(x, scale_factor=(2, 1), mode="nearest"))"}},
      {image,
       UpSampling2D{.size = 2, .interpolation = "bilinear", .name = "it"},
       {R"(x = F.interpolate(x, scale_factor=(2, 2), mode="bilinear", align_corners=False))"}},
      {image,
       BatchNorm{.momentum = 0.9, .epsilon = 1e-3, .name = "it"},
       {"self.it = nn.BatchNorm2d(4, eps=0.001, momentum=0.1, affine=True)",
        "# In training, PyTorch's moving variance is the unbiased one.", "x = self.it(x)"}},
      {image,
       BatchNorm{.center = false, .scale = false, .preset = "torch", .name = "it"},
       {"self.it = nn.BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=False)", "x = self.it(x)"}},
      {Shape{5},
       BatchNorm{.preset = "torch", .name = "it"},
       {"self.it = nn.BatchNorm1d(5, eps=1e-05, momentum=0.1, affine=True)", "x = self.it(x)"}},
      {image,
       GroupNorm{.groups = 2, .name = "it"},
       {"self.it = nn.GroupNorm(2, 4, eps=0.001, affine=True)", "x = self.it(x)"}},
      {image,
       LayerNorm{.name = "it"},
       {"self.it = nn.LayerNorm(4, eps=0.001)", "x = self.it(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)"}},
      {Shape{5},
       LayerNorm{.center = false, .scale = false, .name = "it"},
       {"self.it = nn.LayerNorm(5, eps=0.001, elementwise_affine=False)", "x = self.it(x)"}},
      {image, InstanceNorm{.name = "it"}, {"self.it = nn.InstanceNorm2d(4, eps=0.001, affine=True)", "x = self.it(x)"}},
      {image,
       LocalResponseNorm{.size = 3, .name = "it"},
       {"x = F.local_response_norm(x, 3, alpha=1e-04, beta=0.75, k=1.0)"}},
      {image,
       Affine{.name = "it"},
       {R"(self.it = nn.ParameterDict({"weight": torch.ones(4), "bias": torch.ones(4)}))",
        R"(x = x * self.it["weight"].view(-1, 1, 1) + self.it["bias"].view(-1, 1, 1))"}},
      {Shape{5},
       Affine{.name = "it"},
       {R"(self.it = nn.ParameterDict({"weight": torch.ones(5), "bias": torch.ones(5)}))",
        R"(x = x * self.it["weight"] + self.it["bias"])"}},
      {image,
       Flatten{.name = "it"},
       {"# In convoy's order: pixel by pixel, the channels of each together.", "x = x.permute(0, 2, 3, 1).flatten(1)"}},
      {Shape{12},
       Reshape{.shape = {2, 2, 3}, .name = "it"},
       {"# In convoy's order: pixel by pixel, the channels of each together.",
        "x = x.reshape(-1, 2, 2, 3).permute(0, 3, 1, 2)"}},
      {Shape{12}, Reshape{.shape = {3, 4}, .name = "it"}, {"x = x.reshape(-1, 3, 4)"}},
      {image,
       Noise{.mean = 0.5, .deviation = 0.25, .name = "it"},
       {"x = x + 0.5 + 0.25 * torch.randn_like(x) if self.training else x"}},
      {image,
       Noise{.mean = 0.5, .deviation = 0.25, .redrawn = true, .name = "it"},
       {"x = x + (2 * torch.rand(4, 1, 1, device=x.device) - 1) * 0.5 + torch.rand(4, 1, 1, device=x.device) * 0.25 * "
        "torch.randn_like(x) if self.training else x"}},
      {Shape{5},
       Noise{.mean = 0.5, .deviation = 0.25, .redrawn = true, .name = "it"},
       {"x = x + (2 * torch.rand(5, device=x.device) - 1) * 0.5 + torch.rand(5, device=x.device) * 0.25 * "
        "torch.randn_like(x) if self.training else x"}},
      {image, PReLU{.slopes = "one", .name = "it"}, {"self.it = nn.PReLU(1)", "x = self.it(x)"}},
      {image,
       PReLU{.slopes = "each", .name = "it"},
       {R"(self.it = nn.ParameterDict({"weight": torch.zeros(4, 7, 9)}))",
        R"(x = torch.where(x > 0, x, self.it["weight"] * x))"}},
      {Shape{5}, PReLU{.slopes = "each", .name = "it"}, {"self.it = nn.PReLU(5)", "x = self.it(x)"}},
      {Shape{5}, Activation{.function = "softmax", .name = "it"}, {"x = F.softmax(x, dim=-1)"}},
      {image, Activation{.function = "softmax", .name = "it"}, {"x = F.softmax(x, dim=1)"}},
      {Shape{5},
       Dense{.units = 3, .activation = "leaky_relu(0.3)", .use_bias = false, .name = "it"},
       {"self.it = nn.Linear(5, 3, bias=False)", "x = self.it(x)", "x = F.leaky_relu(x, 0.3)"}},
      {Shape{5}, LeakyReLU{.slope = 0.2, .name = "it"}, {"x = F.leaky_relu(x, 0.2)"}},
  };
  for (const Written& written : all) {
    CAPTURE(written.layer.type);
    const Lines lines = source_of(written.input, written.layer);
    CHECK(lines.size() == written.lines.size());
    for (std::size_t i = 0; i < std::min(lines.size(), written.lines.size()); ++i) CHECK(lines[i] == written.lines[i]);
  }
}

}  // namespace convoy
