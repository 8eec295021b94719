#include "io/json_guard.h"

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <vector>

#include "core/value_text.h"

namespace convoy {
namespace {

constexpr int most_values = 4'000'000;  ///< in all; a checkpoint has ten for each epoch

/// Counts a JSON text's values and levels while it is parsed, and throws std::runtime_error at what guard_json refuses.
/// The parser's own callback would do, but it takes a time that grows with the square of an object's size.
class Guard : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Guard(std::size_t levels) : levels_(levels) {}
  bool null() override { return count_value(); }
  bool boolean(bool) override { return count_value(); }
  bool number_integer(number_integer_t) override { return count_value(); }
  bool number_unsigned(number_unsigned_t) override { return count_value(); }
  bool number_float(number_float_t, const string_t&) override { return count_value(); }
  bool string(string_t&) override { return count_value(); }
  bool binary(binary_t&) override { return count_value(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool key(string_t& name) override {
    if (names_.back().insert(name).second) return true;
    throw std::runtime_error("name " + in_quotes(name) + " appears twice");
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  /// Counts a value. Throws where there are too many. Always true, so that parsing continues.
  bool count_value() {
    if (++values_ > most_values) throw std::runtime_error("more than " + std::to_string(most_values) + " values");
    return true;
  }
  /// Enters an array or an object. Throws where that is too deep.
  bool open() {
    if (names_.size() == levels_) throw std::runtime_error("nested too deeply");
    names_.emplace_back();
    return count_value();
  }
  /// Leaves an array or an object. Always true.
  bool close() {
    names_.pop_back();
    return true;
  }

  std::size_t levels_;
  int values_ = 0;
  std::vector<std::set<std::string>> names_;  ///< the names so far in each open object; empty for arrays
};

}  // namespace

void guard_json(const std::string& text, std::size_t levels) {
  Guard guard(levels);
  nlohmann::json::sax_parse(text, &guard);
}

}  // namespace convoy
