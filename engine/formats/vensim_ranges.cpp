#include <algorithm>

#include "formats/vensim_parts.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {
constexpr size_t most_elements = 250'000;  // of all ranges together

// A1 -> A and 1; none without digits at its end.
std::optional<std::pair<std::string, uint32_t>> numbered_name(const std::string& name) {
  size_t digits = name.find_last_not_of("0123456789") + 1;
  auto number = digits < name.size() && name.size() - digits < 9 ? parse_number(std::string_view(name).substr(digits)) : std::nullopt;
  if (!number) return std::nullopt;
  return std::make_pair(name.substr(0, digits), uint32_t(*number));
}
}  // namespace

void VensimRanges::declare(std::string name, VensimWords& words, bool alias, std::string_view at) {
  Range range;
  range.declaration.name = std::move(name);
  range.declaration.id = canonical_name(range.declaration.name);
  range.declaration.span = reports_.span(at);
  range.at = at;
  if (alias) {
    range.alias_of = canonical_name(words.text());
    if (!words.expect(TokenKind::Name, "the name of the range that is the same")) return;
    return add(std::move(range));
  }
  for (bool more = true; more;) {
    if (words.at(TokenKind::LeftParen)) {
      numbered(range, words);
    } else if (words.at(TokenKind::Name) || words.at(TokenKind::Number)) {
      std::string element = one_line(words.text());
      std::string_view call = words.rest();
      words.advance();
      if (words.at(TokenKind::LeftParen)) {  // GET DIRECT SUBSCRIPT(...)
        range.declaration.external.text = std::string(call);
        range.declaration.external.span = reports_.span(call);
        if (range.declaration.external.span.known()) range.declaration.external.offsets = {{0, range.declaration.external.span.offset}};
        int depth = 0;
        do {
          depth += words.at(TokenKind::LeftParen) - words.at(TokenKind::RightParen);
          words.advance();
        } while (depth > 0 && !words.at(TokenKind::End) && !words.at(TokenKind::Bad));
        size_t size = call.size() - words.rest().size();
        range.declaration.external.text = std::string(trim_blanks(call.substr(0, size)));
        break;
      }
      range.declaration.elements.push_back(std::move(element));
    } else {
      words.expect(TokenKind::Name, "the name of an element");
      return;
    }
    more = words.take(TokenKind::Comma);
  }
  if (words.at(TokenKind::Minus)) mappings(range, words);
  if (!words.at(TokenKind::End)) words.expect(TokenKind::Comma, "',' or '->'");
  add(std::move(range));
}

// (A1-A10)
void VensimRanges::numbered(Range& range, VensimWords& words) {
  std::string_view at = words.rest();
  words.advance();
  std::string ends[2];
  for (std::string& end : ends) {
    end = one_line(words.text());
    if (!words.expect(TokenKind::Name, "the name of an element") || !(&end == ends ? words.expect(TokenKind::Minus, "'-'") : words.expect(TokenKind::RightParen, "')'"))) return;
  }
  auto first = numbered_name(ends[0]), last = numbered_name(ends[1]);
  if (!first || !last || canonical_name(first->first) != canonical_name(last->first) || last->second < first->second)
    return reports_.report(Code::unknown_subscript, "a range such as (A1-A10) has one name with two numbers, the smaller first", at.substr(0, 1));
  if (!fits(last->second - first->second + 1, at.substr(0, 1))) return;
  for (uint32_t i = first->second; i <= last->second; i++) range.declaration.elements.push_back(first->first + std::to_string(i));
}

// -> A, (B: B1, SubB), ...
void VensimRanges::mappings(Range& range, VensimWords& words) {
  words.advance();
  if (!words.expect(TokenKind::Greater, "'->'")) return;
  do {
    DimensionMapping mapping;
    bool written_out = words.take(TokenKind::LeftParen);
    mapping.to = one_line(words.text());
    if (!words.expect(TokenKind::Name, "the name of a range")) return;
    if (written_out) {
      if (!words.expect(TokenKind::Colon, "':'")) return;
      do {
        mapping.elements.push_back(one_line(words.text()));
        if (!words.expect(TokenKind::Name, "the name of an element")) return;
      } while (words.take(TokenKind::Comma));
      if (!words.expect(TokenKind::RightParen, "')'")) return;
    }
    range.declaration.maps_to.push_back(std::move(mapping));
  } while (words.take(TokenKind::Comma));
}

void VensimRanges::add(Range range) {
  if (!index_.emplace(range.declaration.id, ranges_.size()).second)
    return reports_.report(Code::duplicate_name, "there are two subscript ranges of the name " + range.declaration.name + "; rename one", range.at);
  ranges_.push_back(std::move(range));
}

bool VensimRanges::fits(size_t more, std::string_view at) {
  bool said = elements_ > most_elements;
  if ((elements_ += more) <= most_elements) return true;
  if (!said) reports_.report(Code::input_too_large, "the subscript ranges of this file have more than 250,000 elements together", at);
  return false;
}

void VensimRanges::settle() {
  for (size_t i = 0; i < ranges_.size(); i++) settle(ranges_[i], 0);
  for (size_t i = 0; i < ranges_.size(); i++)
    for (const std::string& element : ranges_[i].declaration.elements) containing_[canonical_name(element)].push_back(i);
}

void VensimRanges::settle(Range& range, int depth) {
  constexpr int deepest = 100;
  if (range.state == Range::Settled) return;
  if (range.state == Range::Open || depth > deepest) {
    reports_.report(Code::macro_recursion, "the subscript range " + range.declaration.name + " is part of itself, or ranges are nested over 100 deep", range.at);
    range.state = Range::Settled;
    return;
  }
  range.state = Range::Open;
  auto other = [&](const std::string& id) {
    auto it = index_.find(id);
    if (it == index_.end()) return static_cast<Range*>(nullptr);
    settle(ranges_[it->second], depth + 1);
    return &ranges_[it->second];
  };
  std::vector<std::string> elements;
  std::unordered_set<std::string> seen;
  auto take = [&](const std::string& element) {
    if (seen.insert(canonical_name(element)).second) elements.push_back(element);
  };
  if (!range.alias_of.empty()) {
    Range* same = other(range.alias_of);
    if (!same) reports_.report(Code::unknown_dimension, "the range " + range.alias_of + " is not defined in the file", range.at);
    else range.declaration.maps_to = same->declaration.maps_to, range.declaration.external = same->declaration.external, elements = same->declaration.elements;
  }
  for (const std::string& element : range.declaration.elements) {
    Range* part = other(canonical_name(element));
    if (!part) take(element);
    else if (!fits(part->declaration.elements.size(), range.at)) break;
    else for (const std::string& inner : part->declaration.elements) take(inner);
  }
  range.declaration.elements = std::move(elements);
  range.declaration.size = uint32_t(range.declaration.elements.size());
  if (range.declaration.elements.empty() && !range.declaration.external.present() && elements_ <= most_elements)
    reports_.report(Code::unknown_dimension, "the subscript range " + range.declaration.name + " has no elements", range.at);
  range.state = Range::Settled;
}

std::vector<DimensionDeclaration> VensimRanges::take() {
  std::vector<DimensionDeclaration> out;
  for (Range& range : ranges_) out.push_back(std::move(range.declaration));
  return out;
}

std::vector<std::string> VensimRanges::elements_of(const std::string& subscript) const {
  std::string id = canonical_name(subscript);
  auto range = index_.find(id);
  if (range != index_.end()) return ranges_[range->second].declaration.elements;
  return containing_.count(id) ? std::vector<std::string>{subscript} : std::vector<std::string>();
}

std::string VensimRanges::axis(const std::vector<std::string>& subscripts, const std::string& variable, std::string_view at) {
  std::string key;
  for (const std::string& subscript : subscripts) key += canonical_name(subscript) + ",";
  auto known = axes_.find(key);
  if (known != axes_.end()) return known->second;
  auto only = index_.find(canonical_name(subscripts[0]));
  if (subscripts.size() == 1 && only != index_.end()) return axes_[key] = ranges_[only->second].declaration.name;
  std::unordered_set<std::string> all;
  std::string first;
  for (const std::string& subscript : subscripts) {
    std::vector<std::string> elements = elements_of(subscript);
    if (elements.empty()) {
      reports_.report(Code::unknown_subscript, subscript + " is no subscript range, nor an element of one", at, variable);
      return "";
    }
    for (const std::string& element : elements) all.insert(canonical_name(element));
    if (first.empty()) first = canonical_name(elements[0]);
  }
  const Range* least = nullptr;
  for (size_t candidate : containing_[first]) {
    const Range& range = ranges_[candidate];
    size_t size = range.declaration.elements.size();
    if (size < all.size() || (least && size >= least->declaration.elements.size())) continue;
    size_t found = 0;
    for (const std::string& element : range.declaration.elements) found += all.count(canonical_name(element));
    if (found == all.size()) least = &range;
  }
  if (!least) {
    reports_.report(Code::wrong_subscripts, "the equations of this variable have subscripts of different ranges, " + subscripts.front() + " and " + subscripts.back(), at, variable);
    return "";
  }
  if (least->declaration.elements.size() == all.size()) return axes_[key] = least->declaration.name;
  // Some elements of a range that have no name together.
  Range own;
  own.declaration.name = least->declaration.name + " of " + variable;
  for (int i = 2; index_.count(canonical_name(own.declaration.name)); i++) own.declaration.name = least->declaration.name + " of " + variable + " " + std::to_string(i);
  own.declaration.id = canonical_name(own.declaration.name);
  for (const std::string& element : least->declaration.elements)
    if (all.count(canonical_name(element))) own.declaration.elements.push_back(element);
  own.declaration.size = uint32_t(own.declaration.elements.size());
  own.at = at;
  std::string name = own.declaration.name;
  add(std::move(own));
  return axes_[key] = name;
}

}  // namespace loopscope
