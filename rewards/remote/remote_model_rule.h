// What a reward model that another process serves says of a completion.
#ifndef WHET_REWARDS_REMOTE_REMOTE_MODEL_RULE_H_
#define WHET_REWARDS_REMOTE_REMOTE_MODEL_RULE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rewards/model/model_text.h"
#include "rewards/remote/http_client.h"
#include "rewards/reward_rule.h"

namespace whet {

// How it is asked, and where the value stands in the answer. One completion a request.
//   kVllm      POST /classify, as verl asks vLLM: {"model", "input": text}, without an activation,
//              so that a score is the score and no softmax of it: data[-1].probs[-1]
//   kSglang    POST /v1/embeddings, as verl asks SGLang: {"model", "input": text}:
//              data[-1].embedding[-1]
//   kOpenRlhf  POST /get_reward, as OpenRLHF asks its servers: {"query": [text], "prompts": [the
//              prompt as the policy read it], "labels": [ground truth]}: rewards[0]
enum class ModelProtocol { kVllm, kSglang, kOpenRlhf };

// What it reads.
enum class ModelInput {
  kText,          // A text, made by a template.
  kConversation,  // Chat messages, which the service puts into its model's own chat template: the
                  // question's, and the completion as the assistant's. kVllm alone takes them.
};

struct RemoteModelRuleOptions {
  HttpClientOptions client = {};  // Its urls are bases, to which the protocol's path is added.
  ModelProtocol protocol = ModelProtocol::kVllm;
  std::string model = {};  // Its name there; empty: none is sent.
  ModelInput input = ModelInput::kText;
  ModelTextOptions text = {};  // Of kConversation the place alone.
};

// The value is the model's, whatever its range. What fails, or answers with anything but a finite
// number where that should be, is kFault, for that completion alone. Thread-safe.
class RemoteModelRule : public RewardRule {
 public:
  // Statuses of HttpClient::Create. The service need not be there yet.
  static absl::StatusOr<std::unique_ptr<RemoteModelRule>> Create(RemoteModelRuleOptions options);

  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const ScoreInput> inputs) override;

 private:
  RemoteModelRule(RemoteModelRuleOptions options, std::unique_ptr<HttpClient> client);

  // The body of a request.
  std::string RequestOf(const ScoreInput& input) const;

  const RemoteModelRuleOptions options_;
  const std::unique_ptr<HttpClient> client_;
};

}  // namespace whet

#endif  // WHET_REWARDS_REMOTE_REMOTE_MODEL_RULE_H_
