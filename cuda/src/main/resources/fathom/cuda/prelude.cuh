// What every kernel is compiled with: on a card by NVRTC, in tests by the host's C++ compiler after host.h.
// Values of the types bf16 and f16 are computed as float and rounded when stored.

typedef long long i64;
typedef unsigned long long u64;
typedef unsigned int u32;

struct bf16 { unsigned short bits; };
struct f16 { unsigned short bits; };

#ifndef FATHOM_ON_HOST
#define DYNAMIC_SHARED(type, name) \
    extern __shared__ __align__(16) unsigned char fathom_shared[]; type* name = (type*) fathom_shared
#define FATHOM_FN static __device__ __forceinline__
#define FATHOM_SLOW static __device__ __noinline__
#define FATHOM_FN_MEMBER __device__ __forceinline__
FATHOM_FN float as_float(u32 bits) { return __uint_as_float(bits); }
FATHOM_FN u32 as_bits(float x) { return __float_as_uint(x); }
FATHOM_FN double as_double(u64 bits) { return __longlong_as_double((i64) bits); }
FATHOM_FN u64 as_bits(double x) { return (u64) __double_as_longlong(x); }
FATHOM_FN float widen(f16 x) { float r; asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x.bits)); return r; }
FATHOM_FN f16 to_f16(float x) { f16 r; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r.bits) : "f"(x)); return r; }
FATHOM_FN bf16 to_bf16(float x) { bf16 r; asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r.bits) : "f"(x)); return r; }
#else
static inline float widen(f16 x) { return fathom_half(x.bits); }
static inline f16 to_f16(float x) { f16 r; r.bits = fathom_half(x); return r; }
FATHOM_FN bf16 to_bf16(float x) {
    u32 b = as_bits(x);
    bf16 r;
    r.bits = (unsigned short) (x != x ? 0x7fc0 : (b + 0x7fffu + (b >> 16 & 1)) >> 16);
    return r;
}
#endif

#define FATHOM_INFINITY as_double(0x7ff0000000000000ULL)
#define FATHOM_NAN as_double(0x7ff8000000000000ULL)

FATHOM_FN float widen(bf16 x) { return as_float((u32) x.bits << 16); }
FATHOM_FN float widen(float x) { return x; }
FATHOM_FN double widen(double x) { return x; }

// Rounding of a value that stays in a register.
FATHOM_FN float round_bf16(float x) { return widen(to_bf16(x)); }
FATHOM_FN float round_f16(float x) { return widen(to_f16(x)); }
// Integers and doubles are rounded to the narrow types once, not by way of the nearest float: odd_float keeps, in its
// last bit, that something was cut off.
FATHOM_FN float odd_float(double x) {
    float f = (float) x;
    if (f != x && x == x) {
        u32 bits = as_bits(f);
        if (fabs((double) f) > fabs(x)) bits -= 1;
        f = as_float(bits | 1);
    }
    return f;
}
FATHOM_FN double odd_double(i64 x) {
    return x > -(1LL << 53) && x < 1LL << 53 ? (double) x : (double) ((x & ~0x7ffLL) | ((x & 0x7ff) != 0 ? 0x400 : 0));
}

// ---- integers: as Java's long, wrapped to the width of the type by the caller

FATHOM_FN i64 saturating_i64(double x) {
    return x != x ? 0 : x >= 9223372036854775808.0 ? 0x7fffffffffffffffLL
            : x <= -9223372036854775808.0 ? (i64) 0x8000000000000000ULL : (i64) x;
}
FATHOM_FN i64 wrap_add(i64 a, i64 b) { return (i64) ((u64) a + (u64) b); }
FATHOM_FN i64 wrap_sub(i64 a, i64 b) { return (i64) ((u64) a - (u64) b); }
FATHOM_FN i64 wrap_mul(i64 a, i64 b) { return (i64) ((u64) a * (u64) b); }
// A division by zero, an exception on CPUs, yields 0: a kernel cannot throw.
FATHOM_FN i64 int_div(i64 a, i64 b) { return b == 0 ? 0 : b == -1 ? wrap_sub(0, a) : a / b; }
FATHOM_FN i64 int_fmod(i64 a, i64 b) { return b == 0 || b == -1 ? 0 : a % b; }
FATHOM_FN i64 int_floor_div(i64 a, i64 b) {
    if (b == 0 || b == -1) return int_div(a, b);
    i64 q = a / b;
    return q * b != a && (a < 0) != (b < 0) ? q - 1 : q;
}
FATHOM_FN i64 int_remainder(i64 a, i64 b) {
    if (b == 0 || b == -1) return 0;
    i64 r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
FATHOM_FN i64 int_pow(i64 base, i64 exponent) {
    if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
    i64 result = 1;
    for (; exponent > 0; exponent >>= 1, base = wrap_mul(base, base)) {
        if (exponent & 1) result = wrap_mul(result, base);
    }
    return result;
}
FATHOM_FN i64 int_shl(i64 a, i64 b, int bits) { return b < 0 || b >= bits ? 0 : (i64) ((u64) a << b); }
FATHOM_FN i64 int_shr(i64 a, i64 b, int bits) { return b < 0 || b >= bits ? (a < 0 ? -1 : 0) : a >> b; }
FATHOM_FN i64 int_abs(i64 a) { return a < 0 ? wrap_sub(0, a) : a; }
FATHOM_FN i64 int_sign(i64 a) { return (a > 0) - (a < 0); }

// ---- floating point, for float and double alike; f(x) is the library's function of the type

#define FATHOM_FLOAT_FUNCTIONS(T, S) \
    FATHOM_FN T f_sign(T x) { return x != x ? x : (T) ((x > 0) - (x < 0)); } \
    FATHOM_FN T f_rsqrt(T x) { return (T) 1 / sqrt##S(x); } \
    FATHOM_FN T f_sigmoid(T x) { return x >= 0 ? (T) 1 / ((T) 1 + exp##S(-x)) : exp##S(x) / ((T) 1 + exp##S(x)); } \
    FATHOM_FN T f_softplus(T x) { return x > 0 ? x + log1p##S(exp##S(-x)) : x != x ? x : log1p##S(exp##S(x)); } \
    FATHOM_FN T f_max(T a, T b) { return a != a || b != b ? a + b : a == 0 && b == 0 ? a + b : a > b ? a : b; } \
    FATHOM_FN T f_min(T a, T b) { return a != a || b != b ? a + b : a == b ? (signbit(a) ? a : b) : a < b ? a : b; } \
    FATHOM_FN T f_remainder(T a, T b) { \
        T r = fmod##S(a, b); \
        return r != 0 && (b < 0) != (r < 0) ? r + b : r; \
    } \
    FATHOM_FN T f_floor_div(T a, T b) { \
        if (b == 0) return a / b; \
        T r = fmod##S(a, b); \
        T q = (a - r) / b; \
        if (r != 0 && (b < 0) != (r < 0)) q -= 1; \
        if (q == 0) return copysign##S((T) 0, a / b); \
        T f = floor##S(q); \
        return q - f > (T) 0.5 ? f + 1 : f; \
    }
FATHOM_FLOAT_FUNCTIONS(float, f)
FATHOM_FLOAT_FUNCTIONS(double, )
#undef FATHOM_FLOAT_FUNCTIONS

// ---- special functions, in double

FATHOM_SLOW double sin_pi(double x) {
    double r = x - 2 * rint(x / 2);
    return fabs(r) <= 0.5 ? sin(3.141592653589793 * r) : copysign(sin(3.141592653589793 * (1 - fabs(r))), r);
}
FATHOM_SLOW double cos_pi(double x) {
    double r = fabs(x - 2 * rint(x / 2));
    return r <= 0.25 ? cos(3.141592653589793 * r) : sin(3.141592653589793 * (0.5 - r));
}
// Recurrence up to 16, then the asymptotic series (Abramowitz and Stegun 6.3.18, 6.4.12).
FATHOM_SLOW double f_digamma(double x) {
    if (x == 0) return copysign(FATHOM_INFINITY, -x);
    double sum = 0;
    if (x < 0) {
        if (x == floor(x)) return FATHOM_NAN;
        sum = -3.141592653589793 * cos_pi(x) / sin_pi(x);
        x = 1 - x;
    }
    for (; x < 16; x += 1) sum -= 1 / x;
    double w = 1 / (x * x);
    return sum + log(x) - 0.5 / x
            - w * (1 / 12.0 - w * (1 / 120.0 - w * (1 / 252.0 - w * (1 / 240.0 - w * (1 / 132.0 - w * 691 / 32760.0)))));
}
FATHOM_SLOW double f_trigamma(double x) {
    double sign = 1, sum = 0;
    if (x < 0.5) {
        if (x == floor(x)) return isinf(x) ? FATHOM_NAN : FATHOM_INFINITY;
        double s = 3.141592653589793 / sin_pi(x);
        sum = s * s;
        sign = -1;
        x = 1 - x;
    }
    double t = 0;
    for (; x < 16; x += 1) t += 1 / (x * x);
    double i = 1 / x, w = i * i;
    t += i + w / 2
            + i * w * (1 / 6.0 - w * (1 / 30.0 - w * (1 / 42.0 - w * (1 / 30.0 - w * (5 / 66.0 - w * 691 / 2730.0)))));
    return sum + sign * t;
}
// A closed form of three digits (Winitzki), then Halley's steps.
FATHOM_SLOW double f_erfinv(double y) {
    double a = fabs(y);
    if (!(a <= 1)) return FATHOM_NAN;
    if (a == 1) return copysign(FATHOM_INFINITY, y);
    if (a < 1e-9) return y * 0.886226925452758;
    double l = log1p(-a * a), t = 4.330746750799873 + l / 2;
    double x = sqrt(sqrt(t * t - l / 0.147) - t);
    for (int i = 0; i < 6; i++) {
        double error = a < 0.5 ? erf(x) - a : (1 - a) - erfc(x);
        double step = error / (1.1283791670955126 * exp(-x * x));
        x -= step / (1 + x * step);
    }
    return copysign(x, y);
}
FATHOM_SLOW double f_erfcx(double x) {
    if (x < -27) return FATHOM_INFINITY;
    if (x < 20) {
        double high = (float) x;
        return exp(high * high) * exp((x - high) * (x + high)) * erfc(x);
    }
    double term = 1, sum = 1;
    for (int k = 1; k < 12; k++) {
        term *= -(2 * k - 1) / (2 * x * x);
        sum += term;
    }
    return sum / (x * 1.772453850905516);
}
// The trapezoidal rule on the integral over a circle, which converges exponentially.
FATHOM_SLOW double bessel_i(int order, double x) {
    double a = fabs(x);
    if (x != x || a > 720) return (order == 0 ? a : x) * FATHOM_INFINITY;
    if (order == 1 && a < 1e-2) return x / 2 * (1 + x * x / 8 * (1 + x * x / 24 * (1 + x * x / 48)));
    int steps = 64 + 2 * (int) a;
    double sum = 0;
    for (int k = 0; k < steps; k++) {
        double cosine = cos(6.283185307179586 * k / steps);
        sum += (order == 0 ? 1 : cosine) * exp(a * (cosine - 1));
    }
    double value = sum / steps * exp(a / 2) * exp(a / 2);
    return order == 0 ? value : copysign(value, x);
}

// ---- tensor cores: c += a b for 16 x 16 and 16 x 8 matrices of 16-bit numbers, two in each register, spread over the
// lanes of a warp as PTX defines for mma.m16n8k16. With g = lane / 4 and l = lane % 4: a = rows g and g + 8 at k = 2l, 2l + 1,
// then the same rows at k + 8; b = column g at k = 2l, 2l + 1, then at k + 8; c = row g, columns 2l, 2l + 1, then row g + 8.
#ifndef FATHOM_ON_HOST
#define FATHOM_MMA(name, type) \
    FATHOM_FN void name(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { \
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f32." type "." type ".f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, " \
                     "{%0,%1,%2,%3};" \
                     : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1])); \
    }
FATHOM_MMA(fathom_mma_bf16, "bf16")
FATHOM_MMA(fathom_mma_f16, "f16")
#undef FATHOM_MMA
#elif defined(FATHOM_FIBRES)
static u32 fathom_fragments[64][32][6];
template <class T> static void fathom_mma(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    u32 (*warp)[6] = fathom_fragments[fathom_warp()];
    const int lane = fathom_lane(), g = lane / 4, l = lane % 4;
    memcpy(warp[lane], a, 16);
    memcpy(warp[lane] + 4, b, 8);
    fathom_wait(AT_WARP);
    for (int r = 0; r < 4; r++) {
        float sum = 0;
        for (int k = 0; k < 16; k++) {
            const int high = k / 8, part = k % 8 / 2, shift = k % 2 * 16;
            T x, y;
            x.bits = (unsigned short) (warp[4 * g + part][r / 2 + 2 * high] >> shift);
            y.bits = (unsigned short) (warp[4 * (2 * l + r % 2) + part][4 + high] >> shift);
            sum += widen(x) * widen(y);
        }
        c[r] += sum;
    }
    fathom_wait(AT_WARP);
}
static void fathom_mma_bf16(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { fathom_mma<bf16>(c, a, b); }
static void fathom_mma_f16(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { fathom_mma<f16>(c, a, b); }
#endif
