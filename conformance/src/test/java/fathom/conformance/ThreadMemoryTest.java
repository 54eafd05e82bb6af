package fathom.conformance;

import static fathom.Tensors.full;
import static fathom.Tensors.ones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Device;
import fathom.Fathom;
import fathom.Scope;
import fathom.Tensor;
import fathom.memory.Native;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Memory held by many threads, and effects of one thread on the memory of another's tensors. */
class ThreadMemoryTest {
    private static final long MAX_BYTES = 100L << 20;

    /** Stored, so that the compiler does not eliminate it. */
    @SuppressWarnings("unused")
    private static byte @Nullable [] garbage;

    @Test
    void smallTensorsOfManyThreadsHoldLittle() throws InterruptedException {
        long before = held();
        List<Tensor> made = inVirtualThreads(5_000, i -> full(i, DType.FLOAT32, 4));
        assertThat(held() - before).isLessThan(MAX_BYTES);
        for (int i = 0; i < made.size(); i += 77) {
            assertThat(made.get(i).sum().item()).isEqualTo(4.0 * i);
        }
    }

    @Test
    void oneSurvivorOfAThousandSmallTensorsHoldsLittle() {
        System.gc();
        long before = Fathom.memory().slabs();
        int kept = 200;
        var some = new ArrayList<Tensor>();
        for (int i = 0; i < kept * 1_000; i++) {
            Tensor t = ones(1 + i % 100);
            if (i % 1_000 == 500) {
                some.add(t);
            }
        }
        long most = before + kept * 4_000L;
        settle(most);
        assertThat(Fathom.memory().slabs()).isLessThanOrEqualTo(most);
        assertThat(some).hasSize(kept);
    }

    @Test
    void aReleaseWaitsForTheThreadThatComputes() throws InterruptedException {
        var lent = new AtomicReference<@Nullable Tensor>();
        var taken = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        var owner =
                Thread.ofPlatform()
                        .start(() -> {
                            try (var _ = Device.CPU.open()) {
                                try (var _ = Scope.open()) {
                                    lent.set(ones(1 << 18));
                                    await(taken);
                                }
                                ones(1 << 18).mul_(-1); // would reuse the memory if it were free
                            }
                            closed.countDown();
                        });
        while (lent.get() == null) {
            Thread.onSpinWait();
        }
        Tensor x = lent.get();
        double first =
                x.withAddress(address -> {
                    taken.countDown();
                    await(closed);
                    return Native.ALL.get(ValueLayout.JAVA_FLOAT, address);
                });
        assertThat(first).isEqualTo(1);
        owner.join();
        assertThatThrownBy(x::sum).isInstanceOf(IllegalStateException.class).hasMessageContaining("scope");
        assertThatThrownBy(x::toFloatArray).hasMessageContaining("scope");
    }

    @Test
    void anInterruptedThreadGetsItsMemory() {
        Thread.currentThread().interrupt();
        for (int i = 0; i < 300; i++) {
            Tensor t = ones(1 << 20);
            assertThat(t.numel()).isEqualTo(1 << 20);
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long held() {
        Fathom.Memory m = Fathom.memory();
        return m.inUse() + m.cached();
    }

    /** Collects until slabs take at most this many bytes, or a timeout. */
    private static void settle(long most) {
        for (int i = 0; i < 20 && Fathom.memory().slabs() > most; i++) {
            System.gc(); // may be disabled: then garbage has young objects collected
            for (int n = 0; n < 1 << 12; n++) {
                garbage = new byte[1 << 16];
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** {@return the results of virtual threads, which all live until the last is done} */
    private static List<Tensor> inVirtualThreads(int count, IntFunction<Tensor> make) throws InterruptedException {
        var made = new Tensor[count];
        var failure = new AtomicReference<@Nullable Throwable>();
        var done = new CountDownLatch(count);
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            int number = i;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    made[number] = make.apply(number);
                                } catch (RuntimeException | Error e) {
                                    failure.set(e);
                                }
                                done.countDown();
                                await(done);
                            }));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(failure.get()).isNull();
        return List.of(made);
    }
}
