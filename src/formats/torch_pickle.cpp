#include "formats/torch_pickle.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "core/fail.h"
#include "core/value_text.h"

namespace convoy::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_pickle_values = 500'000;  // a state_dict has about 30 for each tensor
constexpr std::size_t most_pickle_text = 4096;       // characters of a name
constexpr std::size_t most_storage_key = 64;         // characters; PyTorch counts

struct TorchTypeRow {
  TorchType type;
  const char* name;
  const char* storage;  ///< torch.FloatStorage
  std::size_t bytes;
};
constexpr std::array torch_types = {TorchTypeRow{TorchType::f16, "float16", "HalfStorage", 2},
                                    TorchTypeRow{TorchType::bf16, "bfloat16", "BFloat16Storage", 2},
                                    TorchTypeRow{TorchType::f32, "float32", "FloatStorage", 4},
                                    TorchTypeRow{TorchType::f64, "float64", "DoubleStorage", 8},
                                    TorchTypeRow{TorchType::i64, "int64", "LongStorage", 8},
                                    TorchTypeRow{TorchType::i32, "int32", "IntStorage", 4},
                                    TorchTypeRow{TorchType::i16, "int16", "ShortStorage", 2},
                                    TorchTypeRow{TorchType::i8, "int8", "CharStorage", 1},
                                    TorchTypeRow{TorchType::u8, "uint8", "ByteStorage", 1},
                                    TorchTypeRow{TorchType::boolean, "bool", "BoolStorage", 1}};

const TorchTypeRow& row_of(TorchType type) { return *std::ranges::find(torch_types, type, &TorchTypeRow::type); }

/// The instructions that are understood, by Python's names for them.
enum Opcode : unsigned {
  mark = '(',
  stop = '.',
  pop = '0',
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  none = 'N',
  binpersid = 'Q',
  reduce = 'R',
  binstring = 'T',
  short_binstring = 'U',
  binunicode = 'X',
  append = 'a',
  build = 'b',
  global = 'c',
  appends = 'e',
  binget = 'h',
  long_binget = 'j',
  binput = 'q',
  long_binput = 'r',
  setitem = 's',
  tuple = 't',
  setitems = 'u',
  empty_dict = '}',
  empty_list = ']',
  empty_tuple = ')',
  binfloat = 'G',
  proto = 0x80,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  newtrue = 0x88,
  newfalse = 0x89,
  long1 = 0x8a,
  short_binunicode = 0x8c,
  binunicode8 = 0x8d,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95,
};

/// One value that the instructions made. Values are never changed by a call, and found by their number.
struct PickleValue {
  enum class Kind { nothing, flag, integer, number, text, name, tuple, list, dictionary, storage, tensor };
  Kind kind = Kind::nothing;
  std::int64_t integer = 0;     ///< or a flag, or a storage's or tensor's number in the machine's lists
  std::string text = {};        ///< or "module name" of a name
  std::vector<int> items = {};  ///< of a tuple or list; of a dictionary keys and values in turn
};
using PickleKind = PickleValue::Kind;

/// What a pickle may name, and what it is to the machine.
enum class PickleName { ordered_dict, tensor, parameter, storage, harmless, unknown };

PickleName meaning_of(const std::string& name) {
  static const std::map<std::string, PickleName> known = {
      {"collections OrderedDict", PickleName::ordered_dict},
      {"torch._utils _rebuild_tensor_v2", PickleName::tensor},
      {"torch._utils _rebuild_parameter", PickleName::parameter},
      {"torch Size", PickleName::harmless},           // stands for its one argument
      {"collections Counter", PickleName::harmless},  // of schedulers, in a checkpoint
  };
  if (const auto found = known.find(name); found != known.end()) return found->second;
  for (const TorchTypeRow& row : torch_types) {
    if (name == std::string("torch ") + row.storage) return PickleName::storage;
  }
  return PickleName::unknown;
}

/// Carries out the instructions of one pickle.
class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> bytes, fs::path title) : bytes_(bytes), title_(std::move(title)) {}

  /// Runs to the instruction "stop" and returns the state_dict.
  std::vector<PickledTensor> run() {
    while (step(static_cast<Opcode>(take_number(1)))) {
    }
    if (stack_.size() != 1) damaged("its instructions leave " + std::to_string(stack_.size()) + " values");
    return state_dict_in(stack_.back());
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const {
    fail(title_, "damaged at byte " + std::to_string(at_) + ": " + what);
  }

  // Bytes.

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > bytes_.size() - at_) damaged("it ends before its instructions do");
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return taken;
  }
  /// A little-endian number of up to 8 bytes.
  std::uint64_t take_number(std::size_t count) {
    std::uint64_t number = 0;
    const auto bytes = take(count);
    for (std::size_t i = count; i-- > 0;) number = number << 8U | std::to_integer<std::uint64_t>(bytes[i]);
    return number;
  }
  std::string take_text(std::uint64_t length) {
    if (length > most_pickle_text) damaged("a text of " + std::to_string(length) + " characters");
    const auto bytes = take(length);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string take_line() {
    auto rest = bytes_.subspan(at_);
    rest = rest.first(std::min(rest.size(), most_pickle_text));
    const auto end = std::ranges::find(rest, std::byte{'\n'});
    if (end == rest.end()) damaged("a name without an end");
    std::string line = take_text(static_cast<std::uint64_t>(end - rest.begin()));
    take(1);
    return line;
  }
  /// A whole number of Python in `length` bytes, in two's complement.
  std::int64_t take_long(std::size_t length) {
    if (length > sizeof(std::int64_t)) damaged("a whole number of " + std::to_string(length) + " bytes");
    std::uint64_t number = take_number(length);
    const bool negative = length > 0 && (number >> (8 * length - 1)) != 0;
    if (negative && length < sizeof number) number |= ~std::uint64_t{0} << (8 * length);
    return static_cast<std::int64_t>(number);
  }

  // Values.

  const PickleValue& value(int index) const { return values_[static_cast<std::size_t>(index)]; }
  void push(PickleValue made) {
    if (values_.size() == most_pickle_values) damaged("more values than a state_dict has");
    values_.push_back(std::move(made));
    stack_.push_back(static_cast<int>(values_.size()) - 1);
  }
  void push_integer(std::int64_t number) { push({.kind = PickleKind::integer, .integer = number}); }
  void push_text(std::string text) { push({.kind = PickleKind::text, .text = std::move(text)}); }
  int pop_value() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) damaged("an instruction without its value");
    const int top = stack_.back();
    stack_.pop_back();
    return top;
  }
  std::vector<int> pop_values(std::size_t count) {
    std::vector<int> popped(count);
    for (std::size_t i = count; i-- > 0;) popped[i] = pop_value();
    return popped;
  }
  std::vector<int> pop_to_mark() {
    if (marks_.empty()) damaged("an instruction without its mark");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<int> popped(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return popped;
  }
  /// The list or dictionary on top, to which `more` values are added.
  void extend(PickleKind kind, const std::vector<int>& more) {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) damaged("an instruction without its value");
    PickleValue& top = values_[static_cast<std::size_t>(stack_.back())];
    if (top.kind != kind || (kind == PickleKind::dictionary && more.size() % 2 != 0)) damaged("values for no list");
    top.items.insert(top.items.end(), more.begin(), more.end());
  }
  void remember(std::uint64_t number) {
    if (stack_.empty()) damaged("an instruction without its value");
    memo_[number] = stack_.back();
  }
  void recall(std::uint64_t number) {
    const auto found = memo_.find(number);
    if (found == memo_.end()) damaged("value " + std::to_string(number) + " was never made");
    stack_.push_back(found->second);
  }
  const PickleValue& of_kind(int index, PickleKind kind, const char* what) const {
    if (value(index).kind != kind) damaged(std::string("expected ") + what);
    return value(index);
  }

  // Names and what is made of them.

  void push_name(const std::string& module, const std::string& name) {
    const std::string whole = module + ' ' + name;
    const bool whole_module = module.starts_with("torch.nn") || module.starts_with("__main__");
    if (meaning_of(whole) == PickleName::unknown) {
      fail(title_, "holds a Python object of " + in_quotes(module + '.' + name) +
                       ", which convoy does not make; expected a state_dict: torch.save(model.state_dict(), FILE)" +
                       (whole_module ? ", not torch.save(model, FILE)" : ""));
    }
    push({.kind = PickleKind::name, .text = whole});
  }

  void do_reduce() {
    const std::vector<int> arguments = of_kind(pop_value(), PickleKind::tuple, "a tuple of arguments").items;
    const PickleName function = meaning_of(of_kind(pop_value(), PickleKind::name, "a name to call").text);
    if (function == PickleName::ordered_dict && arguments.empty()) {
      push({.kind = PickleKind::dictionary});
    } else if (function == PickleName::tensor) {
      push_tensor(arguments);
    } else if (function == PickleName::parameter && !arguments.empty()) {
      of_kind(arguments[0], PickleKind::tensor, "a tensor");
      stack_.push_back(arguments[0]);
    } else if (function == PickleName::harmless && arguments.size() == 1) {
      stack_.push_back(arguments[0]);
    } else {
      damaged("a call with other arguments than PyTorch's");
    }
  }

  std::vector<std::int64_t> extents_in(int index) const {
    const PickleValue& tuple_value = of_kind(index, PickleKind::tuple, "a tuple of extents");
    if (tuple_value.items.size() > most_torch_extents) damaged("a tensor of more than 8 extents");
    std::vector<std::int64_t> extents;
    for (const int item : tuple_value.items) {
      extents.push_back(of_kind(item, PickleKind::integer, "an extent").integer);
      if (extents.back() < 0) damaged("an extent below 0");
    }
    return extents;
  }

  /// _rebuild_tensor_v2(storage, offset, shape, strides, ...).
  void push_tensor(const std::vector<int>& arguments) {
    if (arguments.size() < 4) damaged("a tensor of too few arguments");
    const PickleValue& storage = of_kind(arguments[0], PickleKind::storage, "a storage");
    PickledTensor tensor = storages_[static_cast<std::size_t>(storage.integer)];
    tensor.offset = of_kind(arguments[1], PickleKind::integer, "an offset").integer;
    tensor.shape = extents_in(arguments[2]);
    tensor.strides = extents_in(arguments[3]);
    check_room(tensor);
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      if (tensor.shape[axis] == 1) tensor.strides[axis] = 0;  // never taken, so PyTorch has anything there
    }
    tensors_.push_back(std::move(tensor));
    push({.kind = PickleKind::tensor, .integer = static_cast<std::int64_t>(tensors_.size()) - 1});
  }

  /// Every number of a tensor must lie in its storage.
  void check_room(const PickledTensor& tensor) const {
    if (tensor.shape.size() != tensor.strides.size()) damaged("a tensor with more extents than strides, or fewer");
    std::int64_t last = tensor.offset;
    bool inside = last >= 0;
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      if (tensor.shape[axis] == 0) return;  // no number at all
      std::int64_t reach = 0;
      inside = inside && !__builtin_mul_overflow(tensor.shape[axis] - 1, tensor.strides[axis], &reach) &&
               !__builtin_add_overflow(last, reach, &last);
    }
    if (!inside || last >= tensor.storage_size) {
      damaged("a tensor reaches beyond its storage of " + std::to_string(tensor.storage_size) + " numbers");
    }
  }

  /// ("storage", torch.FloatStorage, "0", "cpu", 64).
  void do_persistent() {
    const std::vector<int> items = of_kind(pop_value(), PickleKind::tuple, "a storage's description").items;
    if (items.size() != 5 || of_kind(items[0], PickleKind::text, "a text").text != "storage") {
      damaged("a storage's description is not PyTorch's");
    }
    const std::string& name = of_kind(items[1], PickleKind::name, "a storage's type").text;
    const auto row = std::ranges::find_if(
        torch_types, [&](const auto& type) { return name == std::string("torch ") + type.storage; });
    if (row == torch_types.end()) damaged("a storage's type is none");
    PickledTensor storage{.storage = of_kind(items[2], PickleKind::text, "a storage's key").text, .type = row->type};
    storage.storage_size = of_kind(items[4], PickleKind::integer, "a storage's size").integer;
    if (storage.storage_size < 0) damaged("a storage of less than no numbers");
    if (storage.storage.size() > most_storage_key) damaged("a storage's key is too long");
    storages_.push_back(std::move(storage));
    push({.kind = PickleKind::storage, .integer = static_cast<std::int64_t>(storages_.size()) - 1});
  }

  /// The attributes of an OrderedDict: the versions of its modules, which say nothing about the weights.
  void do_build() {
    pop_value();
    extend(PickleKind::dictionary, {});
  }

  void do_stack_global() {
    const std::vector<int> both = pop_values(2);
    push_name(of_kind(both[0], PickleKind::text, "a module").text, of_kind(both[1], PickleKind::text, "a name").text);
  }

  void push_number(bool flag, bool set) {
    push({.kind = flag ? PickleKind::flag : PickleKind::number, .integer = set ? 1 : 0});
  }

  /// Carries out one instruction; false for the last.
  bool step(Opcode opcode) { return step_containers(opcode) || step_scalars(opcode) || step_memory(opcode); }

  bool step_containers(Opcode opcode) {
    switch (opcode) {
      case mark: marks_.push_back(stack_.size()); return true;
      case empty_dict: push({.kind = PickleKind::dictionary}); return true;
      case empty_list: push({.kind = PickleKind::list}); return true;
      case empty_tuple: push({.kind = PickleKind::tuple}); return true;
      case tuple: push({.kind = PickleKind::tuple, .items = pop_to_mark()}); return true;
      case tuple1: push({.kind = PickleKind::tuple, .items = pop_values(1)}); return true;
      case tuple2: push({.kind = PickleKind::tuple, .items = pop_values(2)}); return true;
      case tuple3: push({.kind = PickleKind::tuple, .items = pop_values(3)}); return true;
      case append: extend(PickleKind::list, pop_values(1)); return true;
      case appends: extend(PickleKind::list, pop_to_mark()); return true;
      case setitem: extend(PickleKind::dictionary, pop_values(2)); return true;
      case setitems: extend(PickleKind::dictionary, pop_to_mark()); return true;
      case build: do_build(); return true;
      default: return false;
    }
  }

  bool step_scalars(Opcode opcode) {
    switch (opcode) {
      case none: push({}); return true;
      case newtrue: push_number(true, true); return true;
      case newfalse: push_number(true, false); return true;
      case binint: push_integer(static_cast<std::int32_t>(take_number(4))); return true;
      case binint1: push_integer(static_cast<std::int64_t>(take_number(1))); return true;
      case binint2: push_integer(static_cast<std::int64_t>(take_number(2))); return true;
      case long1: push_integer(take_long(static_cast<std::size_t>(take_number(1)))); return true;
      case binfloat: take(8), push_number(false, false); return true;
      case binunicode:
      case binstring: push_text(take_text(take_number(4))); return true;
      case short_binunicode:
      case short_binstring: push_text(take_text(take_number(1))); return true;
      case binunicode8: push_text(take_text(take_number(8))); return true;
      default: return false;
    }
  }

  /// The rest; false for "stop".
  bool step_memory(Opcode opcode) {
    switch (opcode) {
      case proto: take(1); return true;
      case frame: take(8); return true;
      case pop: pop_value(); return true;
      case binput: remember(take_number(1)); return true;
      case long_binput: remember(take_number(4)); return true;
      case memoize: remember(memo_.size()); return true;
      case binget: recall(take_number(1)); return true;
      case long_binget: recall(take_number(4)); return true;
      case global: {
        const std::string module = take_line();
        push_name(module, take_line());
        return true;
      }
      case stack_global: do_stack_global(); return true;
      case reduce: do_reduce(); return true;
      case binpersid: do_persistent(); return true;
      case stop: return false;
      default: damaged("instruction " + std::to_string(opcode) + " of pickle is none that torch.save uses");
    }
  }

  // The state_dict.

  /// The value of a key of a dictionary, the last where there are several as Python has it; nothing for none.
  std::optional<int> entry_of(const PickleValue& dictionary, const char* key) const {
    std::optional<int> found;
    for (std::size_t i = 0; i < dictionary.items.size(); i += 2) {
      const PickleValue& name = value(dictionary.items[i]);
      if (name.kind == PickleKind::text && name.text == key) found = dictionary.items[i + 1];
    }
    return found;
  }

  /// The dictionary of tensors: the value itself, or the one that it holds among others.
  std::vector<PickledTensor> state_dict_in(int root) const {
    if (value(root).kind != PickleKind::dictionary) {
      fail(title_, "expected a state_dict, a dictionary of tensors: torch.save(model.state_dict(), FILE)");
    }
    const PickleValue& outer = value(root);
    std::optional<int> inner;
    for (const char* key : {"state_dict", "model_state_dict", "model"}) {
      const std::optional<int> entry = entry_of(outer, key);
      if (!entry || value(*entry).kind != PickleKind::dictionary) continue;
      if (inner) fail(title_, "holds more than one state_dict; save the one that is meant by itself");
      inner = entry;
    }
    return tensors_in(inner ? value(*inner) : outer);
  }

  std::vector<PickledTensor> tensors_in(const PickleValue& dictionary) const {
    std::vector<PickledTensor> tensors;
    std::set<std::string> names;
    for (std::size_t i = 0; i < dictionary.items.size(); i += 2) {
      const PickleValue& name = value(dictionary.items[i]);
      const PickleValue& tensor = value(dictionary.items[i + 1]);
      if (name.kind != PickleKind::text) fail(title_, "expected a state_dict, found a key that is no text");
      if (tensor.kind != PickleKind::tensor) {
        fail(title_, "expected a state_dict, found " + in_quotes(name.text) + ", which is no tensor");
      }
      if (!names.insert(name.text).second) fail(title_, "has two tensors " + in_quotes(name.text));
      tensors.push_back(tensors_[static_cast<std::size_t>(tensor.integer)]);
      tensors.back().name = name.text;
    }
    if (tensors.empty()) fail(title_, "holds no tensors");
    return tensors;
  }

  std::span<const std::byte> bytes_;
  fs::path title_;
  std::size_t at_ = 0;
  std::vector<PickleValue> values_;
  std::vector<PickledTensor> storages_;  ///< those parts of a tensor that say which storage
  std::vector<PickledTensor> tensors_;
  std::vector<int> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, int> memo_;
};

}  // namespace

std::string name_of(TorchType type) { return row_of(type).name; }
std::size_t bytes_of(TorchType type) { return row_of(type).bytes; }
bool is_floating(TorchType type) {
  return type == TorchType::f16 || type == TorchType::bf16 || type == TorchType::f32 || type == TorchType::f64;
}

std::vector<PickledTensor> read_state_dict(std::span<const std::byte> pickle, const std::filesystem::path& title) {
  return PickleMachine(pickle, title).run();
}

}  // namespace convoy::formats
