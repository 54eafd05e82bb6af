package fathom.cpu.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    @Test
    void failedWarmUpsAreRetried() throws InterruptedException {
        var ends = new Semaphore(0);
        var tries = new AtomicInteger();
        var routine =
                new WarmUp(
                        100,
                        () -> {
                            boolean ready = tries.incrementAndGet() == 3;
                            ends.release();
                            return ready;
                        },
                        false);
        assertThat(routine.isDone(99)).isFalse();
        assertThat(tries).hasValue(0);
        for (int expected = 1; expected <= 3; expected++) {
            int waited = 0;
            do { // a retry is accepted only a moment after the previous attempt has ended
                routine.isDone(1_000);
                assertThat(waited++).isLessThan(1_000);
            } while (!ends.tryAcquire(10, TimeUnit.MILLISECONDS));
            assertThat(tries).hasValue(expected);
        }
        while (!routine.isDone(0)) {
            Thread.onSpinWait();
        }
        assertThat(routine.isDone(1_000)).isTrue();
        assertThat(tries).hasValue(3);
    }

    @Test
    void fastRoutinesEndAtOnce() {
        assertThat(WarmUp.untilFast(Long.MAX_VALUE, () -> {})).isTrue();
        assertThat(WarmUp.untilCompiled(() -> {}, () -> {}, Long.MAX_VALUE / 8)).isTrue();
    }
}
