package fathom.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.primitive.MatMul;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NativeStackTest {
    @Test
    void bodiesHaveALargerStackThanTheCaller() throws InterruptedException {
        var depths = new int[2];
        var caller =
                new Thread(
                        null,
                        () -> {
                            depths[0] = depth();
                            depths[1] = NativeStack.call(NativeStackTest::depth);
                        },
                        "small",
                        200_000);
        caller.start();
        caller.join();
        assertThat(depths[0]).isPositive();
        assertThat(depths[1]).isGreaterThan(10 * depths[0]);
    }

    private static int depth() {
        var deepest = new AtomicInteger();
        try {
            dive(deepest, 0);
        } catch (StackOverflowError e) {
            // as far as it goes
        }
        return deepest.get();
    }

    private static void dive(AtomicInteger deepest, int depth) {
        deepest.set(depth);
        dive(deepest, depth + 1);
    }

    @Test
    void sequentialCallsShareAThread() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 100; i++) {
            threads.add(NativeStack.call(Thread::currentThread));
        }
        assertThat(threads.size()).isLessThanOrEqualTo(8);
        assertThat(threads).allMatch(Thread::isDaemon).doesNotContain(Thread.currentThread());
        Thread outer = NativeStack.call(Thread::currentThread);
        assertThat(outer).isNotNull();
        List<Thread> nested =
                NativeStack.call(() -> List.of(Thread.currentThread(), NativeStack.call(Thread::currentThread)));
        assertThat(nested.get(0)).isSameAs(nested.get(1));
    }

    @Test
    void exceptionsKeepTheirCauseAndBothStacks() {
        var cause = new IOException("the reason");
        assertThatThrownBy(() -> NativeStack.call(() -> fail(new UncheckedIOException("what", cause))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("what")
                .cause()
                .isSameAs(cause);
        assertThatThrownBy(() -> NativeStack.call(() -> fail(new DnnlException("dnnl_of_a_test", 3))))
                .isInstanceOf(DnnlException.class)
                .satisfies(e -> {
                    assertThat(e.getStackTrace()[0].getMethodName()).contains("lambda");
                    assertThat(e.getStackTrace())
                            .anyMatch(f -> f.getMethodName().equals("exceptionsKeepTheirCauseAndBothStacks"));
                });
        assertThatThrownBy(() ->
                        NativeStack.call(() -> {
                            throw new StackOverflowError();
                        }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(NativeStack.call(() -> 7)).isEqualTo(7);
    }

    private static Object fail(RuntimeException e) {
        throw e;
    }

    @Test
    void anInterruptStaysPendingAndTheResultIsReturned() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var result = new AtomicReference<String>();
        var pending = new AtomicReference<Boolean>();
        var caller =
                new Thread(() -> {
                    result.set(
                            NativeStack.call(() -> {
                                begun.countDown();
                                await(go);
                                return "done";
                            }));
                    pending.set(Thread.currentThread().isInterrupted());
                });
        caller.start();
        begun.await();
        caller.interrupt();
        Thread.sleep(20);
        assertThat(result.get()).isNull();
        go.countDown();
        caller.join();
        assertThat(result.get()).isEqualTo("done");
        assertThat(pending.get()).isTrue();
    }

    @Test
    void concurrentCallsAllReturn() throws InterruptedException {
        var together = new CyclicBarrier(2);
        var sum = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                synchronized (NativeStackTest.class) { // locks held by a caller must not matter
                                    sum.addAndGet(NativeStack.call(() -> number));
                                }
                            }));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(sum.get()).isEqualTo(IntStream.range(0, 200).sum());
        // each of two bodies waits for the other: concurrent callers get two threads
        var first = Thread.ofVirtual().start(() -> NativeStack.call(() -> meet(together)));
        assertThat(NativeStack.call(() -> meet(together))).isNotNegative();
        first.join();
    }

    private static int meet(CyclicBarrier barrier) {
        try {
            return barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aPlanRequestedConcurrentlyIsMadeOnce() throws InterruptedException {
        OneDnn.assumePresent();
        var cache = new PlanCache(4, 4, 4, () -> 0);
        var made = new AtomicInteger();
        var wrong = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        var data = Data.dense(DType.FLOAT32, 3, 3);
        for (int i = 0; i < 20; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    if (cache.find(signature(data), () -> second(made)).plan() != Plan.UNSUPPORTED) {
                                        wrong.addAndGet(100);
                                    }
                                } catch (IllegalStateException e) {
                                    wrong.incrementAndGet();
                                }
                            }));
        }
        for (Thread t : threads) {
            t.join();
        }
        // the thread whose attempt failed gets the exception; another one retries, and the others share its result
        assertThat(made.get()).isEqualTo(2);
        assertThat(wrong.get()).isEqualTo(1);
    }

    private static Signature signature(Data data) {
        return new Signature(new MatMul(false), OneDnn.operands(data, data), OneDnn.operands(data));
    }

    private static Plan second(AtomicInteger made) {
        if (made.incrementAndGet() == 1) {
            throw new IllegalStateException("the first fails");
        }
        return Plan.UNSUPPORTED;
    }
}
