#include <utility>
#include <vector>

#include "convoy/extend.h"
#include "loss/loss.h"

namespace convoy {
namespace {

/// Adapts a program's OwnLoss to Loss: turns labels into one-hot rows and scales the gradient.
class AdaptedLoss final : public Loss {
 public:
  explicit AdaptedLoss(std::unique_ptr<OwnLoss> own) : own_(std::move(own)) {}

  double sample(const float* output, const Target& target, int size, float scale, float* d_output) const override {
    const auto count = static_cast<std::size_t>(size);
    std::vector<float> row(count);
    if (target.values == nullptr) row[static_cast<std::size_t>(target.label)] = 1;
    const std::span<const float> wanted(target.values == nullptr ? row.data() : target.values, count);
    const std::span<float> gradient(d_output, d_output == nullptr ? 0 : count);
    const double loss = own_->sample({output, count}, wanted, gradient);
    for (float& value : gradient) value *= scale;
    return loss;
  }

 private:
  std::unique_ptr<OwnLoss> own_;
};

}  // namespace

void register_loss(const TypeSchema& type, std::function<std::unique_ptr<OwnLoss>(const Settings&)> make) {
  loss_table().add({type, [make = std::move(make)](const Settings& settings) -> std::unique_ptr<Loss> {
                      return std::make_unique<AdaptedLoss>(make(settings));
                    }});
}

}  // namespace convoy
