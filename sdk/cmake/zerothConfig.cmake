# find_package(zeroth): the SDK for plugins of the black-box optimization suite Zeroth.
#
# zeroth::sdk          headers; C++20, no other library
# zeroth::safetensors  the same with <zeroth/safetensors.hpp>, where nlohmann-json is found
# zeroth_add_plugin()  a plugin library: see ZerothPlugin.cmake
include("${CMAKE_CURRENT_LIST_DIR}/zerothTargets.cmake")
get_property(zeroth_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if(NOT CXX IN_LIST zeroth_languages)  # a project in C, where CMake knows no features of C++
  set_property(TARGET zeroth::sdk PROPERTY INTERFACE_COMPILE_FEATURES)
endif()
unset(zeroth_languages)

find_package(nlohmann_json 3.11 QUIET)
if(nlohmann_json_FOUND)
  include("${CMAKE_CURRENT_LIST_DIR}/zerothSafetensorsTargets.cmake")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/ZerothPlugin.cmake")
