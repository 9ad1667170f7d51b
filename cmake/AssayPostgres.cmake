# PostgreSQL as the store of several brokers, where libpq is found: ASSAY_POSTGRES is auto, on (then it must be there) or
# off. Sets ASSAY_HAVE_POSTGRES.
set(ASSAY_POSTGRES auto CACHE STRING "build the PostgreSQL store: auto, on or off")
set_property(CACHE ASSAY_POSTGRES PROPERTY STRINGS auto on off)
string(TOLOWER "${ASSAY_POSTGRES}" assay_postgres_wish)
if(NOT assay_postgres_wish MATCHES "^(auto|on|off)$")
  message(FATAL_ERROR "ASSAY_POSTGRES is ${ASSAY_POSTGRES}; expected auto, on or off")
endif()

set(ASSAY_HAVE_POSTGRES OFF)
if(NOT assay_postgres_wish STREQUAL off)
  pkg_check_modules(PQ IMPORTED_TARGET libpq)
  set(ASSAY_HAVE_POSTGRES ${PQ_FOUND})
  if(NOT PQ_FOUND AND assay_postgres_wish STREQUAL on)
    message(FATAL_ERROR "ASSAY_POSTGRES is on, but there is no libpq here (Debian: libpq-dev)")
  endif()
endif()
message(STATUS "PostgreSQL store: ${ASSAY_HAVE_POSTGRES}")
