// Dimensions and how they meet: elements by name, subranges, and mappings from one dimension's elements to another's.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/model.h"

namespace loopscope {

struct Dimension {
  std::string id, name;
  std::vector<std::string> elements;       // canonical
  std::vector<std::string> element_names;  // as written
  std::unordered_map<std::string, uint32_t> index;
  std::vector<std::string> maps_to;        // ids, positional
  uint32_t size() const { return uint32_t(elements.size()); }
};

class Dimensions {
 public:
  void declare(const DimensionDeclaration& declaration);
  const Dimension& operator[](uint32_t id) const { return all_[id]; }
  const std::vector<Dimension>& all() const { return all_; }
  // The dimension of that canonical name, or none_id.
  uint32_t find(const std::string& id) const;
  // 0-based position of an element, by name or (in a numbered dimension) number.
  std::optional<uint32_t> element(uint32_t dimension, const std::string& name) const;
  // Position in `to` of each element of `from`: the same dimension, a subrange (all names found), or a declared mapping in either
  // direction (by position).
  std::optional<std::vector<uint32_t>> mapping(uint32_t from, uint32_t to) const;
  // The 1-based position of an element name that stands for a number; none if no dimension has it or two disagree.
  std::optional<uint32_t> element_value(const std::string& name) const;

 private:
  std::vector<Dimension> all_;
  std::unordered_map<std::string, uint32_t> ids_;
};

}  // namespace loopscope
