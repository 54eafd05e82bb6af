package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a loader gives, in which order, and how its workers live and die. */
class DataLoaderTest {
    /** Example i has the features (i, -i) and the label 10 i. */
    private static TensorDataset numbers(int n) {
        Tensor i = Tensors.arange(n);
        return new TensorDataset(Tensors.stack(List.of(i, i.neg()), 1), i.mul(10));
    }

    private static List<Long> epoch(DataLoader loader) {
        var seen = new ArrayList<Long>();
        for (Batch b : loader) {
            for (long[] row : b.x().toArray(long[][].class)) {
                assertThat(row[1]).isEqualTo(-row[0]);
            }
            assertThat(b.y().toLongArray()).isEqualTo(b.x().select(1, 0).mul(10).toLongArray());
            for (long i : b.x().select(1, 0).toLongArray()) {
                seen.add(i);
            }
        }
        return seen;
    }

    private static List<Long> range(long from, long to) {
        return java.util.stream.LongStream.range(from, to).boxed().toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void givesAllInOrder(int workers) {
        var loader = DataLoader.of(numbers(10), 4).workers(workers);
        assertThat(epoch(loader)).isEqualTo(range(0, 10));
        var sizes = new ArrayList<Long>();
        loader.forEach(b -> sizes.add(b.size()));
        assertThat(sizes).containsExactly(4L, 4L, 2L);
        assertThat(loader.size()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void dropsTheLast(int workers) {
        var loader = DataLoader.of(numbers(10), 4).dropLast(true).workers(workers);
        assertThat(epoch(loader)).isEqualTo(range(0, 8));
        assertThat(loader.size()).isEqualTo(2);
        assertThat(epoch(DataLoader.of(numbers(8), 4).dropLast(true).workers(workers))).isEqualTo(range(0, 8));
    }

    @Test
    void shufflesAnewEachEpochAndTheSameWithTheSameSeed() {
        var a = DataLoader.of(numbers(100), 7).shuffle(true).seed(3);
        var b = DataLoader.of(numbers(100), 7).shuffle(true).seed(3).workers(3);
        List<Long> first = epoch(a);
        List<Long> second = epoch(a);
        assertThat(first).isNotEqualTo(range(0, 100)).containsExactlyInAnyOrderElementsOf(range(0, 100));
        assertThat(second).isNotEqualTo(first).containsExactlyInAnyOrderElementsOf(range(0, 100));
        assertThat(epoch(b)).isEqualTo(first);
        assertThat(epoch(b)).isEqualTo(second);
        assertThat(epoch(DataLoader.of(numbers(100), 7).shuffle(true).seed(4))).isNotEqualTo(first);
        assertThat(epoch(DataLoader.of(numbers(100), 7).shuffle(true).seed(3).epoch(1))).isEqualTo(second);
    }

    @Test
    void takesItsSeedFromTheProcess() {
        Tensors.manualSeed(5);
        List<Long> first = epoch(DataLoader.of(numbers(50), 8).shuffle(true));
        List<Long> other = epoch(DataLoader.of(numbers(50), 8).shuffle(true));
        Tensors.manualSeed(5);
        assertThat(epoch(DataLoader.of(numbers(50), 8).shuffle(true))).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void goesOnInTheMiddleOfAnEpoch(int workers) {
        List<Long> whole = epoch(DataLoader.of(numbers(20), 3).shuffle(true).seed(1));
        var rest = new ArrayList<Long>();
        try (Batches batches = DataLoader.of(numbers(20), 3).shuffle(true).seed(1).workers(workers).iterator(4)) {
            batches.forEachRemaining(b -> Arrays.stream(b.x().select(1, 0).toLongArray()).forEach(rest::add));
        }
        assertThat(rest).isEqualTo(whole.subList(12, 20));
        assertThat(DataLoader.of(numbers(20), 3).workers(workers).iterator(100).hasNext()).isFalse();
    }

    @Test
    void whatTransformsDrawDoesNotDependOnTheWorkers() {
        Dataset noisy = numbers(40).mapBatches(b -> Batch.of(Tensors.rand(b.size()), b.y()));
        var direct = new ArrayList<Double>();
        var prefetched = new ArrayList<Double>();
        for (int epoch = 0; epoch < 2; epoch++) {
            DataLoader.of(noisy, 3).seed(9).epoch(epoch).forEach(b -> add(direct, b));
            Tensors.rand(7); // drawing elsewhere makes no difference either
            DataLoader.of(noisy, 3).seed(9).epoch(epoch).workers(4).forEach(b -> add(prefetched, b));
        }
        assertThat(prefetched).isEqualTo(direct);
        assertThat(direct).doesNotHaveDuplicates();
    }

    private static void add(List<Double> to, Batch b) {
        Arrays.stream(b.x().toDoubleArray()).forEach(to::add);
    }

    @Test
    void recordsNoGradients() {
        Tensor w = Tensors.ones(3).requiresGrad_();
        Dataset scaled = new TensorDataset(Tensors.ones(6, 3)).map(e -> Example.of(e.x().mul(w)));
        for (int workers = 0; workers < 2; workers++) {
            for (Batch b : DataLoader.of(scaled, 2).workers(workers)) {
                assertThat(b.x().requiresGrad()).isFalse();
            }
        }
    }

    @Test
    void takesSamplersAndCollates() {
        assertThat(epoch(DataLoader.of(numbers(10), 2).sampler(Sampler.sequential(3)))).isEqualTo(range(0, 3));
        assertThat(epoch(DataLoader.of(numbers(10), 2).sampler(Sampler.subset(7, 5, 9)).seed(0)))
                .containsExactlyInAnyOrder(5L, 7L, 9L);
        var loader =
                DataLoader.of(numbers(6), 3)
                        .collate(examples -> {
                            assertThat(examples).hasSize(3);
                            return Batch.of(examples.getFirst().x());
                        });
        var firsts = new ArrayList<Long>();
        loader.forEach(b -> firsts.add(b.x().select(0, 0).itemLong()));
        assertThat(firsts).containsExactly(0L, 3L);
        var pairs =
                DataLoader.of(numbers(6), 1)
                        .batchSampler(
                                new BatchSampler() {
                                    @Override
                                    public long size() {
                                        return 2;
                                    }

                                    @Override
                                    public java.util.Iterator<long[]> batches(java.util.random.RandomGenerator random) {
                                        return List.of(new long[] {5, 0}, new long[] {3}).iterator();
                                    }
                                });
        assertThat(epoch(pairs)).containsExactly(5L, 0L, 3L);
        assertThat(pairs.size()).isEqualTo(2);
    }

    @Test
    void aFailureInAWorkerReachesTheCallerInItsTurn() {
        Dataset broken = new Broken(10, 7, new IllegalArgumentException("no example 7"));
        var got = new ArrayList<Long>();
        assertThatThrownBy(
                        () -> {
                            for (Batch b : DataLoader.of(broken, 2).workers(3)) {
                                got.add(b.x().select(0, 0).itemLong());
                            }
                        })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no example 7")
                .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("batch 3"));
        assertThat(got).containsExactly(0L, 2L, 4L);
    }

    @Test
    void aFailureHasTheSameTypeWithWorkersAsWithout() {
        List<Throwable> failures =
                List.of(
                        new IllegalArgumentException("wrong"),
                        new java.io.UncheckedIOException(new java.io.IOException("wrong")),
                        new NoSuchElementException("wrong"),
                        new AssertionError("wrong"),
                        new StackOverflowError("wrong"),
                        new java.io.IOException("wrong"));
        for (Throwable failure : failures) {
            for (int workers = 0; workers <= 2; workers++) {
                int n = workers;
                assertThatThrownBy(() -> DataLoader.of(new Broken(4, 2, failure), 2).workers(n).forEach(b -> {}))
                        .as("%d workers", n)
                        .isInstanceOf(failure.getClass())
                        .hasMessageContaining("wrong");
            }
        }
    }

    @Test
    void aFailureNamesItsExample() {
        for (int workers = 0; workers <= 2; workers++) {
            int n = workers;
            assertThatThrownBy(() ->
                            DataLoader.of(new Broken(4, 2, new IllegalStateException("wrong")), 2)
                                    .workers(n)
                                    .forEach(b -> {}))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("wrong; example 2 of the data set");
            assertThatThrownBy(() ->
                            DataLoader.of(new Broken(4, 3, new NullPointerException()), 2)
                                    .workers(n)
                                    .collate(Collate::stack)
                                    .forEach(b -> {}))
                    .hasMessage("example 3 of the data set");
            var own = new java.util.ConcurrentModificationException("own");
            assertThatThrownBy(() -> DataLoader.of(new Broken(4, 1, own), 2).workers(n).forEach(b -> {}))
                    .isSameAs(own)
                    .satisfies(e ->
                            assertThat(e.getSuppressed())
                                    .anySatisfy(s -> assertThat(s).hasMessage("example 1 of the data set")));
        }
    }

    /** A data set that cannot give one of its examples. */
    private record Broken(long size, long which, Throwable why) implements Dataset {
        @Override
        public Example get(long index) {
            if (index == which) {
                throw Broken.<RuntimeException>as(why);
            }
            return Example.of(Tensors.tensor(index));
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> T as(Throwable t) throws T {
            throw (T) t;
        }
    }

    @Test
    void workersMakeNoMoreAheadThanAsked() throws Exception {
        var made = new AtomicInteger();
        Dataset counted =
                numbers(100)
                        .mapBatches(b -> {
                            made.incrementAndGet();
                            return b;
                        });
        try (Batches batches = DataLoader.of(counted, 1).workers(2).prefetch(3).iterator()) {
            batches.next();
            for (int i = 0; i < 1000 && made.get() < 7; i++) {
                Thread.sleep(10);
            }
            Thread.sleep(30);
            assertThat(made).hasValue(7); // the one taken, and 2 * 3 ahead
        }
    }

    @Test
    void closingEndsTheWorkers() {
        Batches batches = DataLoader.of(numbers(1000), 1).workers(3).iterator();
        batches.next();
        assertThat(workers()).isNotEmpty();
        batches.close();
        batches.close();
        assertThat(batches.hasNext()).isFalse();
        assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
        assertThat(workers()).isEmpty();
    }

    @Test
    void closingInTheMiddleOfABatchDoesNotWaitForIt() throws Exception {
        var entered = new java.util.concurrent.Semaphore(0);
        var go = new CountDownLatch(1);
        var fetched = new AtomicInteger();
        Dataset slow =
                numbers(1000)
                        .map(e -> {
                            fetched.incrementAndGet();
                            entered.release();
                            try {
                                go.await();
                            } catch (InterruptedException x) {
                                throw new AssertionError("a worker that reads a file must not be interrupted", x);
                            }
                            return e;
                        });
        var open = new ArrayList<Batches>();
        for (int i = 0; i < 5; i++) {
            open.add(DataLoader.of(slow, 100).workers(2).iterator());
        }
        entered.acquire(10); // each worker is within its first example, and stays there
        open.forEach(Batches::close); // would never return if it waited for them
        open.forEach(b -> assertThat(b.hasNext()).isFalse());
        assertThat(workers()).hasSize(10);
        go.countDown();
        awaitNoWorkers();
        assertThat(fetched).as("the rest of each batch is not made").hasValue(10);
    }

    @Test
    void workersEndWithTheEpoch() throws Exception {
        epoch(DataLoader.of(numbers(20), 4).workers(3));
        awaitNoWorkers();
    }

    @Test
    void workersOfAForgottenIterationEnd() throws Exception {
        leaveEarly();
        awaitNoWorkers();
    }

    /** In a method of its own, because a variable of a method that still runs may keep the iteration reachable. */
    private static void leaveEarly() {
        for (Batch b : DataLoader.of(numbers(1000), 1).workers(2)) {
            assertThat(b.size()).isEqualTo(1);
            break;
        }
    }

    private static void awaitNoWorkers() throws InterruptedException {
        for (int i = 0; i < 1000 && !workers().isEmpty(); i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(workers()).isEmpty();
    }

    private static List<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("fathom-loader-"))
                .toList();
    }

    @Test
    void anInterruptedCallerIsTold() throws Exception {
        var never = new CountDownLatch(1);
        Dataset stuck =
                numbers(2)
                        .map(e -> {
                            try {
                                never.await();
                            } catch (InterruptedException x) {
                                throw new IllegalStateException(x);
                            }
                            return e;
                        });
        try (Batches batches = DataLoader.of(stuck, 1).workers(1).iterator()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(batches::next).isInstanceOf(FathomException.class).hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
            never.countDown();
        }
    }

    @Test
    void emptyDataGivesNoBatches() {
        var empty = new TensorDataset(Tensors.zeros(0, 3), Tensors.zeros(0));
        for (int workers = 0; workers < 2; workers++) {
            assertThat(DataLoader.of(empty, 4).shuffle(true).workers(workers).iterator().hasNext()).isFalse();
        }
        assertThat(DataLoader.of(empty, 4).size()).isZero();
    }

    @Test
    void refusesWhatMeansNothing() {
        assertThatThrownBy(() -> DataLoader.of(numbers(3), 0)).hasMessageContaining("batch size");
        assertThatThrownBy(() -> DataLoader.of(numbers(3), 1).workers(-1)).hasMessageContaining("workers");
        assertThatThrownBy(() -> DataLoader.of(numbers(3), 1).prefetch(0)).hasMessageContaining("prefetch");
        assertThatThrownBy(() -> DataLoader.of(numbers(3), 1).epoch(-1)).hasMessageContaining("epoch");
        assertThatThrownBy(() -> DataLoader.of(new TensorDataset(Tensors.zeros(3, 2)), 2).iterator().next().y())
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("1 tensor");
    }

    @Test
    void aBatchMayBeSaidToBeLargerThanAllThereIs() {
        assertThat(epoch(DataLoader.of(numbers(5), Integer.MAX_VALUE))).isEqualTo(range(0, 5));
        assertThat(epoch(DataLoader.of(numbers(5), Integer.MAX_VALUE).dropLast(true))).isEmpty();
        assertThat(epoch(DataLoader.of(numbers(5), 5).dropLast(true))).isEqualTo(range(0, 5));
        // a sampler that gives more than it says
        var sampler =
                new Sampler() {
                    @Override
                    public long size() {
                        return 2;
                    }

                    @Override
                    public java.util.stream.LongStream indices(java.util.random.RandomGenerator random) {
                        return java.util.stream.LongStream.range(0, 5);
                    }
                };
        var batches = BatchSampler.of(sampler, 4, false).batches(new Random(1));
        assertThat(batches.next()).containsExactly(0, 1, 2, 3);
        assertThat(batches.next()).containsExactly(4);
        assertThat(batches.hasNext()).isFalse();
    }

    @Test
    void weightsDecideHowOften() {
        var counts = new int[3];
        Sampler.weighted(new double[] {0, 1, 3}, 10_000, true).indices(new Random(1)).forEach(i -> counts[(int) i]++);
        assertThat(counts[0]).isZero();
        assertThat(counts[2] / (double) counts[1]).isBetween(2.7, 3.3);
        long[] without = Sampler.weighted(new double[] {0, 1, 3, 5}, 3, false).indices(new Random(2)).toArray();
        assertThat(without).containsExactlyInAnyOrder(1, 2, 3);
        assertThatThrownBy(() -> Sampler.weighted(new double[] {0, 1}, 2, false)).hasMessageContaining("cannot draw 2");
        assertThatThrownBy(() -> Sampler.weighted(new double[] {-1, 1}, 1, true))
                .hasMessageContaining("weight 0 is -1.0");
        assertThatThrownBy(() -> Sampler.weighted(new double[] {0}, 1, true)).hasMessageContaining("cannot draw");
    }
}
