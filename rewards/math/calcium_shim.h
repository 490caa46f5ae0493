/* Calcium, for C++: its own headers are no valid C++. All of it that whet uses is behind these
 * opaque pointers, so that FLINT 3, which has taken Calcium in, can replace it here alone.
 * (Johansson, "Calcium: computing in exact real and complex fields", ISSAC 2021.) */
#ifndef WHET_REWARDS_MATH_CALCIUM_SHIM_H_
#define WHET_REWARDS_MATH_CALCIUM_SHIM_H_

#include <flint/fmpq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The fields that numbers have been in. It grows; one for each comparison. */
typedef struct CalciumContext CalciumContext;
typedef struct CalciumNumber CalciumNumber;

typedef enum {
  kCalciumPi,
  kCalciumEuler,
  kCalciumImaginary,
} CalciumConstant;

typedef enum {
  kCalciumExp,
  kCalciumLn,
  kCalciumSin,
  kCalciumCos,
  kCalciumTan,
  kCalciumArcsin,
  kCalciumArccos,
  kCalciumArctan,
} CalciumFunction;

/* With limits on degrees, precision and Groebner bases well below Calcium's defaults. */
CalciumContext* CalciumNewContext(void);
void CalciumFreeContext(CalciumContext* context);

/* 0 at first. To be freed before its context. */
CalciumNumber* CalciumNew(CalciumContext* context);
void CalciumFree(CalciumNumber* number, CalciumContext* context);

void CalciumSetRational(CalciumNumber* z, const fmpq* value, CalciumContext* context);
void CalciumSetConstant(CalciumNumber* z, CalciumConstant constant, CalciumContext* context);
void CalciumAdd(CalciumNumber* z, const CalciumNumber* x, const CalciumNumber* y,
                CalciumContext* context);
void CalciumMultiply(CalciumNumber* z, const CalciumNumber* x, const CalciumNumber* y,
                     CalciumContext* context);
void CalciumPower(CalciumNumber* z, const CalciumNumber* x, const CalciumNumber* y,
                  CalciumContext* context);
void CalciumApply(CalciumNumber* z, CalciumFunction function, const CalciumNumber* x,
                  CalciumContext* context);

/* 1: yes, proved; 0: no, proved; -1: not known. */
int CalciumEqual(const CalciumNumber* x, const CalciumNumber* y, CalciumContext* context);
/* Whether it is a number, and neither undefined nor an infinity: 1, 0 or -1. */
int CalciumIsNumber(const CalciumNumber* x, CalciumContext* context);

#ifdef __cplusplus
}
#endif

#endif /* WHET_REWARDS_MATH_CALCIUM_SHIM_H_ */
