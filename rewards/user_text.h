// What a user asks, as rules want it that do not read chats.
#ifndef WHET_REWARDS_USER_TEXT_H_
#define WHET_REWARDS_USER_TEXT_H_

#include <string>

#include "rollout/prompt.h"

namespace whet {

// The user's messages, a blank line between them, if the question is a chat; else the question, or
// what the model reads if there is none.
std::string UserTextOf(const Prompt& prompt);

}  // namespace whet

#endif  // WHET_REWARDS_USER_TEXT_H_
