# The toolchain file of the emscripten presets: Emscripten's own, from wherever .ci/setup found emcc.
include("${CMAKE_CURRENT_LIST_DIR}/../build/setup.cmake" OPTIONAL)
if(NOT LS_EMSCRIPTEN_ROOT)
  message(FATAL_ERROR "run .ci/setup first (or npm run build, which does)")
endif()
include("${LS_EMSCRIPTEN_ROOT}/cmake/Modules/Platform/Emscripten.cmake")
