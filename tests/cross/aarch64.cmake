# A toolchain file: Debian's cross compiler, with programs run by qemu.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
set(CMAKE_IGNORE_PATH /usr/lib/x86_64-linux-gnu)
# Only its headers are used, which Debian keeps beside a library of the host.
set(tomlplusplus_DIR /usr/lib/x86_64-linux-gnu/cmake/tomlplusplus)
