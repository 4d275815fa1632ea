# How our own targets are built.  Nothing here reaches the targets of third parties.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Warnings and sanitizers, for every target of ours.
add_library(zeroth_build INTERFACE)
target_compile_options(zeroth_build INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # false on text + std::string: GCC bug 105651
  $<$<BOOL:${ZEROTH_WERROR}>:-Werror>)
if(ZEROTH_SANITIZE)
  target_compile_options(zeroth_build INTERFACE -fsanitize=${ZEROTH_SANITIZE} -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(zeroth_build INTERFACE -fsanitize=${ZEROTH_SANITIZE})
endif()

# Instruction set of numeric kernels.
add_library(zeroth_arch INTERFACE)
if(ZEROTH_ARCH)
  target_compile_options(zeroth_arch INTERFACE -march=${ZEROTH_ARCH})
endif()

# A plugin of ours: zeroth_add_plugin() with our warnings, where the program finds it, and installed.
# The target zeroth_own_plugins builds them all.
add_custom_target(zeroth_own_plugins)
function(zeroth_own_plugin name)
  zeroth_add_plugin(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE zeroth_build)
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/${ZEROTH_PLUGIN_FOLDER}")
  add_dependencies(zeroth_own_plugins ${name})
  install(TARGETS ${name} LIBRARY DESTINATION "${ZEROTH_PLUGIN_FOLDER}" COMPONENT program)
endfunction()

# zeroth_own_library(NAME SOURCES file... [LIBRARIES target...])
#
# The plugin NAME from NAME/plugin.cpp, and the library NAME_core with all the rest, which tests and
# benchmarks link too.  Its users are built for the same instruction set: Eigen's layout depends on it.
function(zeroth_own_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  list(TRANSFORM arg_SOURCES PREPEND "${name}/")
  add_library(${name}_core STATIC ${arg_SOURCES})
  target_include_directories(${name}_core PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
  target_compile_definitions(${name}_core PUBLIC EIGEN_MPL2_ONLY EIGEN_DONT_PARALLELIZE)
  target_link_libraries(${name}_core PUBLIC zeroth::sdk zeroth_arch Eigen3::Eigen ${arg_LIBRARIES} PRIVATE zeroth_build)
  # GCC 12 warns of its own AVX-512 header.
  target_compile_options(${name}_core PUBLIC $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  set_target_properties(${name}_core PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  zeroth_own_plugin(${name} SOURCES ${name}/plugin.cpp LIBRARIES ${name}_core)
endfunction()

# `cmake --build ... --target format` and `tidy`: what CI checks.
find_program(CLANG_FORMAT clang-format)
find_program(RUN_CLANG_TIDY run-clang-tidy)
if(CLANG_FORMAT)
  add_custom_target(format COMMAND sh -c "git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs ${CLANG_FORMAT} -i"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM)
endif()
if(RUN_CLANG_TIDY)
  add_custom_target(tidy COMMAND "${RUN_CLANG_TIDY}" -quiet -p "${CMAKE_BINARY_DIR}"
      -extra-arg=-Wno-unknown-warning-option  # clang reads GCC's command lines, which -Werror makes strict
      "${PROJECT_SOURCE_DIR}/(host|plugins|problems)/.*"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM)
endif()
