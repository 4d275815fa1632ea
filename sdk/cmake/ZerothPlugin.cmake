# zeroth_add_plugin(NAME SOURCES file... [LIBRARIES target...])
#
# A plugin library NAME.so in lib/zeroth/plugins of the build tree: it exports zeroth_negotiate alone, has no
# undefined symbols, and is built in C++20 without contraction of floating-point expressions.
set(ZEROTH_PLUGIN_EXPORTS "${CMAKE_CURRENT_LIST_DIR}/plugin_exports.map")

function(zeroth_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "usage: zeroth_add_plugin(NAME SOURCES file... [LIBRARIES target...])")
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE zeroth::sdk ${arg_LIBRARIES})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib/zeroth/plugins"
    LINK_DEPENDS "${ZEROTH_PLUGIN_EXPORTS}")
  target_link_options(${name} PRIVATE "LINKER:--version-script=${ZEROTH_PLUGIN_EXPORTS}")
  if(NOT ZEROTH_SANITIZE)  # a sanitizer's runtime comes with the program
    target_link_options(${name} PRIVATE "LINKER:-z,defs")
  endif()
endfunction()
