package fathom.cpu.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTest {
    private final int threadsBefore = Parallel.threads();

    @AfterEach
    void restore() {
        Parallel.setThreads(threadsBefore);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyIndexIsVisitedOnceInChunksThatDependOnRangeAndGrainOnly(int threads) {
        Parallel.setThreads(threads);
        for (long grain : new long[] {1, 3, 7, 100, 1000}) {
            var chunks = new ConcurrentLinkedQueue<String>();
            var visits = new AtomicIntegerArray(100);
            Parallel.forRange(
                    100,
                    grain,
                    (from, to) -> {
                        chunks.add(from + "-" + to);
                        for (long i = from; i < to; i++) {
                            visits.incrementAndGet((int) i);
                        }
                    });
            var expected = new ArrayList<String>();
            for (long from = 0; from < 100; from += grain) {
                expected.add(from + "-" + Math.min(100, from + grain));
            }
            assertThat(chunks).containsExactlyInAnyOrderElementsOf(expected);
            for (int i = 0; i < 100; i++) {
                assertThat(visits.get(i)).isEqualTo(1);
            }
        }
    }

    @Test
    void eachThreadBeginsWithItsOwnPartOfTheRange() {
        Parallel.setThreads(3);
        for (long n : new long[] {9, 10, 11}) {
            var all = new CountDownLatch(3);
            var first = new ConcurrentHashMap<String, Long>();
            Parallel.forRange(
                    n,
                    1,
                    (from, _) -> {
                        if (first.putIfAbsent(Thread.currentThread().getName(), from) == null) {
                            all.countDown();
                            await(all); // so that none takes another chunk before each has one
                        }
                    });
            assertThat(first)
                    .containsOnly(
                            Map.entry(Thread.currentThread().getName(), 0L),
                            Map.entry("fathom-worker-1", n / 3 + n % 3 / 3),
                            Map.entry("fathom-worker-2", n / 3 * 2 + n % 3 * 2 / 3));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).as("every thread takes part").isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anEmptyRangeRunsNothing() {
        Parallel.forRange(
                0,
                5,
                (_, _) -> {
                    throw new AssertionError("called");
                });
    }

    @Test
    void hugeRangesDoNotOverflow() {
        var last = new AtomicLong();
        Parallel.forRange(Long.MAX_VALUE, Long.MAX_VALUE / 3, (_, to) -> last.accumulateAndGet(to, Math::max));
        assertThat(last).hasValue(Long.MAX_VALUE);
    }

    @Test
    void nestedLoopsComplete() {
        Parallel.setThreads(3);
        var count = new AtomicInteger();
        Parallel.forRange(10, 1, (_, _) -> Parallel.forRange(10, 1, (_, _) -> count.incrementAndGet()));
        assertThat(count).hasValue(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void exceptionsReachTheCallerAndTheTeamContinues(int threads) {
        Parallel.setThreads(threads);
        for (int round = 0; round < 50; round++) {
            int bad = round;
            assertThatThrownBy(() ->
                            Parallel.forRange(
                                    50,
                                    1,
                                    (from, _) -> {
                                        if (from == bad) {
                                            throw new IllegalArgumentException("chunk " + from);
                                        }
                                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("chunk " + bad);
        }
        var count = new AtomicInteger();
        Parallel.forRange(50, 1, (_, _) -> count.incrementAndGet());
        assertThat(count).hasValue(50);
    }

    @Test
    void concurrentCallersEachGetTheirCompleteLoop() throws InterruptedException {
        Parallel.setThreads(2);
        var failures = Collections.synchronizedList(new ArrayList<String>());
        var callers = new ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
            callers.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int round = 0; round < 500; round++) {
                                    var sum = new AtomicLong();
                                    Parallel.forRange(
                                            20,
                                            3,
                                            (from, to) -> {
                                                for (long i = from; i < to; i++) {
                                                    sum.addAndGet(i);
                                                }
                                            });
                                    if (sum.get() != 190) {
                                        failures.add("sum " + sum);
                                    }
                                }
                            }));
        }
        for (var caller : callers) {
            caller.join();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void theNumberOfThreadsChangesWhileLoopsRun() throws InterruptedException {
        var loops =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int round = 0; round < 300; round++) {
                                Parallel.forRange(20, 1, (_, _) -> Thread.onSpinWait());
                            }
                        });
        for (int threads = 1; threads <= 6; threads++) {
            Parallel.setThreads(threads);
            assertThat(Parallel.threads()).isEqualTo(threads);
        }
        loops.join();
        assertThat(loops.isAlive()).isFalse();
    }

    @Test
    void wrongArgumentsAreNamed() {
        assertThatThrownBy(() -> Parallel.setThreads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads: must be at least 1, got 0");
        assertThatThrownBy(() -> Parallel.forRange(3, 0, (_, _) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("grain must be at least 1, got 0");
    }
}
