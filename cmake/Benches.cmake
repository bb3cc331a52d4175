# Every bench/<name>_bench.cc makes the program <name>_bench, with bench/support.cc; the target `bench` makes them all.
# A benchmark may use any room: the compute plane where it is built, else the control plane.
file(GLOB benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*_bench.cc)
add_library(ql_bench EXCLUDE_FROM_ALL STATIC bench/support.cc)
target_include_directories(ql_bench PUBLIC ${CMAKE_SOURCE_DIR})
target_compile_definitions(ql_bench PUBLIC QL_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
target_link_libraries(ql_bench PUBLIC ql_cli $<$<BOOL:${QL_WORKER}>:ql_worker>)
add_custom_target(bench)
foreach(source ${benches})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${name} PRIVATE ql_bench)
  add_dependencies(bench ${name})
endforeach()
