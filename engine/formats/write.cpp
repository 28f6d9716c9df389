#include "formats/write.h"

#include "formats/json_writer.h"
#include "formats/xmile_writer.h"

namespace loopscope {

Result<std::string> write_project(const Project& project, std::string_view format) {
  if (format == "xmile") {
    if (project.dialect == Dialect::Xmile) return write_xmile(project);
    return diagnose(Code::unsupported_feature, "the equations are in Vensim's language, which XMILE has no place for; write the model as json");
  }
  if (format == "json") return write_json(project);
  return diagnose(Code::bad_option, "the format must be xmile or json");
}

}  // namespace loopscope
