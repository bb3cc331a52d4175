# The Rust crates `tokenizers` and `minijinja` behind a C ABI (src/text/tokenizers_ffi), built by cargo from its lock file.
# Output: the imported target ql_tokenizers_ffi. CARGO_TARGET_DIR, when set, is respected, so that build trees share it.
find_program(CARGO cargo REQUIRED)
set(crate ${CMAKE_SOURCE_DIR}/src/text/tokenizers_ffi)
if(DEFINED ENV{CARGO_TARGET_DIR})
  set(default_cargo_target $ENV{CARGO_TARGET_DIR})
else()
  set(default_cargo_target ${CMAKE_SOURCE_DIR}/.deps/cargo-target)
endif()
set(QL_CARGO_TARGET ${default_cargo_target} CACHE PATH "where cargo builds; shared by build trees")
set(library ${QL_CARGO_TARGET}/release/libtokenizers_ffi.a)
file(MAKE_DIRECTORY ${QL_CARGO_TARGET})
add_custom_command(
  OUTPUT ${library}
  COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${QL_CARGO_TARGET}
          ${CARGO} build --release --locked --quiet --manifest-path ${crate}/Cargo.toml
  COMMAND ${CMAKE_COMMAND} -E touch ${library}
  DEPENDS ${crate}/Cargo.toml ${crate}/Cargo.lock ${crate}/src/lib.rs ${crate}/src/chat.rs
  COMMENT "cargo build: tokenizers"
  VERBATIM)
add_custom_target(tokenizers_ffi_build DEPENDS ${library})
add_library(ql_tokenizers_ffi STATIC IMPORTED GLOBAL)
set_target_properties(ql_tokenizers_ffi PROPERTIES IMPORTED_LOCATION ${library})
target_link_libraries(ql_tokenizers_ffi INTERFACE Threads::Threads ${CMAKE_DL_LIBS} m)
add_dependencies(ql_tokenizers_ffi tokenizers_ffi_build)
