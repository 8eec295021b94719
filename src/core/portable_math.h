#pragma once

/// Functions whose results are the same bits on every machine, since they are made of additions, multiplications and
/// divisions only. Those of the C library differ between its versions and between CPUs. Whatever a training, its data
/// or its initial weights depend on is computed with these.
namespace convoy::portable {

/// Within 1 unit in the last place; as the C library's for infinities, NaN, and where a result is too large or small.
double exp(double x);
double log(double x);
/// log(1 + x) for x >= 0, within 2 units in the last place.
double log1p(double x);

/// x^y for x >= 0: exp(y log x), whose relative error is (1 + |log x^y|) units in the last place; exact for y = 0 and
/// y = 1, and rounded once for y = 2.
double pow(double x, double y);

/// Within 1 unit in the last place, for |x| <= 1e5 radians.
double sin(double x);
double cos(double x);
/// Within 3 units in the last place.
double tan(double x);

}  // namespace convoy::portable
