#include "io/json_guard.h"

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <vector>

#include "core/value_text.h"

namespace convoy {
namespace {

constexpr std::size_t deepest = 8;
constexpr int most_values = 4'000'000;  // a checkpoint has ten of them for each epoch

/// Goes through the events of a text's parts, and throws at what is refused. The parser's own callback would do, but it
/// takes a time that grows with the square of an object's size.
class Guard : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return count(); }
  bool boolean(bool) override { return count(); }
  bool number_integer(number_integer_t) override { return count(); }
  bool number_unsigned(number_unsigned_t) override { return count(); }
  bool number_float(number_float_t, const string_t&) override { return count(); }
  bool string(string_t&) override { return count(); }
  bool binary(binary_t&) override { return count(); }
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
  bool count() {
    if (++values_ > most_values) throw std::runtime_error("more than " + std::to_string(most_values) + " values");
    return true;
  }
  bool open() {
    if (names_.size() == deepest) throw std::runtime_error("nested too deeply");
    names_.emplace_back();
    return count();
  }
  bool close() {
    names_.pop_back();
    return true;
  }

  int values_ = 0;
  std::vector<std::set<std::string>> names_;  ///< in the objects around; none in arrays
};

}  // namespace

void guard_json(const std::string& text) {
  Guard guard;
  nlohmann::json::sax_parse(text, &guard);
}

}  // namespace convoy
