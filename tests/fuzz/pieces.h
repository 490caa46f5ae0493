// Texts for fuzz targets of texts.
#ifndef WHET_TESTS_FUZZ_PIECES_H_
#define WHET_TESTS_FUZZ_PIECES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace whet {

// The bytes, but for those that never stand in UTF-8: they are pieces worth putting together.
inline std::string TextOfPieces(const uint8_t* data, size_t size,
                                const std::array<const char*, 11>& pieces) {
  constexpr uint8_t kFirstPiece = 0xF5;
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] >= kFirstPiece) {
      text += pieces[data[i] - kFirstPiece];
    } else {
      text.push_back(static_cast<char>(data[i]));
    }
  }
  return text;
}

}  // namespace whet

#endif  // WHET_TESTS_FUZZ_PIECES_H_
