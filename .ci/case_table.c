// Host tool of the build: prints utf8proc's case folding as ranges (first, last, stride, delta) and expansions, so that the engine
// carries 3 kB of it instead of all of utf8proc's tables (47 kB of the compressed product).
#include <stdio.h>
#include <utf8proc.h>

static int fold(int c, utf8proc_int32_t* out) {
  int boundary = 0;
  if (c >= 0xD800 && c <= 0xDFFF) return 0;
  int n = (int)utf8proc_decompose_char(c, out, 16, UTF8PROC_CASEFOLD, &boundary);
  return n == 1 && out[0] == c ? 0 : n;
}

int main(void) {
  utf8proc_int32_t out[16];
  printf("static constexpr CaseRange case_ranges[] = {\n");
  for (int c = 0x80; c < 0x110000; c++) {
    if (fold(c, out) != 1) continue;
    int delta = out[0] - c, last = c, stride = fold(c + 1, out) == 1 && out[0] - (c + 1) == delta ? 1 : 2;
    while (fold(last + stride, out) == 1 && out[0] - (last + stride) == delta) {
      // With a stride of two the code points between fold to themselves.
      if (stride == 2 && fold(last + 1, out)) break;
      last += stride;
    }
    printf("{%d,%d,%d,%d},\n", c, last, stride, delta);
    c = last;
  }
  printf("};\nstatic constexpr CaseExpansion case_expansions[] = {\n");
  for (int c = 0x80; c < 0x110000; c++) {
    int n = fold(c, out);
    if (n > 1) printf("{%d,{%d,%d,%d}},\n", c, out[0], out[1], n > 2 ? out[2] : 0);
  }
  printf("};\n");
  return 0;
}
