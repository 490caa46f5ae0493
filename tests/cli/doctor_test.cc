#include "cli/doctor.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/exactness.h"

namespace whet {
namespace {

using ::testing::Contains;
using ::testing::Field;

TEST(ExamineTest, FindsThisMachineFitForWhet) {
  RequestExactMath();
  const std::vector<Finding> findings = Examine();
  for (const char* name :
       {"whet", "cpu", "memory", "torch", "exactness", "grpc", "sandbox", "mathematics"}) {
    EXPECT_THAT(findings, Contains(Field(&Finding::name, name)));
  }
  for (const Finding& finding : findings) {
    EXPECT_NE(finding.health, Health::kBroken) << finding.name << ": " << finding.text;
  }
}

const std::vector<Finding> kTwo = {
    {"cpu", Health::kGood, "fast", Json::Object({{"processors", 2}})},
    {"torch", Health::kBroken, "not there", Json::Object()}};

TEST(FindingsTest, TheTableHasALineForEach) {
  EXPECT_EQ(FindingsTable(kTwo),
            "cpu    good     fast\n"
            "torch  broken   not there\n");
}

TEST(FindingsTest, TheJsonHasTheDetails) {
  EXPECT_EQ(FindingsJson(kTwo).Dump(), R"({"cpu":{"health":"good","text":"fast","processors":2},)"
                                       R"("torch":{"health":"broken","text":"not there"}})");
}

}  // namespace
}  // namespace whet
