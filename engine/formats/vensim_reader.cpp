#include "formats/vensim_reader.h"

#include <algorithm>
#include <memory>

#include "formats/vensim_parts.h"
#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

class VensimReader {
 public:
  VensimReader(std::string_view text, std::vector<Diagnostic>& diagnostics) : text_(text), reports_(text, diagnostics), ranges_(reports_), equations_(reports_) {}

  std::optional<Project> read() {
    if (size_t zero = text_.find('\0'); zero != text_.npos) reports_.report(Code::bad_encoding, "the text holds a zero character, which no model has; is this file whole?", text_.substr(zero, 1));
    VensimFile file = cut_vensim(text_, reports_);
    project_.source = std::string(text_);
    project_.dialect = Dialect::Vensim;
    project_.vensim_made = true;
    project_.sketch = std::string(file.sketch);
    project_.settings = std::string(file.settings);
    for (const VensimMacro& macro : file.macros) begin_macro(macro);
    std::vector<Left> lefts = left_sides(file.entries);
    std::vector<std::vector<Left>> inside;
    for (const VensimMacro& macro : file.macros) inside.push_back(left_sides(macro.entries));
    ranges_.settle();
    for (size_t i = 0; i < inside.size(); i++) finish_macro(i, inside[i]);
    Model main;
    variables(lefts, main.variables);
    take_controls(main.variables);
    project_.models.push_back(std::move(main));
    project_.dimensions = ranges_.take();
    settings(file.settings);
    return std::move(project_);
  }

 private:
  enum class Form { Equation, Table, Data };
  struct Left {
    Form form;
    std::string name, id;
    std::vector<std::string> subscripts;
    std::vector<std::vector<std::string>> except;
    std::optional<DataRule> rule;
    std::string_view right, at;
    const VensimEntry* entry;
  };

  std::vector<Left> left_sides(const std::vector<VensimEntry>& entries) {
    std::vector<Left> out;
    for (const VensimEntry& entry : entries)
      if (auto left = left_side(entry)) out.push_back(std::move(*left));
    return out;
  }

  // Ranges are declared on the way; none for them and for what has no part in a simulation.
  std::optional<Left> left_side(const VensimEntry& entry) {
    VensimWords words(entry.equation, reports_);
    Left left{};
    left.entry = &entry;
    if (words.at(TokenKind::Keyword)) return skipped(entry, "a Reality Check");
    std::string_view name = words.text();
    left.at = name;
    left.name = one_line(name);
    left.id = canonical_name(left.name);
    if (!words.expect(TokenKind::Name, "the name of a variable")) return std::nullopt;
    if (words.at(TokenKind::LeftBracket) && !subscripts(words, left.subscripts)) return std::nullopt;
    while (words.at(TokenKind::Keyword)) {
      std::string keyword = fold_case(trim_blanks(words.text().substr(1, words.text().size() - 2)));
      words.advance();
      if (keyword == "interpolate") left.rule = DataRule::Interpolate;
      else if (keyword == "look forward") left.rule = DataRule::LookForward;
      else if (keyword == "hold backward") left.rule = DataRule::HoldBackward;
      else if (keyword == "raw") left.rule = DataRule::Raw;
      else if (keyword == "is") return skipped(entry, "a text");
      else if (keyword != "except") return skipped(entry, "a Reality Check");
      else do {
        left.except.emplace_back();
        if (!subscripts(words, left.except.back())) return std::nullopt;
      } while (words.take(TokenKind::Comma));
    }
    return right_side(words, std::move(left));
  }

  std::optional<Left> right_side(VensimWords& words, Left left) {
    std::string_view equation = left.entry->equation;
    auto from = [&](size_t offset) { return equation.substr(std::min(offset, equation.size())); };
    size_t after = words.offset() + 1;
    if (words.at(TokenKind::Colon) && !from(after).starts_with("=")) {
      words.advance();
      ranges_.declare(left.name, words, false, left.at);
      return std::nullopt;
    }
    if (words.at(TokenKind::Less) && from(after).starts_with("->")) {
      for (int i = 0; i < 3; i++) words.advance();
      ranges_.declare(left.name, words, true, left.at);
      return std::nullopt;
    }
    left.form = Form::Equation;
    if (words.at(TokenKind::End)) left.form = Form::Data;
    else if (words.at(TokenKind::LeftParen)) left.form = Form::Table, left.right = words.rest();
    else if (words.at(TokenKind::Colon)) left.right = from(after + 1);
    else if (words.at(TokenKind::Equal)) left.right = from(after + (from(after).starts_with("=") ? 1 : 0));
    else return words.expect(TokenKind::Equal, "'='"), std::nullopt;
    return left;
  }

  std::optional<Left> skipped(const VensimEntry& entry, const char* what) {
    reports_.report(Code::ignored_element, std::string(what) + " has no part in a simulation and is left out", entry.equation.substr(0, 40));
    return std::nullopt;
  }

  bool subscripts(VensimWords& words, std::vector<std::string>& out) {
    if (!words.expect(TokenKind::LeftBracket, "'['")) return false;
    do {
      out.push_back(one_line(words.text()));
      if (!words.take(TokenKind::Number) && !words.expect(TokenKind::Name, "a subscript")) return false;
      if (out.size() > max_subscripts) return words.expect(TokenKind::RightBracket, "']' after at most 64 subscripts");
    } while (words.take(TokenKind::Comma));
    return words.expect(TokenKind::RightBracket, "']'");
  }

  // --- variables
  void variables(std::vector<Left>& lefts, std::vector<Variable>& out) {
    std::unordered_map<std::string, size_t> index;
    std::vector<std::vector<std::string_view>> constants;  // of all definitions, one after the other
    for (size_t i = 0; i < lefts.size(); i++) {  // outputs of macros are added on the way
      Left left = lefts[i];
      auto [known, fresh] = index.emplace(left.id, out.size());
      if (fresh) out.push_back(begin_variable(left));
      Variable& variable = out[known->second];
      if (!fresh && (left.subscripts.empty() || variable.definitions[0].subscripts.empty())) {
        reports_.report(Code::duplicate_name, "there are two variables of the name " + variable.name + "; rename one", left.at, variable.name);
        continue;
      }
      if (!fresh && left.subscripts.size() != variable.definitions[0].subscripts.size()) {
        reports_.report(Code::wrong_subscripts, "the equations of " + variable.name + " have different numbers of subscripts", left.at, variable.name);
        continue;
      }
      if (variable.documentation.empty()) variable.documentation = comment(left.entry->comment);
      if (variable.units.empty()) units(left.entry->units, variable);
      definition(left, variable, lefts);
    }
    for (Variable& variable : out) settle(variable);
  }

  Variable begin_variable(const Left& left) {
    Variable variable;
    variable.name = left.name;
    variable.id = left.id;
    variable.span = reports_.span(left.at);
    variable.group = std::string(left.entry->group);
    if (variable.id.empty()) reports_.report(Code::missing_name, "a variable has no name", left.at);
    return variable;
  }

  // Wrapped lines joined, without the tabs at their beginnings.
  static std::string comment(std::string_view written) {
    std::string out;
    for (size_t i = 0; i < written.size(); i++) {
      bool continued = written[i] == '\\' && i + 1 < written.size() && (written[i + 1] == '\n' || written[i + 1] == '\r');
      bool line = written[i] == '\n' || written[i] == '\r';
      if (!continued && written[i] != '\r' && !(written[i] == '\t' && (out.empty() || out.back() == '\n'))) out += written[i];
      if (continued || line)
        while (i + 1 < written.size() && (written[i + 1] == '\t' || (continued && (written[i + 1] == '\n' || written[i + 1] == '\r')))) i++;
    }
    return std::string(trim_blanks(out));
  }

  static void units(std::string_view written, Variable& variable) {
    size_t bracket = std::min(written.find('['), written.size());
    variable.units = one_line(written.substr(0, bracket));
    variable.range = std::string(trim_blanks(written.substr(bracket)));
  }

  void definition(const Left& left, Variable& variable, std::vector<Left>& more) {
    Definition next{left.subscripts, {}, {}, {}};
    next.except = left.except;
    VensimRight right;
    if (left.form == Form::Table) {
      std::string_view inner = trim_blanks(left.right.substr(1));
      if (canonical_name(inner.substr(0, 4)) == "get") {
        right.equation = equations_.source(inner.substr(0, inner.rfind(')')));
        right.is_table = true;
      } else {
        right.table = equations_.table(left.right, variable.name);
      }
    } else if (left.form == Form::Equation) {
      std::string own;
      right = equations_.read(with_one_output(left, own, more), variable.name);
      for (SourceText* part : {&right.equation, &right.initial, &right.net_flow})
        if (!part->text.empty() && !part->span.known()) part->span = reports_.span(left.right);
      if (!right.constants.empty()) return list(left, right.constants, std::move(next), variable);
    } else {
      next.data_rule = left.rule.value_or(DataRule::Interpolate);
    }
    if (right.is_data) next.data_rule = left.rule.value_or(DataRule::Interpolate);
    next.equation = std::move(right.equation);
    next.initial = std::move(right.initial);
    next.net_flow = std::move(right.net_flow);
    next.table = std::move(right.table);
    VariableKind kind = next.net_flow.present() ? VariableKind::Stock : left.form == Form::Table || right.is_table ? VariableKind::Table : VariableKind::Auxiliary;
    if (!variable.definitions.empty() && kind != variable.kind)
      reports_.report(Code::duplicate_name, variable.name + " is a " + (kind == VariableKind::Stock ? "level" : "variable") + " for some of its elements and something else for others", left.at, variable.name);
    variable.kind = kind;
    variable.definitions.push_back(std::move(next));
  }

  // A number an element; the last subscript's run fastest.
  void list(const Left& left, const std::vector<std::string_view>& constants, Definition whole, Variable& variable) {
    std::vector<std::vector<std::string>> single(left.subscripts.size());
    std::vector<const std::vector<std::string>*> elements;
    size_t count = 1;
    for (const std::string& subscript : left.subscripts) {
      std::string id = canonical_name(subscript);
      const std::vector<std::string>* range = ranges_.elements_of(id);
      if (range && range->empty()) {  // its elements stand in a file: the list stays as it is
        whole.equation = equations_.source(left.right);
        return keep(whole, variable);
      }
      if (!range && !ranges_.is_element(id)) return reports_.report(Code::unknown_subscript, subscript + " is no subscript range, nor an element of one", left.at, variable.name), keep(whole, variable);
      if (!range) single[elements.size()] = {subscript};
      elements.push_back(range ? range : &single[elements.size()]);
      count = std::min<size_t>(count * elements.back()->size(), 1u << 30);
    }
    if (count != constants.size())
      return reports_.report(Code::wrong_subscripts, "there are " + std::to_string(constants.size()) + " numbers for " + std::to_string(count) + " elements", left.right.substr(0, 40), variable.name), keep(whole, variable);
    for (size_t i = 0; i < constants.size(); i++) {
      Definition next = whole;
      size_t rest = i;
      for (size_t a = elements.size(); a-- > 0; rest /= elements[a]->size()) next.subscripts[a] = (*elements[a])[rest % elements[a]->size()];
      next.equation = equations_.source(constants[i]);
      keep(next, variable);
    }
  }
  static void keep(Definition& definition, Variable& variable) { variable.definitions.push_back(std::move(definition)); }

  // What the variable runs over.
  void settle(Variable& variable) {
    if (variable.definitions.empty()) return;
    size_t axes = variable.definitions[0].subscripts.size();
    for (size_t a = 0; a < axes; a++) {
      std::vector<std::string> subscripts;
      std::unordered_set<std::string> seen;
      for (const Definition& d : variable.definitions)
        if (seen.insert(canonical_name(d.subscripts[a])).second) subscripts.push_back(d.subscripts[a]);
      std::string dimension = ranges_.axis(subscripts, variable.name, text_.substr(variable.span.offset, variable.span.length));
      if (dimension.empty()) {  // said; its equations cannot be placed
        variable.definitions.clear();
        variable.dimensions.clear();
        return;
      }
      variable.dimensions.push_back(dimension);
    }
    Definition& only = variable.definitions[0];
    bool whole = variable.definitions.size() == 1 && only.except.empty();
    for (size_t a = 0; a < axes && whole; a++) whole = canonical_name(only.subscripts[a]) == canonical_name(variable.dimensions[a]);
    if (whole) only.subscripts.clear();
  }

  // --- macros
  // Every output but the one that has the macro's name is a macro of its own: an equation has one value.
  static std::string output_macro(const std::string& macro, const std::string& output) { return macro + " " + output; }

  void begin_macro(const VensimMacro& written) {
    VensimWords words(written.header, reports_);
    Macro macro;
    macro.name = one_line(words.text());
    macro.id = canonical_name(macro.name);
    macro.span = reports_.span(written.header);
    outputs_.emplace_back();
    if (words.expect(TokenKind::Name, "the name of the macro") && words.expect(TokenKind::LeftParen, "'('")) {
      bool output = false;
      while (!words.at(TokenKind::RightParen)) {
        std::string name = one_line(words.text());
        if (!words.expect(TokenKind::Name, "the name of a parameter")) break;
        (output ? outputs_.back() : macro.parameters).push_back(std::move(name));
        has_outputs_ |= output;
        if (words.take(TokenKind::Colon)) output = true;
        else if (!words.take(TokenKind::Comma)) break;
      }
      words.expect(TokenKind::RightParen, "',' or ')'");
    }
    macro.equation.text = "\"" + macro.name + "\"";
    macros_.emplace(macro.id, project_.macros.size());
    project_.macros.push_back(std::move(macro));
  }

  void finish_macro(size_t i, std::vector<Left>& lefts) {
    variables(lefts, project_.macros[i].variables);
    const Macro& whole = project_.macros[i];  // until there are others
    const size_t bytes = whole.variables.size() * sizeof(Variable);
    std::string_view at = text_.substr(whole.span.offset, whole.span.length);
    if (std::none_of(whole.variables.begin(), whole.variables.end(), [&](const Variable& v) { return v.id == whole.id; }))
      reports_.report(Code::empty_equation, "the macro " + whole.name + " has no equation for " + whole.name + ", which is its value", at);
    for (const std::string& output : outputs_[i]) {
      if (!may_copy(bytes, at)) return;
      Macro next = project_.macros[i];
      next.name = output_macro(next.name, output);
      next.id = canonical_name(next.name);
      next.equation.text = "\"" + output + "\"";
      project_.macros.push_back(std::move(next));
    }
  }

  // Vensim's own function with an output, https://vensim.com/documentation/fn_delayp.html: DELAY3 and a level of what is under way in it.
  static bool says_delayp(std::string_view text) {
    constexpr std::string_view wanted = "delayp";
    return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), [](char a, char b) { return (a | 0x20) == b; }) != text.end();
  }

  // MACRO(a, b : x, y) is MACRO(a, b), and x and y are variables with the other outputs.
  std::string_view with_one_output(const Left& left, std::string& own, std::vector<Left>& more) {
    if (left.right.find(':') == left.right.npos || (!has_outputs_ && !says_delayp(left.right))) return left.right;
    VensimWords words(left.right, reports_);
    for (std::string name; !words.at(TokenKind::End) && !words.at(TokenKind::Bad);) {
      name = words.at(TokenKind::Name) ? one_line(words.text()) : "";
      std::string id = canonical_name(name);
      auto macro = macros_.find(id);
      bool pipeline = macro == macros_.end() && id == "delayp";
      size_t begin = words.offset();
      words.advance();
      if (name.empty() || !words.at(TokenKind::LeftParen) || (!pipeline && (macro == macros_.end() || outputs_[macro->second].empty()))) continue;
      size_t open = words.offset(), comma = 0, colon = 0, close = 0;
      std::vector<std::string_view> names;
      for (int depth = 0; !close && !words.at(TokenKind::End) && !words.at(TokenKind::Bad); words.advance()) {
        depth += words.at(TokenKind::LeftParen) - words.at(TokenKind::RightParen);
        if (depth == 1 && words.at(TokenKind::Colon)) colon = words.offset();
        else if (depth == 1 && words.at(TokenKind::Comma)) comma = words.offset();
        else if (colon && words.at(TokenKind::Name)) names.push_back(words.text());
        if (depth == 0) close = words.offset();
      }
      if (!colon || !close || (pipeline && !comma)) continue;
      std::string arguments(left.right.substr(open, colon - open));
      for (size_t i = 0; i < names.size() && i < (pipeline ? 1 : outputs_[macro->second].size()) && may_copy(arguments.size(), names[i]); i++) {
        Left output = left;
        output.name = one_line(names[i]);
        output.id = canonical_name(output.name);
        output.at = names[i];
        std::string text;
        if (pipeline) {
          std::string input(left.right.substr(open, comma - open)), time(left.right.substr(comma + 1, colon - comma - 1));
          text = "INTEG(" + input + ") - DELAY3" + arguments + "), " + input + ") * (" + time + "))";
        } else {
          text = output_macro(name, outputs_[macro->second][i]) + arguments + ")";
        }
        texts_.push_back(std::make_unique<std::string>(std::move(text)));
        output.right = *texts_.back();
        more.push_back(std::move(output));
      }
      own = std::string(left.right.substr(0, begin)) + (pipeline ? "DELAY3" : name) + arguments + std::string(left.right.substr(close));
      return own;
    }
    return left.right;
  }

  // What outputs of macros take over from each other: an error, once, when it is too much.
  bool may_copy(size_t bytes, std::string_view at) {
    constexpr size_t most = 256 << 20;
    bool said = copied_ > most;
    copied_ = std::min(copied_ + bytes, most + 1);
    if (copied_ > most && !said) reports_.report(Code::input_too_large, "the outputs of macros take more than 256 MiB", at);
    return copied_ <= most;
  }

  // --- times and settings
  void take_controls(std::vector<Variable>& variables) {
    SimSpecs& specs = project_.specs;
    struct Control {
      const char *id, *name;
      TimeControl control;
      double* value;
      bool found;
    } controls[] = {{"initial_time", "INITIAL TIME", TimeControl::Start, &specs.start, false}, {"final_time", "FINAL TIME", TimeControl::Stop, &specs.stop, false},
                    {"time_step", "TIME STEP", TimeControl::Dt, &specs.dt, false}, {"saveper", "SAVEPER", TimeControl::SaveInterval, nullptr, false}};
    for (Control& control : controls) {
      auto variable = std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.id == control.id; });
      control.found = variable != variables.end() && !variable->definitions.empty() && !trim_blanks(variable->definitions[0].equation.text).empty();
      if (!control.found) continue;
      const SourceText& text = variable->definitions[0].equation;
      auto number = parse_number(text.text);
      if (control.control == TimeControl::Start) specs.time_units = variable->units;
      if (!number && !(control.value == nullptr && canonical_name(text.text) == "time_step")) specs.computed.push_back({control.control, text});
      else if (number && control.value) *control.value = *number;
      else if (number) specs.save_interval = number;
      if (!specs.span.known()) specs.span = variable->span;
      variables.erase(variable);
    }
    std::string missing;
    for (const Control& control : controls)
      if (!control.found && control.value) missing += (missing.empty() ? "" : ", ") + std::string(control.name);
    if (!missing.empty()) reports_.report(Code::missing_sim_specs, "the file does not say " + missing, text_.substr(0, 0));
  }

  // Line 15 has the method of integration in fourth place.
  void settings(std::string_view text) {
    std::vector<std::string> values = split_subscripts(vensim_setting(text, "15"));
    auto code = values.size() > 3 ? parse_number(values[3]) : std::nullopt;
    if (code) project_.specs.method = vensim_method(*code).value_or(Method::Euler);
  }

  std::string_view text_;
  Reports reports_;
  VensimRanges ranges_;
  VensimEquations equations_;
  Project project_;
  std::unordered_map<std::string, size_t> macros_;
  std::vector<std::vector<std::string>> outputs_;  // of each macro, but its own name
  bool has_outputs_ = false;
  size_t copied_ = 0;
  std::vector<std::unique_ptr<std::string>> texts_;  // of equations that the file does not spell so
};

}  // namespace

std::optional<Project> read_vensim(std::string_view text, std::vector<Diagnostic>& diagnostics) { return VensimReader(text, diagnostics).read(); }

}  // namespace loopscope
