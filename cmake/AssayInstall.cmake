# `cmake --install`, and the Debian package of `./bootstrap package`.
include(GNUInstallDirs)

install(TARGETS assay assay-synth)
install(TARGETS assay_ecc assay_opencv_module DESTINATION ${CMAKE_INSTALL_LIBDIR}/assay)
file(RELATIVE_PATH assay_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/assay)
set_target_properties(assay PROPERTIES INSTALL_RPATH "$ORIGIN/${assay_from_bin}")
install(FILES
  tools/systemd/assay-broker.service
  tools/systemd/assay-worker@.service
  DESTINATION lib/systemd/system)
install(FILES ${PROJECT_BINARY_DIR}/cli/assay.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME assay)
install(FILES README.md LICENSE ipc/PROTOCOL.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME assay)
set(CPACK_PACKAGE_VENDOR "the engineers of assay")
set(CPACK_PACKAGE_CONTACT "the engineers of assay <assay@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "tells whether production photos still match the approved golden sample")
set(CPACK_PACKAGE_DESCRIPTION
  "Aligns photos of production units to the golden sample, maps the difference, measures dimensions, and says pass, \
fail or cannot judge, with the evidence. Judges lots by ISO 2859-1, finds drift, and compares shifts, lines and \
factories. Runs as one command or as a service of broker and workers.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
# Libraries that the program is linked to are found by dpkg-shlibdeps; these it opens by name, or draws with.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "fonts-dejavu-core, libcairo2, libheif1, libmicrohttpd12, libtiff6, libzmq5")
if(ASSAY_HAVE_POSTGRES)
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", libpq5")
endif()
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libzbar0, libtesseract5, tesseract-ocr-eng")
include(CPack)
