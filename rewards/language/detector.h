// Which of the languages that share a script a sentence is in: Compact Language Detector 2.
#ifndef WHET_REWARDS_LANGUAGE_DETECTOR_H_
#define WHET_REWARDS_LANGUAGE_DETECTOR_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace whet {

// Whether the detector knows a language (as of NormalizedLanguage()); of others it would say
// something else with confidence.
bool CanDetect(absl::string_view language);

// The language of `words`, which is UTF-8, normalized; nothing if the detector is not sure.
// `expected`, which may be empty, is preferred where both are likely. Thread-safe.
std::optional<std::string> DetectLanguage(absl::string_view words, absl::string_view expected);

// Whether the detector's `found` is no other language than `language`: the same, or one that it
// takes it for (Bokmål, Nynorsk and Danish; Bosnian, Croatian and Serbian; Indonesian and Malay;
// Galician and its neighbours; Czech and Slovak; Dutch and Afrikaans), or one that is hardly ever
// meant (Scots, Interlingua). Chinese written in either way is "zh".
bool IsSameLanguage(absl::string_view language, absl::string_view found);

// Makes the first calls as fast as later ones.
void WarmUpDetector();

}  // namespace whet

#endif  // WHET_REWARDS_LANGUAGE_DETECTOR_H_
