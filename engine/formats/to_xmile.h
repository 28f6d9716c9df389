// A project in Vensim's equation language as one in XMILE's: net flows as flows, exceptions and subranges as elements, functions in
// XMILE's terms. What XMILE cannot say is a warning, and the nearest that it can stands in its place.
#pragma once
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

Project to_xmile(const Project& project, std::vector<Diagnostic>& warnings);

}  // namespace loopscope
