#include "support/json.h"

#include <cmath>
#include <rapidjson/internal/dtoa.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace loopscope {

// RapidJSON's two writers have no common base with virtual functions.
struct JsonWriter::State {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> compact{buffer};
  rapidjson::PrettyWriter<rapidjson::StringBuffer> lines{buffer};
  Layout layout;
  template <class Use>
  void with(Use&& use) {
    if (layout == Layout::Compact) use(compact);
    else use(lines);
  }
  void raw(std::string_view text) {
    with([&](auto& w) { w.RawValue(text.data(), text.size(), rapidjson::kNumberType); });
  }
};

JsonWriter::JsonWriter(Layout layout) : state_(new State) {
  state_->layout = layout;
  state_->lines.SetIndent(' ', 2);
  state_->lines.SetFormatOptions(rapidjson::kFormatSingleLineArray);
}
JsonWriter::~JsonWriter() = default;
void JsonWriter::begin_object() { state_->with([](auto& w) { w.StartObject(); }); }
void JsonWriter::end_object() { state_->with([](auto& w) { w.EndObject(); }); }
void JsonWriter::begin_array() { state_->with([](auto& w) { w.StartArray(); }); }
void JsonWriter::end_array() { state_->with([](auto& w) { w.EndArray(); }); }
void JsonWriter::key(std::string_view name) { state_->with([&](auto& w) { w.Key(name.data(), rapidjson::SizeType(name.size())); }); }
void JsonWriter::value(std::string_view text) { state_->with([&](auto& w) { w.String(text.data(), rapidjson::SizeType(text.size())); }); }
void JsonWriter::value(double number) {
  if (std::isfinite(number)) state_->raw(format_number(number));
  else null();
}
void JsonWriter::value(bool flag) { state_->raw(flag ? "true" : "false"); }
void JsonWriter::value(uint32_t number) { state_->raw(std::to_string(number)); }
void JsonWriter::value(int32_t number) { state_->raw(std::to_string(number)); }
void JsonWriter::value(uint64_t number) { state_->raw(std::to_string(number)); }
void JsonWriter::null() { state_->raw("null"); }
void JsonWriter::raw_member(std::string_view name, std::string_view json) {
  key(name);
  state_->raw(json);
}
std::string JsonWriter::take() { return {state_->buffer.GetString(), state_->buffer.GetSize()}; }

std::string format_number(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  if (number == 0) return std::signbit(number) ? "-0" : "0";
  char text[32];
  char* end = rapidjson::internal::dtoa(number, text);
  std::string out(text, end);
  if (out.size() > 2 && out.compare(out.size() - 2, 2, ".0") == 0) out.resize(out.size() - 2);
  return out;
}

}  // namespace loopscope
