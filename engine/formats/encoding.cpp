#include "formats/encoding.h"

#include <utf8proc.h>

#include <algorithm>

#include "model/names.h"

namespace loopscope {

namespace {

// 0x80..0x9F of Windows-1252; 0 where it has nothing.
constexpr uint16_t cp1252_high[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

// The first byte that is not UTF-8, npos if all is.
size_t invalid_utf8(std::string_view text) {
  auto bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (size_t i = 0; i < text.size();) {
    if (bytes[i] < 0x80) {
      i++;
      continue;
    }
    utf8proc_int32_t code_point;
    auto used = utf8proc_iterate(bytes + i, utf8proc_ssize_t(text.size() - i), &code_point);
    if (used <= 0) return i;
    i += size_t(used);
  }
  return text.npos;
}

// Control characters of the range are kept as they are where Windows-1252 has no character.
std::string from_cp1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) out += c;
    else append_utf8(out, byte < 0xA0 && cp1252_high[byte - 0x80] ? cp1252_high[byte - 0x80] : byte);
  }
  return out;
}

std::optional<std::string> from_utf16(std::string_view bytes, bool big_endian) {
  std::string out;
  out.reserve(bytes.size());
  auto unit = [&](size_t i) {
    uint32_t first = static_cast<unsigned char>(bytes[i]), second = static_cast<unsigned char>(bytes[i + 1]);
    return big_endian ? first << 8 | second : second << 8 | first;
  };
  if (bytes.size() % 2) return {};
  for (size_t i = 0; i < bytes.size(); i += 2) {
    uint32_t c = unit(i);
    if (c >= 0xD800 && c < 0xE000) {
      if (c >= 0xDC00 || i + 3 >= bytes.size()) return {};
      uint32_t low = unit(i + 2);
      if (low < 0xDC00 || low >= 0xE000) return {};
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    append_utf8(out, c);
  }
  return out;
}

// The encoding that <?xml ... encoding="..."?> names, in lower case; empty if there is none.
std::string declared_encoding(std::string_view bytes) {
  if (!bytes.starts_with("<?xml")) return {};
  std::string_view declaration = bytes.substr(0, std::min<size_t>(bytes.find("?>"), 1000));
  size_t at = declaration.find("encoding");
  if (at == declaration.npos) return {};
  size_t begin = declaration.find_first_of("\"'", at);
  if (begin == declaration.npos) return {};
  size_t end = declaration.find(declaration[begin], begin + 1);
  if (end == declaration.npos) return {};
  return fold_case(declaration.substr(begin + 1, end - begin - 1));
}

}  // namespace

std::optional<std::string> to_utf8(std::string_view bytes, std::vector<Diagnostic>& diagnostics) {
  auto fail = [&](std::string message, Span span = {}) {
    diagnostics.push_back(diagnose(Code::bad_encoding, std::move(message), span));
    return std::nullopt;
  };
  bool utf16_le = bytes.starts_with("\xFF\xFE") || bytes.starts_with(std::string_view("<\0", 2));
  bool utf16_be = bytes.starts_with("\xFE\xFF") || bytes.starts_with(std::string_view("\0<", 2));
  if (utf16_le || utf16_be) {
    bool mark = bytes[0] != '<' && bytes[0] != 0;
    auto text = from_utf16(bytes.substr(mark ? 2 : 0), utf16_be);
    if (!text) return fail("the file is not valid UTF-16; save it as UTF-8");
    return text;
  }
  bool mark = bytes.starts_with("\xEF\xBB\xBF");
  if (mark) bytes.remove_prefix(3);
  std::string encoding = declared_encoding(bytes);
  if (mark) encoding = "utf-8";
  for (const char* name : {"windows-1252", "cp1252", "cp-1252", "iso-8859-1", "latin1"})
    if (encoding == name) return from_cp1252(bytes);
  // UTF-16 that got here is plain bytes after all: somebody converted the file and left the declaration.
  bool as_utf8 = encoding.empty() || encoding == "utf-8" || encoding == "utf8" || encoding == "us-ascii" || encoding == "ascii" ||
                 encoding.starts_with("utf-16");
  if (!as_utf8) return fail("encoding \"" + encoding.substr(0, 60) + "\" is not read; save the file as UTF-8");
  size_t invalid = invalid_utf8(bytes);
  if (invalid == bytes.npos) return std::string(bytes);
  size_t first = bytes.find_first_not_of(" \t\r\n");
  if (!mark && bytes[first] != '<') return from_cp1252(bytes);
  return fail("the file is not valid UTF-8; save it as UTF-8 or declare its encoding", span_at(bytes, uint32_t(invalid), 1));
}

}  // namespace loopscope
