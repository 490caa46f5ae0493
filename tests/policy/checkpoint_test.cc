#include "policy/checkpoint.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/weight_layout.h"
#include "text/json.h"

namespace whet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kConfig[] = R"({
  "architectures": ["LlamaForCausalLM"], "vocab_size": 12, "hidden_size": 8,
  "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
  "num_key_value_heads": 1, "max_position_embeddings": 32, "rope_theta": 10000.0,
  "tie_word_embeddings": false, "torch_dtype": "float32", "eos_token_id": 2
})";

// All weights of a configuration in f32, each element another.
class TestWeights {
 public:
  explicit TestWeights(absl::string_view config_json)
      : layout_(LayoutOf(ParseModelConfig(*Json::Parse(config_json)).value())),
        values_(static_cast<size_t>(layout_.total)) {
    for (size_t i = 0; i < values_.size(); ++i) values_[i] = 0.5F + static_cast<float>(i);
  }

  std::vector<TensorView> Views() const {
    std::vector<TensorView> views;
    views.reserve(layout_.slots.size());
    for (const WeightSlot& slot : layout_.slots) {
      views.push_back({.name = slot.name,
                       .type = TensorType::kF32,
                       .shape = slot.shape,
                       .bytes = {reinterpret_cast<const std::byte*>(&values_[slot.offset]),
                                 static_cast<size_t>(slot.count) * sizeof(float)}});
    }
    return views;
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    names.reserve(layout_.slots.size());
    for (const WeightSlot& slot : layout_.slots) names.push_back(slot.name);
    return names;
  }

 private:
  WeightLayout layout_;
  std::vector<float> values_;
};

bool SameBytes(const TensorView& a, const TensorView& b) {
  return a.type == b.type && a.shape == b.shape && a.bytes == b.bytes;
}

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() : weights_(kConfig) {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/checkpoint_XXXXXX");
    root_ = mkdtemp(pattern.data());
    EXPECT_TRUE(MakeDirectories(Path("source")).ok());
    EXPECT_TRUE(MakeDirectories(Path("written")).ok());
    Write("source/config.json", kConfig);
    EXPECT_TRUE(WriteSafetensors(Path("source/model.safetensors"), weights_.Views(), {}).ok());
  }
  ~CheckpointTest() override { RemoveAll(root_).IgnoreError(); }

  std::string Path(absl::string_view name) const { return absl::StrCat(root_, "/", name); }
  std::string Read(absl::string_view name) const { return ReadFile(Path(name)).value(); }
  void Write(absl::string_view name, absl::string_view bytes) const {
    ASSERT_TRUE(WriteFileAtomically(Path(name), bytes).ok());
  }
  // Replaces members of source/config.json.
  void Configure(absl::string_view changes) const {
    Json json = *Json::Parse(kConfig);
    const Json changed = *Json::Parse(changes);
    const absl::Span<const Json::Member> members = *changed.Members();
    for (const Json::Member& member : members) json.Set(member.key, member.value);
    Write("source/config.json", json.Dump());
  }
  // Writes the weights for which `keep` is true, and those in `more`, as the source's.
  void Rewrite(const std::function<bool(const std::string&)>& keep,
               const std::vector<TensorView>& more = {}) const {
    std::vector<TensorView> views = more;
    for (const TensorView& view : weights_.Views()) {
      if (keep(view.name)) views.push_back(view);
    }
    ASSERT_TRUE(WriteSafetensors(Path("source/model.safetensors"), views, {}).ok());
  }

  absl::StatusOr<Checkpoint> Open() const { return Checkpoint::Open(Path("source")); }

  // The first thing wrong with the weights of a checkpoint that opens.
  absl::Status CheckWeights() const {
    const Checkpoint checkpoint = Open().value();
    if (absl::Status known = checkpoint.CheckAllKnown(weights_.Names()); !known.ok()) return known;
    for (const TensorView& view : weights_.Views()) {
      const auto tensor = checkpoint.Tensor(view.name, view.shape);
      if (!tensor.ok()) return tensor.status();
      EXPECT_TRUE(SameBytes(*tensor, view)) << view.name;
    }
    return absl::OkStatus();
  }

  const TestWeights weights_;
  std::string root_;
};

TEST_F(CheckpointTest, ASingleFileIsRead) {
  EXPECT_TRUE(CheckWeights().ok());
  const Checkpoint checkpoint = Open().value();
  EXPECT_EQ(checkpoint.directory(), Path("source"));
  EXPECT_EQ(checkpoint.config().vocabulary, 12);
  EXPECT_FALSE(checkpoint.config().tied_head);
}

TEST_F(CheckpointTest, WhatIsMissingIsNamed) {
  EXPECT_TRUE(absl::IsNotFound(Checkpoint::Open(Path("nothing")).status()));
  // A file of it is no checkpoint, nor is a directory of something else.
  EXPECT_TRUE(absl::IsNotFound(Checkpoint::Open(Path("source/model.safetensors")).status()));
  const absl::Status no_config = Checkpoint::Open(Path("written")).status();
  EXPECT_TRUE(absl::IsNotFound(no_config));
  EXPECT_THAT(std::string(no_config.message()),
              AllOf(HasSubstr(Path("written")), HasSubstr("config.json")));
  ASSERT_TRUE(RemoveAll(Path("source/model.safetensors")).ok());
  const absl::Status no_weights = Open().status();
  EXPECT_TRUE(absl::IsNotFound(no_weights));
  EXPECT_THAT(std::string(no_weights.message()), HasSubstr("model.safetensors"));
  EXPECT_TRUE(Checkpoint::Open(Path("source"), Checkpoint::Weights::kNotRead).ok());
}

TEST_F(CheckpointTest, AMissingTensorIsNamed) {
  Rewrite([](const std::string& name) { return name != "model.norm.weight"; });
  const absl::Status status = CheckWeights();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("model.safetensors"), HasSubstr("\"model.norm.weight\"")));
}

TEST_F(CheckpointTest, ATensorOfAnotherShapeIsDamage) {
  const std::vector<std::byte> zeros(9 * sizeof(float));
  Rewrite([](const std::string& name) { return name != "model.norm.weight"; },
          {{"model.norm.weight", TensorType::kF32, {9}, zeros}});
  const absl::Status status = CheckWeights();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("model.safetensors"), HasSubstr("\"model.norm.weight\""),
                    HasSubstr("[9]"), HasSubstr("[8]")));
}

TEST_F(CheckpointTest, ATensorThatIsNotOfTheModelMakesItAnotherModel) {
  const std::vector<std::byte> zeros(4);
  const auto all = [](const std::string&) { return true; };
  Rewrite(all, {{"model.layers.0.self_attn.q_norm.weight", TensorType::kF32, {1}, zeros}});
  const absl::Status status = CheckWeights();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("q_norm"), HasSubstr("LlamaForCausalLM")));
  // Old files carry what is computed from the configuration.
  Rewrite(all, {{"model.layers.0.self_attn.rotary_emb.inv_freq", TensorType::kF32, {1}, zeros}});
  EXPECT_TRUE(CheckWeights().ok());
}

TEST_F(CheckpointTest, AnUnknownArchitectureIsRefusedWithTheFile) {
  Configure(R"({"architectures": ["MambaForCausalLM"]})");
  const absl::Status status = Open().status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("source/config.json"), HasSubstr("MambaForCausalLM")));
}

// What opening the source as a model of `kind` is refused with.
std::string RefusalAs(ModelKind kind, const std::string& directory) {
  const absl::Status status =
      Checkpoint::Open(directory, Checkpoint::Weights::kNeeded, kind).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

TEST_F(CheckpointTest, AModelOfAnotherKindIsRefused) {
  EXPECT_THAT(RefusalAs(ModelKind::kRewardModel, Path("source")),
              AllOf(HasSubstr("source/config.json"), HasSubstr("a LlamaForCausalLM is a language "
                                                               "model")));
  Configure(R"({"architectures": ["LlamaForSequenceClassification"]})");
  EXPECT_THAT(RefusalAs(ModelKind::kCausalLm, Path("source")),
              AllOf(HasSubstr("source/config.json"),
                    HasSubstr("a LlamaForSequenceClassification is a reward model")));
}

TEST_F(CheckpointTest, ARewardModelHasAHeadOfItsOwn) {
  Configure(R"({"architectures": ["LlamaForSequenceClassification"], "id2label": {"0": "good"}})");
  const std::vector<std::byte> zeros(size_t{64} * 4);
  const auto is_body = [](const std::string& name) { return name != "lm_head.weight"; };
  const auto wrong = [&] {
    const Checkpoint checkpoint =
        Checkpoint::Open(Path("source"), Checkpoint::Weights::kNeeded, ModelKind::kRewardModel)
            .value();
    std::vector<std::string> names;
    for (const WeightSlot& slot : LayoutOf(checkpoint.config()).slots) {
      const absl::Status status = checkpoint.Tensor(slot.name, slot.shape).status();
      if (!status.ok()) return std::string(status.message());
      names.push_back(slot.name);
    }
    return std::string(checkpoint.CheckAllKnown(names).message());
  };
  EXPECT_THAT(wrong(), HasSubstr("tensor \"score.weight\" is missing"));
  const absl::Span<const std::byte> bytes(zeros);
  Rewrite(is_body, {{"score.weight", TensorType::kF32, {2, 8}, bytes.first(64)}});
  EXPECT_THAT(wrong(), HasSubstr("\"score.weight\" has shape [2, 8]"));
  Rewrite(is_body, {{"score.weight", TensorType::kF32, {1, 8}, bytes.first(32)}});
  EXPECT_EQ(wrong(), "");
  // One that is left of the language model.
  Rewrite([](const std::string&) { return true; },
          {{"score.weight", TensorType::kF32, {1, 8}, bytes.first(32)}});
  EXPECT_EQ(wrong(), "");
  Rewrite(is_body, {{"score.weight", TensorType::kF32, {1, 8}, bytes.first(32)},
                    {"score.bias", TensorType::kF32, {1}, bytes.first(4)}});
  EXPECT_THAT(wrong(), HasSubstr("score.bias"));
}

TEST_F(CheckpointTest, ConfigurationsThatAreNoJsonAreDamage) {
  Write("source/generation_config.json", "{");
  absl::Status status = Open().status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("generation_config.json"));
  Write("source/config.json", "");
  status = Open().status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("source/config.json"));
}

TEST_F(CheckpointTest, DamagedWeightsAreNamed) {
  const std::string bytes = Read("source/model.safetensors");
  Write("source/model.safetensors", absl::string_view(bytes).substr(0, bytes.size() - 1));
  const absl::Status status = Open().status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("source/model.safetensors"));
}

TEST_F(CheckpointTest, AHeadIsTiedWhereThereIsNone) {
  EXPECT_FALSE(Open().value().config().tied_head);
  Rewrite([](const std::string& name) { return name != "lm_head.weight"; });
  EXPECT_TRUE(Open().value().config().tied_head);
}

TEST_F(CheckpointTest, AHeadBesideATiedOneIsPassedOver) {
  Configure(R"({"tie_word_embeddings": true})");
  const Checkpoint checkpoint = Open().value();
  EXPECT_TRUE(checkpoint.config().tied_head);
  std::vector<std::string> names = weights_.Names();
  std::erase(names, "lm_head.weight");
  EXPECT_TRUE(checkpoint.CheckAllKnown(names).ok());
}

TEST_F(CheckpointTest, BothFormsOfRopeSettingsAreRead) {
  Configure(R"({"rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}})");
  EXPECT_EQ(Open().value().config().rope.theta, 500000.0);
  Configure(R"({"rope_theta": 70000.0, "rope_scaling": {"type": "linear", "factor": 2.0}})");
  EXPECT_EQ(Open().value().config().rope.theta, 70000.0);
  EXPECT_EQ(Open().value().config().rope.scaling, RopeScaling::kLinear);
}

TEST_F(CheckpointTest, EndOfSequenceIdsOfBothFilesCount) {
  EXPECT_THAT(Open().value().eos_ids(), ElementsAre(2));
  Write("source/generation_config.json", R"({"eos_token_id": [5, 2, 6]})");
  EXPECT_THAT(Open().value().eos_ids(), ElementsAre(2, 5, 6));
  Configure(R"({"eos_token_id": [3, 4]})");
  Write("source/generation_config.json", R"({"eos_token_id": 4})");
  EXPECT_THAT(Open().value().eos_ids(), ElementsAre(3, 4));
  Configure(R"({"eos_token_id": null})");
  Write("source/generation_config.json", "{}");
  EXPECT_THAT(Open().value().eos_ids(), IsEmpty());
  Write("source/generation_config.json", R"({"eos_token_id": "x"})");
  EXPECT_THAT(std::string(Open().status().message()),
              AllOf(HasSubstr("generation_config.json"), HasSubstr("eos_token_id")));
}

class ShardsTest : public CheckpointTest {
 protected:
  static constexpr char kFirst[] = "model-00001-of-00002.safetensors";
  static constexpr char kSecond[] = "model-00002-of-00002.safetensors";

  ShardsTest() {
    EXPECT_TRUE(RemoveAll(Path("source/model.safetensors")).ok());
    const std::vector<TensorView> views = weights_.Views();
    const auto all = absl::MakeConstSpan(views);
    EXPECT_TRUE(WriteSafetensors(Shard(kFirst), all.subspan(0, 3), {}).ok());
    EXPECT_TRUE(WriteSafetensors(Shard(kSecond), all.subspan(3), {}).ok());
    for (size_t i = 0; i < views.size(); ++i) {
      map_.Set(views[i].name, i < 3 ? kFirst : kSecond);
    }
    WriteIndex();
  }

  std::string Shard(absl::string_view name) const { return Path(absl::StrCat("source/", name)); }
  void WriteIndex() const {
    Write("source/model.safetensors.index.json", Json::Object({{"weight_map", map_}}).Dump());
  }

  Json map_ = Json::Object();
};

TEST_F(ShardsTest, ShardsAreReadByTheirIndex) { EXPECT_TRUE(CheckWeights().ok()); }

// As transformers chooses.
TEST_F(ShardsTest, AWholeFileIsReadRatherThanAnIndexBesideIt) {
  ASSERT_TRUE(WriteSafetensors(Path("source/model.safetensors"), weights_.Views(), {}).ok());
  ASSERT_TRUE(RemoveAll(Shard(kFirst)).ok());
  EXPECT_TRUE(CheckWeights().ok());
}

TEST_F(ShardsTest, AMissingShardIsNamed) {
  ASSERT_TRUE(RemoveAll(Shard(kSecond)).ok());
  const absl::Status status = Open().status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(kSecond));
}

TEST_F(ShardsTest, AnIndexThatNamesAFileOutsideIsDamage) {
  ASSERT_TRUE(WriteSafetensors(Path("outside.safetensors"), weights_.Views(), {}).ok());
  for (const Json& file : {Json("../outside.safetensors"), Json(Path("outside.safetensors")),
                           Json(""), Json(".."), Json(1), Json(nullptr)}) {
    map_.Set("model.norm.weight", file);
    WriteIndex();
    const absl::Status status = Open().status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << file.Dump() << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("model.safetensors.index.json"));
  }
}

TEST_F(ShardsTest, ATensorThatIsNotWhereTheIndexSaysIsDamage) {
  map_.Set("model.norm.weight", kFirst);
  WriteIndex();
  absl::Status status = Open().status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(kFirst), HasSubstr("\"model.norm.weight\"")));
  // Nor may it be in a file before, or in two.
  map_.Set("model.norm.weight", kSecond);
  map_.Set("model.embed_tokens.weight", kSecond);
  WriteIndex();
  status = Open().status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(kSecond), HasSubstr("\"model.embed_tokens.weight\"")));
  map_.Set("model.embed_tokens.weight", kFirst);
  WriteIndex();
  ASSERT_TRUE(WriteSafetensors(Shard(kFirst), weights_.Views(), {}).ok());
  status = Open().status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("is in another file too"));
}

TEST_F(ShardsTest, AnIndexThatIsNoneIsNamed) {
  for (const char* const text : {"", "[]", "{}", R"({"weight_map": []})"}) {
    Write("source/model.safetensors.index.json", text);
    const absl::Status status = Open().status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << text << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("model.safetensors.index.json"));
  }
}

class WriteCheckpointTest : public CheckpointTest {
 protected:
  absl::Status WriteAll(int64_t shard_bytes_max = kShardBytesMax) const {
    return WriteCheckpoint(Path("written"), Path("source"), weights_.Views(), shard_bytes_max);
  }
  void ExpectWritten() const {
    const Checkpoint checkpoint = Checkpoint::Open(Path("written")).value();
    EXPECT_TRUE(checkpoint.CheckAllKnown(weights_.Names()).ok());
    for (const TensorView& view : weights_.Views()) {
      EXPECT_TRUE(SameBytes(checkpoint.Tensor(view.name, view.shape).value(), view)) << view.name;
    }
  }
};

TEST_F(WriteCheckpointTest, WhatIsWrittenReadsBackToTheSameBits) {
  ASSERT_TRUE(WriteAll().ok());
  ExpectWritten();
  EXPECT_THAT(ListDirectory(Path("written")).value(),
              ElementsAre("config.json", "model.safetensors"));
}

TEST_F(WriteCheckpointTest, SmallShardsMakeMany) {
  // 12 · 8 floats of embedding are 384 bytes, more than a shard has: one of its own.
  ASSERT_TRUE(WriteAll(300).ok());
  ExpectWritten();
  const Json index = *Json::Parse(Read("written/model.safetensors.index.json"));
  int64_t total = 0;
  for (const TensorView& view : weights_.Views()) {
    total += static_cast<int64_t>(view.bytes.size());
  }
  EXPECT_EQ((*index.Get("metadata"))->GetInt("total_size").value(), total);
  std::map<std::string, int64_t> bytes_of_file;
  for (const TensorView& view : weights_.Views()) {
    const std::string file(index.Find("weight_map")->GetString(view.name).value());
    bytes_of_file[file] += static_cast<int64_t>(view.bytes.size());
  }
  for (const auto& [file, bytes] : bytes_of_file) {
    const size_t tensors = SafetensorsFile::Open(Path("written/" + file)).value().tensors().size();
    EXPECT_TRUE(bytes <= 300 || tensors == 1) << file << " has " << bytes << " bytes";
    EXPECT_TRUE(absl::StartsWith(file, "model-0000")) << file;
    EXPECT_TRUE(
        absl::EndsWith(file, absl::StrCat("-of-0000", bytes_of_file.size(), ".safetensors")))
        << file;
  }
  EXPECT_GT(bytes_of_file.size(), 3);
  EXPECT_FALSE(PathExists(Path("written/model.safetensors")));
}

TEST_F(WriteCheckpointTest, TheOtherFilesAreCarriedAlongByteForByte) {
  const std::vector<std::string> names = {"generation_config.json",
                                          "tokenizer.json",
                                          "tokenizer_config.json",
                                          "special_tokens_map.json",
                                          "added_tokens.json",
                                          "vocab.json",
                                          "merges.txt",
                                          "tokenizer.model",
                                          "chat_template.jinja",
                                          "chat_template.json"};
  for (const std::string& name : names) {
    Write("source/" + name, absl::StrCat("{}\n", std::string("\0\xFF", 2), name));
  }
  Write("source/README.md", "not part of it");
  ASSERT_TRUE(WriteAll().ok());
  for (const std::string& name : names) {
    EXPECT_EQ(Read("written/" + name), Read("source/" + name)) << name;
  }
  EXPECT_FALSE(PathExists(Path("written/README.md")));
}

TEST_F(WriteCheckpointTest, TheConfigurationTellsTypeAndHead) {
  Configure(R"({"torch_dtype": "bfloat16", "some_key": [1, {"a": null}]})");
  ASSERT_TRUE(WriteAll().ok());
  Json expected = *Json::Parse(Read("source/config.json"));
  expected.Set("torch_dtype", "float32");
  EXPECT_EQ(*Json::Parse(Read("written/config.json")), expected);
}

TEST_F(WriteCheckpointTest, BothKeysOfTheTypeAreKeptRight) {
  Configure(R"({"dtype": "bfloat16", "torch_dtype": "bfloat16"})");
  ASSERT_TRUE(WriteAll().ok());
  const Json config = *Json::Parse(Read("written/config.json"));
  EXPECT_EQ(config.GetString("dtype").value(), "float32");
  EXPECT_EQ(config.GetString("torch_dtype").value(), "float32");
}

TEST_F(WriteCheckpointTest, WithoutAHeadItSaysThatItIsTied) {
  std::vector<TensorView> views = weights_.Views();
  std::erase_if(views, [](const TensorView& view) { return view.name == "lm_head.weight"; });
  ASSERT_TRUE(WriteCheckpoint(Path("written"), Path("source"), views).ok());
  const Json config = *Json::Parse(Read("written/config.json"));
  EXPECT_TRUE(config.GetBool("tie_word_embeddings").value());
  EXPECT_TRUE(Checkpoint::Open(Path("written")).value().config().tied_head);
}

TEST_F(WriteCheckpointTest, AFullDiskIsTold) {
  ASSERT_EQ(symlink("/dev/full", Path("written/model.safetensors").c_str()), 0);
  const absl::Status status = WriteAll();
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("written/model.safetensors"));
}

TEST_F(WriteCheckpointTest, AMissingSourceIsTold) {
  const absl::Status status = WriteCheckpoint(Path("written"), Path("nothing"), weights_.Views());
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("nothing/config.json"));
}

}  // namespace
}  // namespace whet
