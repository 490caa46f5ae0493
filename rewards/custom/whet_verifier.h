/* A verifier as a shared library: what whet calls in it. Plain C, so that any compiler will do.
 *
 * Build:  c++ -shared -fPIC -O2 -o mine.so mine.cc -I FOLDER_OF_THIS_FILE
 * Use:    rewards { library { path: "mine.so" } }
 *
 * The library is loaded by whet-verify, a process of its own, and called by one thread at a time:
 * should it crash, the samples of that call have no reward, and the process is started again. It
 * may print to stderr, which is shown when it dies.
 *
 * Each struct begins with its size in the version of this file that its maker was compiled with:
 * read no member beyond it. Texts are UTF-8, not ended by 0, and belong to whoever made them.
 */
#ifndef WHET_REWARDS_CUSTOM_WHET_VERIFIER_H_
#define WHET_REWARDS_CUSTOM_WHET_VERIFIER_H_

/* NOLINTBEGIN(readability-identifier-naming,modernize-use-using,modernize-deprecated-headers):
   it is C. */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WHET_VERIFIER_ABI 1

typedef struct {
  const char* data;
  size_t size;
} whet_text;

/* What became of an answer. Only CORRECT should earn anything; of UNPARSEABLE_GOLD and FAULT
   nothing counts. */
enum {
  WHET_NO_VERDICT = -1,
  WHET_CORRECT = 0,
  WHET_WRONG = 1,
  WHET_NO_ANSWER = 2,
  WHET_UNPARSEABLE_ANSWER = 3,
  WHET_UNPARSEABLE_GOLD = 4,
  WHET_TIMEOUT = 5,
  WHET_UNSUPPORTED = 6,
  WHET_FAULT = 7
};

typedef struct {
  size_t size;
  whet_text prompt;     /* The question. */
  whet_text completion; /* Without special tokens. */
  whet_text ground_truth;
  whet_text data_source;
  whet_text extra; /* The row's other columns, and a ground truth that was no text, as JSON. */
  uint64_t completion_tokens;
  int32_t finished; /* 0 if it was cut off. */
} whet_sample;

/* Made by whet, to be filled in: as it comes it says "no reward". */
typedef struct {
  size_t size;
  int32_t has_reward; /* 0: the verifier does not apply. */
  int32_t verdict;
  double reward;
  char* message; /* message_max bytes, to be ended by 0; why, for people. */
  size_t message_max;
} whet_result;

/* WHET_VERIFIER_ABI. A library of another version is refused. */
uint32_t whet_verifier_abi(void);

/* Called once, with the `config` of the rule (any text). Returns what the other calls get, or NULL
 * with the reason in `message`. */
void* whet_verifier_create(whet_text config, char* message, size_t message_max);

/* Judges `count` samples. Returns 0, or anything else if all of them failed. */
int32_t whet_verifier_score(void* verifier, const whet_sample* samples, whet_result* results,
                            size_t count);

void whet_verifier_destroy(void* verifier);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(readability-identifier-naming,modernize-use-using,modernize-deprecated-headers) */

#endif /* WHET_REWARDS_CUSTOM_WHET_VERIFIER_H_ */
