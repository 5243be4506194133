# Targets: uytin::uytin (shared) and uytin::static.
get_filename_component(_uytin_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET uytin::uytin)
  add_library(uytin::uytin SHARED IMPORTED)
  set_target_properties(uytin::uytin PROPERTIES
    IMPORTED_LOCATION "${_uytin_prefix}/lib/libuytin.so.@VERSION@"
    IMPORTED_SONAME "libuytin.so.@ABI@"
    INTERFACE_INCLUDE_DIRECTORIES "${_uytin_prefix}/include")
endif()

if(NOT TARGET uytin::static)
  add_library(uytin::static STATIC IMPORTED)
  set_target_properties(uytin::static PROPERTIES
    IMPORTED_LOCATION "${_uytin_prefix}/lib/libuytin.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_uytin_prefix}/include"
    INTERFACE_LINK_LIBRARIES "@NATIVE@")
endif()

unset(_uytin_prefix)
