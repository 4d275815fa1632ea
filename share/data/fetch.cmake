# Downloads a data set to where the program looks for it.
#   cmake -P share/data/fetch.cmake mnist|cifar10
#   cmake -DDATA=FOLDER -P share/data/fetch.cmake mnist
# DATA: default as for the problem adversarial-attack, the first that exists of $ZEROTH_DATA, ../shared/data and
# $XDG_DATA_HOME/zeroth/data; the last is made if there is none.  What is there and right is left alone; what is
# there and wrong is an error.  BASE_URL takes the place of the publisher's address: a mirror, or file:///a/folder.
cmake_minimum_required(VERSION 3.23)

# Files and their MD5 sums as published.
set(mnist_url "https://ossci-datasets.s3.amazonaws.com/mnist")
set(mnist_files
  f68b3c2dcbeaaa9fbdd348bbdeb94873 train-images-idx3-ubyte.gz
  d53e105ee54ea40749a09fcbcd1e9432 train-labels-idx1-ubyte.gz
  9fb629c4189551a2d022fa330f9573f3 t10k-images-idx3-ubyte.gz
  ec29112dd5afa0611ce80d1b7f02629c t10k-labels-idx1-ubyte.gz)
set(cifar10_url "https://www.cs.toronto.edu/~kriz")
set(cifar10_archive cifar-10-binary.tar.gz)
if(NOT DEFINED cifar10_md5)  # a test has an archive of its own
  set(cifar10_md5 c32a1d4ab5d03f1284b67883e8d87530)
endif()
set(cifar10_files data_batch_1.bin data_batch_2.bin data_batch_3.bin data_batch_4.bin data_batch_5.bin test_batch.bin)

function(fail what)
  message(FATAL_ERROR "${what}")
endfunction()

# The data set: the word after the script's name.
set(data_set "")
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if("${CMAKE_ARGV${i}}" MATCHES "fetch\\.cmake$")
    math(EXPR next "${i} + 1")
    set(data_set "${CMAKE_ARGV${next}}")
  endif()
endforeach()
if(NOT data_set MATCHES "^(mnist|cifar10)$")
  fail("usage: cmake [-DDATA=FOLDER] [-DBASE_URL=URL] -P share/data/fetch.cmake mnist|cifar10")
endif()

if(NOT DATA)
  set(xdg "$ENV{XDG_DATA_HOME}")
  if(NOT xdg)
    set(xdg "$ENV{HOME}/.local/share")
  endif()
  set(DATA "${xdg}/zeroth/data")
  foreach(place IN ITEMS "../shared/data" "$ENV{ZEROTH_DATA}")
    if(place AND IS_DIRECTORY "${place}")
      set(DATA "${place}")
    endif()
  endforeach()
endif()
get_filename_component(folder "${DATA}/${data_set}" ABSOLUTE)
if(NOT BASE_URL)
  set(BASE_URL "${${data_set}_url}")
endif()

# Downloads name to path, which is written whole and right or not at all.
function(download name md5 path)
  message(STATUS "${BASE_URL}/${name}")
  file(DOWNLOAD "${BASE_URL}/${name}" "${path}.part" STATUS status SHOW_PROGRESS)
  list(GET status 0 code)
  list(GET status 1 reason)
  if(NOT code EQUAL 0)
    file(REMOVE "${path}.part")
    fail("${BASE_URL}/${name}: ${reason}; try again, or name a mirror with -DBASE_URL=URL")
  endif()
  file(MD5 "${path}.part" found)
  if(NOT found STREQUAL md5)
    file(REMOVE "${path}.part")
    fail("${BASE_URL}/${name}: has the MD5 sum ${found}, but the published one is ${md5}; name another mirror with -DBASE_URL=URL")
  endif()
  file(RENAME "${path}.part" "${path}")
endfunction()

function(fetch_mnist)
  while(mnist_files)
    list(POP_FRONT mnist_files md5 name)
    set(path "${folder}/${name}")
    if(NOT EXISTS "${path}")
      download("${name}" "${md5}" "${path}")
    else()
      file(MD5 "${path}" found)
      if(NOT found STREQUAL md5)
        fail("${path}: is there, but has the MD5 sum ${found} where the published one is ${md5}; remove it and try again")
      endif()
      message(STATUS "${path} is there")
    endif()
  endwhile()
endfunction()

function(fetch_cifar10)
  set(missing "${cifar10_files}")
  foreach(name IN LISTS cifar10_files)
    if(EXISTS "${folder}/${name}")
      message(STATUS "${folder}/${name} is there")
      list(REMOVE_ITEM missing "${name}")
    endif()
  endforeach()
  if(NOT missing)
    return()
  endif()
  set(unpacked "${folder}/unpacked")
  download("${cifar10_archive}" "${cifar10_md5}" "${folder}/${cifar10_archive}")
  file(ARCHIVE_EXTRACT INPUT "${folder}/${cifar10_archive}" DESTINATION "${unpacked}")
  foreach(name IN LISTS missing)
    file(RENAME "${unpacked}/cifar-10-batches-bin/${name}" "${folder}/${name}")
  endforeach()
  file(REMOVE_RECURSE "${unpacked}" "${folder}/${cifar10_archive}")
endfunction()

file(MAKE_DIRECTORY "${folder}")
cmake_language(CALL "fetch_${data_set}")
message(STATUS "${data_set} is in ${folder}")
