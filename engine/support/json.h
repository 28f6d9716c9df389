// JSON out of the engine: a thin face over RapidJSON's writer, so that one place decides how numbers print
// (a short form that reads back to the same double; null where not finite).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace loopscope {

class JsonWriter {
 public:
  enum class Layout { Compact, Lines /* for people: a line a member */ };
  explicit JsonWriter(Layout layout = Layout::Compact);
  ~JsonWriter();
  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view name);
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(double number);
  void value(bool flag);
  void value(uint32_t number);
  void value(int32_t number);
  void value(uint64_t number);
  void null();
  void raw_member(std::string_view name, std::string_view json);  // a value that is JSON text already
  template <class T>
  void member(std::string_view name, T&& v) {
    key(name);
    value(std::forward<T>(v));
  }
  std::string take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Short text that reads back to the same double (RapidJSON's Grisu2): "3.5", "1e-7", "NaN", "Infinity".
std::string format_number(double number);

}  // namespace loopscope
