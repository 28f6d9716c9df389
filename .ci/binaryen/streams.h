// Streams that forget what they are told, under the names of the standard ones. Binaryen's code is full of text for people who work
// on Binaryen, and with the library's own streams come locales, dates, money and wide characters: a tenth of the product.
// Nothing here has a symbol, because a program around the product (the unit tests) may use the real ones.
#pragma once
#include <cstdio>
#include <iosfwd>
#include <string>

#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)
_LIBCPP_BEGIN_NAMESPACE_STD

template <class Char, class Traits>
class basic_ostream {
 public:
  template <class T>
  basic_ostream& operator<<(const T&) {
    return *this;
  }
  basic_ostream& operator<<(const std::basic_string<Char>&) { return *this; }
};

template <class Char, class Traits>
class basic_istream {
 public:
  int get() { return EOF; }
  int peek() { return EOF; }
  basic_istream& operator>>(Char&) { return *this; }
};

template <class Char, class Traits, class Allocator>
class basic_ostringstream : public basic_ostream<Char, Traits> {
 public:
  std::basic_string<Char> str() const { return {}; }
};
template <class Char, class Traits, class Allocator>
class basic_stringstream : public basic_ostringstream<Char, Traits, Allocator> {};

template <class Char, class Traits>
class basic_ofstream : public basic_ostream<Char, Traits> {
 public:
  basic_ofstream() = default;
  explicit basic_ofstream(const std::string&) {}
  void close() {}
};

static ostream cerr, cout;
static constexpr int hex = 0, dec = 0, endl = 0;
static int setw(int width) { return width; }
static int setfill(char fill) { return fill; }

_LIBCPP_END_NAMESPACE_STD
#pragma clang attribute pop
