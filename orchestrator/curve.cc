#include "orchestrator/curve.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace whet {
namespace {

constexpr double kPanelWidth = 360;
constexpr double kPanelHeight = 190;
constexpr double kLeft = 48;
constexpr double kTop = 30;
constexpr double kRight = 14;
constexpr double kBottom = 28;
constexpr char kTrainColor[] = "#2563eb";
constexpr char kEvaluationColor[] = "#dc2626";

struct Point {
  double step;
  double value;
};

struct Panel {
  const char* title;
  const char* train_key;
  const char* evaluation_key;
  std::optional<double> top;  // Of the axis; absent: from the values.
};

constexpr Panel kPanels[] = {
    {"accuracy", "accuracy", "eval_accuracy", 1.0},
    {"completion length (tokens)", "completions/mean_length", "eval_completions/mean_length",
     std::nullopt},
    {"format rate", "rewards/format/mean", "eval_rewards/format/mean", 1.0},
    {"share of completions with a thought", "thought_share", "eval_thought_share", 1.0},
    {"share of words in the target language", "rewards/language/mean", "eval_rewards/language/mean",
     1.0},
};

std::vector<Point> PointsOf(const std::vector<Json>& rows, const char* key) {
  std::vector<Point> points;
  for (const Json& row : rows) {
    const absl::StatusOr<double> step = row.GetDouble("step");
    const absl::StatusOr<double> value = row.GetDouble(key);
    if (step.ok() && value.ok()) points.push_back({*step, *value});
  }
  return points;
}

// The next of 1, 2, 5 times a power of ten.
double RoundUp(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (value <= factor * power) return factor * power;
  }
  return 10 * power;
}

// A panel on its way into text; its corner at (x, y).
class PanelDrawing {
 public:
  PanelDrawing(double x, double y, double steps, double top)
      : x_(x), y_(y), steps_(std::max(1.0, steps)), top_(top) {}

  void Axes(const char* title) {
    const double right = kPanelWidth - kRight;
    const double bottom = kPanelHeight - kBottom;
    Text(kLeft, 18, title, "start");
    for (int i = 0; i <= 4; ++i) {
      const double value = top_ * i / 4;
      const double y = Y(value);
      absl::StrAppendFormat(&svg_,
                            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
                            "stroke=\"#e5e7eb\"/>\n",
                            x_ + kLeft, y, x_ + right, y);
      Text(kLeft - 6, y - y_ + 4, absl::StrFormat("%g", value), "end");
    }
    for (int i = 0; i <= 2; ++i) {
      const double step = std::round(steps_ * i / 2);
      Text(X(step) - x_, bottom + 16, absl::StrFormat("%g", step), "middle");
    }
  }

  void Line(const std::vector<Point>& points) {
    if (points.empty()) return;
    absl::StrAppend(&svg_, "<polyline fill=\"none\" stroke-width=\"1.6\" stroke=\"", kTrainColor,
                    "\" points=\"");
    for (const Point& point : points) {
      absl::StrAppendFormat(&svg_, "%.1f,%.1f ", X(point.step), Y(point.value));
    }
    absl::StrAppend(&svg_, "\"/>\n");
  }

  void Dots(const std::vector<Point>& points) {
    for (const Point& point : points) {
      absl::StrAppendFormat(&svg_, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>\n",
                            X(point.step), Y(point.value), kEvaluationColor);
    }
  }

  std::string Take() { return std::move(svg_); }

 private:
  double X(double step) const {
    return x_ + kLeft + (kPanelWidth - kLeft - kRight) * step / steps_;
  }
  double Y(double value) const {
    const double height = kPanelHeight - kTop - kBottom;
    return y_ + kTop + height * (1 - std::clamp(value / top_, 0.0, 1.0));
  }
  void Text(double x, double y, const std::string& text, const char* anchor) {
    absl::StrAppendFormat(&svg_, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
                          x_ + x, y_ + y, anchor, text);
  }

  const double x_;
  const double y_;
  const double steps_;
  const double top_;
  std::string svg_;
};

}  // namespace

std::string CurveSvg(const std::vector<Json>& rows) {
  double steps = 0;
  for (const Point& point : PointsOf(rows, "step")) steps = std::max(steps, point.step);
  std::string panels;
  int drawn = 0;
  for (const Panel& panel : kPanels) {
    const std::vector<Point> train = PointsOf(rows, panel.train_key);
    const std::vector<Point> evaluation = PointsOf(rows, panel.evaluation_key);
    if (train.empty() && evaluation.empty()) continue;
    double largest = 0;
    for (const std::vector<Point>* points : {&train, &evaluation}) {
      for (const Point& point : *points) largest = std::max(largest, point.value);
    }
    const int row = drawn / 2;
    PanelDrawing drawing(kPanelWidth * (drawn % 2), kPanelHeight * row, steps,
                         panel.top.value_or(RoundUp(largest)));
    drawing.Axes(panel.title);
    drawing.Line(train);
    drawing.Dots(evaluation);
    absl::StrAppend(&panels, drawing.Take());
    ++drawn;
  }
  const int panel_rows = (drawn + 1) / 2;
  const double height = kPanelHeight * panel_rows + 24;
  return absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
      "font-family=\"sans-serif\" font-size=\"11\" fill=\"#374151\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n%s"
      "<text x=\"%.0f\" y=\"%.0f\"><tspan fill=\"%s\">— training rollouts</tspan>"
      "<tspan dx=\"16\" fill=\"%s\">● held-out prompts</tspan>"
      "<tspan dx=\"16\">against steps</tspan></text>\n</svg>\n",
      2 * kPanelWidth, height, panels, kLeft, height - 8, kTrainColor, kEvaluationColor);
}

}  // namespace whet
