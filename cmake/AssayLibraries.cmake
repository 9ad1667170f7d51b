# What we take from others, all of it from Debian.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(SPNG REQUIRED IMPORTED_TARGET spng)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(TIFF REQUIRED IMPORTED_TARGET libtiff-4)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules(LCMS REQUIRED IMPORTED_TARGET lcms2)
pkg_check_modules(HEIF REQUIRED IMPORTED_TARGET libheif)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

# assay_loaded(PREFIX): assay_loaded_PREFIX, the headers of a library that is loaded when it is asked for and never linked
# (models/library.h); AssayInstall.cmake names its package.
function(assay_loaded prefix)
  add_library(assay_loaded_${prefix} INTERFACE)
  target_include_directories(assay_loaded_${prefix} SYSTEM INTERFACE ${${prefix}_INCLUDE_DIRS})
  target_link_libraries(assay_loaded_${prefix} INTERFACE ${CMAKE_DL_LIBS})
endfunction()
assay_loaded(HEIF)
assay_loaded(MICROHTTPD)

# assay_either(PREFIX): assay_either_PREFIX, a library that is linked, but not to a program with the property
# ASSAY_LOADS_LIBRARIES, which loads it when it is asked for (cli/loaded/loaded.h).
function(assay_either prefix)
  assay_loaded(${prefix})
  add_library(assay_either_${prefix} INTERFACE)
  target_link_libraries(assay_either_${prefix} INTERFACE
    $<IF:$<BOOL:$<TARGET_PROPERTY:ASSAY_LOADS_LIBRARIES>>,assay_loaded_${prefix},PkgConfig::${prefix}>)
endfunction()
assay_either(CAIRO)
assay_either(TIFF)
assay_either(ZMQ)

# Debian's opencv4.pc and OpenCVConfig.cmake come with libopencv-dev, which drags in codecs and user interfaces
# that we must not link; the modules we use are found one by one.
find_path(OPENCV_INCLUDE_DIR opencv2/features2d.hpp PATH_SUFFIXES opencv4 REQUIRED)
add_library(assay_opencv INTERFACE)
target_include_directories(assay_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE_DIR})
foreach(module features2d imgproc core)
  find_library(OPENCV_${module}_LIBRARY opencv_${module} REQUIRED)
  target_link_libraries(assay_opencv INTERFACE ${OPENCV_${module}_LIBRARY})
endforeach()
# Boards and markers; only what measures links it.
add_library(assay_opencv_boards INTERFACE)
foreach(module aruco calib3d)
  find_library(OPENCV_${module}_LIBRARY opencv_${module} REQUIRED)
  target_link_libraries(assay_opencv_boards INTERFACE ${OPENCV_${module}_LIBRARY} assay_opencv)
endforeach()
# Only a benchmark's yardstick links it.
find_library(OPENCV_video_LIBRARY opencv_video REQUIRED)
add_library(assay_opencv_video INTERFACE)
target_link_libraries(assay_opencv_video INTERFACE ${OPENCV_video_LIBRARY} assay_opencv)
