// The door to all formats: bytes of a model file in, a project out. Knows limits, encodings and which reader to ask.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "support/diagnostics.h"

namespace loopscope {

// None if nothing can be listed; the diagnostics say why, and what is wrong with a project that is there. Their spans
// point into `source`: the bytes as UTF-8, or as they are if that cannot be had.
std::optional<Project> read_project(std::string_view bytes, std::string& source, std::vector<Diagnostic>& diagnostics);
std::optional<Project> read_project(std::string_view bytes, std::vector<Diagnostic>& diagnostics);

// For readers: puts the model that is simulated first and takes its name away. It is the one without a name, else the one with that id, else the first.
void choose_main_model(std::vector<Model>& models, const std::string& id, std::vector<Diagnostic>& diagnostics);

}  // namespace loopscope
