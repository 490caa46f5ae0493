// Sixteen floats, on AVX-512 as one register and on AVX2 as two, with the same results to the bit.
//
// For the files of policy/cpu/ that are compiled for one instruction set; each includes it inside
// its own namespace, after <immintrin.h>. They include nothing whose inline functions the linker
// could merge with those of the rest of the program, which must run on a lesser processor.
#ifndef WHET_POLICY_CPU_F32X16_H_
#define WHET_POLICY_CPU_F32X16_H_

struct F32x16 {
#if defined(__AVX512F__)
  __m512 v;
#else
  __m256 low;
  __m256 high;
#endif
};

#if defined(__AVX512F__)

inline F32x16 Load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline void Store(F32x16 a, float* p) { _mm512_storeu_ps(p, a.v); }
inline F32x16 Broadcast(float a) { return {_mm512_set1_ps(a)}; }
inline F32x16 operator+(F32x16 a, F32x16 b) { return {_mm512_add_ps(a.v, b.v)}; }
inline F32x16 operator-(F32x16 a, F32x16 b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline F32x16 operator*(F32x16 a, F32x16 b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline F32x16 operator/(F32x16 a, F32x16 b) { return {_mm512_div_ps(a.v, b.v)}; }
// a · b + c, rounded once.
inline F32x16 Fma(F32x16 a, F32x16 b, F32x16 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
// b where either is NaN.
inline F32x16 Max(F32x16 a, F32x16 b) { return {_mm512_max_ps(a.v, b.v)}; }
inline F32x16 Min(F32x16 a, F32x16 b) { return {_mm512_min_ps(a.v, b.v)}; }
inline F32x16 Round(F32x16 a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
// 2^n for whole n in [-126, 127].
inline F32x16 PowerOfTwo(F32x16 n) {
  const __m512i bits = _mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 23))};
}
// a where x >= bound or either is NaN, else 0.
inline F32x16 ZeroBelow(F32x16 a, F32x16 x, F32x16 bound) {
  return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x.v, bound.v, _CMP_NLT_UQ), a.v)};
}
inline F32x16 LoadBf16(const uint16_t* p) {
  const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16))};
}

#else

inline F32x16 Load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
inline void Store(F32x16 a, float* p) {
  _mm256_storeu_ps(p, a.low);
  _mm256_storeu_ps(p + 8, a.high);
}
inline F32x16 Broadcast(float a) { return {_mm256_set1_ps(a), _mm256_set1_ps(a)}; }
inline F32x16 operator+(F32x16 a, F32x16 b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
inline F32x16 operator-(F32x16 a, F32x16 b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
inline F32x16 operator*(F32x16 a, F32x16 b) {
  return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}
inline F32x16 operator/(F32x16 a, F32x16 b) {
  return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
}
inline F32x16 Fma(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
inline F32x16 Max(F32x16 a, F32x16 b) {
  return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
}
inline F32x16 Min(F32x16 a, F32x16 b) {
  return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
}
inline F32x16 Round(F32x16 a) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(a.low, kNearest), _mm256_round_ps(a.high, kNearest)};
}
inline __m256 PowerOfTwo8(__m256 n) {
  const __m256i bits = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(bits, 23));
}
inline F32x16 PowerOfTwo(F32x16 n) { return {PowerOfTwo8(n.low), PowerOfTwo8(n.high)}; }
inline F32x16 ZeroBelow(F32x16 a, F32x16 x, F32x16 bound) {
  return {_mm256_and_ps(a.low, _mm256_cmp_ps(x.low, bound.low, _CMP_NLT_UQ)),
          _mm256_and_ps(a.high, _mm256_cmp_ps(x.high, bound.high, _CMP_NLT_UQ))};
}
inline __m256 LoadBf16x8(const uint16_t* p) {
  const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}
inline F32x16 LoadBf16(const uint16_t* p) { return {LoadBf16x8(p), LoadBf16x8(p + 8)}; }

#endif

// To the nearest, ties to even; NaN stays NaN.
inline uint16_t ToBf16(float a) {
  uint32_t bits;
  __builtin_memcpy(&bits, &a, sizeof bits);
  if (a != a) return 0x7FC0;
  return static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

inline void StoreBf16(F32x16 a, uint16_t* p) {
  float lanes[16];
  Store(a, lanes);
  for (int i = 0; i < 16; ++i) p[i] = ToBf16(lanes[i]);
}

// In a fixed order: pairs at distance 8, then 4, 2, 1.
inline float Sum(F32x16 a) {
  float lanes[16];
  Store(a, lanes);
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

// Of lanes that are no NaN.
inline float Largest(F32x16 a) {
  float lanes[16];
  Store(a, lanes);
  float largest = lanes[0];
  for (int i = 1; i < 16; ++i) largest = lanes[i] > largest ? lanes[i] : largest;
  return largest;
}

// e^x within 2 units in the last place; 0 below -87.3, where it would be denormal; infinity is
// clamped to e^88.3. NaN stays NaN. Cephes' polynomial on [-ln 2 / 2, ln 2 / 2].
inline F32x16 Exp(F32x16 x) {
  const F32x16 low = Broadcast(-87.33F);
  const F32x16 clamped = Min(Broadcast(88.3F), Max(low, x));
  const F32x16 n = Round(clamped * Broadcast(1.44269504F));
  F32x16 r = Fma(n, Broadcast(-0.693359375F), clamped);
  r = Fma(n, Broadcast(2.12194440e-4F), r);
  F32x16 p = Broadcast(1.9875691500e-4F);
  p = Fma(p, r, Broadcast(1.3981999507e-3F));
  p = Fma(p, r, Broadcast(8.3334519073e-3F));
  p = Fma(p, r, Broadcast(4.1665795894e-2F));
  p = Fma(p, r, Broadcast(1.6666665459e-1F));
  p = Fma(p, r, Broadcast(5.0000001201e-1F));
  p = Fma(p, r * r, r) + Broadcast(1.0F);
  return ZeroBelow(p * PowerOfTwo(n), x, low);
}

// The elements of a row as floats, whatever their type.
inline F32x16 LoadAs(const float* p) { return Load(p); }
inline F32x16 LoadAs(const Bf16* p) { return LoadBf16(&p->bits); }
inline void StoreAs(F32x16 a, float* p) { Store(a, p); }
inline void StoreAs(F32x16 a, Bf16* p) { StoreBf16(a, &p->bits); }

inline float ToFloat(float a) { return a; }
inline float ToFloat(Bf16 a) {
  const uint32_t bits = uint32_t{a.bits} << 16;
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}
inline void Assign(float a, float* p) { *p = a; }
inline void Assign(float a, Bf16* p) { p->bits = ToBf16(a); }
// `a` as an element of that type would keep it.
inline F32x16 RoundAs(F32x16 a, const float*) { return a; }
inline F32x16 RoundAs(F32x16 a, const Bf16*) {
  uint16_t halves[16];
  StoreBf16(a, halves);
  return LoadBf16(halves);
}

// The first `count` < 16 elements; the other lanes are `rest`.
template <typename T>
inline F32x16 LoadFirst(const T* p, int64_t count, float rest) {
  float lanes[16];
  for (int i = 0; i < 16; ++i) lanes[i] = i < count ? ToFloat(p[i]) : rest;
  return Load(lanes);
}
template <typename T>
inline void StoreFirst(F32x16 a, int64_t count, T* p) {
  float lanes[16];
  Store(a, lanes);
  for (int64_t i = 0; i < count; ++i) Assign(lanes[i], &p[i]);
}

#endif  // WHET_POLICY_CPU_F32X16_H_
