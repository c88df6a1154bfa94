# find_package(pt2nnef) gives
#   pt2nnef::pt2nnef    the C library: #include <pt2nnef/c_api.h>
#   pt2nnef::program    the command
#   pt2nnef_convert(TARGET MODEL [OUT PATH] [FLAGS --inputs=... ...])
#     converts MODEL when TARGET, or all, is built. OUT: NAME.nnef.tgz, NAME.nnef.tar or a folder;
#     TARGET.nnef.tgz in the current binary folder if not given. The target's property PT2NNEF_MODEL is
#     the path.
set(_pt2nnef_prefix "${CMAKE_CURRENT_LIST_DIR}")
foreach(_pt2nnef_up @UPS@)
  get_filename_component(_pt2nnef_prefix "${_pt2nnef_prefix}" DIRECTORY)
endforeach()

if(NOT TARGET pt2nnef::pt2nnef)
  add_library(pt2nnef::pt2nnef SHARED IMPORTED)
  set_target_properties(pt2nnef::pt2nnef PROPERTIES
    IMPORTED_LOCATION "${_pt2nnef_prefix}/@LIBDIR@/libpt2nnef.so.1"
    IMPORTED_SONAME libpt2nnef.so.1
    INTERFACE_INCLUDE_DIRECTORIES "${_pt2nnef_prefix}/include")
  add_executable(pt2nnef::program IMPORTED)
  set_target_properties(pt2nnef::program PROPERTIES
    IMPORTED_LOCATION "${_pt2nnef_prefix}/bin/pt2nnef")
endif()

function(pt2nnef_convert target model)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "OUT" "FLAGS")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pt2nnef_convert(${target}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT DEFINED arg_OUT)
    set(arg_OUT "${target}.nnef.tgz")
  endif()
  get_filename_component(model "${model}" ABSOLUTE)
  get_filename_component(out "${arg_OUT}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  set(made "${out}")
  if(NOT out MATCHES "\\.(tar|tgz|tar\\.gz)$")
    set(made "${out}/graph.nnef")
  endif()
  add_custom_command(
    OUTPUT "${made}"
    COMMAND pt2nnef::program convert --log_level=warning ${arg_FLAGS} "${model}" "${out}"
    DEPENDS "${model}" pt2nnef::program
    COMMENT "Converting ${model} to NNEF"
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS "${made}")
  set_target_properties(${target} PROPERTIES PT2NNEF_MODEL "${out}")
endfunction()
