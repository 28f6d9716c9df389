// print_c MODEL OPTIONS: the C form of a model on stdout, OPTIONS as project.compile takes them (docs/interfaces.md).
#include <cstdio>

#include "compile.h"
#include "print_c.h"

using namespace loopscope;

int main(int count, char** words) {
  if (count != 3) return 2;
  std::string text;
  FILE* file = fopen(words[1], "rb");
  if (!file) return 2;
  char buffer[65536];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;) text.append(buffer, n);
  fclose(file);
  auto options = parse_options(words[2]);
  if (!options) return 2;
  CompiledProgram compiled = compile_project(load_project(text), *options);
  if (!compiled.program) return 1;
  std::string c = print_c(*compiled.program);
  fwrite(c.data(), 1, c.size(), stdout);
}
