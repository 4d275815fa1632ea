# Debian packages, one for each component:
#   cmake --preset package && cmake --build --preset package --target package
# writes zeroth_VERSION_ARCH.deb and libzeroth-dev_VERSION_all.deb into build/package/packages.
set(copyright "${PROJECT_SOURCE_DIR}/LICENSE")
install(FILES "${copyright}" DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/zeroth RENAME copyright COMPONENT program)
install(FILES "${copyright}" DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libzeroth-dev RENAME copyright COMPONENT sdk)

if(ZEROTH_ARCH STREQUAL "native")  # a package must run on other machines
  return()
endif()
find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
find_program(FILE_PROGRAM file)
mark_as_advanced(DPKG_SHLIBDEPS FILE_PROGRAM)
if(NOT DPKG_SHLIBDEPS OR NOT FILE_PROGRAM)  # without them a package would not know what it depends on
  message(STATUS "No target package: apt-get install dpkg-dev file")
  return()
endif()
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "The Zeroth developers")
set(CPACK_PACKAGE_CONTACT "The Zeroth developers <maintainers@zeroth.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # else the first line of both descriptions
set(CPACK_PACKAGE_DIRECTORY "${CMAKE_BINARY_DIR}/packages")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL program sdk)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME zeroth)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION math)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS libzeroth-dev)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "black-box (zeroth-order) optimization suite
Minimises functions of which only values can be had.  Optimizers and problems
are plugins; the program runs matrices of them in parallel, with results that
can be resumed and repeated bit for bit.")

set(CPACK_DEBIAN_SDK_PACKAGE_NAME libzeroth-dev)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_SDK_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_SDK_PACKAGE_RECOMMENDS "zeroth, cmake, g++ | clang, make")
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS "cmake (>= 3.25), nlohmann-json3-dev (>= 3.11)")
set(CPACK_COMPONENT_SDK_DESCRIPTION "optimizers and problems for zeroth - headers
Headers, CMake package and pkg-config file for plugins of the black-box
optimization suite Zeroth, with a template in C++ and an example in C.")

# What the plugins with numeric kernels need of the processor is asked before anything is unpacked.
if(ZEROTH_ARCH STREQUAL "x86-64-v3")
  configure_file("${CMAKE_CURRENT_LIST_DIR}/preinst" preinst
                 FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE COPYONLY)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA "${CMAKE_CURRENT_BINARY_DIR}/preinst")
endif()
include(CPack)
