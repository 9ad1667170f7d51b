# The verbs of this build. Sources are listed, never globbed.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(ASSAY_SANITIZE "" CACHE STRING "sanitizers to build with, as for -fsanitize= (address,undefined or thread)")

add_library(assay_flags INTERFACE)
target_compile_definitions(assay_flags INTERFACE _GNU_SOURCE ASSAY_VERSION="${PROJECT_VERSION}")
target_include_directories(assay_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(assay_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wpointer-arith -Wformat=2 -Werror
  $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>  # bounded texts are cut on purpose
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
  # One answer: no fused multiply-add unless it is written (see DESIGN, "One answer").
  -ffp-contract=off)
if(ASSAY_SANITIZE)
  target_compile_options(assay_flags INTERFACE -fsanitize=${ASSAY_SANITIZE} -fno-omit-frame-pointer -g)
  target_link_options(assay_flags INTERFACE -fsanitize=${ASSAY_SANITIZE})
  # What the sanitizers put in between hides from gcc that a variable is set; the other builds warn.
  target_compile_options(assay_flags INTERFACE $<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  if(ASSAY_SANITIZE MATCHES undefined)
    target_compile_options(assay_flags INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()

# assay_library(NAME SOURCES file... [LINK target...]): one static library a directory, called assay_NAME.
function(assay_library name)
  cmake_parse_arguments(PARSE_ARGV 1 A "" "" "SOURCES;LINK")
  add_library(assay_${name} STATIC ${A_SOURCES})
  target_link_libraries(assay_${name} PUBLIC assay_flags ${A_LINK})
endfunction()

# assay_headers(NAME header...): checks that each public header of the directory compiles alone, as C.
function(assay_headers name)
  set(units)
  foreach(header ${ARGN})
    string(MAKE_C_IDENTIFIER ${header} id)
    file(RELATIVE_PATH relative ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${header})
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/alone_${id}.c)
    file(GENERATE OUTPUT ${unit} CONTENT "#include \"${relative}\"\nextern int alone_${name}_${id};\nint alone_${name}_${id};\n")
    list(APPEND units ${unit})
  endforeach()
  add_library(assay_${name}_headers OBJECT ${units})
  target_link_libraries(assay_${name}_headers PRIVATE assay_${name})
endfunction()

# assay_test(PATH [SOURCES file...] [LINK target...] [LABELS label...] [TIMEOUT s] [FIRST]): the test tests/PATH.c,
# named PATH. FIRST: it mostly waits, for long, and is begun before the others lest it runs alone at the end.
function(assay_test path)
  cmake_parse_arguments(PARSE_ARGV 1 A "FIRST" "TIMEOUT" "SOURCES;LINK;LABELS")
  string(REPLACE "/" "_" target ${path})
  add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/${path}.c ${A_SOURCES})
  target_link_libraries(${target} PRIVATE ${A_LINK} assay_support)
  target_compile_definitions(${target} PRIVATE ASSAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${path} COMMAND ${target})
  # Ends what hangs. On a machine that does much else the longest tests take ten times as long as alone.
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 1800)
  endif()
  set_tests_properties(${path} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}")
  if(A_FIRST)
    set_tests_properties(${path} PROPERTIES COST 1000)
  endif()
endfunction()
