// What judging the language of a chain of thought costs.
//
//   language_bench [ROUNDS]     200 by default
//
// Prints for each kind of text microseconds a KB: the median of the rounds over a text of 4 KB; and
// before it what the first call of all took.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/clock.h"
#include "rewards/language/language_consistency.h"

namespace whet {
namespace {

constexpr size_t kTextBytes = 4096;

struct Sample {
  const char* name;
  const char* target;
  const char* text;  // Repeated up to kTextBytes.
};

constexpr Sample kSamples[] = {
    {"English", "en",
     "Let me first write down what we know about the two trains. The slower one needs three hours "
     "for $180$ km, so its speed is `60` km/h. Wait, that ignores the stop. If we take it into "
     "account, then \\(v = \\frac{180}{2.5}\\), which is larger than before. "},
    {"German for en", "en",
     "Zuerst schreiben wir auf, was wir wissen. Der Zug braucht drei Stunden, also ist er langsam. "
     "Danach rechnen wir die Strecke aus, und vergleichen beide Werte miteinander. "},
    {"Russian", "ru",
     "Сначала запишем всё, что нам известно о двух поездах. Первый поезд едет три часа, значит его "
     "скорость меньше. Теперь подставим это значение в уравнение и найдём ответ. "},
    {"Korean", "ko",
     "먼저 두 기차에 대해 알고 있는 것을 적어 봅시다. 느린 기차는 세 시간이 걸리므로 속력이 더 "
     "작습니다. "
     "이제 이 값을 방정식에 대입해서 답을 구합니다. "},
    {"Chinese", "zh",
     "我们先把已知条件写下来。慢车走完全程需要三个小时，所以它的速度比较小。等等，这里没有考虑停车"
     "的时间，"
     "应该重新计算一遍，然后再比较两个结果。"},
    {"Japanese", "ja",
     "まず、分かっていることを書き出します。遅い電車は三時間かかるので、速度は小さいはずです。"
     "次に、この値を方程式に代入して、答えを求めましょう。"},
    {"Thai", "th",
     "ก่อนอื่นเราเขียนสิ่งที่เรารู้เกี่ยวกับรถไฟสองขบวน ขบวนที่ช้ากว่าใช้เวลาสามชั่วโมง "
     "ดังนั้นความเร็วจึงน้อยกว่า "},
};

double MicrosOf(SystemClock* clock, const std::string& text, const char* target) {
  const absl::Duration begin = clock->Monotonic();
  CountLanguage(text, target, PromptLanguage{});
  return absl::ToDoubleMicroseconds(clock->Monotonic() - begin);
}

void Run(int rounds) {
  SystemClock clock;
  const absl::Duration begin = clock.Monotonic();
  WarmUpLanguage();
  std::printf("%-16s %8.0f us\n", "warm-up", absl::ToDoubleMicroseconds(clock.Monotonic() - begin));
  for (const Sample& sample : kSamples) {
    std::string text;
    while (text.size() < kTextBytes) text += sample.text;
    std::vector<double> micros;
    micros.reserve(rounds);
    for (int round = 0; round < rounds; ++round) {
      micros.push_back(MicrosOf(&clock, text, sample.target));
    }
    std::sort(micros.begin(), micros.end());
    const double median = micros[micros.size() / 2];
    std::printf("%-16s %8.0f us a KB\n", sample.name,
                median * 1024 / static_cast<double>(text.size()));
  }
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) {
  int rounds = 200;
  if (argc > 2 || (argc == 2 && (!absl::SimpleAtoi(argv[1], &rounds) || rounds < 1))) {
    std::fputs("usage: language_bench [ROUNDS]\n", stderr);
    return 1;
  }
  whet::Run(rounds);
}
