#include "semantics/dimensions.h"

#include "ir/program.h"
#include "model/names.h"

namespace loopscope {

void Dimensions::declare(const DimensionDeclaration& declaration) {
  Dimension d;
  d.id = declaration.id;
  d.name = declaration.name;
  d.element_names = declaration.elements;
  if (d.element_names.empty())
    for (uint32_t i = 1; i <= declaration.size; i++) d.element_names.push_back(std::to_string(i));
  for (const std::string& name : d.element_names) {
    d.elements.push_back(canonical_name(name));
    d.index.emplace(d.elements.back(), uint32_t(d.elements.size() - 1));
  }
  for (const DimensionMapping& mapping : declaration.maps_to) {
    mappings_.emplace_back(uint32_t(all_.size()), uint32_t(d.maps_to.size()));
    d.maps_to.push_back({canonical_name(mapping.to), {}});
    for (const std::string& element : mapping.elements) d.maps_to.back().elements.push_back(canonical_name(element));
  }
  ids_.emplace(d.id, uint32_t(all_.size()));
  all_.push_back(std::move(d));
}

uint32_t Dimensions::find(const std::string& id) const {
  auto it = ids_.find(id);
  return it == ids_.end() ? none_id : it->second;
}

std::optional<uint32_t> Dimensions::element(uint32_t dimension, const std::string& name) const {
  auto it = all_[dimension].index.find(name);
  if (it == all_[dimension].index.end()) return std::nullopt;
  return it->second;
}

template <class F>
void Dimensions::each_target(const Dimension& d, const DimensionMapping& mapping, uint32_t i, F&& f) const {
  const Dimension& to = all_[find(mapping.to)];
  if (mapping.elements.empty()) {
    if (to.size() == d.size()) f(to.elements[i]);
  } else if (mapping.elements.size() != d.size()) {
    return;
  } else if (to.index.count(mapping.elements[i])) {
    f(mapping.elements[i]);
  } else if (uint32_t part = find(mapping.elements[i]); part != none_id) {
    for (const std::string& name : all_[part].elements) f(name);
  }
}

// The map, if the mapping of `d`, read from `d` or backwards, gives each element of `from` exactly one of `to`.
bool Dimensions::through(const Dimension& d, const DimensionMapping& mapping, bool forwards, const Dimension& from, const Dimension& to, std::vector<uint32_t>& map) const {
  if (!(forwards ? d : all_[find(mapping.to)]).index.count(from.elements[0])) return false;
  constexpr uint32_t several = none_id;
  std::unordered_map<std::string_view, uint32_t> known;
  for (uint32_t i = 0; i < d.size(); i++)
    each_target(d, mapping, i, [&](const std::string& theirs) {
      auto at = to.index.find(forwards ? theirs : d.elements[i]);
      if (at == to.index.end()) return;
      auto [meets, added] = known.emplace(forwards ? d.elements[i] : theirs, at->second);
      if (!added && meets->second != at->second) meets->second = several;
    });
  map.clear();
  for (const std::string& name : from.elements) {
    auto meets = known.find(name);
    if (meets == known.end() || meets->second == several) return false;
    map.push_back(meets->second);
  }
  return true;
}

std::optional<std::vector<uint32_t>> Dimensions::mapping(uint32_t from, uint32_t to) const {
  const Dimension &a = all_[from], &b = all_[to];
  std::vector<uint32_t> map;
  for (const std::string& name : a.elements) {
    auto it = b.index.find(name);
    if (it == b.index.end()) break;
    map.push_back(it->second);
  }
  if (map.size() == a.size()) return map;
  // Vensim's reading first: what a dimension maps to is what equations run over. Then the other way, then by what the elements are part of.
  for (int how = 0; how < 4; how++)
    for (auto [declaring, which] : mappings_) {
      const DimensionMapping& mapping = all_[declaring].maps_to[which];
      uint32_t target = find(mapping.to);
      bool forwards = how & 1;
      if (target == none_id || (how < 2) != ((forwards ? declaring : target) == from && (forwards ? target : declaring) == to)) continue;
      if (through(all_[declaring], mapping, forwards, a, b, map)) return map;
    }
  return std::nullopt;
}

std::optional<uint32_t> Dimensions::element_value(const std::string& name) const {
  std::optional<uint32_t> value;
  for (const Dimension& d : all_) {
    auto it = d.index.find(name);
    if (it == d.index.end()) continue;
    if (value && *value != it->second + 1) return std::nullopt;
    value = it->second + 1;
  }
  return value;
}

}  // namespace loopscope
