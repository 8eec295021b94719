#include "data/loader.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <vector>

#include "convoy/error.h"
#include "core/random.h"
#include "data/augment.h"
#include "data/augmentation.h"
#include "data/mixup.h"
#include "data/own_augmentation.h"
#include "data/scaling.h"

namespace convoy {
/// A thread fills buffers ahead of next(). Each buffer is first free, then filled, then the caller's until the next
/// call of next().
struct Loader::Impl {
  /// The division of the order of samples into batches: batch b is from begin(b) to before end(b).
  struct Plan {
    int batches = 0;
    int samples = 0;
    int largest = 0;
    int batch_size = 1;

    int begin(int batch) const { return batch * batch_size; }
    int end(int batch) const { return batch + 1 == batches ? samples : (batch + 1) * batch_size; }
    int smallest() const { return std::min(end(0) - begin(0), end(batches - 1) - begin(batches - 1)); }
  };

  /// Divides so many samples into batches; the last one as options.last_batch says.
  static Plan plan_batches(int samples, const LoaderOptions& options) {
    const int size = std::max(1, std::min(options.batch_size, samples));
    const int whole = samples / size;
    const int rest = samples % size;
    if (rest == 0 || options.last_batch == LastBatch::drop) return {whole, whole * size, size, size};
    if (options.last_batch == LastBatch::merge) return {whole, samples, size + rest, size};
    return {whole + 1, samples, size, size};
  }

  /// One batch's memory.
  struct Buffer {
    std::vector<float> inputs;
    std::vector<int> labels;
    std::vector<float> targets;
    Batch batch;
  };

  /// Allocates the buffers and starts the thread, which waits for start(). Throws Error.
  Impl(Dataset data, const Scaling& scaling, LoaderOptions options)
      : data_(std::move(data)),
        scaler_(scaling, data_.shape()),
        options_(std::move(options)),
        plan_(plan_batches(data_.size(), options_)),
        own_augmentations_(options_.augmentation.own, data_.shape(), options_.seed),
        order_(static_cast<std::size_t>(data_.size())) {
    const auto largest = static_cast<std::size_t>(plan_.largest);
    const auto& storage = data_.storage();
    const Augmentation& augmentation = options_.augmentation;
    if (changes_images(augmentation)) augmenter_.emplace(augmentation, storage.shape, options_.seed);
    check_cutmix(augmentation, storage.shape);
    target_size_ = storage.target_size;
    labels_become_targets_ = mixes_pairs(augmentation) && target_size_ == 0 && !storage.labels.empty();
    if (labels_become_targets_) target_size_ = options_.classes > 0 ? options_.classes : data_.classes();
    for (Buffer& buffer : buffers_) {
      buffer.inputs.resize(largest * storage.shape.size());
      buffer.labels.resize(storage.labels.empty() ? 0 : largest);
      buffer.targets.resize(largest * static_cast<std::size_t>(target_size_));
    }
    thread_ = std::thread([this] { fill_buffers(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Waits until the thread is idle, draws the order of the epoch and lets the thread fill batches from `first` on.
  void start(std::uint32_t epoch, int first) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !filling_; });
    epoch_ = epoch;
    draw_order(epoch);
    next_to_fill_ = next_to_take_ = first;
    last_batch_ = plan_.batches;
    error_ = nullptr;
    lock.unlock();
    changed_.notify_all();
  }

  /// Waits for the next batch: see Loader::next.
  const Batch* next() {
    std::unique_lock lock(mutex_);
    if (next_to_take_ >= last_batch_) return nullptr;
    changed_.wait(lock, [this] { return error_ || next_to_fill_ > next_to_take_; });
    if (next_to_fill_ <= next_to_take_) {
      last_batch_ = 0;
      std::rethrow_exception(error_);
    }
    const Buffer& buffer = buffer_of(next_to_take_);
    ++next_to_take_;
    lock.unlock();
    changed_.notify_all();
    return &buffer.batch;
  }

  const Plan& plan() const { return plan_; }

 private:
  Buffer& buffer_of(int batch) { return buffers_[static_cast<std::size_t>(batch) % buffers_.size()]; }

  /// Whether the thread may fill the next buffer. The one that next() returned last must stay as it is.
  bool may_fill() const {
    return !error_ && next_to_fill_ < last_batch_ &&
           next_to_fill_ - next_to_take_ < static_cast<int>(buffers_.size()) - 1;
  }

  /// The work of the thread: fills and mixes batches until the loader ends. Keeps an exception in error_ for next().
  void fill_buffers() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || may_fill(); });
      if (stop_) return;
      filling_ = true;
      const int batch = next_to_fill_;
      lock.unlock();
      std::exception_ptr error;
      try {
        fill(buffer_of(batch), plan_.begin(batch), plan_.end(batch));
        if (mixes_pairs(options_.augmentation)) mix(buffer_of(batch), batch);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      filling_ = false;
      if (error) {
        error_ = error;
      } else {
        ++next_to_fill_;
      }
      changed_.notify_all();
    }
  }

  /// Writes the samples at `begin` to before `end` of the order to a buffer: augmented and scaled, with labels and
  /// targets.
  void fill(Buffer& buffer, int begin, int end) {
    const auto& storage = data_.storage();
    const std::size_t size = storage.shape.size();
    const auto target_size = static_cast<std::size_t>(storage.target_size);
    for (int i = begin; i < end; ++i) {
      const auto source = static_cast<std::size_t>(data_.index(order_[static_cast<std::size_t>(i)]));
      const auto n = static_cast<std::size_t>(i - begin);
      float* input = buffer.inputs.data() + n * size;
      if (!storage.bytes.empty()) fill_input(storage.bytes.data() + source * size, source, input);
      if (!storage.floats.empty()) fill_input(storage.floats.data() + source * size, source, input);
      if (!storage.labels.empty()) buffer.labels[n] = storage.labels[source];
      std::copy_n(storage.targets.data() + source * target_size, target_size, buffer.targets.data() + n * target_size);
    }
    buffer.batch = {.size = end - begin,
                    .inputs = buffer.inputs.data(),
                    .labels = storage.labels.empty() ? nullptr : buffer.labels.data(),
                    .targets = target_size_ == 0 ? nullptr : buffer.targets.data(),
                    .target_size = target_size_};
  }

  /// Augments and scales one sample; `number` is its index in the storage.
  template <class T>
  void fill_input(const T* sample, std::size_t number, float* input) {
    const std::size_t size = data_.shape().size();
    if (!augmenter_ && own_augmentations_.empty()) return scaler_.apply(sample, input);
    if (augmenter_) {
      augmenter_->apply(sample, epoch_, static_cast<std::uint32_t>(number), input);
    } else {
      std::copy_n(sample, size, input);
    }
    own_augmentations_.apply(epoch_, static_cast<std::uint32_t>(number), input);
    scaler_.apply(input, input);
  }

  /// Applies mixup or cutmix to a filled batch, in place; labels become targets.
  void mix(Buffer& buffer, int batch) const {
    const int size = buffer.batch.size;
    Random random(options_.seed, Purpose::mixup, epoch_, static_cast<std::uint32_t>(batch));
    const Augmentation& how = options_.augmentation;
    auto share = static_cast<float>(draw_beta(random, how.mixup > 0 ? how.mixup : how.cutmix));
    if (labels_become_targets_) write_one_hot(buffer.labels.data(), size, target_size_, buffer.targets.data());
    if (how.mixup > 0) {
      mix_pairs(buffer.inputs.data(), size, data_.shape().size(), share);
    } else {
      share = exchange(buffer, random, 1 - static_cast<double>(share));
    }
    mix_pairs(buffer.targets.data(), size, static_cast<std::size_t>(target_size_), share);
  }

  /// Throws Error{config} for cutmix beside mixup, or on samples that are no images.
  static void check_cutmix(const Augmentation& augmentation, const Shape& shape) {
    if (augmentation.cutmix == 0) return;
    if (augmentation.mixup > 0) {
      throw Error(ErrorKind::config,
                  "[augmentation]: \"cutmix\" and \"mixup\" exclude each other; set one of them to 0");
    }
    if (shape.rank() == 3) return;
    throw Error(ErrorKind::config,
                "[augmentation]: \"cutmix\" needs images, height x width x channels; the samples are " + shape.text());
  }

  /// Exchanges patches of about that share of the area between pairs of images; returns the share that stays.
  float exchange(Buffer& buffer, Random& random, double share) const {
    const Shape& shape = data_.shape();
    const Patch patch = draw_patch(random, shape[0], shape[1], share);
    exchange_patches(buffer.inputs.data(), buffer.batch.size, patch, shape[0], shape[1], shape[2]);
    return 1 - static_cast<float>(patch.height * patch.width) / static_cast<float>(shape[0] * shape[1]);
  }

  void draw_order(std::uint32_t epoch) {
    std::iota(order_.begin(), order_.end(), 0);
    if (!options_.shuffle) return;
    Random random(options_.seed, Purpose::shuffle, epoch);
    for (std::size_t i = order_.size(); i > 1; --i) {  // Fisher & Yates
      std::swap(order_[i - 1], order_[random.below(static_cast<std::uint32_t>(i))]);
    }
  }

  Dataset data_;
  SampleScaler scaler_;
  LoaderOptions options_;
  Plan plan_;
  std::optional<Augmenter> augmenter_;
  OwnAugmentations own_augmentations_;
  int target_size_ = 0;  ///< of the batches
  bool labels_become_targets_ = false;
  std::uint32_t epoch_ = 0;
  std::vector<int> order_;
  std::array<Buffer, 4> buffers_;

  std::mutex mutex_;
  std::condition_variable changed_;
  int next_to_fill_ = 0;
  int next_to_take_ = 0;
  int last_batch_ = 0;  ///< batches of the epoch; 0 before start() and after an error
  bool filling_ = false;
  bool stop_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

Loader::Loader(Dataset data, const Scaling& scaling, LoaderOptions options)
    : impl_(std::make_unique<Impl>(std::move(data), scaling, std::move(options))) {}
Loader::~Loader() = default;
Loader::Loader(Loader&&) noexcept = default;
Loader& Loader::operator=(Loader&&) noexcept = default;

int Loader::batches() const { return impl_->plan().batches; }
int Loader::largest_batch() const { return impl_->plan().largest; }
int Loader::smallest_batch() const { return impl_->plan().smallest(); }
int Loader::samples() const { return impl_->plan().samples; }
void Loader::start(std::uint32_t epoch, int first) { impl_->start(epoch, first); }
const Batch* Loader::next() { return impl_->next(); }

}  // namespace convoy
