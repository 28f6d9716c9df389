#include "semantics/dimensions.h"

#include <algorithm>

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
  for (const DimensionMapping& mapping : declaration.maps_to) d.maps_to.push_back(canonical_name(mapping.to));
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

std::optional<std::vector<uint32_t>> Dimensions::mapping(uint32_t from, uint32_t to) const {
  const Dimension &a = all_[from], &b = all_[to];
  std::vector<uint32_t> map;
  for (const std::string& name : a.elements) {
    auto it = b.index.find(name);
    if (it == b.index.end()) break;
    map.push_back(it->second);
  }
  if (map.size() == a.size()) return map;
  auto maps = [](const Dimension& x, const Dimension& y) { return std::find(x.maps_to.begin(), x.maps_to.end(), y.id) != x.maps_to.end(); };
  if ((maps(a, b) || maps(b, a)) && a.size() == b.size()) {
    map.clear();
    for (uint32_t i = 0; i < a.size(); i++) map.push_back(i);
    return map;
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
