// A project in XMILE's equation language as one in Vensim's: modules written out, flows summed into each stock's net flow, every subscript
// said, functions in Vensim's terms. What Vensim cannot say is a warning, and the nearest that it can stands in its place.
#pragma once
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

Project to_vensim(const Project& project, std::vector<Diagnostic>& warnings);

}  // namespace loopscope
