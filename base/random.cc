#include "base/random.h"

#include <cmath>
#include <cstddef>
#include <numbers>

#include "base/check.h"

namespace whet {
namespace {

constexpr uint32_t kMultiplier0 = 0xD2511F53;
constexpr uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9;  // Golden ratio.
constexpr uint32_t kWeyl1 = 0xBB67AE85;  // sqrt(3) - 1.

// Numbers are drawn under the stream's key, child streams made under the key xor this: a child
// never shares bits with a number of its parent.
constexpr uint32_t kChildTag = 0x68637465;
// Names that are text are hashed under another tag than names that are numbers.
constexpr uint32_t kTextTag = 0x74786574;

uint64_t Join(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

std::array<uint32_t, 4> Draw(const std::array<uint32_t, 4>& state, uint64_t position,
                             uint32_t tag) {
  const auto low = static_cast<uint32_t>(position);
  const auto high = static_cast<uint32_t>(position >> 32);
  return Philox4x32({low, high, state[2], state[3]}, {state[0] ^ tag, state[1]});
}

// Up to 8 bytes, little-endian.
uint64_t Word(absl::string_view bytes) {
  uint64_t word = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    word |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

RandomKey::RandomKey(uint64_t seed, RandomPurpose purpose)
    : state_(Draw({static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), 0, 0},
                  static_cast<uint64_t>(purpose), kChildTag)) {}

RandomKey RandomKey::Child(uint64_t name) const { return RandomKey(Draw(state_, name, kChildTag)); }

RandomKey RandomKey::Child(absl::string_view name) const {
  // The length goes first, so that "a" and "a\0" differ.
  RandomKey key(Draw(state_, name.size(), kTextTag));
  for (size_t begin = 0; begin < name.size(); begin += 8) {
    key = RandomKey(Draw(key.state_, Word(name.substr(begin, 8)), kTextTag));
  }
  return key;
}

std::array<uint32_t, 4> RandomKey::Bits(uint64_t position) const {
  return Draw(state_, position, 0);
}

float RandomKey::Uniform(uint64_t position) const {
  return static_cast<float>(Bits(position)[0] >> 8) * 0x1p-24F;
}

double RandomKey::UniformDouble(uint64_t position) const {
  const std::array<uint32_t, 4> bits = Bits(position);
  return static_cast<double>(Join(bits[0], bits[1]) >> 11) * 0x1p-53;
}

uint64_t RandomKey::Below(uint64_t bound, uint64_t position) const {
  WHET_CHECK(bound > 0);
  // Lemire's method (arXiv:1805.10941); a rejected draw looks one stream further.
  RandomKey key = *this;
  while (true) {
    const std::array<uint32_t, 4> bits = key.Bits(position);
    const unsigned __int128 product =
        static_cast<unsigned __int128>(Join(bits[0], bits[1])) * bound;
    if (static_cast<uint64_t>(product) >= -bound % bound) {
      return static_cast<uint64_t>(product >> 64);
    }
    key = key.Child(position);
  }
}

double RandomKey::Normal(uint64_t position) const {
  const std::array<uint32_t, 4> bits = Bits(position);
  // (0, 1], so that the logarithm is finite.
  const double u = static_cast<double>((Join(bits[0], bits[1]) >> 11) + 1) * 0x1p-53;
  const double v = static_cast<double>(Join(bits[2], bits[3]) >> 11) * 0x1p-53;
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

}  // namespace whet
