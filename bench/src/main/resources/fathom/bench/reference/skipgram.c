/* Skip-gram with negative sampling, one pair of words at a time, as programs in C train it: SGD, a table of the
   sigmoid, a table of noise words, threads that share the vectors without locks. See PlainC.java. */

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

enum { STEPS = 1024, THREADS = 64 };
static const float LIMIT = 6; /* beyond it the sigmoid is 0 or 1 */

typedef struct {
    const int32_t *text; /* words; -1 ends a sentence */
    int64_t begin, end;
    int64_t length;
    int32_t width, window, negatives;
    const int32_t *noise;
    int64_t noise_mask; /* its size is a power of two */
    const float *sigmoid;
    float *centers, *contexts;
    float rate;
    uint64_t random;
} job;

static inline uint32_t draw(uint64_t *state) {
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return (uint32_t) (x >> 32);
}

/* One pair of a centre word and another one, which is a context word (label 1) or noise (label 0). */
static inline void pair(const job *j, const float *center, float *other, float label, float *change) {
    const int32_t n = j->width;
    float dot = 0;
    for (int32_t k = 0; k < n; k++) {
        dot += center[k] * other[k];
    }
    float p = dot >= LIMIT ? 1 : dot <= -LIMIT ? 0 : j->sigmoid[(int32_t) ((dot + LIMIT) * (STEPS / (2 * LIMIT)))];
    const float g = (label - p) * j->rate;
    for (int32_t k = 0; k < n; k++) {
        change[k] += g * other[k];
        other[k] += g * center[k];
    }
}

static void *run(void *argument) {
    job *j = argument;
    float *change = malloc(sizeof(float) * (size_t) j->width);
    if (!change) {
        return argument;
    }
    for (int64_t at = j->begin; at < j->end; at++) {
        const int32_t word = j->text[at];
        if (word < 0) {
            continue;
        }
        float *center = j->centers + (int64_t) word * j->width;
        const int32_t reach = 1 + (int32_t) (draw(&j->random) % (uint32_t) j->window);
        for (int32_t side = -1; side <= 1; side += 2) {
            for (int32_t d = 1; d <= reach; d++) {
                const int64_t i = at + side * d;
                if (i < 0 || i >= j->length || j->text[i] < 0) {
                    break;
                }
                for (int32_t k = 0; k < j->width; k++) {
                    change[k] = 0;
                }
                pair(j, center, j->contexts + (int64_t) j->text[i] * j->width, 1, change);
                for (int32_t n = 0; n < j->negatives; n++) {
                    const int32_t noise = j->noise[draw(&j->random) & j->noise_mask];
                    if (noise != j->text[i]) {
                        pair(j, center, j->contexts + (int64_t) noise * j->width, 0, change);
                    }
                }
                for (int32_t k = 0; k < j->width; k++) {
                    center[k] += change[k];
                }
            }
        }
    }
    free(change);
    return NULL;
}

/* One pass over a text. Returns 0, or 1 if there was no memory or no thread. */
int32_t skipgram(const int32_t *text, int64_t length, int32_t width, int32_t window, int32_t negatives,
                 const int32_t *noise, int64_t noise_size, float *centers, float *contexts, float rate,
                 uint64_t seed, int32_t threads) {
    static float sigmoid[STEPS];
    for (int32_t i = 0; i < STEPS; i++) {
        sigmoid[i] = 1 / (1 + expf(LIMIT - (i + 0.5f) * (2 * LIMIT / STEPS)));
    }
    job jobs[THREADS];
    pthread_t ids[THREADS];
    const int32_t n = threads < 1 ? 1 : threads > THREADS ? THREADS : threads;
    int32_t failed = 0, started = 0;
    for (int32_t i = 0; i < n; i++) {
        jobs[i] = (job){text, length * i / n, length * (i + 1) / n, length, width, window, negatives, noise,
                        noise_size - 1, sigmoid, centers, contexts, rate, seed * 2654435761u + (uint64_t) i + 1};
    }
    for (int32_t i = 1; i < n && !failed; i++) {
        failed = pthread_create(&ids[i], NULL, run, &jobs[i]) != 0;
        started = failed ? started : i;
    }
    failed |= run(&jobs[0]) != NULL;
    for (int32_t i = 1; i <= started; i++) {
        void *result;
        pthread_join(ids[i], &result);
        failed |= result != NULL;
    }
    return failed;
}
