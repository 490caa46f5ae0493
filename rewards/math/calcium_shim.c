#include "rewards/math/calcium_shim.h"

#include <ca.h>
#include <flint/flint.h>

struct CalciumContext {
  ca_ctx_t context;
};

struct CalciumNumber {
  ca_t number;
};

CalciumContext* CalciumNewContext(void) {
  CalciumContext* context = flint_malloc(sizeof(CalciumContext));
  ca_ctx_init(context->context);
  slong* options = context->context->options;
  options[CA_OPT_PREC_LIMIT] = 512;
  options[CA_OPT_QQBAR_DEG_LIMIT] = 24;
  options[CA_OPT_GROEBNER_LENGTH_LIMIT] = 20;
  options[CA_OPT_GROEBNER_POLY_LENGTH_LIMIT] = 100;
  options[CA_OPT_GROEBNER_POLY_BITS_LIMIT] = 1000;
  options[CA_OPT_VIETA_LIMIT] = 4;
  return context;
}

void CalciumFreeContext(CalciumContext* context) {
  ca_ctx_clear(context->context);
  flint_free(context);
}

CalciumNumber* CalciumNew(CalciumContext* context) {
  CalciumNumber* number = flint_malloc(sizeof(CalciumNumber));
  ca_init(number->number, context->context);
  return number;
}

void CalciumFree(CalciumNumber* number, CalciumContext* context) {
  ca_clear(number->number, context->context);
  flint_free(number);
}

void CalciumSetRational(CalciumNumber* z, const fmpq* value, CalciumContext* context) {
  ca_set_fmpq(z->number, value, context->context);
}

void CalciumSetConstant(CalciumNumber* z, CalciumConstant constant, CalciumContext* context) {
  switch (constant) {
    case kCalciumPi:
      ca_pi(z->number, context->context);
      break;
    case kCalciumEuler:
      ca_one(z->number, context->context);
      ca_exp(z->number, z->number, context->context);
      break;
    case kCalciumImaginary:
      ca_i(z->number, context->context);
      break;
  }
}

void CalciumAdd(CalciumNumber* z, const CalciumNumber* x, const CalciumNumber* y,
                CalciumContext* context) {
  ca_add(z->number, x->number, y->number, context->context);
}

void CalciumMultiply(CalciumNumber* z, const CalciumNumber* x, const CalciumNumber* y,
                     CalciumContext* context) {
  ca_mul(z->number, x->number, y->number, context->context);
}

void CalciumPower(CalciumNumber* z, const CalciumNumber* x, const CalciumNumber* y,
                  CalciumContext* context) {
  ca_pow(z->number, x->number, y->number, context->context);
}

void CalciumApply(CalciumNumber* z, CalciumFunction function, const CalciumNumber* x,
                  CalciumContext* context) {
  static void (*const kFunctions[])(ca_t, const ca_t, ca_ctx_t) = {
      ca_exp, ca_log, ca_sin, ca_cos, ca_tan, ca_asin, ca_acos, ca_atan,
  };
  kFunctions[function](z->number, x->number, context->context);
}

static int FromTruth(truth_t truth) {
  if (truth == T_TRUE) return 1;
  return truth == T_FALSE ? 0 : -1;
}

int CalciumEqual(const CalciumNumber* x, const CalciumNumber* y, CalciumContext* context) {
  return FromTruth(ca_check_equal(x->number, y->number, context->context));
}

int CalciumIsNumber(const CalciumNumber* x, CalciumContext* context) {
  return FromTruth(ca_check_is_number(x->number, context->context));
}
