#include "formats/vensim_file.h"

#include "model/names.h"

namespace loopscope {

namespace {

constexpr std::string_view settings_mark = "///---\\\\\\";
// \\\---///, or with two strokes as some write it.
bool is_sketch(std::string_view text) { return text.starts_with("\\\\\\---///") || text.starts_with("\\\\---///"); }

class Cutter {
 public:
  Cutter(std::string_view text, Reports& reports) : text_(text), reports_(reports) {}

  VensimFile run() {
    while (skip_blanks()) {
      if (is_sketch(rest())) break;
      if (is_word(":MACRO:")) begin_macro();
      else if (is_word(":END OF MACRO:")) end_macro();
      else entry();
    }
    if (in_macro_) reports_.report(Code::unterminated, "the macro " + std::string(file_.macros.back().header) + " is not closed; write :END OF MACRO: after it", file_.macros.back().header);
    size_t end = text_.find(settings_mark, at_);
    file_.sketch = text_.substr(at_, end == text_.npos ? end : end - at_);
    if (end != text_.npos) file_.settings = text_.substr(end);
    return std::move(file_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  // An ASCII word in capitals, written in any case.
  bool is_word(std::string_view word) const { return text_.size() - at_ >= word.size() && fold_case(text_.substr(at_, word.size())) == fold_case(word); }

  // Also comments between entries. False at the end.
  bool skip_blanks() {
    for (; at_ < text_.size(); at_++) {
      if (text_[at_] == '{') at_ = skip_comment(at_);
      else if (std::string_view(" \t\r\n\f\v").find(text_[at_]) == std::string_view::npos) return true;
    }
    at_ = text_.size();
    return false;
  }

  // The place of the } that closes; comments nest.
  size_t skip_comment(size_t from) {
    int depth = 0;
    for (size_t i = from; i < text_.size(); i++) {
      depth += (text_[i] == '{') - (text_[i] == '}');
      if (depth == 0) return i;
    }
    reports_.report(Code::unterminated, "this comment is not closed; add a }", text_.substr(from, 1));
    return text_.size() - 1;
  }

  // The place of the next `mark`; without one an error, and the last byte.
  size_t skip_to(char mark, size_t from) {
    size_t end = text_.find(mark, from + 1);
    if (end != text_.npos) return end;
    reports_.report(Code::unterminated, std::string(1, text_[from]) + " is not closed by " + mark, text_.substr(from, 1));
    return text_.size() - 1;
  }

  // The closing quote of the name that begins at `from`; of one that is never closed the quote itself.
  size_t skip_quoted(size_t from) {
    if (unclosed_) return from;  // said, and looked for once
    for (size_t i = from + 1; i < text_.size(); i++) {
      if (text_[i] == '\\') i++;
      else if (text_[i] == '"') return i;
    }
    reports_.report(Code::unterminated, "this quoted name is not closed; add a \"", text_.substr(from, 1));
    unclosed_ = true;
    return from;
  }

  // Where the equation part ends: at ~, | or the diagrams. A text in single quotes stands only where an argument begins; elsewhere ' is a letter.
  size_t equation_end() {
    char before = 0;
    size_t last = text_.size();
    for (size_t i = at_; i < last; i++) {
      char c = text_[i];
      if (c == '~' || c == '|') return i;
      if (c == '"') i = skip_quoted(i);
      else if (c == '{') i = skip_comment(i);
      else if (c == '\'' && (before == '(' || before == ',')) i = skip_to('\'', i);
      else if (c == '\\' && is_sketch(text_.substr(i))) return i;
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') before = c;
    }
    return last;
  }

  std::string_view part(size_t end) {
    std::string_view out = text_.substr(at_, end - at_);
    at_ = end;
    return out;
  }

  void entry() {
    VensimEntry next;
    next.group = group_;
    size_t begin = at_;
    next.equation = text_[at_] == '*' ? part(std::min(text_.find_first_of("~|", at_), text_.size())) : part(equation_end());
    std::string_view* parts[] = {&next.units, &next.comment, &next.flags};
    for (std::string_view* of : parts) {
      if (at_ >= text_.size() || text_[at_] != '~') break;
      at_++;
      *of = part(std::min(text_.find_first_of(of == &next.flags ? "|" : "~|", at_), text_.size()));
    }
    bool closed = at_ < text_.size() && text_[at_] == '|';
    at_ += closed;
    if (!closed || next.flags.find('~') != next.flags.npos)  // with a ~ the next entry begins there
      reports_.report(Code::unterminated, "this entry has no | at its end", text_.substr(begin, std::min<size_t>(at_ - begin, 40)));
    if (next.equation.starts_with("*")) {
      size_t point = next.equation.find('.');
      size_t end = next.equation.find_first_of("*\r\n", std::min(point, next.equation.size()));
      group_ = point == next.equation.npos ? std::string_view() : trim_blanks(next.equation.substr(point + 1, end == next.equation.npos ? end : end - point - 1));
      return;
    }
    next.equation = trim_blanks(next.equation);
    if (next.equation.empty()) return;
    if (in_macro_) file_.macros.back().entries.push_back(next);
    else file_.entries.push_back(next);
  }

  // The header ends with its parenthesis.
  void begin_macro() {
    at_ += 7;
    if (in_macro_) reports_.report(Code::unterminated, "a macro begins inside another; write :END OF MACRO: before it", text_.substr(at_ - 7, 7));
    size_t end = text_.find_first_of(")|~", at_);
    bool closed = end != text_.npos && text_[end] == ')';
    if (!closed) reports_.report(Code::unterminated, "this macro's head has no closing parenthesis", text_.substr(at_ - 7, 7));
    in_macro_ = true;
    file_.macros.push_back({trim_blanks(part(closed ? end + 1 : std::min(end, text_.size()))), {}});
  }
  void end_macro() {
    if (!in_macro_) reports_.report(Code::syntax_error, "no macro is open here", text_.substr(at_, 14));
    in_macro_ = false;
    at_ += 14;
  }

  std::string_view text_;
  Reports& reports_;
  VensimFile file_;
  std::string_view group_;
  size_t at_ = 0;
  bool in_macro_ = false, unclosed_ = false;
};

}  // namespace

VensimFile cut_vensim(std::string_view text, Reports& reports) { return Cutter(text, reports).run(); }

}  // namespace loopscope
