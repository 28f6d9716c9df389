#include "support/json.h"

#include <cmath>
#include <rapidjson/internal/dtoa.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace loopscope {

struct JsonWriter::State {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

JsonWriter::JsonWriter() : state_(new State) {}
JsonWriter::~JsonWriter() = default;
void JsonWriter::begin_object() { state_->writer.StartObject(); }
void JsonWriter::end_object() { state_->writer.EndObject(); }
void JsonWriter::begin_array() { state_->writer.StartArray(); }
void JsonWriter::end_array() { state_->writer.EndArray(); }
void JsonWriter::key(std::string_view name) { state_->writer.Key(name.data(), rapidjson::SizeType(name.size())); }
void JsonWriter::value(std::string_view text) { state_->writer.String(text.data(), rapidjson::SizeType(text.size())); }
void JsonWriter::value(double number) {
  if (!std::isfinite(number)) {
    state_->writer.Null();
  } else {
    std::string text = format_number(number);
    state_->writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
  }
}
void JsonWriter::value(bool flag) { state_->writer.Bool(flag); }
void JsonWriter::value(uint32_t number) { state_->writer.Uint(number); }
void JsonWriter::value(int32_t number) { state_->writer.Int(number); }
void JsonWriter::value(uint64_t number) { state_->writer.Uint64(number); }
void JsonWriter::null() { state_->writer.Null(); }
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
