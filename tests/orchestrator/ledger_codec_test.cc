#include "orchestrator/ledger_codec.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whet {
namespace {

using ::testing::HasSubstr;

constexpr char kPlain = 0;
constexpr char kZstd = 1;

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

uint32_t BitsOf(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// As sampled: most tokens are sure of themselves, and each is the difference of two numbers near
// 20, so its last bits are zeros.
std::vector<float> SampledLogprobs(int64_t count) {
  const RandomKey key(1, RandomPurpose::kSample);
  std::vector<float> logprobs(static_cast<size_t>(count));
  for (size_t i = 0; i < logprobs.size(); ++i) {
    const float u = key.Uniform(i);
    logprobs[i] = 20.0f - (20.0f + u * u * u * u);
  }
  return logprobs;
}

TEST(LedgerCodecTest, TokensAreVarintsAfterTheFormat) {
  // 127 = 0x7f; 128 = 0b1'0000000: low seven bits first; 300 = 2 * 128 + 44.
  EXPECT_EQ(LedgerEncoder().Tokens({0, 127, 128, 300}),
            Bytes({kPlain, 0, 0x7f, 0x80, 0x01, 0x80 | 44, 2}));
}

TEST(LedgerCodecTest, LogprobsAreFloatsInLittleEndian) {
  // -0.5 = 0xbf000000, -1.0 = 0xbf800000.
  EXPECT_EQ(LedgerEncoder().Logprobs({-0.5f, -1.0f}),
            Bytes({kPlain, 0, 0, 0x00, 0xbf, 0, 0, 0x80, 0xbf}));
}

TEST(LedgerCodecTest, SpansAreLengthKindAndVersion) {
  // Versions in zigzag: 3 -> 6, -1 -> 1.
  EXPECT_EQ(LedgerEncoder().Spans({{0, 2, SpanKind::kSampled, 3}, {2, 3, SpanKind::kInserted, -1}}),
            Bytes({kPlain, 2, 0, 6, 1, 1, 1}));
}

TEST(LedgerCodecTest, TokensComeBackWhateverTheyAre) {
  const std::vector<int32_t> tokens = {0,
                                       1,
                                       65'535,
                                       151'935,
                                       -1,
                                       std::numeric_limits<int32_t>::max(),
                                       std::numeric_limits<int32_t>::min()};
  EXPECT_EQ(DecodeTokens(LedgerEncoder().Tokens(tokens), 7).value(), tokens);
}

TEST(LedgerCodecTest, LogprobsComeBackToTheBit) {
  float odd_nan = 0;
  const uint32_t odd_nan_bits = 0xffc00123;
  std::memcpy(&odd_nan, &odd_nan_bits, sizeof(odd_nan));
  const std::vector<float> logprobs = {
      0.0f, -0.0f, -1e-45f, -std::log(3.0f), -std::numeric_limits<float>::infinity(), odd_nan};
  const std::vector<float> back = DecodeLogprobs(LedgerEncoder().Logprobs(logprobs), 6).value();
  for (size_t i = 0; i < logprobs.size(); ++i) {
    EXPECT_EQ(BitsOf(back[i]), BitsOf(logprobs[i])) << i;
  }
}

TEST(LedgerCodecTest, SpansComeBack) {
  constexpr int64_t kFar = std::numeric_limits<int64_t>::max();
  const std::vector<Span> spans = {{0, 200, SpanKind::kSampled, 0},
                                   {200, 201, SpanKind::kInserted, kFar},
                                   {201, 300, SpanKind::kSampled, -kFar - 1}};
  EXPECT_EQ(DecodeSpans(LedgerEncoder().Spans(spans), 300).value(), spans);
}

TEST(LedgerCodecTest, NothingIsSomethingToo) {
  LedgerEncoder encoder;
  EXPECT_TRUE(DecodeTokens(encoder.Tokens({}), 0).value().empty());
  EXPECT_TRUE(DecodeLogprobs(encoder.Logprobs({}), 0).value().empty());
  EXPECT_TRUE(DecodeSpans(encoder.Spans({}), 0).value().empty());
}

TEST(LedgerCodecTest, LongCompletionsAreCompressed) {
  LedgerEncoder encoder;
  std::vector<int32_t> tokens(1000);
  for (int32_t i = 0; i < 1000; ++i) tokens[static_cast<size_t>(i)] = 100 + i % 10;
  const std::string packed = encoder.Tokens(tokens);
  EXPECT_EQ(packed[0], kZstd);
  EXPECT_LT(packed.size(), 100);  // Of 1,000.
  EXPECT_EQ(DecodeTokens(packed, 1000).value(), tokens);

  const std::vector<float> logprobs = SampledLogprobs(1000);
  const std::string packed_logprobs = encoder.Logprobs(logprobs);
  EXPECT_LT(packed_logprobs.size(), 3600);  // Of 4,000.
  EXPECT_EQ(DecodeLogprobs(packed_logprobs, 1000).value(), logprobs);
}

TEST(LedgerCodecTest, WhatDoesNotShrinkIsKeptPlain) {
  // Ids of 14 random bits in 16: an eighth could be saved, less than a frame costs.
  const RandomKey key(1, RandomPurpose::kSample);
  std::vector<int32_t> tokens(40);
  for (size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = static_cast<int32_t>(key.Below(1 << 14, i));
  const std::string packed = LedgerEncoder().Tokens(tokens);
  EXPECT_EQ(packed[0], kPlain);
  EXPECT_LE(packed.size(), 1 + 2 * 40);
}

TEST(LedgerCodecTest, TheSameIsEncodedAlikeWhateverCameBefore) {
  LedgerEncoder used;
  used.Logprobs(SampledLogprobs(500));
  EXPECT_EQ(used.Logprobs(SampledLogprobs(300)), LedgerEncoder().Logprobs(SampledLogprobs(300)));
}

TEST(LedgerCodecTest, AFlippedBitInACompressedBlobIsDataLoss) {
  const std::string blob = LedgerEncoder().Logprobs(SampledLogprobs(300));
  ASSERT_EQ(blob[0], kZstd);
  for (size_t i = 0; i < blob.size(); ++i) {
    std::string damaged = blob;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    const auto decoded = DecodeLogprobs(damaged, 300);
    // Some bits of the frame's header say nothing about the content.
    if (decoded.ok()) {
      EXPECT_EQ(*decoded, SampledLogprobs(300)) << i;
    } else {
      EXPECT_TRUE(absl::IsDataLoss(decoded.status())) << decoded.status();
    }
  }
}

TEST(LedgerCodecTest, ACutBlobIsDataLoss) {
  LedgerEncoder encoder;
  const std::string tokens = encoder.Tokens({300, 5, 70'000});
  const std::string logprobs = encoder.Logprobs(SampledLogprobs(300));
  const std::string spans = encoder.Spans({{0, 200, SpanKind::kSampled, 1000}});
  for (size_t size = 0; size < tokens.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeTokens(tokens.substr(0, size), 3).status())) << size;
  }
  for (size_t size = 0; size < logprobs.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeLogprobs(logprobs.substr(0, size), 300).status())) << size;
  }
  for (size_t size = 0; size < spans.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeSpans(spans.substr(0, size), 200).status())) << size;
  }
}

TEST(LedgerCodecTest, AnotherCountOfTokensIsDataLoss) {
  LedgerEncoder encoder;
  for (const int64_t count : {int64_t{-1}, int64_t{1}, int64_t{3}, int64_t{1} << 40}) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeTokens(encoder.Tokens({4, 5}), count).status()));
    EXPECT_TRUE(absl::IsDataLoss(DecodeLogprobs(encoder.Logprobs({4, 5}), count).status()));
    EXPECT_TRUE(absl::IsDataLoss(
        DecodeSpans(encoder.Spans({{0, 2, SpanKind::kSampled, 0}}), count).status()));
  }
}

TEST(LedgerCodecTest, WhatTheEncoderNeverWritesIsDataLoss) {
  EXPECT_TRUE(absl::IsDataLoss(DecodeTokens(Bytes({7, 1}), 1).status()));  // A format.
  // A token of 33 bits, and one that never ends.
  EXPECT_TRUE(absl::IsDataLoss(DecodeTokens(Bytes({0, 0xff, 0xff, 0xff, 0xff, 0x1f}), 1).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeTokens(Bytes({0}) + std::string(20, '\xff'), 1).status()));
  // A version of 65 bits: nine times seven, and two.
  EXPECT_TRUE(absl::IsDataLoss(
      DecodeSpans(Bytes({0, 1, 0}) + std::string(9, '\x80') + Bytes({2}), 1).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeSpans(Bytes({0, 0, 0, 0}), 0).status()));           // Empty.
  EXPECT_TRUE(absl::IsDataLoss(DecodeSpans(Bytes({0, 2, 2, 0}), 2).status()));           // A kind.
  EXPECT_TRUE(absl::IsDataLoss(DecodeSpans(Bytes({0, 1, 0, 0, 2, 0, 0}), 2).status()));  // 3 > 2.
}

TEST(LedgerCodecTest, AFrameThatClaimsToBeHugeIsRefusedUnread) {
  // A zstd frame whose header says 2^40 bytes: magic, descriptor (8 bytes of size), window, size.
  const std::string huge = Bytes({kZstd, 0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x00,  //
                                  0, 0, 0, 0, 0, 1, 0, 0});
  const absl::Status status = DecodeTokens(huge, 100).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(status.message(), HasSubstr("more than its tokens need"));
}

}  // namespace
}  // namespace whet
