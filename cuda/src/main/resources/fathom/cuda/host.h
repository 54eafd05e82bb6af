// A GPU played by the processor: blocks one after another, the threads of a block as fibres that are switched where they
// wait for each other. Barriers that not all threads reach, which would hang or be undefined on a card, end the process's
// launch with a message.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FATHOM_ON_HOST 1
#define __global__
#define __device__
#define __constant__
#define __host__
#define __shared__ static
#define __forceinline__ inline
#define __noinline__
#define __restrict__ __restrict
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(...)
#define FATHOM_FN static inline
#define FATHOM_SLOW static
#define FATHOM_FN_MEMBER inline
#define DYNAMIC_SHARED(type, name) type* name = (type*) fathom_shared

struct dim3 { unsigned int x, y, z; };
struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) int4 { int x, y, z, w; };
struct alignas(16) uint4 { unsigned int x, y, z, w; };
struct alignas(8) int2 { int x, y; };
struct alignas(8) uint2 { unsigned int x, y; };
struct alignas(16) double2 { double x, y; };
static inline float2 make_float2(float x, float y) { return {x, y}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

static dim3 gridDim, blockDim, blockIdx, threadIdx;
static unsigned char* fathom_shared;
static const int warpSize = 32;

static inline float as_float(unsigned int bits) { float f; memcpy(&f, &bits, 4); return f; }
static inline unsigned int as_bits(float f) { unsigned int b; memcpy(&b, &f, 4); return b; }
static inline double as_double(unsigned long long bits) { double f; memcpy(&f, &bits, 8); return f; }
static inline unsigned long long as_bits(double f) { unsigned long long b; memcpy(&b, &f, 8); return b; }
static inline float __uint_as_float(unsigned int b) { return as_float(b); }
static inline unsigned int __float_as_uint(float f) { return as_bits(f); }
static inline int __float_as_int(float f) { return (int) as_bits(f); }
static inline float __int_as_float(int b) { return as_float((unsigned int) b); }
static inline long long __double_as_longlong(double f) { return (long long) as_bits(f); }
static inline double __longlong_as_double(long long b) { return as_double((unsigned long long) b); }
static inline int __popc(unsigned int x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz((unsigned int) x); }
static inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll((unsigned long long) x); }
static inline unsigned int __brev(unsigned int x) {
    unsigned int r = 0;
    for (int i = 0; i < 32; i++) r |= (x >> i & 1u) << (31 - i);
    return r;
}
static inline unsigned int __umulhi(unsigned int a, unsigned int b) {
    return (unsigned int) ((unsigned long long) a * b >> 32);
}
#define __expf expf
#define __logf logf
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __frcp_rn(float a) { return 1 / a; }
template <class T> static inline T __ldg(const T* p) { return *p; }
template <class T> static inline T min(T a, T b) { return b < a ? b : a; }
template <class T> static inline T max(T a, T b) { return a < b ? b : a; }

struct f16;
static inline float fathom_half(unsigned short h) {
    unsigned int sign = (unsigned int) (h & 0x8000) << 16, e = h >> 10 & 31, m = h & 1023;
    if (e == 31) return as_float(sign | 0x7f800000u | m << 13);
    float magnitude = e == 0 ? (float) m * 5.9604644775390625e-8f : as_float((e + 112) << 23 | m << 13);
    return sign ? -magnitude : magnitude;
}
static inline unsigned short fathom_half(float x) {
    unsigned int b = as_bits(x), sign = b >> 16 & 0x8000u, m = b & 0x7fffffffu;
    if (m > 0x7f800000u) return 0x7fff;
    if (m >= 0x47800000u) return (unsigned short) (sign | 0x7c00);
    if (m < 0x38800000u) { // subnormal: adding 1/2 rounds at the spacing of float16's subnormals
        return (unsigned short) (sign | (as_bits(as_float(m) + 0.5f) - 0x3f000000u));
    }
    return (unsigned short) (sign | ((m + 0xfffu + (m >> 13 & 1)) - 0x38000000u) >> 13);
}
static inline float widen(f16 x);
static inline f16 to_f16(float x);

// ---- atomics: one thread runs at a time
template <class T> static inline T atomicAdd(T* p, T v) { T old = *p; *p = old + v; return old; }
template <class T> static inline T atomicMax(T* p, T v) { T old = *p; if (v > old) *p = v; return old; }
template <class T> static inline T atomicMin(T* p, T v) { T old = *p; if (v < old) *p = v; return old; }
template <class T> static inline T atomicExch(T* p, T v) { T old = *p; *p = v; return old; }
template <class T> static inline T atomicOr(T* p, T v) { T old = *p; *p = old | v; return old; }
template <class T> static inline T atomicAnd(T* p, T v) { T old = *p; *p = old & v; return old; }
template <class T> static inline T atomicCAS(T* p, T expected, T v) { T old = *p; if (old == expected) *p = v; return old; }
static inline void __threadfence() {}
static inline void __threadfence_block() {}

// ---- fibres, in kernels whose threads wait for each other
#ifdef FATHOM_FIBRES
#include <ucontext.h>
#include <sys/mman.h>

enum { RUNNING, AT_BLOCK, AT_WARP, DONE };
struct Fibre { void* sp; int state; dim3 index; unsigned char* stack; };
static Fibre* fathom_fibres;
static int fathom_current, fathom_count;
static void* fathom_scheduler;
static unsigned long long fathom_lanes[64][32];
static unsigned int fathom_votes[64];
static const void* fathom_arguments;
static char fathom_problem[200];

#if defined(__x86_64__)
// saves the registers that a call preserves, on the stack; returns on the other one
extern "C" void fathom_switch(void** from, void* to);
__asm__(".text\n.type fathom_switch,@function\n.hidden fathom_switch\n.globl fathom_switch\nfathom_switch:\n"
        "pushq %rbp\npushq %rbx\npushq %r12\npushq %r13\npushq %r14\npushq %r15\n"
        "movq %rsp, (%rdi)\nmovq %rsi, %rsp\n"
        "popq %r15\npopq %r14\npopq %r13\npopq %r12\npopq %rbx\npopq %rbp\nret\n.size fathom_switch,.-fathom_switch\n");
static void fathom_prepare(Fibre& f, size_t size, void (*entry)()) {
    void** top = (void**) (((uintptr_t) f.stack + size) & ~(uintptr_t) 15);
    *--top = nullptr; // keeps the stack aligned as after a call
    *--top = (void*) entry;
    for (int i = 0; i < 6; i++) *--top = nullptr;
    f.sp = top;
}
#else
static void fathom_switch(void** from, void* to) { // the context itself lies where sp points
    ucontext_t self;
    *from = &self;
    swapcontext(&self, (ucontext_t*) to);
}
static void fathom_prepare(Fibre& f, size_t size, void (*entry)()) {
    ucontext_t* c = (ucontext_t*) f.stack;
    getcontext(c);
    c->uc_stack.ss_sp = f.stack + sizeof(ucontext_t);
    c->uc_stack.ss_size = size - sizeof(ucontext_t);
    c->uc_link = nullptr;
    makecontext(c, entry, 0);
    f.sp = c;
}
#endif

static void fathom_wait(int state) {
    Fibre& f = fathom_fibres[fathom_current];
    f.state = state;
    fathom_switch(&f.sp, fathom_scheduler);
    threadIdx = f.index;
}
static inline int fathom_lane() { return fathom_current & 31; }
static inline int fathom_warp() { return fathom_current >> 5; }
static inline void __syncthreads() { fathom_wait(AT_BLOCK); }
static inline void __syncwarp(unsigned int = 0xffffffffu) { fathom_wait(AT_WARP); }
template <class T> static inline T fathom_exchange(T value, int from) {
    static_assert(sizeof(T) <= 8, "shuffled values have at most 8 bytes");
    memcpy(&fathom_lanes[fathom_warp()][fathom_lane()], &value, sizeof(T));
    fathom_wait(AT_WARP);
    T result;
    memcpy(&result, &fathom_lanes[fathom_warp()][from & 31], sizeof(T));
    fathom_wait(AT_WARP);
    return result;
}
template <class T> static inline T __shfl_sync(unsigned int, T v, int lane, int width = 32) {
    int first = fathom_lane() & ~(width - 1);
    return fathom_exchange(v, first + (lane & (width - 1)));
}
template <class T> static inline T __shfl_xor_sync(unsigned int, T v, int mask, int width = 32) {
    int from = fathom_lane() ^ mask;
    return fathom_exchange(v, from / width > fathom_lane() / width ? fathom_lane() : from);
}
template <class T> static inline T __shfl_down_sync(unsigned int, T v, unsigned int delta, int width = 32) {
    int from = fathom_lane() + (int) delta;
    return fathom_exchange(v, from / width != fathom_lane() / width ? fathom_lane() : from);
}
template <class T> static inline T __shfl_up_sync(unsigned int, T v, unsigned int delta, int width = 32) {
    int from = fathom_lane() - (int) delta;
    return fathom_exchange(v, from < (fathom_lane() & ~(width - 1)) ? fathom_lane() : from);
}
static inline unsigned int __ballot_sync(unsigned int, int predicate) {
    int w = fathom_warp(), l = fathom_lane();
    unsigned int bit = 1u << l;
    fathom_votes[w] = predicate ? fathom_votes[w] | bit : fathom_votes[w] & ~bit;
    fathom_wait(AT_WARP);
    int lanes = fathom_count - 32 * w;
    unsigned int votes = fathom_votes[w] & (lanes >= 32 ? 0xffffffffu : (1u << lanes) - 1);
    fathom_wait(AT_WARP);
    return votes;
}
static inline int __any_sync(unsigned int m, int p) { return __ballot_sync(m, p) != 0; }
static inline int __all_sync(unsigned int m, int p) {
    int lanes = fathom_count - 32 * fathom_warp();
    return __ballot_sync(m, p) == (lanes >= 32 ? 0xffffffffu : (1u << lanes) - 1);
}
static inline unsigned int __activemask() { return 0xffffffffu; }
#endif
