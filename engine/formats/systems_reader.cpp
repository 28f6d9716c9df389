#include "formats/systems_reader.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "model/names.h"
#include "support/number.h"

namespace loopscope {

namespace {

constexpr size_t max_depth = 200;
constexpr double rounds = 10;         // the language has no place for how many; this is what its own command runs
constexpr size_t none = SIZE_MAX;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

// The letters, digits and _ at the start of a text, empty if it does not start with a letter.
std::string_view leading_name(std::string_view text) {
  size_t end = 0;
  if (!text.empty() && is_letter(text[0]))
    while (end < text.size() && is_word(text[end])) end++;
  return text.substr(0, end);
}

std::string in_equation(std::string_view name) { return needs_quotes(name) ? '"' + std::string(name) + '"' : std::string(name); }

// A line without its comment, cut at the signs.
struct Line {
  std::string_view whole, source, destination, rate;
  bool arrow, at;
};
Line cut(std::string_view text) {
  Line line{};
  line.whole = trim_blanks(text.substr(0, text.find('#')));
  size_t at = line.whole.find('@');
  line.at = at != line.whole.npos;
  std::string_view stocks = line.whole.substr(0, at);
  if (line.at) line.rate = trim_blanks(line.whole.substr(at + 1));
  size_t arrow = stocks.find('>');
  line.arrow = arrow != stocks.npos;
  line.source = trim_blanks(stocks.substr(0, arrow));
  if (line.arrow) line.destination = trim_blanks(stocks.substr(arrow + 1));
  return line;
}

// Calls use(line) for each line of the text until it gives false.
template <class Use>
void each_line(std::string_view text, Use&& use) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    if (!use(cut(text.substr(begin, end - begin)))) return;
    begin = end + 1;
  }
}

// name, name(...) or [name]
bool is_stock(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') return leading_name(text.substr(1)).size() == text.size() - 2;
  std::string_view name = leading_name(text);
  return !name.empty() && (name.size() == text.size() || (text[name.size()] == '(' && text.back() == ')'));
}

struct Token {
  enum Kind { Number, Decimal, Infinity, Name, Operator, Open, Close } kind;
  std::string_view text;
};

// Numbers, stocks and operators between them, applied from left to right.
struct Formula {
  std::vector<Token> tokens;
  std::string_view text;
  bool is(Token::Kind kind) const { return tokens.size() == 1 && tokens[0].kind == kind; }
};

struct Stock {
  std::string_view name;
  std::string reference;  // in equations
  Formula initial, maximum;
  bool infinite = false;  // [name]
  size_t first_use = none;  // the first flow that reads it
  std::vector<std::string> inflows, outflows;
  bool endless() const { return infinite || initial.is(Token::Infinity); }
};

enum class FlowKind { Rate, Conversion, Leak };
struct FlowWord {
  std::string_view name;
  FlowKind kind;
};
constexpr FlowWord flow_words[] = {{"rate", FlowKind::Rate}, {"conversion", FlowKind::Conversion}, {"leak", FlowKind::Leak}};

struct Flow {
  size_t source, destination;
  FlowKind kind;
  Formula rate;
  std::string_view line;
  std::string name = {};
  std::vector<Variable> variables = {};
};

class SystemsReader {
 public:
  SystemsReader(std::string_view text, std::vector<Diagnostic>& diagnostics) : text_(text), reports_(text, diagnostics) {}

  Project read() {
    each_line(text_, [&](const Line& l) {
      if (!l.whole.empty()) line(l);
      return true;
    });
    check_references();
    for (Flow& flow : flows_) flow.name = unique(std::string(stocks_[flow.source].name) + "_to_" + std::string(stocks_[flow.destination].name));
    // Within a round the last flow goes first, and a stock has what the flows before it have left.
    for (const Stock& stock : stocks_) now_.push_back(stock.reference);
    for (size_t i = flows_.size(); i-- > 0;) translate(i);
    return project();
  }

 private:
  void report(Code code, std::string message, std::string_view at) { reports_.report(code, std::move(message), at); }
  Span span(std::string_view part) const { return reports_.span(part); }

  void line(const Line& line);
  size_t stock(std::string_view text);
  void give(Formula& to, std::string_view text, const char* what, const Stock& stock, Token::Kind same_as, std::string_view word);
  std::optional<Flow> rate(std::string_view text);
  std::optional<Formula> formula(std::string_view text);
  bool tokenize(std::string_view text, std::vector<Token>& out);
  void check_references();

  std::string unique(const std::string& base);
  Variable variable(VariableKind kind, std::string name, std::string equation, std::string_view place) const;
  std::string written(const Formula& formula) const;
  void translate(size_t index);
  Project project();

  std::string_view text_;
  Reports reports_;
  std::vector<Stock> stocks_;
  std::vector<Flow> flows_;
  std::unordered_map<std::string, size_t> index_;
  std::unordered_set<std::string> ids_;
  std::unordered_map<std::string, size_t> repeated_;  // how often a made-up name was wanted
  std::vector<std::string> now_;                      // what a stock has when a flow is worked out, as an expression
};

// --- lines

void SystemsReader::line(const Line& line) {
  if (!line.arrow) {
    if (line.at) return report(Code::syntax_error, "a flow leads from one stock to another: Source > Destination @ rate", line.whole);
    stock(line.source);
    return;
  }
  size_t source = stock(line.source), destination = stock(line.destination);
  if (source == none || destination == none || !line.at) return;  // without @ the stocks are named and nothing flows
  if (line.rate.empty()) return report(Code::syntax_error, "a rate is missing behind the @", line.whole);
  auto flow = rate(line.rate);
  if (!flow) return;
  flow->source = source;
  flow->destination = destination;
  flow->line = line.whole;
  flows_.push_back(std::move(*flow));
}

// The stock that a text names, with what it says of it.
size_t SystemsReader::stock(std::string_view text) {
  if (!is_stock(text)) {
    report(Code::syntax_error, "a stock is Name, Name(initial), Name(initial, maximum) or [Name], the name a letter followed by letters, digits and _", text);
    return none;
  }
  bool infinite = text[0] == '[';
  std::string_view name = leading_name(infinite ? text.substr(1) : text);
  auto [found, is_new] = index_.emplace(std::string(name), stocks_.size());
  if (is_new) {
    if (!ids_.insert(canonical_name(name)).second) report(Code::duplicate_name, "names that differ in capitals only are one name here; rename a stock", name);
    stocks_.emplace_back();
    stocks_.back().name = name;
    stocks_.back().reference = in_equation(name);
  }
  Stock& stock = stocks_[found->second];
  if (infinite) {
    if (!stock.initial.tokens.empty() && !stock.initial.is(Token::Infinity))
      report(Code::conflicting_value, "the stock was given an initial value and cannot be infinite", text);
    stock.infinite = true;
  } else if (name.size() < text.size()) {
    std::string_view values = text.substr(name.size() + 1, text.size() - name.size() - 2);
    size_t comma = std::min(values.find(','), values.size());
    give(stock.initial, values.substr(0, comma), "initial value", stock, Token::Number, "0");
    if (comma < values.size()) give(stock.maximum, values.substr(comma + 1), "maximum", stock, Token::Infinity, "inf");
  }
  return found->second;
}

// What a stock has without being told so may be told and changed later; anything else once only.
void SystemsReader::give(Formula& to, std::string_view text, const char* what, const Stock& stock, Token::Kind same_as, std::string_view word) {
  auto next = formula(text);
  if (!next || (next->is(same_as) && next->tokens[0].text == word)) return;
  if (stock.infinite && same_as == Token::Number && !next->is(Token::Infinity)) return report(Code::conflicting_value, "an infinite stock has no other initial value", text);
  bool same = to.tokens.size() == next->tokens.size() &&
              std::equal(to.tokens.begin(), to.tokens.end(), next->tokens.begin(), [](const Token& a, const Token& b) { return a.text == b.text; });
  if (to.tokens.empty()) to = std::move(*next);
  else if (!same) report(Code::conflicting_value, std::string("the ") + what + " was given before as " + std::string(to.text) + "; give it once", text);
}

// Rate(5), Conversion(0.5), Leak(0.2); a decimal alone is a conversion, any other formula a rate.
std::optional<Flow> SystemsReader::rate(std::string_view text) {
  std::string_view word = leading_name(text), inside = text;
  std::optional<FlowKind> kind;
  if (!word.empty() && word.size() < text.size() && trim_blanks(text.substr(word.size()))[0] == '(') {
    std::string lower = fold_case(word);
    for (const FlowWord& known : flow_words)
      if (known.name == lower) kind = known.kind;
    if (!kind || text.back() != ')') {
      report(Code::syntax_error, "a flow is Rate(...), Conversion(...), Leak(...) or a formula", text);
      return {};
    }
    inside = trim_blanks(text.substr(word.size()));
    inside = inside.substr(1, inside.size() - 2);
  }
  auto parsed = formula(inside);
  if (!parsed) return {};
  if (!kind) kind = parsed->is(Token::Decimal) ? FlowKind::Conversion : FlowKind::Rate;
  return Flow{none, none, *kind, std::move(*parsed), {}};
}

// --- formulas

bool SystemsReader::tokenize(std::string_view text, std::vector<Token>& out) {
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    std::string_view rest = text.substr(i);
    size_t length = 1;
    if (c == ' ' || c == '\t') {
      i++;
      continue;
    }
    if (std::string_view name = leading_name(rest); !name.empty()) {
      length = name.size();
      out.push_back({name == "inf" ? Token::Infinity : Token::Name, name});
    } else if (is_digit(c) || c == '.') {
      while (length < rest.size() && (is_digit(rest[length]) || rest[length] == '.')) length++;
      std::string_view number = rest.substr(0, length);
      bool broken = !parse_number(number) || (length < rest.size() && is_word(rest[length]));
      if (broken) return report(Code::bad_number, "this is not a number", number), false;
      out.push_back({number.find('.') == number.npos ? Token::Number : Token::Decimal, number});
    } else if (c == '+' || c == '-' || c == '*' || c == '/') {
      out.push_back({Token::Operator, rest.substr(0, 1)});
    } else if (c == '(' || c == ')') {
      out.push_back({c == '(' ? Token::Open : Token::Close, rest.substr(0, 1)});
    } else {
      return report(Code::syntax_error, "a formula has numbers, stocks, inf, + - * / and parentheses", rest.substr(0, 1)), false;
    }
    i += length;
  }
  return true;
}

std::optional<Formula> SystemsReader::formula(std::string_view text) {
  Formula out;
  out.text = trim_blanks(text);
  if (!tokenize(out.text, out.tokens)) return {};
  size_t depth = 0;
  bool value_next = true;
  auto fail = [&](const char* message, std::string_view at, Code code = Code::syntax_error) {
    report(code, message, at);
    return std::nullopt;
  };
  for (const Token& token : out.tokens) {
    bool is_value = token.kind != Token::Operator && token.kind != Token::Close;
    if (is_value != value_next) return fail(value_next ? "a number, a stock or '(' should stand here" : "an operator should stand here", token.text);
    if (token.kind == Token::Open && ++depth > max_depth) return fail("parentheses are nested more than 200 deep", token.text, Code::nesting_too_deep);
    if (token.kind == Token::Close && depth-- == 0) return fail("this parenthesis closes nothing", token.text);
    value_next = token.kind == Token::Operator || token.kind == Token::Open;
  }
  if (value_next) return fail("the formula is not complete: a number or a stock is missing", out.text.empty() ? text : out.text);
  if (depth) return fail("a parenthesis is not closed", out.text);
  return out;
}

// Formulas may name stocks that come later in the file.
void SystemsReader::check_references() {
  auto check = [&](const Formula& formula, size_t flow, bool again = false) {
    for (const Token& token : formula.tokens) {
      if (token.kind != Token::Name) continue;
      auto found = index_.find(std::string(token.text));
      if (found == index_.end() && again) continue;
      if (found == index_.end()) report(Code::unknown_variable, "there is no stock " + std::string(token.text.substr(0, 60)), token.text);
      else if (flow != none) stocks_[found->second].first_use = std::min(stocks_[found->second].first_use, flow);
    }
  };
  for (const Stock& stock : stocks_) {
    check(stock.initial, none);
    check(stock.maximum, none);
  }
  for (size_t i = 0; i < flows_.size(); i++) {
    const Flow& flow = flows_[i];
    Stock &source = stocks_[flow.source], &destination = stocks_[flow.destination];
    check(flow.rate, i);
    source.first_use = std::min(source.first_use, i);
    if (destination.maximum.tokens.empty()) continue;
    check(destination.maximum, i, true);
    destination.first_use = std::min(destination.first_use, i);
  }
}

// --- equations

std::string SystemsReader::unique(const std::string& base) {
  for (;;) {
    size_t count = ++repeated_[base];
    std::string name = count == 1 ? base : base + "_" + std::to_string(count);
    if (ids_.insert(canonical_name(name)).second) return name;
  }
}

Variable SystemsReader::variable(VariableKind kind, std::string name, std::string equation, std::string_view place) const {
  Variable out;
  out.kind = kind;
  out.id = canonical_name(name);
  out.name = std::move(name);
  out.span = span(place);
  out.definitions.emplace_back();
  out.definitions[0].equation.text = std::move(equation);
  out.definitions[0].equation.span = out.span;
  return out;
}

// As an equation, where * and / go before + and -, with what stocks have now. A name that is no stock was reported, once.
std::string SystemsReader::written(const Formula& formula) const {
  struct Part {
    std::string text;
    size_t wrapped = 0;                 // parentheses that close in the text and open before it
    bool sum = false, product = false;  // what it was put together with last
    char op = 0;                        // that waits for its right side
  };
  std::vector<Part> open(1);
  auto whole = [](Part&& part) { return std::string(part.wrapped, '(') + part.text; };
  auto add = [&](std::string value) {
    Part& part = open.back();
    if (!part.op) {
      part.text = std::move(value);
      return;
    }
    bool product = part.op == '*' || part.op == '/';
    if (product && part.sum) part.text += ')', part.wrapped++;
    part.text += std::string(" ") + part.op + " " + value;
    part.sum = !product;
    part.product = product;
  };
  for (const Token& token : formula.tokens) {
    if (token.kind == Token::Open) {
      open.emplace_back();
    } else if (token.kind == Token::Close) {
      Part inner = std::move(open.back());
      open.pop_back();
      bool several = inner.sum || inner.product;
      std::string text = whole(std::move(inner));
      add(several ? "(" + text + ")" : text);
    } else if (token.kind == Token::Operator) {
      open.back().op = token.text[0];
    } else if (token.kind == Token::Name) {
      auto found = index_.find(std::string(token.text));
      add(found == index_.end() ? "0" : now_[found->second]);
    } else {
      add(token.kind == Token::Infinity ? "INF" : std::string(token.text));
    }
  }
  return whole(std::move(open[0]));
}

void SystemsReader::translate(size_t index) {
  Flow& flow = flows_[index];
  Stock &source = stocks_[flow.source], &destination = stocks_[flow.destination];
  const bool endless = source.endless();
  if (endless && flow.kind != FlowKind::Rate) return report(Code::bad_argument, "only a rate can take from an infinite stock", flow.line);
  const std::string has = now_[flow.source], rate = written(flow.rate), factor = flow.rate.tokens.size() > 1 ? "(" + rate + ")" : rate;
  const bool limited = !destination.endless() && !destination.maximum.tokens.empty();
  const std::string room = limited ? written(destination.maximum) + " - " + now_[flow.destination] : "";
  const std::string flowing = in_equation(flow.name);
  std::string taken = flowing;
  auto add = [&](VariableKind kind, std::string name, std::string equation) {
    flow.variables.push_back(variable(kind, std::move(name), std::move(equation), flow.rate.text));
  };
  if (flow.kind == FlowKind::Rate) {
    std::string amount = "MAX(0, " + (endless ? rate : "MIN(" + rate + ", " + has + ")") + ")";
    if (limited) amount = "MIN(" + room + ", " + amount + ")";
    if (limited && !endless) amount = "IF " + has + " > 0 THEN " + amount + " ELSE 0";
    add(VariableKind::Flow, flow.name, amount);
  } else if (flow.kind == FlowKind::Leak) {
    std::string amount = "INT(MAX(0, " + has + ") * " + factor + ")";
    add(VariableKind::Flow, flow.name, limited ? "MIN(" + room + ", " + amount + ")" : amount);
  } else {
    // All there is, or what fills the destination; what the conversion does not turn out is lost. Nothing is taken for nothing.
    std::string used = "MAX(0, " + has + ")";
    if (limited) {
      std::string name = unique(flow.name + "_used");
      add(VariableKind::Auxiliary, name, "MIN(" + used + ", MAX(0, INT((" + room + ") / " + factor + ")))");
      used = in_equation(name);
    }
    std::string lost = unique(flow.name + "_lost");
    add(VariableKind::Flow, flow.name, "INT(" + used + " * " + factor + ")");
    add(VariableKind::Flow, lost, "IF " + flowing + " = 0 THEN 0 ELSE " + used + " - " + flowing);
    taken += " - " + in_equation(lost);
    source.outflows.push_back(lost);
  }
  flow.variables.back().documentation = flow.line;
  source.outflows.push_back(flow.name);
  destination.inflows.push_back(flow.name);
  if (endless || source.first_use >= index) return;
  std::string left = unique(std::string(source.name) + "_after_" + flow.name);
  add(VariableKind::Auxiliary, left, has + " - " + taken);
  now_[flow.source] = in_equation(left);
}

Project SystemsReader::project() {
  Project project;
  project.specs.stop = rounds;
  project.models.emplace_back();
  auto& variables = project.models[0].variables;
  for (size_t i = 0; i < stocks_.size(); i++) now_[i] = stocks_[i].reference;
  for (const Stock& stock : stocks_) {
    std::string initial = stock.infinite ? "INF" : stock.initial.tokens.empty() ? "0" : written(stock.initial);
    variables.push_back(variable(VariableKind::Stock, std::string(stock.name), initial, stock.initial.tokens.empty() ? stock.name : stock.initial.text));
    for (auto [from, to] : {std::pair(&stock.inflows, &variables.back().inflows), std::pair(&stock.outflows, &variables.back().outflows)})
      for (size_t i = from->size(); i-- > 0;) to->push_back({(*from)[i], span(stock.name), {}});
  }
  for (Flow& flow : flows_)
    for (Variable& v : flow.variables) variables.push_back(std::move(v));
  project.source = text_;
  return project;
}

}  // namespace

bool is_systems(std::string_view text) {
  bool found = false;
  if (text.find('\0') != text.npos) return false;
  each_line(text, [&](const Line& line) {
    found = line.arrow && is_stock(line.source) && is_stock(line.destination);
    return !found;
  });
  return found;
}

std::optional<Project> read_systems(std::string_view text, std::vector<Diagnostic>& diagnostics) { return SystemsReader(text, diagnostics).read(); }

}  // namespace loopscope
