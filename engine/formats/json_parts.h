// Inside of the JSON reader: values with the path to them for messages, and dimensions. Included by json_*.cpp only.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "formats/json_file.h"

namespace loopscope {

// What a file's fields hold, where it must be of a kind; what is wrong is reported with the path to it.
class JsonValues {
 public:
  using Kind = JsonFile::Kind;
  using Value = JsonFile::Value;
  explicit JsonValues(std::vector<Diagnostic>& diagnostics) : reports_(diagnostics) {}

  void report(Code code, std::string message, const Value& at, const std::string& variable = {});
  // False, and says so, unless the value is of this kind. null is as good as nothing.
  bool is(const Value& value, Kind kind);
  SourceText source(const Value& value) { return is(value, Kind::String) ? file.text(value) : SourceText(); }
  std::string text(const Value& value) { return source(value).text; }
  std::optional<double> number(const Value& value);
  bool flag(const Value& value);
  std::vector<SourceText> sources(const Value& value);
  std::vector<std::string> texts(const Value& value);

  template <class Use>
  void items(const Value& array, Use&& use) {
    if (!is(array, Kind::Array)) return;
    size_t index = 0;
    for (const Value* item = file.begin(array); item != file.end(array); item = file.after(item)) {
      Step step(path, index++);
      use(*item);
    }
  }

  // Calls use(name, value) for each field; those it gives false for are kept in `others`, and noted where no tool is known to write them.
  template <class Use>
  void fields(const Value& object, OtherMembers* others, Use&& use) {
    if (!is(object, Kind::Object)) return;
    for (const Value* key = file.begin(object); key != file.end(object); key = file.after(key + 1)) {
      std::string name = file.text(*key).text;
      Step step(path, name);
      if (use(name, key[1])) continue;
      if (others) others->emplace_back(name, file.raw(key[1]));
      unknown(name, *key);
    }
  }

  JsonFile file;
  std::string path, model_name;  // where we are; of the model being read

 private:
  // A part of the path to a value: a field, or an index of an array.
  class Step {
   public:
    Step(std::string& path, std::string_view field) : path_(path), size_(path.size()) {
      path += (path.empty() ? "" : ".") + std::string(field.substr(0, 60));
    }
    Step(std::string& path, size_t index) : path_(path), size_(path.size()) { path += "[" + std::to_string(index) + "]"; }
    ~Step() { path_.resize(size_); }

   private:
    std::string& path_;
    size_t size_;
  };
  void unknown(const std::string& name, const Value& at);

  LimitedReports reports_;
  std::unordered_set<std::string> noted_;
};

class JsonDimensions {
 public:
  JsonDimensions(JsonValues& in, std::vector<DimensionDeclaration>& out) : in_(in), out_(out) {}
  void read(const JsonFile::Value& object);
  // Makes lists of the mappings that are pairs of elements, when all dimensions are known.
  void settle();

 private:
  // Of a dimension's mapping.
  struct Pairs {
    const JsonFile::Value* at;
    size_t dimension, mapping;
    std::vector<std::pair<std::string, std::string>> pairs;  // from, to
  };
  void mapping(const JsonFile::Value& object, DimensionDeclaration& dimension, std::vector<Pairs>& maps);
  void pair(const JsonFile::Value& object, Pairs& map);
  void settle(const Pairs& map);

  JsonValues& in_;
  std::vector<DimensionDeclaration>& out_;
  std::vector<Pairs> maps_;
  std::unordered_set<std::string> ids_;
  uint64_t mapped_ = 0;
  std::unordered_map<std::string, size_t> of_elements_;  // the ids of all its elements, a line each -> the first dimension with these
};

}  // namespace loopscope
