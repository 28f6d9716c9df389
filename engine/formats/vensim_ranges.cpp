#include <algorithm>

#include "formats/vensim_parts.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {
constexpr size_t most_elements = 250'000;  // of all ranges together
constexpr size_t most_looks = 10'000'000;  // for the dimensions of variables whose equations name elements

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
  containing_.resize(numbers_.size());
  for (size_t i = 0; i < ranges_.size(); i++)
    for (size_t at = 0; at < ranges_[i].numbers.size(); at++) containing_[ranges_[i].numbers[at]].push_back({i, at});
}

void VensimRanges::settle(Range& range, int depth) {
  constexpr int deepest = 100;
  if (range.state == Range::Settled) return;
  if (range.state == Range::Open || depth > deepest) {
    reports_.report(Code::macro_recursion, "the subscript range " + range.declaration.name + " is part of itself, or ranges are nested over 100 deep", range.at);
    range.state = Range::Settled;
    for (const std::string& element : range.declaration.elements) range.numbers.push_back(number_of(canonical_name(element)));
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
  std::vector<uint32_t> numbers;
  std::unordered_set<uint32_t> seen;
  auto take = [&](const std::string& element, uint32_t number) {
    if (!seen.insert(number).second) return;
    elements.push_back(element);
    numbers.push_back(number);
  };
  auto take_all = [&](const Range& part) {
    for (size_t i = 0; i < part.numbers.size(); i++) take(part.declaration.elements[i], part.numbers[i]);
  };
  if (!range.alias_of.empty()) {
    Range* same = other(range.alias_of);
    if (!same) reports_.report(Code::unknown_dimension, "the range " + range.alias_of + " is not defined in the file", range.at);
    else if (fits(same->numbers.size(), range.at)) range.declaration.maps_to = same->declaration.maps_to, range.declaration.external = same->declaration.external, take_all(*same);
  }
  for (const std::string& element : range.declaration.elements) {
    std::string id = canonical_name(element);
    Range* part = other(id);
    if (!part) take(element, number_of(id));
    else if (!fits(part->numbers.size(), range.at)) break;
    else take_all(*part);
  }
  range.declaration.elements = std::move(elements);
  range.numbers = std::move(numbers);
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

const std::vector<std::string>* VensimRanges::elements_of(const std::string& id) const {
  auto range = index_.find(id);
  return range == index_.end() ? nullptr : &ranges_[range->second].declaration.elements;
}

std::vector<uint32_t> VensimRanges::elements_of(const std::vector<std::string>& subscripts, const std::vector<std::string>& ids, const std::string& variable, std::string_view at) {
  std::vector<uint32_t> out;
  for (size_t i = 0; i < ids.size() && looks_ <= most_looks; i++) {
    auto range = index_.find(ids[i]);
    auto element = numbers_.find(ids[i]);
    size_t before = out.size();
    if (range != index_.end()) out.insert(out.end(), ranges_[range->second].numbers.begin(), ranges_[range->second].numbers.end());
    else if (element != numbers_.end()) out.push_back(element->second);
    if (out.size() == before) {
      reports_.report(Code::unknown_subscript, subscripts[i] + " is no subscript range, nor an element of one", at, variable);
      return {};
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

const VensimRanges::Range* VensimRanges::least_with(const std::vector<uint32_t>& elements, std::vector<size_t>& places) {
  std::unordered_map<size_t, size_t> found;  // how many of them a range has
  const Range* least = nullptr;
  for (uint32_t element : elements)
    for (const Place& place : containing_[element]) {
      if (++looks_ > most_looks) return nullptr;
      const Range& range = ranges_[place.range];
      bool has_all = ++found[place.range] == elements.size();
      if (has_all && (!least || range.numbers.size() < least->numbers.size() || (range.numbers.size() == least->numbers.size() && &range < least))) least = &range;
    }
  for (uint32_t element : elements)
    for (const Place& place : containing_[element])
      if (&ranges_[place.range] == least) places.push_back(place.at);
  std::sort(places.begin(), places.end());
  return least;
}

std::string VensimRanges::axis(const std::vector<std::string>& subscripts, const std::string& variable, std::string_view at) {
  std::string key;
  std::vector<std::string> ids;
  for (const std::string& subscript : subscripts) {
    ids.push_back(canonical_name(subscript));
    key += ids.back() + "\n";  // no name has one
  }
  auto known = axes_.find(key);
  if (known != axes_.end()) return known->second;
  auto only = index_.find(ids[0]);
  if (subscripts.size() == 1 && only != index_.end()) return axes_[key] = ranges_[only->second].declaration.name;
  std::vector<uint32_t> all = elements_of(subscripts, ids, variable, at);
  if (all.empty() && looks_ <= most_looks) return "";
  std::vector<size_t> places;
  const Range* least = least_with(all, places);
  if (!least && looks_ > most_looks) {
    reports_.report(Code::input_too_large, "too many variables have equations for elements of ranges that share these", at, variable);
    return "";
  }
  if (!least) {
    reports_.report(Code::wrong_subscripts, "the equations of this variable have subscripts of different ranges, " + subscripts.front() + " and " + subscripts.back(), at, variable);
    return "";
  }
  if (least->numbers.size() == all.size()) return axes_[key] = least->declaration.name;
  // Some elements of a range that have no name together.
  Range own;
  own.declaration.name = least->declaration.name + " of " + variable;
  for (int i = 2; index_.count(canonical_name(own.declaration.name)); i++) own.declaration.name = least->declaration.name + " of " + variable + " " + std::to_string(i);
  own.declaration.id = canonical_name(own.declaration.name);
  for (size_t i : places) {
    own.declaration.elements.push_back(least->declaration.elements[i]);
    own.numbers.push_back(least->numbers[i]);
  }
  own.declaration.size = uint32_t(own.numbers.size());
  own.at = at;
  std::string name = own.declaration.name;
  add(std::move(own));
  return axes_[key] = name;
}

}  // namespace loopscope
