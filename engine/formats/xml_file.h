// One XML file as readers see it: pugixml's tree, plus the way back from every node to the bytes of the file, which
// pugixml itself loses because it unescapes text in place. Parsing is bounded: depth, node count, no DTD.
#pragma once
#include <cstdint>
#include <pugixml.hpp>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

// The markup of an XML text, one piece after another; the text between pieces is what they leave out.
class XmlScanner {
 public:
  enum class Kind { Open, Close, Empty, Cdata, Skipped /* comment, processing instruction */, Doctype, End, Bad };
  struct Token {
    Kind kind = Kind::End;
    std::string_view name;       // of a tag
    uint32_t begin = 0, end = 0; // of the whole piece
    uint32_t attributes = 0;
    const char* problem = nullptr;
  };
  explicit XmlScanner(std::string_view text, uint32_t at = 0) : text_(text), at_(at) {}
  Token next();

 private:
  Token tag(uint32_t begin);
  Token until(Kind kind, uint32_t begin, uint32_t from, std::string_view closing, const char* problem);
  std::string_view text_;
  size_t at_;
};

// Text as the content of an element or the value of an attribute that reads back the same. Line ends and tabs in a value, and
// control characters anywhere, are written as numbers.
std::string xml_escaped(std::string_view text, bool attribute);

class XmlFile {
 public:
  // False if the text is not XML that can be read; the diagnostics say why. `text` must outlive the file.
  bool parse(std::string_view text, std::vector<Diagnostic>& diagnostics);

  pugi::xml_node root() const { return document_.document_element(); }
  // Name of an element, without the prefix if it has the one of the root.
  std::string_view tag(pugi::xml_node node) const;
  pugi::xml_node child(pugi::xml_node node, std::string_view tag) const;  // the first; null if there is none
  Span span(pugi::xml_node node) const;            // of the name in its opening tag
  Span span(pugi::xml_attribute attribute) const;  // of its value; unknown if there is no such attribute
  // Text content: CDATA and pieces around comments joined, entities resolved, ends trimmed, child elements left out.
  SourceText text(pugi::xml_node node) const;
  SourceText text(pugi::xml_attribute attribute) const;
  std::string_view verbatim(pugi::xml_node node) const;  // the element as it stands in the file
  bool prefixed() const { return !prefix_.empty(); }  // then the text of an element does not stand on its own
  const LineIndex& lines() const { return lines_; }

 private:
  bool check(std::vector<Diagnostic>& diagnostics) const;
  uint32_t offset(pugi::xml_node node) const;
  std::string_view text_;
  LineIndex lines_;
  std::vector<char> buffer_;  // pugixml writes into it; nodes point into it
  pugi::xml_document document_;
  std::string_view prefix_;   // of the root element, with its colon
};

}  // namespace loopscope
