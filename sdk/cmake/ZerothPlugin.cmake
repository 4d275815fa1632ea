# zeroth_add_plugin(NAME SOURCES file... [LIBRARIES target...])
#
# A plugin library NAME.so: it exports zeroth_negotiate alone, has no undefined symbols, and is built in C++20
# without contraction of floating-point expressions.  Sources may be C or C++.
set(ZEROTH_PLUGIN_EXPORTS "${CMAKE_CURRENT_LIST_DIR}/plugin_exports.map")

function(zeroth_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "usage: zeroth_add_plugin(NAME SOURCES file... [LIBRARIES target...])")
  endif()
  set(exports "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin_exports.map")
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE zeroth::sdk ${arg_LIBRARIES})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${exports}")
  target_link_options(${name} PRIVATE "LINKER:--version-script=${exports}")
  if(NOT ZEROTH_SANITIZE)  # a sanitizer's runtime comes with the program
    target_link_options(${name} PRIVATE "LINKER:-z,defs")
  endif()
endfunction()

# zeroth_test_plugin(NAME EXPERIMENT file)
#
# Tests of CTest for a plugin NAME, through the program `zeroth` beside the SDK or in PATH (without it, none are added):
# - NAME/check: `zeroth check` finds no fault;
# - NAME/experiment: the experiment runs, and every run of it ends at the target of its [budget].
function(zeroth_test_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "EXPERIMENT" "")
  if(NOT arg_EXPERIMENT OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "usage: zeroth_test_plugin(NAME EXPERIMENT file)")
  endif()
  find_program(ZEROTH_PROGRAM zeroth HINTS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../bin")
  if(NOT ZEROTH_PROGRAM)
    message(WARNING "The program `zeroth` is not installed: ${name} is not tested")
    return()
  endif()
  add_test(NAME ${name}/check COMMAND "${ZEROTH_PROGRAM}" check "$<TARGET_FILE:${name}>")
  add_test(NAME ${name}/experiment
    COMMAND "${CMAKE_COMMAND}" "-DZEROTH=${ZEROTH_PROGRAM}" "-DPLUGIN=$<TARGET_FILE:${name}>"
      "-DEXPERIMENT=${CMAKE_CURRENT_SOURCE_DIR}/${arg_EXPERIMENT}" "-DFOLDER=${CMAKE_CURRENT_BINARY_DIR}/${name}.test"
      -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/ZerothExperimentTest.cmake")
endfunction()
