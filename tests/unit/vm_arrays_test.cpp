// Arrays as the IR has them: loops over axes that stay loops, one index map an axis of a load, folds over axes of their own.
// Programs are built by hand with ExprBuilder, run on the VM, and compared with values computed by hand.
#include "ir/schedule.h"
#include "small_models.h"

using namespace loopscope;

namespace {

using Indices = std::vector<IndexMap>;
using Values = std::vector<double>;

IndexMap at(uint32_t index) { return {IndexMap::Fixed, index}; }
IndexMap axis(uint32_t number, uint32_t offset = 0) { return {IndexMap::Axis, number, offset}; }
IndexMap mapped(uint32_t number, uint32_t table) { return {IndexMap::Mapped, number, 0, table}; }
IndexMap computed(ExprId expr) { return {IndexMap::Computed, 0, 0, 0, expr}; }

// A program in the making; dimensions are named by their size.
struct Hand {
  std::shared_ptr<Program> program = std::make_shared<Program>();
  ExprBuilder build;
  std::unique_ptr<Vm> vm;

  explicit Hand(uint32_t steps = 0, Method method = Method::Euler, double dt = 1) : build(first(*program)) {
    program->steps = steps;
    program->rows = steps + 1;
    program->dt = dt;
    program->stop = steps * dt;
    program->method = method;
  }
  static Program& first(Program& p) {
    ProgramVariable time;
    time.id = time.name = "time";
    time.role = Role::Time;
    p.variables.push_back(time);
    return p;
  }
  uint32_t dimension(uint32_t size) {
    for (uint32_t i = 0; i < program->dimensions.size(); i++)
      if (program->dimensions[i].elements.size() == size) return i;
    program->dimensions.push_back({"d" + std::to_string(size), std::vector<std::string>(size, "e")});
    return uint32_t(program->dimensions.size() - 1);
  }
  VariableId variable(const char* id, std::vector<uint32_t> sizes, Role role = Role::Auxiliary) {
    ProgramVariable v;
    v.id = v.name = id;
    v.role = role;
    for (uint32_t size : sizes) {
      v.dimensions.push_back(dimension(size));
      v.elements *= size;
    }
    program->variables.push_back(v);
    return VariableId(program->variables.size() - 1);
  }
  VariableId constant(const char* id, std::vector<uint32_t> sizes, Values values) {
    VariableId v = variable(id, std::move(sizes));
    program->variables[v].constant = true;
    program->variables[v].place = Place::Fixed;
    program->variables[v].defaults = std::move(values);
    return v;
  }
  ExprId load(VariableId v, Indices indices = {}, Plane plane = Plane::Current) { return build.load(v, plane, std::move(indices)); }
  ExprId time() { return build.load(0); }
  ExprId number(double n) { return build.constant(n); }
  // target[extents] = expr, in row-major order of the extents or where `place` says.
  VariableId equation(VariableId target, std::vector<uint32_t> extents, ExprId expr, Indices place = {}) {
    program->dynamics.push_back({target, expr, std::move(extents), std::move(place)});
    return target;
  }
  void run() {
    assign_slots(*program);
    auto made = Vm::create(program);
    REQUIRE(made);
    vm = std::move(*made);
    vm->run_to_end();
  }
  Values row(VariableId v, uint32_t r = 0) const {
    const ProgramVariable& variable = program->variables[v];
    const double* from = variable.place == Place::Fixed ? vm->slab() : vm->slab() + program->fixed_slots + size_t(r) * program->row_slots;
    return Values(from + variable.slot, from + variable.slot + variable.elements);
  }
};

// m = 1 2 3
//     4 5 6
struct Matrix : Hand {
  VariableId m;
  explicit Matrix(uint32_t steps = 0) : Hand(steps), m(constant("m", {2, 3}, {1, 2, 3, 4, 5, 6})) {}
};

}  // namespace

TEST_CASE("arrays: an equation runs over its axes, the last fastest") {
  Matrix p;
  VariableId same = p.equation(p.variable("same", {2, 3}), {2, 3}, p.load(p.m, {axis(0), axis(1)}));
  VariableId squares = p.equation(p.variable("squares", {2, 3}), {2, 3}, p.build.multiply(p.load(p.m, {axis(0), axis(1)}), p.load(p.m, {axis(0), axis(1)})));
  VariableId index = p.equation(p.variable("index", {2, 3}), {2, 3},
                                p.build.add(p.build.multiply(p.number(10), p.build.node(Op::AxisIndex, {}, 0)), p.build.node(Op::AxisIndex, {}, 1)));
  p.run();
  CHECK(p.row(same) == Values{1, 2, 3, 4, 5, 6});
  CHECK(p.row(squares) == Values{1, 4, 9, 16, 25, 36});
  CHECK(p.row(index) == Values{0, 1, 2, 10, 11, 12});
}

TEST_CASE("arrays: fixed subscripts, ranges and transposition are index maps") {
  Matrix p;
  VariableId element = p.equation(p.variable("element", {}), {}, p.load(p.m, {at(1), at(2)}));
  VariableId second_row = p.equation(p.variable("second_row", {3}), {3}, p.load(p.m, {at(1), axis(0)}));
  VariableId column = p.equation(p.variable("column", {2}), {2}, p.load(p.m, {axis(0), at(0)}));
  VariableId range = p.equation(p.variable("range", {2, 2}), {2, 2}, p.load(p.m, {axis(0), axis(1, 1)}));
  VariableId transposed = p.equation(p.variable("transposed", {3, 2}), {3, 2}, p.load(p.m, {axis(1), axis(0)}));
  VariableId diagonal = p.equation(p.variable("diagonal", {2}), {2}, p.load(p.m, {axis(0), axis(0, 1)}));
  p.run();
  CHECK(p.row(element) == Values{6});
  CHECK(p.row(second_row) == Values{4, 5, 6});
  CHECK(p.row(column) == Values{1, 4});
  CHECK(p.row(range) == Values{2, 3, 5, 6});
  CHECK(p.row(transposed) == Values{1, 4, 2, 5, 3, 6});
  CHECK(p.row(diagonal) == Values{2, 6});
}

TEST_CASE("arrays: a mapped axis goes through a table of indices") {
  Matrix p;
  p.program->index_tables = {{2, 0, 1}, {1, 1, 0, 0, 1}};
  VariableId turned = p.equation(p.variable("turned", {2, 3}), {2, 3}, p.load(p.m, {axis(0), mapped(1, 0)}));
  VariableId many = p.equation(p.variable("many", {5}), {5}, p.load(p.m, {mapped(0, 1), at(2)}));
  p.run();
  CHECK(p.row(turned) == Values{3, 1, 2, 6, 4, 5});
  CHECK(p.row(many) == Values{6, 6, 3, 3, 6});
}

TEST_CASE("arrays: a target may be written in another order, and element by element") {
  Matrix p;
  VariableId flipped = p.variable("flipped", {2, 3});
  p.equation(flipped, {3, 2}, p.load(p.m, {axis(1), axis(0)}), {axis(1), axis(0)});
  VariableId pieces = p.variable("pieces", {3});
  p.equation(pieces, {}, p.number(7), {at(0)});
  p.equation(pieces, {2}, p.build.add(p.load(p.m, {at(1), axis(0)}), p.load(pieces, {at(0)})), {axis(0, 1)});
  p.run();
  CHECK(p.row(flipped) == Values{1, 2, 3, 4, 5, 6});
  CHECK(p.row(pieces) == Values{7, 11, 12});
}

TEST_CASE("arrays: a computed subscript counts from 1, is rounded down, and reads NaN out of range") {
  Matrix p(12);
  // 0, 0.5, 1, 1.5 ... 6
  ExprId half = p.build.multiply(p.time(), p.number(0.5));
  VariableId pick = p.equation(p.variable("pick", {}), {}, p.load(p.m, {at(1), computed(half)}));
  VariableId negative = p.equation(p.variable("negative", {}), {}, p.load(p.m, {at(1), computed(p.build.node(Op::Negate, {half}))}));
  VariableId never = p.equation(p.variable("never", {}), {}, p.load(p.m, {at(1), computed(p.build.node(Op::Divide, {p.number(0), p.time()}))}));
  p.run();
  Values expected{NAN, NAN, 4, 4, 5, 5, 6, 6, NAN, NAN, NAN, NAN, NAN};
  for (uint32_t t = 0; t <= 12; t++) {
    double found = p.row(pick, t)[0];
    CHECK((std::isnan(expected[t]) ? std::isnan(found) : found == expected[t]));
    CHECK(std::isnan(p.row(negative, t)[0]));
    CHECK(std::isnan(p.row(never, t)[0]));
  }
}

TEST_CASE("arrays: huge and infinite subscripts read NaN, not memory") {
  for (double wild : {1e300, -1e300, HUGE_VAL, -HUGE_VAL, 4294967297.0, 9.3e18, std::nan(""), 0.0, 0.999, 4.0}) {
    Matrix p;
    VariableId n = p.constant("n", {}, {wild});
    VariableId x = p.equation(p.variable("x", {}), {}, p.load(p.m, {at(1), computed(p.load(n))}));
    p.run();
    CHECK_MESSAGE(std::isnan(p.row(x)[0]), wild);
  }
}

TEST_CASE("arrays: computed subscripts may differ by element, stand in both axes and in each other") {
  Matrix p;
  VariableId order = p.constant("order", {3}, {3, 1, 2});
  VariableId sorted = p.equation(p.variable("sorted", {3}), {3}, p.load(p.m, {at(0), computed(p.load(order, {axis(0)}))}));
  VariableId twice = p.equation(p.variable("twice", {3}), {3}, p.load(p.m, {at(1), computed(p.load(order, {computed(p.load(order, {axis(0)}))}))}));
  ExprId one = p.build.add(p.build.node(Op::AxisIndex, {}, 0), p.number(1));
  VariableId corner = p.equation(p.variable("corner", {2}), {2}, p.load(p.m, {computed(one), computed(p.build.add(one, p.number(1)))}));
  p.run();
  CHECK(p.row(sorted) == Values{3, 1, 2});
  CHECK(p.row(twice) == Values{5, 6, 4});
  CHECK(p.row(corner) == Values{2, 6});
}

TEST_CASE("arrays: reducers fold over axes of their own") {
  Matrix p;
  ExprId element = p.load(p.m, {axis(0), axis(1)});
  auto whole = [&](const char* id, ReduceOp op) { return p.equation(p.variable(id, {}), {}, p.build.reduce(op, 0, {2, 3}, element)); };
  VariableId sum = whole("sum", ReduceOp::Sum), product = whole("product", ReduceOp::Product), least = whole("least", ReduceOp::Minimum),
             most = whole("most", ReduceOp::Maximum);
  auto rows = [&](const char* id, ReduceOp op) { return p.equation(p.variable(id, {2}), {2}, p.build.reduce(op, 1, {3}, element)); };
  VariableId row_sum = rows("row_sum", ReduceOp::Sum), row_most = rows("row_most", ReduceOp::Maximum);
  VariableId column_sum = p.equation(p.variable("column_sum", {3}), {3}, p.build.reduce(ReduceOp::Sum, 1, {2}, p.load(p.m, {axis(1), axis(0)})));
  VariableId part = p.equation(p.variable("part", {}), {}, p.build.reduce(ReduceOp::Sum, 0, {2}, p.load(p.m, {at(1), axis(0, 1)})));
  p.run();
  CHECK(p.row(sum) == Values{21});
  CHECK(p.row(product) == Values{720});
  CHECK(p.row(least) == Values{1});
  CHECK(p.row(most) == Values{6});
  CHECK(p.row(row_sum) == Values{6, 15});
  CHECK(p.row(row_most) == Values{3, 6});
  CHECK(p.row(column_sum) == Values{5, 7, 9});
  CHECK(p.row(part) == Values{11});
}

TEST_CASE("arrays: reducers of nothing are neutral, of NaN are NaN, and add up from the first to the last") {
  Hand p;
  VariableId v = p.constant("v", {4}, {1, 1e16, -1e16, 1});
  VariableId bad = p.constant("bad", {4}, {1, std::nan(""), 3, 2});
  auto fold = [&](const char* id, ReduceOp op, uint32_t n, VariableId of) {
    return p.equation(p.variable(id, {}), {}, p.build.reduce(op, 0, {n}, p.load(of, {axis(0)})));
  };
  VariableId none = fold("none", ReduceOp::Sum, 0, v), no_least = fold("no_least", ReduceOp::Minimum, 0, v);
  VariableId in_order = fold("in_order", ReduceOp::Sum, 4, v);
  VariableId nan_sum = fold("nan_sum", ReduceOp::Sum, 4, bad), nan_most = fold("nan_most", ReduceOp::Maximum, 4, bad);
  p.run();
  CHECK(p.row(none) == Values{0});
  CHECK(p.row(no_least) == Values{HUGE_VAL});
  CHECK(p.row(in_order) == Values{((1 + 1e16) - 1e16) + 1});
  CHECK(std::isnan(p.row(nan_sum)[0]));
  CHECK(std::isnan(p.row(nan_most)[0]));
}

TEST_CASE("arrays: reducers nest, share their bodies and stand in larger expressions") {
  Matrix p;
  VariableId w = p.constant("w", {3, 2}, {1, 0, 0, 1, 2, 2});
  ExprId element = p.load(p.m, {axis(0), axis(1)});
  // The largest row sum.
  VariableId largest = p.equation(p.variable("largest", {}), {},
                                  p.build.reduce(ReduceOp::Maximum, 0, {2}, p.build.reduce(ReduceOp::Sum, 1, {3}, element)));
  // sum(m*m) - max(m*m): one body node, two reducers, and the same body under an axis of the equation.
  ExprId square = p.build.multiply(element, element);
  VariableId shared = p.equation(p.variable("shared", {}), {},
                                 p.build.subtract(p.build.reduce(ReduceOp::Sum, 0, {2, 3}, square), p.build.reduce(ReduceOp::Maximum, 0, {2, 3}, square)));
  VariableId share = p.equation(p.variable("share", {2, 3}), {2, 3},
                                p.build.node(Op::Divide, {square, p.build.reduce(ReduceOp::Sum, 2, {3}, p.load(p.m, {axis(0), axis(2)}))}));
  // Matrix product.
  VariableId product = p.equation(p.variable("product", {2, 2}), {2, 2},
                                  p.build.reduce(ReduceOp::Sum, 2, {3}, p.build.multiply(p.load(p.m, {axis(0), axis(2)}), p.load(w, {axis(2), axis(1)}))));
  p.run();
  CHECK(p.row(largest) == Values{15});
  CHECK(p.row(shared) == Values{91 - 36});
  CHECK(p.row(share) == Values{1.0 / 6, 4.0 / 6, 9.0 / 6, 16.0 / 15, 25.0 / 15, 36.0 / 15});
  CHECK(p.row(product) == Values{1 + 6, 2 + 6, 4 + 12, 5 + 12});
}

TEST_CASE("arrays: a reducer inside a reducer belongs to the axes that it reads, not only to the equation's") {
  // x[i] = sum over j of m[i,j] * (sum over k of m[k,j]): the inner sum does not read i, and still cannot leave the loop over j.
  Matrix p;
  ExprId inner = p.build.reduce(ReduceOp::Sum, 2, {2}, p.load(p.m, {axis(2), axis(1)}));
  VariableId x = p.equation(p.variable("x", {2}), {2}, p.build.reduce(ReduceOp::Sum, 1, {3}, p.build.multiply(p.load(p.m, {axis(0), axis(1)}), inner)));
  // One that reads neither may be computed once.
  ExprId total = p.build.reduce(ReduceOp::Sum, 2, {2, 3}, p.load(p.m, {axis(2), axis(3)}));
  VariableId y = p.equation(p.variable("y", {2}), {2}, p.build.reduce(ReduceOp::Sum, 1, {3}, p.build.multiply(p.load(p.m, {axis(0), axis(1)}), total)));
  p.run();
  CHECK(p.row(x) == Values{1 * 5 + 2 * 7 + 3 * 9, 4 * 5 + 5 * 7 + 6 * 9});
  CHECK(p.row(y) == Values{6 * 21, 15 * 21});
}

TEST_CASE("arrays: conditionals inside loops take the branch of each element") {
  Matrix p;
  ExprId element = p.load(p.m, {axis(0), axis(1)});
  ExprId root = p.build.node(Op::SquareRoot, {p.build.subtract(element, p.number(3))});
  ExprId above = p.build.node(Op::Greater, {element, p.number(3)});
  VariableId roots = p.equation(p.variable("roots", {2, 3}), {2, 3}, p.build.node(Op::If, {above, root, p.number(0)}));
  VariableId counted = p.equation(p.variable("counted", {}), {},
                                  p.build.reduce(ReduceOp::Sum, 0, {2, 3}, p.build.node(Op::If, {above, p.build.add(root, element), p.number(0)})));
  p.run();
  CHECK(p.row(roots) == Values{0, 0, 0, 1, std::sqrt(2.0), std::sqrt(3.0)});
  CHECK(p.row(counted)[0] == (1.0 + 4) + (std::sqrt(2.0) + 5) + (std::sqrt(3.0) + 6));
}

TEST_CASE("arrays: functions of many arguments and lookups work in loops") {
  Hand p(2);
  VariableId height = p.constant("height", {3}, {1, 2, 3});
  p.program->tables.push_back({"curve", TableKind::Continuous, 1, {0, 1, 2, 3}, {0, 10, 40, 90}});
  VariableId steps = p.equation(p.variable("steps", {3}), {3},
                                p.build.node(Op::Step, {p.load(height, {axis(0)}), p.build.node(Op::AxisIndex, {}, 0), p.time(), p.number(1)}));
  VariableId looked = p.equation(p.variable("looked", {3}), {3}, p.build.node(Op::Lookup, {p.load(height, {axis(0)})}, 0));
  p.run();
  CHECK(p.row(steps, 0) == Values{1, 0, 0});
  CHECK(p.row(steps, 1) == Values{1, 2, 0});
  CHECK(p.row(steps, 2) == Values{1, 2, 3});
  CHECK(p.row(looked) == Values{10, 40, 90});
}

TEST_CASE("arrays: the previous plane is the row before, element by element") {
  Hand p(3);
  VariableId x = p.equation(p.variable("x", {2}), {2}, p.build.multiply(p.time(), p.build.add(p.build.node(Op::AxisIndex, {}, 0), p.number(1))));
  VariableId crossed = p.equation(p.variable("crossed", {2}), {2},
                                  p.build.node(Op::If, {p.build.node(Op::FirstStep, {}), p.number(-1), p.load(x, {mapped(0, 0)}, Plane::Previous)}));
  p.program->index_tables = {{1, 0}};
  p.run();
  CHECK(p.row(crossed, 0) == Values{-1, -1});
  for (uint32_t t = 1; t <= 3; t++) CHECK(p.row(crossed, t) == Values{2.0 * (t - 1), 1.0 * (t - 1)});
}

TEST_CASE("arrays: stocks are integrated element by element, and clamped so, by every method") {
  for (Method method : {Method::Euler, Method::Rk2, Method::Rk4}) {
    Hand p(8, method, 0.5);
    VariableId rate = p.constant("rate", {2}, {0.1, -0.2});
    VariableId s = p.variable("s", {2}, Role::Stock), t = p.variable("t", {2}, Role::Stock), f = p.variable("f", {2}, Role::Flow);
    p.equation(f, {2}, p.build.multiply(p.load(s, {axis(0)}), p.load(rate, {axis(0)})));
    auto stock = [&](VariableId v, ExprId net, bool non_negative) {
      StockInfo info;
      info.variable = v;
      info.non_negative = non_negative;
      info.extents = {2};
      info.net = net;
      info.euler = p.build.add(p.load(v, {axis(0)}), p.build.multiply(net, p.number(0.5)));
      if (non_negative) {
        info.euler = p.build.node(Op::Maximum, {info.euler, p.number(0)});
        info.limit = p.build.node(Op::Maximum, {p.load(v, {axis(0)}), p.number(0)});
      }
      p.program->stocks.push_back(info);
    };
    stock(s, p.load(f, {axis(0)}), false);
    stock(t, p.build.node(Op::Negate, {p.build.add(p.build.node(Op::AxisIndex, {}, 0), p.number(1))}), true);
    p.program->initials.push_back({s, p.build.add(p.number(100), p.build.node(Op::AxisIndex, {}, 0)), {2}, {}});
    p.program->initials.push_back({t, p.number(3), {2}, {}});
    p.run();
    auto factor = [&](double r) {
      double h = r * 0.5;
      return method == Method::Euler ? 1 + h : method == Method::Rk2 ? 1 + h + h * h / 2 : 1 + h + h * h / 2 + h * h * h / 6 + h * h * h * h / 24;
    };
    for (uint32_t r = 0; r <= 8; r++) {
      CHECK(p.row(s, r)[0] == doctest::Approx(100 * std::pow(factor(0.1), r)).epsilon(1e-13));
      CHECK(p.row(s, r)[1] == doctest::Approx(101 * std::pow(factor(-0.2), r)).epsilon(1e-13));
      CHECK(p.row(t, r)[0] == std::max(0.0, 3 - 0.5 * r));
      CHECK(p.row(t, r)[1] == std::max(0.0, 3 - 1.0 * r));
    }
  }
}

TEST_CASE("arrays: an arrayed constant is set element by element") {
  Matrix p;
  VariableId sum = p.equation(p.variable("sum", {}), {}, p.build.reduce(ReduceOp::Sum, 0, {2, 3}, p.load(p.m, {axis(0), axis(1)})));
  p.run();
  CHECK(p.vm->set_value(p.program->variables[p.m].slot + 4, 50));
  p.vm->run_to_end();
  CHECK(p.row(sum) == Values{21 - 5 + 50});
  p.vm->reset();
  p.vm->run_to_end();
  CHECK(p.row(sum) == Values{66});
}
