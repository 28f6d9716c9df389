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
  std::vector<DimensionMapping> maps_to;   // canonical
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
  // Position in `to` of each element of `from`: the same dimension or a subrange or alias (all names found), or by a mapping that these
  // dimensions declare in either direction, or that dimensions do whose elements they share. None unless each has exactly one there.
  std::optional<std::vector<uint32_t>> mapping(uint32_t from, uint32_t to) const;
  // The 1-based position of an element name that stands for a number; none if no dimension has it or two disagree.
  std::optional<uint32_t> element_value(const std::string& name) const;

 private:
  // Calls f(name) for each element of the mapping's dimension that is given to element `i` of `d`.
  template <class F>
  void each_target(const Dimension& d, const DimensionMapping& mapping, uint32_t i, F&& f) const;
  bool through(const Dimension& d, const DimensionMapping& mapping, bool forwards, const Dimension& from, const Dimension& to, std::vector<uint32_t>& map) const;

  std::vector<Dimension> all_;
  std::vector<std::pair<uint32_t, uint32_t>> mappings_;  // dimension, which of its mappings
  std::unordered_map<std::string, uint32_t> ids_;
};

}  // namespace loopscope
