// The outermost shape of a Vensim .mdl file: entries `equation ~ units ~ comment ~ flags |`, groups, macros, and after them
// the diagrams and settings. Cutting is one walk over the text; nothing inside an entry is looked at but quotes and braces.
#pragma once
#include <string_view>
#include <vector>

#include "support/diagnostics.h"

namespace loopscope {

// Views into the text.
struct VensimEntry {
  std::string_view equation, units, comment, flags;
  std::string_view group;  // that it stands in
};

struct VensimMacro {
  std::string_view header;  // NAME(inputs : outputs)
  std::vector<VensimEntry> entries;
};

struct VensimFile {
  std::vector<VensimEntry> entries;
  std::vector<VensimMacro> macros;
  std::string_view sketch, settings;
};

VensimFile cut_vensim(std::string_view text, Reports& reports);

}  // namespace loopscope
