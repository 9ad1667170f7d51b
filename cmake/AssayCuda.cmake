# CUDA where it is found: ASSAY_CUDA is auto, on (then it must be there) or off. Sets ASSAY_HAVE_CUDA.
#
# The architectures are named, since CMake's own lists may be older than the toolkit, and "native" fails where there is
# no GPU. The CUDA runtime is linked in statically: the program needs no CUDA library, and runs where there is no driver.
set(ASSAY_CUDA auto CACHE STRING "build the CUDA backend: auto, on or off")
set_property(CACHE ASSAY_CUDA PROPERTY STRINGS auto on off)
string(TOLOWER "${ASSAY_CUDA}" assay_cuda_wish)
if(NOT assay_cuda_wish MATCHES "^(auto|on|off)$")
  message(FATAL_ERROR "ASSAY_CUDA is ${ASSAY_CUDA}; expected auto, on or off")
endif()

set(ASSAY_HAVE_CUDA OFF)
set(assay_cuda_reason "ASSAY_CUDA is off")
if(NOT assay_cuda_wish STREQUAL off)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      # Those that this toolkit knows: an older one lacks the latest, a newer one drops the oldest. PTX of the last runs
      # on what comes after it.
      set(architectures 75 80 86 89 90 120)
      execute_process(COMMAND ${CMAKE_CUDA_COMPILER} --list-gpu-arch OUTPUT_VARIABLE known ERROR_QUIET)
      string(REGEX MATCHALL "compute_[0-9]+" known "${known}")
      foreach(architecture IN LISTS architectures)
        if(known AND NOT "compute_${architecture}" IN_LIST known)
          list(REMOVE_ITEM architectures ${architecture})
        endif()
      endforeach()
      list(TRANSFORM architectures APPEND -real)
      string(REGEX REPLACE "-real$" "" architectures "${architectures}")
      set(CMAKE_CUDA_ARCHITECTURES "${architectures}" CACHE STRING "as CMake has it")
    endif()
    enable_language(CUDA)
    set(ASSAY_HAVE_CUDA ON)
    set(assay_cuda_reason "nvcc ${CMAKE_CUDA_COMPILER_VERSION}, for ${CMAKE_CUDA_ARCHITECTURES}")
  elseif(assay_cuda_wish STREQUAL on)
    message(FATAL_ERROR "ASSAY_CUDA is on, but no CUDA compiler works here; set CUDACXX, or ASSAY_CUDA to auto or off")
  else()
    set(assay_cuda_reason "no CUDA compiler works here")
  endif()
endif()
message(STATUS "CUDA backend: ${ASSAY_HAVE_CUDA} (${assay_cuda_reason})")

# assay_cuda_library(NAME BUDGET file SOURCES file...): CUDA sources in the static library assay_NAME. Each kernel has to
# stay within its row of the budget, else the build fails.
function(assay_cuda_library name)
  cmake_parse_arguments(PARSE_ARGV 1 A "" "BUDGET" "SOURCES")
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(checker ${PROJECT_SOURCE_DIR}/tools/cuda_budget.py)
  set_source_files_properties(${A_SOURCES} PROPERTIES OBJECT_DEPENDS "${checker};${CMAKE_CURRENT_SOURCE_DIR}/${A_BUDGET}")
  add_library(assay_${name} STATIC ${A_SOURCES})
  target_include_directories(assay_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  set_target_properties(assay_${name} PROPERTIES
    CUDA_STANDARD 17 CUDA_STANDARD_REQUIRED ON CUDA_EXTENSIONS OFF
    CUDA_COMPILER_LAUNCHER "${Python3_EXECUTABLE};${checker};${CMAKE_CURRENT_SOURCE_DIR}/${A_BUDGET}")
  # One answer: no fused multiply-add unless it is written, on the host as on the device.
  target_compile_options(assay_${name} PRIVATE
    -fmad=false -Xptxas=-v,-warn-spills -Werror=all-warnings -Xcompiler=-Wall,-Wextra,-Wshadow,-ffp-contract=off)
endfunction()
