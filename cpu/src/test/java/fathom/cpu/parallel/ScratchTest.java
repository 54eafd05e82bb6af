package fathom.cpu.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.cpu.memory.Memory;
import fathom.memory.Allocator;
import fathom.memory.WorkingMemory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ScratchTest {
    @Test
    void buffersGrowAndAreAligned() {
        try (var _ = Scratch.open()) {
            long small = Scratch.address(0, 10);
            assertThat(small % 64).isZero();
            assertThat(Scratch.address(0, 20)).isEqualTo(small);
            assertThat(Scratch.address(1, 20)).isNotEqualTo(small);
            assertThat(Scratch.address(0, 1 << 20) % 64).isZero();
        }
    }

    @Test
    void largeBuffersHaveAnySize() {
        for (long bytes : new long[] {1_000_004, 2_097_156, 2_500_012, 4_194_308, 9_000_068}) {
            try (var _ = Scratch.open()) {
                long address = Scratch.address(4, bytes);
                Memory.setFloat(address, 1);
                Memory.setFloat(address + bytes - 4, 2);
                assertThat(Memory.getFloat(address)).isEqualTo(1);
            }
            Allocator.trim();
        }
    }

    @Test
    void aSetBelongsToTheOutermostKernel() {
        try (var _ = Scratch.open()) {
            long mine = Scratch.address(2, 5_000);
            Memory.setFloat(mine, 7);
            try (var _ = Scratch.open()) {
                assertThat(Scratch.address(2, 5_000)).isEqualTo(mine);
            }
            others(10, () -> Memory.setFloat(Scratch.address(2, 5_000), 1));
            assertThat(Memory.getFloat(mine)).isEqualTo(7);
            assertThat(Scratch.address(2, 5_000)).isEqualTo(mine);
        }
    }

    @Test
    void sequentialThreadsShareASet() {
        Set<Long> addresses = Collections.synchronizedSet(new HashSet<>());
        for (int i = 0; i < 50; i++) {
            others(1, () -> addresses.add(Scratch.address(3, 1_000)));
        }
        assertThat(addresses.size()).isLessThanOrEqualTo(ScratchPool.size());
    }

    @Test
    void moreThreadsThanSetsEachGetTheirOwn() throws InterruptedException {
        int threads = 3 * ScratchPool.MAX_KEPT;
        var inside = new CyclicBarrier(threads);
        var wrong = new AtomicInteger();
        var all = new ArrayList<Thread>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            Thread.Builder kind = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
            all.add(
                    kind.start(() -> {
                        try (var _ = Scratch.open()) {
                            // all threads are in a kernel at the same time and wait for each other: none may wait for a
                            // set forever
                            long mine = Scratch.address(4, 64);
                            Memory.setFloat(mine, number);
                            inside.await();
                            if (Memory.getFloat(mine) != number) {
                                wrong.incrementAndGet();
                            }
                        } catch (Exception e) {
                            wrong.incrementAndGet();
                        }
                    }));
        }
        for (Thread t : all) {
            t.join();
        }
        assertThat(wrong.get()).isZero();
        assertThat(ScratchPool.size()).isLessThanOrEqualTo(ScratchPool.MAX_KEPT);
    }

    @Test
    void trimFreesIdleSetsOnly() {
        long bytes = 3 << 20;
        var during = new AtomicLong();
        try (var _ = Scratch.open()) {
            long mine = Scratch.address(5, bytes);
            Memory.setFloat(mine + bytes - 4, 3);
            others(4, () -> during.set(Scratch.address(5, bytes)));
            long before = WorkingMemory.held();
            assertThat(before).isGreaterThanOrEqualTo(2 * bytes);
            Allocator.trim();
            assertThat(WorkingMemory.held()).isBetween(bytes, before - bytes);
            assertThat(Memory.getFloat(mine + bytes - 4)).isEqualTo(3);
            Scratch.keep(1, "an object");
        }
        settle();
        assertThat(WorkingMemory.held()).isZero();
        try (var _ = Scratch.open()) {
            assertThat(Scratch.kept(1)).isNull();
        }
    }

    @Test
    void theSetOfATerminatedThreadIsRecovered() throws InterruptedException {
        Thread.ofPlatform().start(() -> Scratch.address(6, 5 << 20)).join();
        settle();
        assertThat(WorkingMemory.held()).isZero();
    }

    @Test
    void exceedingTheLimitThrowsAndTheNextKernelRuns() {
        try (var _ = Scratch.open()) {
            assertThatThrownBy(() -> Scratch.address(0, 1L << 45))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("a kernel needs")
                    .hasMessageContaining("limit");
            long small = Scratch.address(0, 100);
            Memory.setFloat(small, 1);
            assertThat(Memory.getFloat(small)).isEqualTo(1);
        }
    }

    /** Runs a kernel on each of {@code count} threads concurrently. */
    private static void others(int count, Runnable kernel) {
        var ready = new CountDownLatch(count);
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try (var _ = Scratch.open()) {
                                    kernel.run();
                                    ready.countDown();
                                    ready.await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            }));
        }
        try {
            for (Thread t : threads) {
                t.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Trims until the sets of other tests' threads are idle or recovered. */
    private static void settle() {
        Scratch.open().close(); // tests of kernels run them on this thread without a backend
        try {
            for (int i = 0; i < 100 && WorkingMemory.held() > 0; i++) {
                System.gc();
                Thread.sleep(20);
                Allocator.trim();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
