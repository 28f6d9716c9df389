// A place in a source file: byte offset and length, and the 1-based line and column of its start
// (columns count bytes of UTF-8 plus one; 0 = unknown).
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace loopscope {

struct Span {
  uint32_t offset = 0;
  uint32_t length = 0;
  uint32_t line = 0;
  uint32_t column = 0;
  bool known() const { return line != 0; }
};

// The span of `length` bytes at `offset` of `source`, with its line and column counted.
// Linear in the offset: for many spans of one file use LineIndex.
Span span_at(std::string_view source, uint32_t offset, uint32_t length);

// Where the lines of one file begin, so that a span costs a binary search. Breaks are \n, \r\n and \r alone.
class LineIndex {
 public:
  LineIndex() = default;
  explicit LineIndex(std::string_view source);
  Span span(uint32_t offset, uint32_t length) const;

 private:
  std::vector<uint32_t> starts_{0};
  uint32_t size_ = 0;
};

}  // namespace loopscope
