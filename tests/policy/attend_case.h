// One position's attention with random numbers, laid out as the row functions want it.
#ifndef WHET_TESTS_POLICY_ATTEND_CASE_H_
#define WHET_TESTS_POLICY_ATTEND_CASE_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "policy/cpu/row_functions.h"
#include "tests/policy/row_reference.h"

namespace whet {

class AttendCase {
 public:
  struct Result {
    Doubles OutputOf(int64_t head, int64_t head_dim) const;

    int64_t width;
    std::vector<float> output;  // [heads, width]
    std::vector<float> log_sum;
  };
  struct Gradients {
    Doubles query;   // [heads, head_dim]
    Doubles keys;    // [count, head_dim]
    Doubles values;  // [count, head_dim]
  };

  AttendCase(int64_t heads, int64_t head_dim, int64_t count);

  AttendCase WithHeads(int64_t heads) const;  // The first of them.
  const Doubles& query(int64_t head) const { return queries_[static_cast<size_t>(head)]; }
  const std::vector<Doubles>& keys() const { return keys_; }
  const std::vector<Doubles>& values() const { return values_; }
  void SetQuery(size_t head, const Doubles& query) { queries_[head] = query; }
  void SetKey(size_t position, const Doubles& key) { keys_[position] = key; }

  // What lies behind the last key in its block is NaN: memory that nobody has written.
  template <typename T>
  Result Attend(const CpuFunctions& functions) const {
    std::vector<std::vector<T>> key_blocks;
    std::vector<std::vector<T>> value_blocks;
    std::vector<const T*> key_pointers;
    std::vector<const T*> value_pointers;
    for (int64_t b = 0; b < blocks(); ++b) {
      key_blocks.push_back(As<T>(ColumnsOf(keys_, b, std::numeric_limits<double>::quiet_NaN())));
      value_blocks.push_back(As<T>(RowsOf(values_, b)));
      key_pointers.push_back(key_blocks.back().data());
      value_pointers.push_back(value_blocks.back().data());
    }
    const std::vector<float> query = PaddedRows(queries_);
    std::vector<float> scores(static_cast<size_t>(heads() * blocks() * kKeyBlock));
    Result result = {width(), std::vector<float>(query.size()),
                     std::vector<float>(static_cast<size_t>(heads()))};
    FunctionsFor<T>(functions).attend({.heads = heads(),
                                       .head_dim = head_dim_,
                                       .width = width(),
                                       .count = count(),
                                       .scale = Scale(),
                                       .query = query.data(),
                                       .key_blocks = key_pointers.data(),
                                       .value_blocks = value_pointers.data(),
                                       .scores = scores.data(),
                                       .output = result.output.data(),
                                       .log_sum = result.log_sum.data()});
    return result;
  }

  // Of Σ output · a random gradient. Behind the last key are those of later positions, which must
  // not matter.
  Gradients AttendBackward(const CpuFunctions& functions) const;
  Gradients SlopesOfReference() const;

 private:
  int64_t heads() const { return static_cast<int64_t>(queries_.size()); }
  int64_t count() const { return static_cast<int64_t>(keys_.size()); }
  int64_t blocks() const { return (count() + kKeyBlock - 1) / kKeyBlock; }
  int64_t width() const {
    return (head_dim_ + kHeadAlignment - 1) / kHeadAlignment * kHeadAlignment;
  }
  float Scale() const;
  Doubles ColumnsOf(const std::vector<Doubles>& rows, int64_t block, double rest) const;
  Doubles RowsOf(const std::vector<Doubles>& rows, int64_t block) const;
  std::vector<float> AllColumnsOf(const std::vector<Doubles>& rows) const;
  std::vector<float> PaddedRows(const std::vector<Doubles>& rows) const;
  Doubles Unpadded(const std::vector<float>& rows) const;

  int64_t head_dim_;
  std::vector<Doubles> queries_;           // [heads][head_dim]
  std::vector<Doubles> output_gradients_;  // [heads][head_dim]
  std::vector<Doubles> keys_;              // [count][head_dim]
  std::vector<Doubles> values_;            // [count][head_dim]
};

}  // namespace whet

#endif  // WHET_TESTS_POLICY_ATTEND_CASE_H_
