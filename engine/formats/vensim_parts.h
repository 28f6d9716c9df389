// Inside of the Vensim reader: the words of an entry, the subscript ranges, and what the parts hand each other. Included by
// vensim_*.cpp only.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "formats/vensim_file.h"
#include "model/model.h"
#include "syntax/lexer.h"

namespace loopscope {

// The tokens of a part of an entry, one ahead.
class VensimWords {
 public:
  VensimWords(std::string_view text, Reports& reports) : text_(text), reports_(reports), lexer_(text, Dialect::Vensim, errors_) { advance(); }
  const Token& now() const { return now_; }
  bool at(TokenKind kind) const { return now_.kind == kind; }
  void advance();
  bool take(TokenKind kind);
  // The same, with an error where it is missing.
  bool expect(TokenKind kind, const char* wanted);
  std::string_view text() const { return lexer_.text_of(now_); }
  // What is left from this token on.
  std::string_view rest() const { return text_.substr(std::min<size_t>(now_.offset, text_.size())); }
  size_t offset() const { return now_.offset; }
  std::optional<double> number();  // with a sign

 private:
  std::string_view text_;
  Reports& reports_;
  std::vector<ParseError> errors_;
  Lexer lexer_;
  Token now_;
};

// Subscript ranges: what the file declares, and what its arrays run over.
class VensimRanges {
 public:
  explicit VensimRanges(Reports& reports) : reports_(reports) {}
  // `name: elements -> mappings`, `name <-> other`; the words stand after the name.
  void declare(std::string name, VensimWords& words, bool alias, std::string_view at);
  // Writes all elements out, subranges by name included.
  void settle();
  std::vector<DimensionDeclaration> take();
  // The elements of a range; null if it is none.
  const std::vector<std::string>* elements_of(const std::string& id) const;
  bool is_element(const std::string& id) const { return numbers_.count(id) != 0; }
  // The dimension of an axis where these subscripts stand in the definitions of a variable: the least that has all of their elements, else one of
  // its own for the variable. Empty after an error.
  std::string axis(const std::vector<std::string>& subscripts, const std::string& variable, std::string_view at);

 private:
  struct Range {
    DimensionDeclaration declaration;
    std::vector<uint32_t> numbers;  // of its elements, once settled
    std::string alias_of;
    std::string_view at;
    enum { Written, Open, Settled } state = Written;
  };
  void numbered(Range& range, VensimWords& words);
  void mappings(Range& range, VensimWords& words);
  void settle(Range& range, int depth);
  void add(Range range);
  // Counts elements; an error, once, when there are too many.
  bool fits(size_t more, std::string_view at);
  uint32_t number_of(const std::string& id) { return numbers_.emplace(id, uint32_t(numbers_.size())).first->second; }
  // The elements that these subscripts stand for, each once. Empty after an error.
  std::vector<uint32_t> elements_of(const std::vector<std::string>& subscripts, const std::vector<std::string>& ids, const std::string& variable, std::string_view at);
  // The least range that has them all, or null; `places`: theirs in it, in order.
  const Range* least_with(const std::vector<uint32_t>& elements, std::vector<size_t>& places);

  Reports& reports_;
  std::vector<Range> ranges_;
  std::unordered_map<std::string, size_t> index_;                     // id -> range
  struct Place {
    size_t range, at;
  };
  std::unordered_map<std::string, uint32_t> numbers_;                 // id of an element -> its number
  std::vector<std::vector<Place>> containing_;                        // by that: where it stands in ranges, once settled
  std::unordered_map<std::string, std::string> axes_;                 // subscripts in a row -> their dimension
  size_t elements_ = 0, looks_ = 0;                                   // looks at where elements stand, so far
};

// The right side of an equation, taken apart.
struct VensimRight {
  SourceText equation, initial, net_flow;
  std::optional<GraphicalFunction> table;
  bool is_table = false;                   // the equation gives a graphical function
  bool is_data = false;                    // the equation reads a data source
  std::vector<std::string_view> constants;  // of a list of numbers
};

class VensimEquations {
 public:
  explicit VensimEquations(Reports& reports) : reports_(reports) {}
  VensimRight read(std::string_view right, const std::string& variable);
  // ([(0,0)-(10,10)],(x,y),...) or (x,...,y,...), at the parenthesis.
  std::optional<GraphicalFunction> table(std::string_view text, const std::string& variable);
  SourceText source(std::string_view part) const;

 private:
  std::vector<std::string_view> arguments(VensimWords& words, const std::string& variable);
  bool list(std::string_view text, std::vector<std::string_view>& constants);
  std::vector<std::string_view> tabbed(std::string_view text);
  Reports& reports_;
};

}  // namespace loopscope
