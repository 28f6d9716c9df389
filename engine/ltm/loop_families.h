// Loops over arrays that repeat for every element: circuits through the same variables, of one polarity, that stay at one element of every
// dimension they meet. They are the slots of one loop (ltm/loops.h says the same by name), found, judged and listed together.
#pragma once
#include "ltm/loop_pool.h"

namespace loopscope {

// Hashes, 0 for a free place.
class HashSet {
 public:
  HashSet() : places_(1 << 10, 0) {}
  bool insert(uint64_t hash);
  bool has(uint64_t hash) const { return *find(hash) == hash; }
  size_t size() const { return count_; }

 private:
  uint64_t* find(uint64_t hash) const;
  mutable std::vector<uint64_t> places_;
  size_t count_ = 0;
};
uint64_t hash_of(uint64_t number);

class LoopFamilies {
 public:
  explicit LoopFamilies(const ScoreTable& table);

  struct Family {
    uint64_t key = 0;  // 0: this loop does not repeat
    double slots = 1;  // at most
  };
  Family of(const std::vector<uint32_t>& edges);
  double most_slots() const { return most_slots_; }  // of any family
  // The loops of the family that are active at some row, this one too, one after the other and each as long as this one.
  std::vector<uint32_t> slots(const std::vector<uint32_t>& edges, Budget& budget);

 private:
  struct Frame {
    const uint32_t *next, *end;  // places in the table of edges that may go on
    uint32_t node;
    size_t fixed;                // dimensions before it was met
  };
  bool fix(uint32_t node);
  void release(size_t fixed);
  uint32_t node_of(const ScoredGraph::Array& array) const;
  Frame frame(uint32_t node, uint32_t to_array, size_t fixed) const;
  void walk(uint32_t start, const std::vector<uint32_t>& arrays, int sign, std::vector<uint32_t>& found, Budget& budget);
  bool ever_active();

  const ScoreTable& table_;
  double most_slots_ = 1, slots_ = 1;           // slots_: the product of the extents of dimensions that were given an element
  std::vector<uint32_t> first_[2], edges_[2];  // places of the edges out of and into each node
  std::vector<uint32_t> at_, fixed_;           // element of each dimension; those that have one
  std::vector<Frame> frames_;
  std::vector<uint32_t> path_;
};

}  // namespace loopscope
