#include "formats/json_file.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

constexpr size_t max_depth = 200;
constexpr size_t max_values = 8'000'000;

using Value = JsonFile::Value;
using Kind = JsonFile::Kind;

// What RapidJSON's reader calls: keeps where each value is. Called with the stream behind a scalar, and at the bracket of an array or object.
struct Collector {
  std::string_view text;
  rapidjson::MemoryStream& stream;
  std::vector<Value>& values;
  std::vector<uint32_t> open = {};
  uint32_t at = 0;  // end of the value or bracket before
  Code problem = {};
  const char* message = nullptr;

  bool add(Kind kind, uint32_t begin, uint32_t end) {
    if (values.size() >= max_values) return fail(Code::input_too_large, "the file has more than 8 million values");
    at = end;
    values.push_back({begin, end, uint32_t(values.size() + 1), kind});
    return true;
  }
  bool fail(Code code, const char* what) {
    problem = code;
    message = what;
    return false;
  }
  bool scalar(Kind kind) { return add(kind, uint32_t(text.find_first_not_of(" \t\r\n,:", at)), uint32_t(stream.Tell())); }
  bool begin(Kind kind) {
    if (open.size() >= max_depth) return fail(Code::nesting_too_deep, "arrays and objects are nested more than 200 deep");
    open.push_back(uint32_t(values.size()));
    return add(kind, uint32_t(stream.Tell()), uint32_t(stream.Tell()) + 1);
  }
  bool end() {
    Value& value = values[open.back()];
    open.pop_back();
    at = value.end = uint32_t(stream.Tell()) + 1;
    value.next = uint32_t(values.size());
    return true;
  }

  using Size = rapidjson::SizeType;
  bool Null() { return scalar(Kind::Null); }
  bool Bool(bool value) { return scalar(value ? Kind::True : Kind::False); }
  bool RawNumber(const char*, Size, bool) { return scalar(Kind::Number); }
  bool Int(int) { return true; }  // numbers come raw
  bool Uint(unsigned) { return true; }
  bool Int64(int64_t) { return true; }
  bool Uint64(uint64_t) { return true; }
  bool Double(double) { return true; }
  bool String(const char* characters, Size length, bool) {
    if (std::string_view(characters, length).find('\0') != std::string_view::npos) return fail(Code::json_syntax, "a text holds a zero character");
    return scalar(Kind::String);
  }
  bool Key(const char* characters, Size length, bool copy) { return String(characters, length, copy); }
  bool StartObject() { return begin(Kind::Object); }
  bool EndObject(Size) { return end(); }
  bool StartArray() { return begin(Kind::Array); }
  bool EndArray(Size) { return end(); }
};

uint32_t hexadecimal(std::string_view digits) {
  uint32_t value = 0;
  for (char c : digits) value = value * 16 + uint32_t(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  return value;
}

// The character of an escape at the start of `raw`, and how long the escape is. It was checked when the file was parsed.
size_t append_escaped(std::string& out, std::string_view raw) {
  constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
  if (raw[1] != 'u') {
    out += meanings[letters.find(raw[1])];
    return 2;
  }
  uint32_t c = hexadecimal(raw.substr(2, 4));
  bool pair = c >= 0xD800 && c < 0xDC00;
  if (pair) c = 0x10000 + ((c - 0xD800) << 10) + (hexadecimal(raw.substr(8, 4)) - 0xDC00);
  append_utf8(out, c);
  return pair ? 12 : 6;
}

}  // namespace

bool JsonFile::parse(std::string_view text, std::vector<Diagnostic>& diagnostics) {
  text_ = text;
  lines_ = LineIndex(text);
  if (size_t zero = text.find('\0'); zero != text.npos) {
    diagnostics.push_back(diagnose(Code::json_syntax, "the file holds a zero byte", lines_.span(uint32_t(zero), 1)));
    return false;
  }
  rapidjson::MemoryStream stream(text.data(), text.size());
  Collector collector{text, stream, values_};
  rapidjson::Reader reader;
  reader.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(stream, collector);
  if (!reader.HasParseError()) return true;
  Code code = collector.message ? collector.problem : Code::json_syntax;
  const char* message = collector.message ? collector.message : rapidjson::GetParseError_En(reader.GetParseErrorCode());
  diagnostics.push_back(diagnose(code, message, lines_.span(uint32_t(reader.GetErrorOffset()), 1)));
  return false;
}

const Value* JsonFile::member(const Value& object, std::string_view name) const {
  for (const Value* key = begin(object); key != end(object); key = after(key + 1))
    if (text(*key).text == name) return key[1].kind == Kind::Null ? nullptr : key + 1;
  return nullptr;
}

SourceText JsonFile::text(const Value& value) const {
  SourceText out;
  std::string_view raw = text_.substr(0, value.end - 1);
  out.offsets.emplace_back(0, value.begin + 1);
  for (size_t i = value.begin + 1; i < raw.size();) {
    if (raw[i] != '\\') {
      out.text += raw[i++];
      continue;
    }
    i += append_escaped(out.text, raw.substr(i));
    out.offsets.emplace_back(uint32_t(out.text.size()), uint32_t(i));
  }
  out.span = lines_.span(value.begin + 1, value.end - value.begin - 2);
  return out;
}

std::optional<double> JsonFile::number(const Value& value) const { return parse_number(raw(value)); }

const char* JsonFile::kind_name(Kind kind) {
  constexpr const char* names[] = {"null", "false", "true", "a number", "a string", "an array", "an object"};
  return names[int(kind)];
}

}  // namespace loopscope
