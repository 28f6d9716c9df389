// Bytes as the text of equations in a small model with a stock, flows, a constant and a table. The first byte says where
// they stand and how the model is integrated; a byte 0x1E ends one equation and begins the next. Only what a reader lets through.
#include "exercise.h"
#include "formats/encoding.h"
#include "model/names.h"

namespace {
using namespace loopscope;

Variable variable(const char* name, VariableKind kind, std::string equation) {
  Variable v;
  v.kind = kind;
  v.name = v.id = name;
  Definition definition;
  definition.equation.text = std::move(equation);
  v.definitions.push_back(std::move(definition));
  return v;
}

SourceText flow_name(const char* name) {
  SourceText text;
  text.text = name;
  return text;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t shape = data[0];
  std::string texts[3] = {"1", "population * rate", "population + 1"};
  std::vector<Diagnostic> diagnostics;
  auto given = to_utf8({reinterpret_cast<const char*>(data) + 1, size - 1}, diagnostics);
  if (!given || given->find('\0') != given->npos) return 0;
  std::string_view rest = *given;
  for (std::string& text : texts) {
    size_t end = rest.find('\x1E');
    text = rest.substr(0, end);
    if (end == rest.npos) break;
    rest.remove_prefix(end + 1);
  }

  LoadedProject loaded;
  Project& project = loaded.project.emplace();
  project.name = "fuzz";
  project.vensim_made = shape & 1;
  project.specs.start = shape & 2 ? -3 : 0;
  project.specs.stop = project.specs.start + 5;
  project.specs.dt = shape & 4 ? 0.25 : 1;
  if (shape & 8) project.specs.save_interval = 2;
  project.specs.method = Method(shape >> 4 & 3 ? (shape >> 4 & 3) - 1 : 0);

  Model model;
  Variable stock = variable("population", VariableKind::Stock, shape & 64 ? texts[0] : "100");
  stock.inflows.push_back(flow_name("births"));
  stock.outflows.push_back(flow_name("deaths"));
  stock.non_negative = shape & 128;
  model.variables.push_back(std::move(stock));
  model.variables.push_back(variable("births", VariableKind::Flow, texts[1]));
  model.variables.push_back(variable("deaths", VariableKind::Flow, "population / 50"));
  model.variables.push_back(variable("rate", VariableKind::Auxiliary, "0.1"));
  Variable table = variable("effect", VariableKind::Table, "");
  table.definitions[0].table = GraphicalFunction{TableKind::Continuous, {0, 1, 2, 5}, {1, 0.5, 2, 0}, {}, {}, {}};
  model.variables.push_back(std::move(table));
  Variable free = variable("x", VariableKind::Auxiliary, shape & 64 ? "1" : texts[0]);
  if (shape & 32) free.definitions[0].initial.text = texts[2];
  model.variables.push_back(std::move(free));
  model.variables.push_back(variable("y", VariableKind::Auxiliary, texts[2]));
  project.models.push_back(std::move(model));

  exercise(loaded, {}, size);
  return 0;
}
