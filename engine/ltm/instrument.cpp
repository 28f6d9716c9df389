#include <algorithm>

#include "ltm/causal_graph.h"
#include "support/graph.h"

namespace loopscope {

namespace {

constexpr const char* prefix = "$\u205Altm\u205A";
constexpr uint32_t max_macro_paths = 10000;

class Instrumenter {
 public:
  Instrumenter(Program& program, const LtmOptions& options, std::vector<Diagnostic>& diagnostics)
      : program_(program), options_(options), diagnostics_(diagnostics), build_(program) {}

  LtmPlan run() {
    equation_of_.assign(program_.variables.size(), none_id);
    for (const Equation& e : program_.dynamics) equation_of_[e.target] = e.expr;
    stock_of_.assign(program_.variables.size(), none_id);
    for (uint32_t i = 0; i < program_.stocks.size(); i++) stock_of_[program_.stocks[i].variable] = i;
    plan_.links = causal_links(program_);
    for (Link& link : plan_.links) {
      if (too_large()) return std::move(plan_);
      score_link(link);
    }
    plan_.simple_links = uint32_t(plan_.links.size());
    collapse_macros();
    if (!too_large()) loops();
    return std::move(plan_);
  }

 private:
  // ---- scores of links

  VariableId add_score(const std::string& name, ExprId value) {
    ProgramVariable v;
    v.id = v.name = prefix + name;
    v.role = Role::Score;
    v.hidden = true;
    program_.variables.push_back(std::move(v));
    VariableId id = VariableId(program_.variables.size() - 1);
    program_.scores.push_back({id, value, {}, {}});
    return id;
  }
  std::string link_name(const Link& link) const {
    return "link_score\u205A" + program_.variables[link.from].id + "\u2192" + program_.variables[link.to].id;
  }

  ExprId change_of(VariableId v) { return build_.subtract(build_.load(v), build_.load(v, Plane::Previous)); }

  void score_link(Link& link) {
    ExprId value;
    ExprId dx = change_of(link.from);
    if (link.kind == LinkKind::Lag) {
      value = build_.node(Op::LinkScore, {dx, dx, dx});
    } else if (link.kind == LinkKind::Flow) {
      value = flow_score(link);
    } else {
      ExprId dz = change_of(link.to);
      value = build_.node(Op::LinkScore, {partial_change(equation_of_[link.to], link.from, dz, link.to), dz, dx});
    }
    link.score = add_score(link_name(link), value);
  }

  // LTM.md section 1: +-|d(f) / d(net)|, an outflow of a stock that cannot go negative as it was really applied.
  ExprId flow_score(const Link& link) {
    const StockInfo& stock = program_.stocks[stock_of_[link.to]];
    ExprId net = stock.net, flow = build_.load(link.from);
    bool out = link.polarity == Polarity::Negative;
    if (stock.non_negative && !stock.outflows.empty()) net = applied_net(stock, link.from, flow);
    ExprId df = build_.subtract(flow, at_previous(flow));
    ExprId dnet = build_.subtract(net, at_previous(net));
    return build_.node(Op::LinkScore, {out ? build_.node(Op::Negate, {df}) : df, dnet, df});
  }

  // Net flow with each outflow limited to what the stock and its inflows leave for it, in the order of the outflows; `flow`
  // becomes the limited form if it is one of them.
  ExprId applied_net(const StockInfo& stock, VariableId wanted, ExprId& flow) {
    ExprId zero = build_.constant(0);
    ExprId in = none_id;
    for (VariableId f : stock.inflows) in = in == none_id ? build_.load(f) : build_.add(in, build_.load(f));
    ExprId left = build_.node(Op::Divide, {build_.load(stock.variable), build_.constant(program_.dt)});
    if (in != none_id) left = build_.add(left, in);
    ExprId net = in;
    for (VariableId f : stock.outflows) {
      ExprId applied = build_.node(Op::Minimum, {build_.load(f), build_.node(Op::Maximum, {left, zero})});
      if (f == wanted) flow = applied;
      left = build_.subtract(left, applied);
      net = net == none_id ? build_.node(Op::Negate, {applied}) : build_.subtract(net, applied);
    }
    return net;
  }

  // f(x(t), w(t-dt)...) - z(t-dt).
  ExprId partial_change(ExprId f, VariableId x, ExprId dz, VariableId z) {
    if (only_input(f, x)) return dz;  // nothing else can change: the partial is z(t), to the bit
    // Of a sum, only the terms that read x change.
    std::vector<std::pair<ExprId, bool>> terms;
    additive_terms(f, false, terms);
    if (terms.size() == 1) return build_.subtract(with_only(f, x), build_.load(z, Plane::Previous));
    ExprId sum = none_id;
    for (auto [term, negative] : terms) {
      if (!reads(term, x)) continue;
      ExprId before = at_previous(term), after = with_only(term, x);
      ExprId change = negative ? build_.subtract(before, after) : build_.subtract(after, before);
      sum = sum == none_id ? change : build_.add(sum, change);
    }
    return sum;
  }

  void additive_terms(ExprId id, bool negative, std::vector<std::pair<ExprId, bool>>& terms) {
    std::vector<std::pair<ExprId, bool>> pending{{id, negative}};
    while (!pending.empty()) {
      auto [node, minus] = pending.back();
      pending.pop_back();
      Op op = program_.expr(node).op;
      if (op == Op::Add || op == Op::Subtract) {
        pending.push_back({program_.argument(node, 1), minus != (op == Op::Subtract)});
        pending.push_back({program_.argument(node, 0), minus});
      } else if (op == Op::Negate) {
        pending.push_back({program_.argument(node, 0), !minus});
      } else {
        terms.push_back({node, minus});
      }
    }
  }

  bool changes(ExprId id) {
    const Expr& e = program_.expr(id);
    if (e.op == Op::StepIndex || e.op == Op::FirstStep || e.op == Op::DelayRead) return true;
    return e.op == Op::Load && program_.variables[program_.load_of(id).variable].place == Place::Row;
  }
  bool only_input(ExprId root, VariableId x) {
    bool only = true;
    visit(root, [&](ExprId id) {
      if (changes(id) && !(program_.expr(id).op == Op::Load && program_.load_of(id).variable == x)) only = false;
    });
    return only;
  }
  bool reads(ExprId root, VariableId x) {
    bool found = false;
    visit(root, [&](ExprId id) { found |= program_.expr(id).op == Op::Load && program_.load_of(id).variable == x; });
    return found;
  }
  template <class F>
  void visit(ExprId root, F&& f) {
    for_each_node(program_, root, marks_, ++stamp_, f);
  }

  // The expression as it was one dt earlier. One memo for the whole program: links of a target share it.
  ExprId at_previous(ExprId id) { return move(id, none_id, previous_); }
  // The expression with x at its new value and everything else one dt earlier.
  ExprId with_only(ExprId id, VariableId x) {
    std::unordered_map<ExprId, ExprId> memo;
    return move(id, x, memo);
  }

  ExprId move(ExprId id, VariableId keep, std::unordered_map<ExprId, ExprId>& memo) {
    auto it = memo.find(id);
    if (it != memo.end()) return it->second;
    Expr e = program_.expr(id);
    ExprId result = id;
    if (e.op == Op::Load) {
      LoadInfo load = program_.load_of(id);
      for (IndexMap& index : load.indices)
        if (index.kind == IndexMap::Computed) index.expr = move(index.expr, keep, memo);
      bool moved = load.variable != keep && program_.variables[load.variable].place == Place::Row;
      result = build_.load(load.variable, moved ? Plane::Previous : load.plane, load.indices);
    } else if (e.op == Op::StepIndex) {
      result = build_.subtract(id, build_.constant(1));  // the draw that was made then
    } else if (e.count) {
      std::vector<ExprId> arguments;
      for (uint32_t i = 0; i < e.count; i++) arguments.push_back(move(program_.argument(id, i), keep, memo));
      result = build_.node(e.op, std::move(arguments), e.payload);
    }
    memo.emplace(id, result);
    return result;
  }

  // ---- macros: interiors become composite links from inputs to the output

  void collapse_macros() {
    size_t n = program_.variables.size();
    std::vector<std::vector<uint32_t>> out(n);
    for (uint32_t i = 0; i < plan_.simple_links; i++) out[plan_.links[i].from].push_back(i);
    auto macro_of = [&](VariableId v) { return program_.variables[v].macro; };
    for (uint32_t i = 0; i < plan_.simple_links; i++) {
      const Link& link = plan_.links[i];
      if (macro_of(link.to) == none_id && (macro_of(link.from) == none_id || is_output(link.from))) plan_.graph.push_back(i);
    }
    for (uint32_t m = 0; m < program_.macros.size(); m++) {
      std::vector<VariableId> inputs;
      for (uint32_t i = 0; i < plan_.simple_links; i++) {
        const Link& link = plan_.links[i];
        if (macro_of(link.to) == m && macro_of(link.from) != m && std::find(inputs.begin(), inputs.end(), link.from) == inputs.end())
          inputs.push_back(link.from);
      }
      for (VariableId input : inputs) {
        if (too_large()) return;
        composite(m, input, out);
      }
    }
  }

  // The scores of a dense model can outgrow any memory: stop, with an error, long before.
  bool too_large() {
    constexpr size_t most_nodes = 3'000'000, most_arguments = 6'000'000;
    if (program_.exprs.size() <= most_nodes && program_.arguments.size() <= most_arguments) return false;
    if (!said_too_large_)
      diagnostics_.push_back(diagnose(Code::input_too_large, "the scores of all links of this model come to more than 3,000,000 terms; run it without Loops That Matter, or split its longest equations"));
    said_too_large_ = true;
    return true;
  }
  bool is_output(VariableId v) const {
    uint32_t m = program_.variables[v].macro;
    return m != none_id && program_.macros[m].output == v;
  }

  // At each time, the path score of largest magnitude among the simple paths inside.
  void composite(uint32_t macro, VariableId input, const std::vector<std::vector<uint32_t>>& out) {
    VariableId output = program_.macros[macro].output;
    std::vector<std::vector<uint32_t>> paths;
    std::vector<uint32_t> path;
    std::vector<bool> on_path(program_.variables.size(), false);
    on_path[input] = true;
    struct Frame {
      VariableId node;
      uint32_t next;
    };
    std::vector<Frame> stack{{input, 0}};
    while (!stack.empty() && paths.size() < max_macro_paths) {
      Frame& frame = stack.back();
      if (frame.node == output || frame.next >= out[frame.node].size()) {
        if (frame.node == output) paths.push_back(path);
        on_path[frame.node] = false;
        stack.pop_back();
        if (!path.empty()) path.pop_back();
        continue;
      }
      uint32_t link = out[frame.node][frame.next++];
      VariableId to = plan_.links[link].to;
      if (program_.variables[to].macro != macro || on_path[to]) continue;
      on_path[to] = true;
      path.push_back(link);
      stack.push_back({to, 0});
    }
    if (paths.empty()) return;
    ExprId best = none_id;
    Polarity polarity = Polarity::None;
    for (const auto& links : paths) {
      ExprId score = product(links);
      Polarity sign = Polarity::Positive;
      for (uint32_t link : links) sign = sign * plan_.links[link].polarity;
      polarity = polarity == Polarity::None || polarity == sign ? sign : Polarity::Unknown;
      best = best == none_id ? score : stronger(score, best);
    }
    Link link{input, output, LinkKind::Composite, polarity, none_id};
    link.score = add_score(link_name(link), best);
    plan_.graph.push_back(uint32_t(plan_.links.size()));
    plan_.links.push_back(link);
  }
  ExprId product(const std::vector<uint32_t>& links) {
    std::vector<ExprId> scores;
    for (uint32_t link : links) scores.push_back(build_.load(plan_.links[link].score));
    return build_.fold(Op::Multiply, scores);
  }
  ExprId stronger(ExprId a, ExprId b) {
    ExprId test = build_.node(Op::Greater, {build_.node(Op::Absolute, {a}), build_.node(Op::Absolute, {b})});
    return build_.node(Op::If, {test, a, b});
  }

  // ---- loops

  void loops() {
    size_t n = program_.variables.size();
    std::vector<std::vector<GraphEdge>> edges(n);
    Adjacency all(n);
    for (uint32_t i : plan_.graph) {
      edges[plan_.links[i].from].push_back({i, plan_.links[i].to});
      all[plan_.links[i].from].push_back(plan_.links[i].to);
    }
    Circuits circuits = elementary_circuits(edges, options_.max_loops, options_.max_visits);
    if (!circuits.complete) {
      plan_.note = "the model has more than " + std::to_string(options_.max_loops) + " feedback loops: links are scored, loops are not listed";
      Diagnostic d = diagnose(Code::too_many_loops, plan_.note);
      d.severity = Severity::Warning;
      diagnostics_.push_back(d);
      return;
    }
    plan_.note = "all " + std::to_string(circuits.loops.size()) + " loops of the causal graph";
    for (const auto& circuit : circuits.loops) add_loop(circuit);
    number_loops();
    partitions(strongly_connected_components(all));
    for (Loop& loop : plan_.loops) loop.score = add_score("loop_score\u205A" + loop.id, product(loop.links));
  }

  const std::string& id_of(VariableId v) const { return program_.variables[v].id; }

  void add_loop(std::vector<uint32_t> links) {
    // Start at the alphabetically first variable that is shown; at the first of all where none is.
    size_t start = 0;
    auto before = [&](VariableId a, VariableId b) {
      bool ha = program_.variables[a].hidden, hb = program_.variables[b].hidden;
      return ha != hb ? hb : id_of(a) < id_of(b);
    };
    for (size_t i = 1; i < links.size(); i++)
      if (before(plan_.links[links[i]].from, plan_.links[links[start]].from)) start = i;
    std::rotate(links.begin(), links.begin() + long(start), links.end());
    Loop loop;
    loop.structural = Polarity::Positive;
    for (uint32_t link : links) {
      loop.path.push_back(plan_.links[link].from);
      loop.structural = loop.structural * plan_.links[link].polarity;
    }
    if (loop.structural == Polarity::None) loop.structural = Polarity::Unknown;
    loop.links = std::move(links);
    plan_.loops.push_back(std::move(loop));
  }

  // Ids depend on content alone: polarity, then the names along the path.
  void number_loops() {
    auto rank = [](Polarity p) { return p == Polarity::Positive ? 0 : p == Polarity::Negative ? 1 : 2; };
    std::sort(plan_.loops.begin(), plan_.loops.end(), [&](const Loop& a, const Loop& b) {
      if (a.structural != b.structural) return rank(a.structural) < rank(b.structural);
      return std::lexicographical_compare(a.path.begin(), a.path.end(), b.path.begin(), b.path.end(),
                                          [&](VariableId x, VariableId y) { return id_of(x) < id_of(y); });
    });
    uint32_t count[3] = {0, 0, 0};
    for (Loop& loop : plan_.loops) {
      int r = rank(loop.structural);
      loop.id = std::string(1, "rbu"[r]) + std::to_string(++count[r]);
    }
  }

  // Strongly connected stocks, numbered as their first loops are; a loop without stock is alone. Stocks inside macros count, unnamed.
  void partitions(const Components& components) {
    std::vector<uint32_t> partition_of(components.members.size(), none_id);
    for (Loop& loop : plan_.loops) {
      uint32_t& partition = partition_of[components.of[loop.path[0]]];
      bool shared = has_stock(loop);
      loop.partition = shared && partition != none_id ? partition : uint32_t(plan_.partitions.size());
      if (loop.partition == plan_.partitions.size()) plan_.partitions.push_back({});
      if (shared) partition = loop.partition;
    }
    for (const StockInfo& s : program_.stocks) {
      uint32_t partition = partition_of[components.of[s.variable]];
      if (partition != none_id && !program_.variables[s.variable].hidden) plan_.partitions[partition].stocks.push_back(s.variable);
    }
  }
  // A macro's composite may hide its stocks, so a loop through it has one.
  bool has_stock(const Loop& loop) const {
    return std::any_of(loop.path.begin(), loop.path.end(), [&](VariableId v) { return stock_of_[v] != none_id; }) ||
           std::any_of(loop.links.begin(), loop.links.end(), [&](uint32_t l) { return plan_.links[l].kind == LinkKind::Composite; });
  }

  Program& program_;
  const LtmOptions& options_;
  std::vector<Diagnostic>& diagnostics_;
  ExprBuilder build_;
  LtmPlan plan_;
  std::vector<ExprId> equation_of_;
  std::vector<uint32_t> stock_of_;
  std::unordered_map<ExprId, ExprId> previous_;
  std::vector<uint32_t> marks_;
  uint32_t stamp_ = 0;
  bool said_too_large_ = false;
};

}  // namespace

LtmPlan instrument(Program& program, const LtmOptions& options, std::vector<Diagnostic>& diagnostics) {
  return Instrumenter(program, options, diagnostics).run();
}

std::string dump_ltm(const Program& program, const LtmPlan& plan) {
  constexpr const char* kinds[] = {"", " (flow)", " (lag)", " (composite)"};
  std::string out = "mode " + plan.mode + ": " + plan.note + "\n";
  auto name = [&](VariableId v) { return program.variables[v].id; };
  for (const Link& link : plan.links)
    out += "link " + name(link.from) + " -> " + name(link.to) + " " + polarity_name(link.polarity) + kinds[int(link.kind)] + "\n";
  for (size_t i = 0; i < plan.partitions.size(); i++) {
    out += "partition " + std::to_string(i) + ":";
    for (VariableId s : plan.partitions[i].stocks) out += " " + name(s);
    out += "\n";
  }
  for (const Loop& loop : plan.loops) {
    out += "loop " + loop.id + " partition " + std::to_string(loop.partition) + ":";
    for (VariableId v : loop.path) out += " " + name(v) + " ->";
    out += " " + name(loop.path[0]) + "\n";
  }
  for (const Equation& e : program.scores) out += name(e.target) + " = " + print_expr(program, e.expr) + "\n";
  return out;
}

}  // namespace loopscope
