// Golden texts: what the code printed when a person last looked at it. check_golden("name", text) compares with
// tests/golden/name.txt and shows the first line that differs; LOOPSCOPE_BLESS=1 (npm run bless) rewrites the file instead.
#pragma once
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#endif

namespace golden {

// Emscripten's getenv does not see the environment of the process.
inline bool blessing() {
#ifdef __EMSCRIPTEN__
  return EM_ASM_INT({ return process.env.LOOPSCOPE_BLESS == '1' ? 1 : 0; }) != 0;
#else
  const char* value = getenv("LOOPSCOPE_BLESS");
  return value && std::string_view(value) == "1";
#endif
}

inline std::optional<std::string> read_file(const std::string& path) {
  FILE* file = fopen(path.c_str(), "rb");
  if (!file) return {};
  std::string text;
  char buffer[65536];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;) text.append(buffer, n);
  fclose(file);
  return text;
}

inline bool write_file(const std::string& path, std::string_view text) {
  FILE* file = fopen(path.c_str(), "wb");
  if (!file) return false;
  bool complete = fwrite(text.data(), 1, text.size(), file) == text.size();
  return fclose(file) == 0 && complete;
}

// A file of the checkout.
inline std::string source_path(const std::string& path) { return std::string(LOOPSCOPE_SOURCE_DIR) + "/" + path; }

// Where two texts part: line number and both lines, cut where they are long.
inline std::string first_difference(std::string_view expected, std::string_view found) {
  size_t line = 1, begin = 0, at = 0;
  for (; at < expected.size() && at < found.size() && expected[at] == found[at]; at++)
    if (expected[at] == '\n') {
      line++;
      begin = at + 1;
    }
  auto line_of = [&](std::string_view text) -> std::string {
    if (begin >= text.size()) return "(the text ends)";
    size_t from = at > begin + 100 ? at - 100 : begin;  // a long line: the part around the difference
    size_t end = text.find('\n', at);
    size_t to = end == text.npos ? text.size() : end;
    return (from > begin ? "..." : "") + std::string(text.substr(from, to - from).substr(0, 240));
  };
  return "line " + std::to_string(line) + "\n  expected: " + line_of(expected) + "\n  found:    " + line_of(found);
}

}  // namespace golden

inline void check_golden(const std::string& name, const std::string& text) {
  std::string path = "tests/golden/" + name + ".txt";
  if (golden::blessing()) {
    bool written = golden::write_file(golden::source_path(path), text);
    CHECK_MESSAGE(written, "cannot write " << path);
    return;
  }
  auto expected = golden::read_file(golden::source_path(path));
  if (!expected) {
    FAIL_CHECK("there is no " << path << "; make it with LOOPSCOPE_BLESS=1, read it, and commit it");
  } else if (*expected != text) {
    FAIL_CHECK(path << " differs at " << golden::first_difference(*expected, text) << "\n  (npm run bless, if the new text is right)");
  }
}
