// Random numbers that are a function of what they are for, not of when they are drawn: the value at
// a key and a position is the same on any thread, worker or machine, before and after a crash.
//
// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC11).
#ifndef WHET_BASE_RANDOM_H_
#define WHET_BASE_RANDOM_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace whet {

// The Philox4x32 bijection with 10 rounds.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// What a number is drawn for. Keep the values: recorded runs are replayed with them.
enum class RandomPurpose : uint64_t {
  kTrain = 1,       // Rollouts that are trained on.
  kEvaluation = 2,  // Rollouts of an evaluation.
  kSample = 3,      // `whet sample`.
  kOrder = 4,       // Order of prompts, of minibatches.
  kInitialize = 5,  // Weights made from a configuration.
};

// 128 bits that name a stream of numbers. A value: copy it freely.
//
//   const RandomKey key = RandomKey(run_seed, RandomPurpose::kTrain)
//                             .Child(prompt_id).Child(draw).Child(sample_index);
//   const float u = key.Uniform(position);
class RandomKey {
 public:
  RandomKey(uint64_t seed, RandomPurpose purpose);

  // The stream `name` within this one. Streams of different names, and this one, are independent.
  RandomKey Child(uint64_t name) const;
  RandomKey Child(absl::string_view name) const;

  // 128 random bits at `position`.
  std::array<uint32_t, 4> Bits(uint64_t position) const;

  // Uniform in [0, 1), a multiple of 2^-24 (float) or 2^-53 (double).
  float Uniform(uint64_t position) const;
  double UniformDouble(uint64_t position) const;

  // Uniform in [0, bound), without modulo bias. Needs bound > 0.
  uint64_t Below(uint64_t bound, uint64_t position) const;

  // Standard normal (Box-Muller).
  double Normal(uint64_t position) const;

  friend bool operator==(const RandomKey& a, const RandomKey& b) = default;

 private:
  explicit RandomKey(std::array<uint32_t, 4> state) : state_(state) {}

  std::array<uint32_t, 4> state_;  // The Philox key, then the upper half of its counter.
};

}  // namespace whet

#endif  // WHET_BASE_RANDOM_H_
