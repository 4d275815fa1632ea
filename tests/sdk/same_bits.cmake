# cmake -DCOMPILERS=a,b -DSDK=include-folder -DSOURCE=random_bits.cpp -DEXPECTED=hash -DFOLDER=scratch -P same_bits.cmake
#
# Builds SOURCE with every compiler and set of options; each program must print EXPECTED.
string(REPLACE "," ";" compilers "${COMPILERS}")
file(MAKE_DIRECTORY "${FOLDER}")
set(count 0)
foreach(compiler IN LISTS compilers)
  foreach(options "-O0" "-O2" "-O2 -march=native" "-O3 -march=native -ffp-contract=fast" "-O2 -ffp-contract=fast")
    separate_arguments(arguments UNIX_COMMAND "${options}")
    set(program "${FOLDER}/random_bits")
    execute_process(COMMAND "${compiler}" -std=c++20 ${arguments} "-I${SDK}" "${SOURCE}" -o "${program}"
                    COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND "${program}" OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
    if(NOT printed STREQUAL EXPECTED)
      message(SEND_ERROR "${compiler} ${options}: ${printed}, expected ${EXPECTED}")
    endif()
    math(EXPR count "${count} + 1")
  endforeach()
endforeach()
message(STATUS "${count} builds print ${EXPECTED}")
