#include "rewards/verify/math_wire.h"

#include "gtest/gtest.h"

namespace whet {
namespace {

MathRequest Request() {
  MathRequest request = {.kind = MathRequest::Kind::kKey, .gold = "1", .answer = "\\frac{1}{2}"};
  request.options.parse.decimal_comma = true;
  request.options.parse.digits_max = 7;
  request.options.compare.any_symbols = true;
  request.options.compare.scalar.float_rounding = 3;
  request.options.compare.scalar.relative_tolerance = 1e-3;
  request.options.extraction.emplace();
  request.options.extraction->strings = {"A", "B"};
  request.options.extraction->boxed_priority = -1;
  return request;
}

TEST(MathWireTest, RequestsArriveAsTheyWereSent) {
  const std::string bytes = EncodeMathRequest(Request());
  const absl::StatusOr<MathRequest> request = DecodeMathRequest(bytes);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->answer, "\\frac{1}{2}");
  EXPECT_EQ(request->options.extraction->strings.size(), 2U);
  // All else by the bytes, which have every member.
  EXPECT_EQ(EncodeMathRequest(*request), bytes);
}

TEST(MathWireTest, RepliesArriveAsTheyWereSent) {
  const MathReply sent = {.judgement = {.verdict = Verdict::kTimeout,
                                        .why = "why",
                                        .gold_parsed = "1",
                                        .answer_parsed = "(divide 1 2)"},
                          .key = "1/2",
                          .elapsed = absl::Microseconds(12)};
  const std::string bytes = EncodeMathReply(sent);
  const absl::StatusOr<MathReply> reply = DecodeMathReply(bytes);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->judgement.verdict, Verdict::kTimeout);
  EXPECT_EQ(reply->key, "1/2");
  EXPECT_EQ(EncodeMathReply(*reply), bytes);
}

TEST(MathWireTest, TruncatedBytesAreRefused) {
  const std::string request = EncodeMathRequest(Request());
  EXPECT_TRUE(
      absl::IsInvalidArgument(DecodeMathRequest(request.substr(0, request.size() - 1)).status()));
  const std::string reply = EncodeMathReply({});
  EXPECT_TRUE(absl::IsDataLoss(DecodeMathReply(reply.substr(1)).status()));
}

}  // namespace
}  // namespace whet
