#include <utility>
#include <vector>

#include "convoy/extend.h"
#include "optim/optimizer.h"

namespace convoy {
namespace {

/// Adapts a program's OwnOptimizer to Optimizer.
class AdaptedOptimizer final : public Optimizer {
 public:
  explicit AdaptedOptimizer(std::unique_ptr<OwnOptimizer> own) : own_(std::move(own)), slots_(own_->memory().size()) {}

  std::vector<std::string> slot_names() const override { return own_->memory(); }

  void update(const Piece& piece, double learning_rate, std::uint64_t step) const override {
    std::vector<std::span<float>> memory;
    for (std::size_t i = 0; i < slots_; ++i) memory.emplace_back(piece.slot(i), piece.count);
    own_->step({piece.parameters, piece.count}, {piece.gradients, piece.count}, memory, learning_rate, step);
  }

 private:
  std::unique_ptr<OwnOptimizer> own_;
  std::size_t slots_;
};

}  // namespace

void register_optimizer(const TypeSchema& type, std::function<std::unique_ptr<OwnOptimizer>(const Settings&)> make) {
  TypeSchema with_rate = type;
  with_rate.keys.insert(with_rate.keys.begin(), learning_rate_key());
  optimizer_table().add({with_rate, [make = std::move(make)](const Settings& settings) -> std::unique_ptr<Optimizer> {
                           return std::make_unique<AdaptedOptimizer>(make(settings));
                         }});
}

}  // namespace convoy
