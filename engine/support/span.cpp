#include "support/span.h"

#include <algorithm>

namespace loopscope {

LineIndex::LineIndex(std::string_view source) : size_(uint32_t(source.size())) {
  for (uint32_t i = 0; i < size_; i++)
    if (source[i] == '\n' || (source[i] == '\r' && (i + 1 == size_ || source[i + 1] != '\n'))) starts_.push_back(i + 1);
}

Span LineIndex::span(uint32_t offset, uint32_t length) const {
  Span span;
  span.offset = std::min(offset, size_);
  span.length = std::min(length, size_ - span.offset);
  auto after = std::upper_bound(starts_.begin(), starts_.end(), span.offset);
  span.line = uint32_t(after - starts_.begin());
  span.column = span.offset - *(after - 1) + 1;
  return span;
}

}  // namespace loopscope
