// A model in Vensim's equation language as the text of an .mdl file. One in XMILE's is rewritten first (to_vensim.h).
#pragma once
#include <string>

#include "model/model.h"

namespace loopscope {

std::string write_vensim(const Project& project);

}  // namespace loopscope
