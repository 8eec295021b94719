// stb_image and stb_image_write, compiled here. stb_image has the formats that convoy reads and no others: what is not
// there cannot be attacked.

#include <cstddef>
#include <cstdlib>

namespace {

// A PNG may claim a chunk of a gigabyte, and a small one may inflate to it. The largest images that load_image takes,
// 4096 x 4096 pixels of four 16-bit channels, need half of this.
constexpr std::size_t most_bytes = std::size_t{256} << 20U;

void* allocate(std::size_t bytes) { return bytes > most_bytes ? nullptr : std::malloc(bytes); }

void* reallocate(void* memory, std::size_t bytes) { return bytes > most_bytes ? nullptr : std::realloc(memory, bytes); }

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
