// Compiles stb_image and stb_image_write. stb_image gets only the formats that convoy reads: code that is not there
// cannot be attacked.

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

// A PNG may claim a chunk of a gigabyte, and a small one may inflate to it. The largest images that decode_image takes,
// 8192 x 8192 pixels of four 8-bit channels, need this at once, with a byte more in each row.
constexpr std::size_t most_bytes = std::size_t{257} << 20U;

/// Allocates for stb_image. Null for more than any image needs, which stb_image reports as "outofmem": the file is at
/// fault. Throws bad_alloc where the machine has no memory.
void* allocate(std::size_t bytes) {
  if (bytes > most_bytes) return nullptr;
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

/// The same for a block that grows.
void* reallocate(void* memory, std::size_t bytes) {
  if (bytes > most_bytes) return nullptr;
  void* larger = std::realloc(memory, bytes);
  if (larger == nullptr && bytes > 0) throw std::bad_alloc();
  return larger;
}

}  // namespace

#define STBI_MALLOC(bytes) allocate(bytes)
#define STBI_REALLOC(memory, bytes) reallocate(memory, bytes)
#define STBI_FREE(memory) std::free(memory)
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#include <stb/stb_image.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
