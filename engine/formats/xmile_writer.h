// A model as XMILE 1.0 text. Reading it gives the same model again, and writing that the same text: what the reader keeps is written,
// the parts that only people and other tools need (views, styles) verbatim.
#pragma once
#include <string>

#include "model/model.h"

namespace loopscope {

std::string write_xmile(const Project& project);

}  // namespace loopscope
