# Targets: uytin::uytin (shared) and uytin::static; uytin::columns and uytin::columns_static have the batch engine besides.
get_filename_component(_uytin_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

macro(_uytin_library target type file)
  if(NOT TARGET ${target})
    add_library(${target} ${type} IMPORTED)
    set_target_properties(${target} PROPERTIES
      IMPORTED_LOCATION "${_uytin_prefix}/lib/${file}"
      INTERFACE_INCLUDE_DIRECTORIES "${_uytin_prefix}/include")
  endif()
endmacro()

_uytin_library(uytin::uytin SHARED libuytin.so.@VERSION@)
_uytin_library(uytin::columns SHARED libuytin-columns.so.@VERSION@)
_uytin_library(uytin::static STATIC libuytin.a)
_uytin_library(uytin::columns_static STATIC libuytin-columns.a)
set_target_properties(uytin::uytin PROPERTIES IMPORTED_SONAME "libuytin.so.@ABI@")
set_target_properties(uytin::columns PROPERTIES IMPORTED_SONAME "libuytin-columns.so.@ABI@")
set_target_properties(uytin::static uytin::columns_static PROPERTIES INTERFACE_LINK_LIBRARIES "@NATIVE@")

unset(_uytin_prefix)
