package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.io.StateDict;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.norm.BatchNorm1d;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.optim.LRScheduler;
import fathom.optim.OneCycleLR;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final int EPOCHS = 3;

    @TempDir Path folder;

    private Path file() {
        return folder.resolve("checkpoint.safetensors");
    }

    /** A loop as users write it, with random numbers, running statistics and a rate per batch. */
    private static final class Loop {
        final Generator generator;
        final Layer net;
        final Optimizer optimizer;
        final LRScheduler schedule;
        final DataLoader loader;
        final List<Double> losses = new ArrayList<>();

        Loop(long seed, int workers) {
            generator = new Generator(seed);
            net =
                    generator.with(() ->
                            new Sequential(
                                    new Linear(2, 16),
                                    new BatchNorm1d(16),
                                    new ReLU(),
                                    new Dropout(0.3),
                                    new Linear(16, 3)));
            optimizer = new Adam(net.parameters(), 0.01);
            loader = Fixture.train().generator(generator).workers(workers);
            schedule = new OneCycleLR(optimizer, 0.02, 100);
        }

        /** Trains until {@code batches} batches of this call are done, or all epochs; saves then. */
        void run(int batches, Path save) throws IOException {
            try (var _ = generator.open()) {
                int done = 0;
                while (loader.epoch() < EPOCHS) {
                    for (var batch : loader) {
                        Tensor loss = Tensors.crossEntropy(net.call(batch.x()), batch.y());
                        optimizer.zeroGrad();
                        loss.backward();
                        optimizer.step();
                        schedule.step();
                        losses.add(loss.item());
                        if (++done == batches) {
                            Checkpoint.save(save, net, optimizer, schedule, loader, generator);
                            return;
                        }
                    }
                    losses.add(-1.0 - loader.epoch()); // what a loop does after an epoch happens once
                }
            }
        }

        void load(Path file) throws IOException {
            Checkpoint.load(file, net, optimizer, schedule, loader, generator);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "5, 2", "12, 0", "13, 0", "13, 2", "14, 1", "38, 0"})
    void anInterruptedLoopContinuesBitForBit(int batches, int workers) throws IOException {
        var whole = new Loop(7, 0);
        whole.run(Integer.MAX_VALUE, file());
        var first = new Loop(7, workers);
        first.run(batches, file());
        var second = new Loop(99, workers);
        second.load(file());
        second.run(Integer.MAX_VALUE, file());

        var losses = new ArrayList<>(first.losses);
        losses.addAll(second.losses);
        assertThat(losses).isEqualTo(whole.losses);
        assertThat(Fixture.weights(second.net)).containsExactly(Fixture.weights(whole.net));
        assertThat(second.optimizer.lr()).isEqualTo(whole.optimizer.lr());
        assertThat(second.generator.getState()).isEqualTo(whole.generator.getState());
        whole.net
                .namedBuffers()
                .forEach((name, t) ->
                        assertThat(Objects.requireNonNull(second.net.namedBuffers().get(name)).equal(t)).isTrue());
    }

    @Test
    void aCheckpointBetweenEpochsIsOfTheNextOne() throws IOException {
        var loader = Fixture.train().seed(3);
        loader.forEach(b -> {});
        Checkpoint.save(file(), null, null, null, loader, null);
        var restored = Fixture.train();
        Checkpoint.load(file(), null, null, null, restored, null);
        assertThat(restored.epoch()).isEqualTo(1);
        assertThat(restored.iterator().next().x().equal(loader.iterator().next().x())).isTrue();
    }

    @Test
    void savingDrawsNoRandomNumber() throws IOException {
        var loop = new Loop(1, 0);
        long[] before = loop.generator.getState();
        Checkpoint.save(file(), loop.net, loop.optimizer, loop.schedule, loop.loader, loop.generator);
        assertThat(loop.generator.getState()).isEqualTo(before);
    }

    @Test
    void anyPartsCanBeSavedAndLoaded() throws IOException {
        var loop = new Loop(1, 0);
        loop.run(3, file());
        var other = new Loop(2, 0);
        Checkpoint.load(file(), other.net, other.optimizer);
        assertThat(Fixture.weights(other.net)).containsExactly(Fixture.weights(loop.net));
        assertThat(other.loader.epoch()).isZero();

        Checkpoint.save(file(), loop.net, loop.optimizer);
        assertThatThrownBy(() -> other.load(file()))
                .isInstanceOf(IOException.class)
                .hasMessage("%s: it has no entry \"schedule\"; it has model, optimizer".formatted(file()));
        assertThatThrownBy(() -> Checkpoint.save(file(), null, null, null, null, null))
                .hasMessageContaining("all parts are null");
    }

    @Test
    void aPartThatDoesNotFitIsNamedAndNothingChanges() throws IOException {
        new Loop(1, 0).run(5, file());
        var loop = new Loop(2, 0);
        float[] weights = Fixture.weights(loop.net);
        var lr = loop.optimizer.lr();
        var adam = loop.optimizer;

        var wider = new Sequential(new Linear(2, 16), new BatchNorm1d(16), new ReLU(), new Linear(16, 4));
        refused(() -> Checkpoint.load(file(), wider, adam), "the part model does not fit", "missing (2)");
        var sgd = new SGD(loop.net.parameters(), 0.1);
        refused(() -> Checkpoint.load(file(), loop.net, sgd), "the part optimizer does not fit", "SGD", "momentum");
        var two = new Adam(new Linear(2, 2).parameters(), 0.1);
        refused(
                () -> Checkpoint.load(file(), loop.net, two, loop.schedule, loop.loader, loop.generator),
                "the part optimizer does not fit",
                "Adam");
        var larger = DataLoader.of(Fixture.sectors(200, 1), 32);
        refused(
                () -> Checkpoint.load(file(), loop.net, adam, null, larger, null),
                "the part loader does not fit",
                "batch 5 of 13, of batches of 16 out of 200 examples",
                "7 batches of 32 out of 200 examples");

        assertThat(Fixture.weights(loop.net)).containsExactly(weights);
        assertThat(loop.optimizer.lr()).isEqualTo(lr);
        assertThat(loop.schedule.lastEpoch()).isZero();
        assertThat(loop.loader.epoch()).isZero();
        assertThat(loop.generator.getState()).isEqualTo(new Loop(2, 0).generator.getState());
        assertThat(larger.epoch()).isZero();
    }

    private void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable load, String... says) {
        assertThatThrownBy(load)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file() + ": ")
                .hasMessageContainingAll(says);
    }

    @Test
    void severalNetworksAndValuesHaveNames() throws IOException {
        var a = new Linear(2, 2);
        var b = new Linear(2, 2);
        var checkpoint = new Checkpoint().add("a", a).add("b", b).add("optimizerB", new Adam(b.parameters(), 0.1));
        checkpoint.put("best", 0.1).put("name", "x\"y").save(file());
        var c = new Linear(2, 2);
        var loaded = new Checkpoint().add("b", c).load(file());
        assertThat(c.weight.equal(b.weight)).isTrue();
        assertThat(c.weight.equal(a.weight)).isFalse();
        assertThat(loaded.get("best", 0)).isEqualTo(0.1);
        assertThat(loaded.get("name", "")).isEqualTo("x\"y");
        assertThat(loaded.get("epoch", 5)).isEqualTo(5);
        assertThatThrownBy(() -> loaded.get("name", 0)).hasMessageContaining("name is 'x\"y', not a number");

        assertThatThrownBy(() -> new Checkpoint().add("c", c).load(file()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it has no entry \"c\"; it has a, b, optimizerB");
        refused(
                () -> new Checkpoint().add("a", new Generator()).load(file()),
                "a is the state of a network in the checkpoint, not of a generator");
        assertThatThrownBy(() -> checkpoint.add("a", c)).hasMessageContaining("a part named a already");
        assertThatThrownBy(() -> checkpoint.add("a.b", c)).hasMessageContaining("is 'a.b'");
        assertThatThrownBy(() -> checkpoint.add("parts", c)).hasMessageContaining("reserved");
    }

    @Test
    void theCheckpointOfATrainerCanBeLoaded() throws IOException {
        Layer net = Fixture.net();
        new Trainer(
                        net,
                        t ->
                                t.optimizer(p -> new Adam(p, 0.02))
                                        .schedule(o -> new ExponentialLR(o, 0.9))
                                        .checkpoints(folder)
                                        .progress(false))
                .fit(Fixture.train(), Epochs.of(2));
        Layer other = Fixture.net();
        var optimizer = new Adam(other.parameters(), 0.5);
        var schedule = new ExponentialLR(optimizer, 0.9);
        Checkpoint.load(file(), other, optimizer, schedule, null, null);
        assertThat(Fixture.weights(other)).containsExactly(Fixture.weights(net));
        assertThat(optimizer.lr()).isEqualTo(0.02 * 0.9 * 0.9);
        assertThat(schedule.lastEpoch()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"parts", "values", "optimizer", "schedule", "loader", "generator", "formatVersion"})
    void damagedEntriesAreRefusedAndChangeNothing(String key) throws IOException {
        var loop = new Loop(1, 0);
        loop.run(3, file());
        StateDict good = StateDict.load(file());
        good.metadata().putIfAbsent("values", "{\"a\" : \"1\"}");
        byte[] text = Objects.requireNonNull(good.metadata().get(key)).getBytes(StandardCharsets.UTF_8);
        var target = new Loop(2, 0);
        StateDict before = target.net.stateDict().copy();
        float[] weights = Fixture.weights(target.net);
        var checkpoint =
                new Checkpoint()
                        .add("model", target.net)
                        .add("optimizer", target.optimizer)
                        .add("schedule", target.schedule)
                        .add("loader", target.loader)
                        .add("generator", target.generator);
        new FileFuzz(
                        folder,
                        damaged -> {
                            good.metadata().put(key, Files.readString(damaged, StandardCharsets.ISO_8859_1));
                            try {
                                checkpoint.prepare(damaged, good).apply();
                                target.net.loadStateDict(before);
                            } catch (IOException | IllegalArgumentException | StateReader.Damaged e) {
                                assertThat(Fixture.weights(target.net)).containsExactly(weights);
                                throw new IOException(damaged + ": " + e.getMessage(), e);
                            }
                        },
                        e -> e instanceof IOException)
                .run(key, List.of(text));
    }
}
