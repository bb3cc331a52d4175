# Tests that drive the built programs from outside: every tests/scenarios/*_test.sh and *_test.py.
# They find the programs through QINGLAN_BIN and the sources through QINGLAN_SOURCE;
# *_slow_test.* get the ctest label `slow`.
file(GLOB scenarios CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/tests/scenarios/*_test.sh ${CMAKE_SOURCE_DIR}/tests/scenarios/*_test.py)
foreach(scenario ${scenarios})
  get_filename_component(name ${scenario} NAME_WE)
  if(scenario MATCHES "\\.py$")
    set(interpreter python3)
  else()
    set(interpreter bash)
  endif()
  add_test(NAME scenario.${name} COMMAND ${interpreter} ${scenario})
  set(environment "QINGLAN_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" "QINGLAN_SOURCE=${CMAKE_SOURCE_DIR}")
  set_tests_properties(scenario.${name} PROPERTIES TIMEOUT 1200 SKIP_RETURN_CODE 77 ENVIRONMENT "${environment}")
  if(name MATCHES "_slow_test$")
    set_tests_properties(scenario.${name} PROPERTIES TIMEOUT 7200 LABELS slow)
  endif()
endforeach()
