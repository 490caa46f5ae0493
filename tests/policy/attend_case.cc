#include "tests/policy/attend_case.h"

#include <cmath>
#include <cstddef>
#include <functional>

namespace whet {
namespace {

std::vector<Doubles> RandomRows(int64_t rows, int64_t count, uint64_t stream) {
  std::vector<Doubles> out;
  out.reserve(static_cast<size_t>(rows));
  for (int64_t i = 0; i < rows; ++i) {
    out.push_back(RandomRow(count, stream * 100'000 + static_cast<uint64_t>(i)));
  }
  return out;
}

Doubles Joined(const std::vector<Doubles>& rows) {
  Doubles all;
  for (const Doubles& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

std::vector<Doubles> Cut(const Doubles& all, size_t width) {
  std::vector<Doubles> rows;
  for (size_t i = 0; i < all.size(); i += width) {
    rows.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(i),
                      all.begin() + static_cast<std::ptrdiff_t>(i + width));
  }
  return rows;
}

}  // namespace

Doubles AttendCase::Result::OutputOf(int64_t head, int64_t head_dim) const {
  const auto begin = output.begin() + static_cast<std::ptrdiff_t>(head * width);
  return {begin, begin + static_cast<std::ptrdiff_t>(head_dim)};
}

AttendCase::AttendCase(int64_t heads, int64_t head_dim, int64_t count)
    : head_dim_(head_dim),
      queries_(RandomRows(heads, head_dim, 1)),
      output_gradients_(RandomRows(heads, head_dim, 2)),
      keys_(RandomRows(count, head_dim, 3)),
      values_(RandomRows(count, head_dim, 4)) {}

AttendCase AttendCase::WithHeads(int64_t heads) const {
  AttendCase fewer = *this;
  fewer.queries_.resize(static_cast<size_t>(heads));
  fewer.output_gradients_.resize(static_cast<size_t>(heads));
  return fewer;
}

float AttendCase::Scale() const { return 1.0F / std::sqrt(static_cast<float>(head_dim_)); }

// [head_dim, 16]
Doubles AttendCase::ColumnsOf(const std::vector<Doubles>& rows, int64_t block, double rest) const {
  Doubles columns(static_cast<size_t>(head_dim_ * kKeyBlock), rest);
  for (size_t j = 0; j < kKeyBlock; ++j) {
    const size_t position = static_cast<size_t>(block * kKeyBlock) + j;
    if (position >= rows.size()) break;
    for (size_t i = 0; i < static_cast<size_t>(head_dim_); ++i) {
      columns[i * kKeyBlock + j] = rows[position][i];
    }
  }
  return columns;
}

// [16, width]
Doubles AttendCase::RowsOf(const std::vector<Doubles>& rows, int64_t block) const {
  const size_t stride = static_cast<size_t>(width());
  Doubles out(static_cast<size_t>(kKeyBlock) * stride, std::numeric_limits<double>::quiet_NaN());
  for (size_t j = 0; j < kKeyBlock; ++j) {
    const size_t position = static_cast<size_t>(block * kKeyBlock) + j;
    if (position >= rows.size()) break;
    for (size_t i = 0; i < stride; ++i) {
      out[j * stride + i] = i < rows[position].size() ? rows[position][i] : 0.0;
    }
  }
  return out;
}

std::vector<float> AttendCase::PaddedRows(const std::vector<Doubles>& rows) const {
  std::vector<float> out(rows.size() * static_cast<size_t>(width()), 0.0F);
  for (size_t h = 0; h < rows.size(); ++h) {
    for (size_t i = 0; i < rows[h].size(); ++i) {
      out[h * static_cast<size_t>(width()) + i] = static_cast<float>(rows[h][i]);
    }
  }
  return out;
}

std::vector<float> AttendCase::AllColumnsOf(const std::vector<Doubles>& rows) const {
  std::vector<float> out;
  for (int64_t b = 0; b < blocks(); ++b) {
    constexpr double kLater = 3.0;
    for (const double element : ColumnsOf(rows, b, kLater)) {
      out.push_back(static_cast<float>(element));
    }
  }
  return out;
}

Doubles AttendCase::Unpadded(const std::vector<float>& rows) const {
  Doubles out;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<int64_t>(i) % width() < head_dim_) out.push_back(static_cast<double>(rows[i]));
  }
  return out;
}

AttendCase::Gradients AttendCase::AttendBackward(const CpuFunctions& functions) const {
  const size_t rows = static_cast<size_t>(count() * width());
  const size_t scores = static_cast<size_t>(heads() * blocks() * kKeyBlock);
  const std::vector<float> query = PaddedRows(queries_);
  const std::vector<float> output_gradient = PaddedRows(output_gradients_);
  const std::vector<float> log_sum = Attend<float>(functions).log_sum;
  const std::vector<float> key_columns = AllColumnsOf(keys_);
  const std::vector<float> value_columns = AllColumnsOf(values_);
  const std::vector<float> keys = PaddedRows(keys_);
  std::vector<float> probabilities(scores);
  std::vector<float> score_gradients(scores);
  std::vector<float> query_gradient(query.size(), 9.0F);  // Is set.
  std::vector<float> key_gradients(rows, 0.25F);          // Are added to.
  std::vector<float> value_gradients(rows, 0.5F);
  functions.attend_backward({.heads = heads(),
                             .head_dim = head_dim_,
                             .width = width(),
                             .count = count(),
                             .scale = Scale(),
                             .query = query.data(),
                             .output_gradient = output_gradient.data(),
                             .log_sum = log_sum.data(),
                             .key_columns = key_columns.data(),
                             .value_columns = value_columns.data(),
                             .keys = keys.data(),
                             .probabilities = probabilities.data(),
                             .score_gradients = score_gradients.data(),
                             .query_gradient = query_gradient.data(),
                             .key_gradients = key_gradients.data(),
                             .value_gradients = value_gradients.data()});
  for (float& g : key_gradients) g -= 0.25F;
  for (float& g : value_gradients) g -= 0.5F;
  return {Unpadded(query_gradient), Unpadded(key_gradients), Unpadded(value_gradients)};
}

AttendCase::Gradients AttendCase::SlopesOfReference() const {
  const size_t d = static_cast<size_t>(head_dim_);
  const auto loss = [&](const std::vector<Doubles>& queries, const std::vector<Doubles>& keys,
                        const std::vector<Doubles>& values) {
    double sum = 0;
    for (size_t h = 0; h < queries.size(); ++h) {
      sum += Dot(AttentionOf(queries[h], keys, values), output_gradients_[h]);
    }
    return sum;
  };
  return {
      SlopeOf([&](const Doubles& q) { return loss(Cut(q, d), keys_, values_); }, Joined(queries_)),
      SlopeOf([&](const Doubles& k) { return loss(queries_, Cut(k, d), values_); }, Joined(keys_)),
      SlopeOf([&](const Doubles& v) { return loss(queries_, keys_, Cut(v, d)); }, Joined(values_))};
}

}  // namespace whet
