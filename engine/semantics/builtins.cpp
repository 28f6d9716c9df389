#include "semantics/builtins.h"

#include <algorithm>
#include <unordered_map>

namespace loopscope {

namespace {
// How each kind spells its target; `none` for the kinds that have none.
constexpr uint8_t none = 0;
#define TARGET_Value(t) uint8_t(BuiltinValue::t)
#define TARGET_Operation(t) uint8_t(Op::t)
#define TARGET_Table(t) uint8_t(Op::t)
#define TARGET_Fold(t) uint8_t(Op::t)
#define TARGET_Special(t) uint8_t(BuiltinSpecial::t)
#define TARGET_Reducer(t) uint8_t(BuiltinReducer::t)
#define TARGET_Macro(t) t
#define TARGET_External(t) uint8_t(ExternalKind::t)
#define TARGET_Later(t) t

std::unordered_map<std::string_view, const Builtin*> index_names(const std::vector<Builtin>& builtins) {
  std::unordered_map<std::string_view, const Builtin*> index;
  for (const Builtin& builtin : builtins) {
    std::string_view rest = builtin.names;
    while (!rest.empty()) {
      size_t blank = rest.find(' ');
      index.emplace(rest.substr(0, blank), &builtin);
      rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
    }
  }
  return index;
}

// Levenshtein distance, cut off at `limit`.
size_t distance(std::string_view a, std::string_view b, size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return limit + 1;
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); j++) row[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}
}  // namespace

bool Builtin::is_random() const {
  return kind == BuiltinKind::Operation && std::string_view(form).find('R') != std::string_view::npos;
}

const std::vector<Builtin>& all_builtins() {
  static const std::vector<Builtin> builtins = {
#define BUILTIN(names, minimum, maximum, kind, target, form) \
  {names, minimum, maximum, BuiltinKind::kind, TARGET_##kind(target), form},
#include "semantics/builtins.def"
#undef BUILTIN
  };
  return builtins;
}

const Builtin* find_builtin(std::string_view canonical) {
  static const auto index = index_names(all_builtins());
  auto it = index.find(canonical);
  return it == index.end() ? nullptr : it->second;
}

std::string suggestions(const std::string& name, const std::vector<std::string>& candidates) {
  size_t limit = std::min<size_t>(3, (name.size() + 1) / 3);  // of a letter or so everything is near
  std::vector<std::pair<size_t, std::string>> near;
  if (name.size() <= 64)
    for (const std::string& candidate : candidates) {
      if (candidate.empty() || candidate[0] == '$') continue;
      size_t d = distance(name, candidate, limit);
      if (d <= limit) near.emplace_back(d, candidate);
    }
  std::sort(near.begin(), near.end());
  std::string out;
  for (size_t i = 0; i < near.size() && i < 3; i++) out += (i ? ", " : "") + near[i].second;
  return out.empty() ? "" : "; did you mean " + out + "?";
}

}  // namespace loopscope
