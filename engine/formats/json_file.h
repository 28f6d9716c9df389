// One JSON file as readers see it: a flat list of values, each with its place in the file. RapidJSON finds the values; texts are
// decoded when they are asked for, with the way back from every byte. Parsing is bounded: depth, number of values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

class JsonFile {
 public:
  enum class Kind : uint8_t { Null, False, True, Number, String, Array, Object };
  // A member of an object is two values in a row, its name and what it is.
  struct Value {
    uint32_t begin = 0, end = 0;  // bytes of the text
    uint32_t next = 0;            // index of the value behind this one and all that is in it
    Kind kind = Kind::Null;
  };

  // False if the text is not JSON that can be read; the diagnostics say why. `text` must outlive the file.
  bool parse(std::string_view text, std::vector<Diagnostic>& diagnostics);

  const Value& root() const { return values_[0]; }
  const Value* member(const Value& object, std::string_view name) const;  // null where there is none, or it is null
  // The values of an array in order; of an object names and values by turns.
  const Value* begin(const Value& parent) const { return &parent + 1; }
  const Value* end(const Value& parent) const { return values_.data() + parent.next; }
  const Value* after(const Value* value) const { return values_.data() + value->next; }
  SourceText text(const Value& value) const;  // of a string or the name of a member
  std::optional<double> number(const Value& value) const;
  std::string_view raw(const Value& value) const { return text_.substr(value.begin, value.end - value.begin); }
  Span span(const Value& value) const { return lines_.span(value.begin, value.end - value.begin); }
  static const char* kind_name(Kind kind);  // "an array"

 private:
  std::string_view text_;
  LineIndex lines_;
  std::vector<Value> values_;
};

}  // namespace loopscope
