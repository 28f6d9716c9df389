// A JSON model's dimensions: elements or a size, and mappings to other dimensions.
#include "formats/json_parts.h"
#include "model/names.h"

namespace loopscope {

using Value = JsonFile::Value;
using Kind = JsonFile::Kind;

void JsonDimensions::read(const Value& object) {
  DimensionDeclaration next;
  std::vector<Pairs> maps;
  std::unordered_set<std::string> ids;
  in_.fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "name") {
      next.name = in_.text(value);
      next.span = in_.file.span(value);
    } else if (name == "elements") {
      in_.items(value, [&](const Value& item) {
        std::string element = in_.text(item);
        if (!ids.insert(canonical_name(element)).second) return in_.report(Code::duplicate_name, in_.path + ": there is another element of the name " + element, item);
        next.elements.push_back(std::move(element));
      });
    } else if (name == "size") {
      double size = in_.number(value).value_or(0);
      if (size >= 0 && size <= UINT32_MAX && size == double(uint32_t(size))) next.size = uint32_t(size);
      else in_.report(Code::bad_number, in_.path + " must be a whole number", value);
    } else if (name == "external") {
      next.external = in_.source(value);
    } else if (name == "mapsTo") {
      if (value.kind != Kind::Null) next.maps_to.push_back({in_.text(value), {}});
    } else if (name == "mappings") {
      in_.items(value, [&](const Value& item) { mapping(item, next, maps); });
    } else return false;
    return true;
  });
  if (object.kind != Kind::Object) return;
  next.id = canonical_name(next.name);
  if (!next.elements.empty()) next.size = uint32_t(next.elements.size());
  if (next.id.empty()) return in_.report(Code::missing_name, in_.path + " has no name", object);
  if (!next.size && !next.external.present()) in_.report(Code::bad_number, "dimension " + next.name + " has neither elements nor a size", object);
  if (!ids_.insert(next.id).second) return in_.report(Code::duplicate_name, "there are two dimensions of the name " + next.name + "; rename one", object);
  constexpr size_t most = 2'000'000;  // elements of all dimensions, each as often as it maps by pairs
  bool fits = maps.empty() || (mapped_ += uint64_t(maps.size()) * next.size) <= most;
  if (!fits) {
    in_.report(Code::input_too_large, "the mappings of " + next.name + " and the dimensions before it have more than 2,000,000 elements together", object);
    next.maps_to.clear();
  }
  out_.push_back(std::move(next));
  for (size_t i = 0; i < maps.size() && fits; i++) maps_.push_back(std::move(maps[i]));
}

void JsonDimensions::mapping(const Value& object, DimensionDeclaration& dimension, std::vector<Pairs>& maps) {
  DimensionMapping next;
  Pairs map{&object, out_.size(), dimension.maps_to.size(), {}};  // which it is, if it is kept
  in_.fields(object, nullptr, [&](const std::string& name, const Value& value) {
    if (name == "target") next.to = in_.text(value);
    else if (name == "elements") next.elements = in_.texts(value);
    else if (name == "elementMap") in_.items(value, [&](const Value& item) { pair(item, map); });
    else return false;
    return true;
  });
  if (object.kind != Kind::Object) return;
  dimension.maps_to.push_back(std::move(next));
  if (!map.pairs.empty()) maps.push_back(std::move(map));
}

void JsonDimensions::pair(const Value& object, Pairs& map) {
  map.pairs.emplace_back();
  in_.fields(object, nullptr, [&](const std::string& side, const Value& element) {
    if (side == "source") map.pairs.back().first = in_.text(element);
    else if (side == "target") map.pairs.back().second = in_.text(element);
    else return false;
    return true;
  });
}

namespace {
std::string ids_of(const std::vector<std::string>& elements) {
  std::string out;
  for (const std::string& element : elements) out += canonical_name(element) + "\n";
  return out;
}
}  // namespace

void JsonDimensions::settle() {
  if (maps_.empty()) return;
  for (size_t i = 0; i < out_.size(); i++)
    if (!out_[i].elements.empty()) of_elements_.emplace(ids_of(out_[i].elements), i);
  for (const Pairs& map : maps_) settle(map);
}

// What each element maps to: several elements are the dimension that holds just these.
void JsonDimensions::settle(const Pairs& map) {
  DimensionDeclaration& d = out_[map.dimension];
  std::unordered_map<std::string, std::vector<std::string>> targets;
  for (const auto& [from, to] : map.pairs) targets[canonical_name(from)].push_back(to);
  std::vector<std::string> elements(d.size);
  size_t found = 0;
  for (uint32_t i = 0; i < d.size; i++) {
    auto of = targets.find(d.elements.empty() ? std::to_string(i + 1) : canonical_name(d.elements[i]));
    if (of == targets.end()) continue;
    found++;
    auto part = of->second.size() == 1 ? of_elements_.end() : of_elements_.find(ids_of(of->second));
    if (of->second.size() == 1) elements[i] = of->second[0];
    else if (part != of_elements_.end()) elements[i] = out_[part->second].name;
    if (elements[i].empty())
      in_.report(Code::unsupported_feature, "the element " + of->first + " of " + d.name + " maps to several elements; define a dimension of just these", *map.at);
  }
  if (found < targets.size()) in_.report(Code::unknown_subscript, "the elementMap of " + d.name + " names an element that the dimension does not have", *map.at);
  d.maps_to[map.mapping].elements = std::move(elements);
}

}  // namespace loopscope
