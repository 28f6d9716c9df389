#include "formats/write.h"

#include "formats/json_writer.h"
#include "formats/to_vensim.h"
#include "formats/to_xmile.h"
#include "formats/vensim_writer.h"
#include "formats/xmile_writer.h"

namespace loopscope {

Result<std::string> write_project(const Project& project, std::string_view format, std::vector<Diagnostic>& warnings) {
  bool vensim = project.dialect == Dialect::Vensim;
  if (format == "xmile") return write_xmile(vensim ? to_xmile(project, warnings) : project);
  if (format == "mdl") {
    if (vensim) return write_vensim(project);
    Project written = to_vensim(project, warnings);
    if (has_errors(warnings)) return warnings;
    return write_vensim(written);
  }
  if (format == "json") return write_json(project);
  return diagnose(Code::bad_option, "the format must be xmile, json or mdl");
}

}  // namespace loopscope
