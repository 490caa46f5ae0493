// A model small enough for tests, with random weights. Includes LibTorch.
#ifndef WHET_TESTS_POLICY_TINY_MODEL_H_
#define WHET_TESTS_POLICY_TINY_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "policy/checkpoint.h"
#include "policy/device.h"
#include "policy/weight_set.h"

namespace whet {

// Writes a checkpoint of two layers, 32 wide, with a vocabulary of 40 and a context of 128 into a
// fresh directory below the test's own, and opens it. Weights are large enough for the predictions
// to differ; a function of `seed`. Its end-of-sequence ids are 1 and 3.
Checkpoint MakeTinyCheckpoint(const std::string& name, uint64_t seed = 0);

inline constexpr int64_t kTinyVocabulary = 40;

// The same of the model that `config_json` describes, norms and biases random too.
Checkpoint MakeRandomCheckpoint(const std::string& name, const std::string& config_json,
                                ModelKind kind, uint64_t seed = 0);

// How tests compute: on this machine's processor, exactly.
ComputeOptions TestCompute(ComputeType type = ComputeType::kF32);

// As MakeTinyCheckpoint, loaded.
std::shared_ptr<const WeightSet> MakeTinyWeights(const std::string& name, uint64_t seed = 0,
                                                 ComputeType type = ComputeType::kF32);

}  // namespace whet

#endif  // WHET_TESTS_POLICY_TINY_MODEL_H_
