// What the two equation languages call one thing: functions of either in terms of the other's.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.h"

namespace loopscope {

// A function or value of one language, by name and number of arguments, as text of the other: canonical names, the arguments a, b, c...
// A text that begins with ~ is only near; one that is empty says that the name is the same.
struct FunctionRule {
  const char* name;
  int8_t count;
  const char* text;
};
// nullptr: the other language has no such function.
const FunctionRule* find_rule(Dialect to, std::string_view name, uint32_t count);

// Does Vensim take this function only as a whole equation?
bool stands_alone_in_vensim(std::string_view name);

// A name as it stands in a Vensim file: in quotes where its letters need them, or where a function has the name.
std::string in_vensim(std::string_view name);

// Long lines broken as Vensim does it, with a backslash.
std::string wrapped_vensim(std::string_view text);

// The text with the arguments in place.
Ast instantiate(const char* text, const std::vector<Ast>& arguments);
// How often the argument of that number stands in the text.
int uses_of(const char* text, uint32_t argument);

}  // namespace loopscope
