# Every bench/<name>_bench.cc makes the program <name>_bench; the target `bench` makes them all.
# A benchmark may use any room: the compute plane where it is built, else the control plane.
file(GLOB benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*_bench.cc)
add_custom_target(bench)
foreach(source ${benches})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${name} PRIVATE ql_cli $<$<BOOL:${QL_WORKER}>:ql_worker>)
  target_compile_definitions(${name} PRIVATE QL_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_dependencies(bench ${name})
endforeach()
