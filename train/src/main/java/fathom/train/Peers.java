package fathom.train;

import fathom.Generator;
import fathom.distributed.ProcessGroup;
import fathom.distributed.ProcessGroup.ReduceOp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processes that share a training, as one of them sees them. Rank 0 has the run's folder; all come to the same
 * results of an epoch and the same decisions, since what these depend on is exchanged. Without a group there is one.
 */
final class Peers {
    /** Distinguishes the random numbers of the processes. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final @Nullable ProcessGroup group;

    Peers(@Nullable ProcessGroup group) {
        this.group = group == null || group.size() == 1 ? null : group;
    }

    /** {@return the group; null if this process trains alone} */
    @Nullable ProcessGroup group() {
        return group;
    }

    /** {@return whether this process logs, draws and writes} */
    boolean isMain() {
        return group == null || group.rank() == 0;
    }

    int rank() {
        return group == null ? 0 : group.rank();
    }

    int size() {
        return group == null ? 1 : group.size();
    }

    /** {@return whether any process requests something} */
    boolean any(boolean here) {
        if (group == null) {
            return here;
        }
        double[] flag = {here ? 1 : 0};
        group.allReduce(flag, ReduceOp.MAX);
        return flag[0] > 0;
    }

    /** {@return a number of rank 0, with all its bits} */
    long ofMain(long number) {
        if (group == null) {
            return number;
        }
        byte[] bytes = group.broadcast(Long.toString(number).getBytes(StandardCharsets.UTF_8), 0);
        return Long.parseLong(new String(bytes, StandardCharsets.UTF_8));
    }

    /** {@return the generator of this process's random numbers, such as those of dropout; rank 0 has the given one} */
    Generator generator(Generator ofMain) {
        if (isMain()) {
            return ofMain;
        }
        return new Generator(ofMain.getState()[0] ^ rank() * GOLDEN);
    }

    /** Notes the states of all generators for a checkpoint. */
    void saveRandom(TrainingState state, Generator generator) {
        state.random = generator.getState();
        state.otherRandom = new ArrayList<>();
        if (group != null) {
            List<double[]> all = gather(halves(generator.getState()));
            for (double[] other : all.subList(1, all.size())) {
                state.otherRandom.add(whole(other));
            }
        }
    }

    /** Restores this process's generator; a process that the run did not have begins with numbers of its own. */
    void loadRandom(TrainingState state, Generator generator) {
        int other = rank() - 1;
        if (other < 0) {
            generator.setState(state.random);
        } else if (other < state.otherRandom.size()) {
            generator.setState(state.otherRandom.get(other));
        } else {
            generator.setState(state.random[0] ^ rank() * GOLDEN, state.random[1]);
        }
    }

    /** As doubles without loss: a double has not all bits of a long. */
    private static double[] halves(long[] numbers) {
        var halves = new double[2 * numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            halves[2 * i] = numbers[i] >> 32;
            halves[2 * i + 1] = numbers[i] & 0xFFFFFFFFL;
        }
        return halves;
    }

    private static long[] whole(double[] halves) {
        var numbers = new long[halves.length / 2];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (long) halves[2 * i] << 32 | (long) halves[2 * i + 1];
        }
        return numbers;
    }

    private List<double[]> gather(double[] numbers) {
        var out = new ByteArrayOutputStream();
        try (var data = new DataOutputStream(out)) {
            for (double d : numbers) {
                data.writeDouble(d);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var all = new ArrayList<double[]>();
        for (byte[] bytes : java.util.Objects.requireNonNull(group).allGather(out.toByteArray())) {
            var read = new double[bytes.length / Double.BYTES];
            try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
                for (int i = 0; i < read.length; i++) {
                    read[i] = in.readDouble();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            all.add(read);
        }
        return all;
    }

    /** Adds the means and metrics of a pass over the data of all processes, in the order of their ranks. */
    void merge(StepResult.Means means, MetricTallies tallies, TrainingState sums) {
        if (group == null) {
            return;
        }
        var mine = new TrainingState();
        means.save(mine);
        mine.tallies = tallies.states();
        List<String> names = List.copyOf(mine.losses.keySet());
        var numbers = new ArrayList<Double>(List.of(mine.lossSum, mine.lossWeight, (double) sums.examples));
        numbers.add((double) names.size());
        names.forEach(n -> numbers.add(mine.losses.get(n)));
        for (double[] tally : mine.tallies) {
            numbers.add((double) tally.length);
            for (double d : tally) {
                numbers.add(d);
            }
        }
        List<double[]> all = gather(numbers.stream().mapToDouble(Double::doubleValue).toArray());
        String text = String.join("\n", names);
        List<byte[]> allNames = group.allGather(text.getBytes(StandardCharsets.UTF_8));
        means.clear();
        tallies.clear();
        sums.examples = 0;
        for (int r = 0; r < all.size(); r++) {
            double[] from = all.get(r);
            var other = new TrainingState();
            int at = 0;
            other.lossSum = from[at++];
            other.lossWeight = from[at++];
            sums.examples += (long) from[at++];
            int count = (int) from[at++];
            String[] otherNames = new String(allNames.get(r), StandardCharsets.UTF_8).split("\n");
            for (int i = 0; i < count; i++) {
                other.losses.put(otherNames[i], from[at++]);
            }
            var states = new ArrayList<double[]>();
            while (at < from.length) {
                int length = (int) from[at++];
                states.add(java.util.Arrays.copyOfRange(from, at, at + length));
                at += length;
            }
            if (other.lossWeight > 0) {
                means.merge(new StepResult.Means(other));
                tallies.merge(states);
            }
        }
    }

    /**
     * Gives all processes the checkpoint of rank 0, which alone needs to see the run's folder.
     *
     * @param checkpoint the file of rank 0; null if there is none to resume
     * @return a new folder with the file, on other processes than rank 0; null if there is none
     */
    @Nullable Path distribute(@Nullable Path checkpoint) throws IOException {
        if (group == null) {
            return null;
        }
        byte[] mine = isMain() && checkpoint != null ? Files.readAllBytes(checkpoint) : new byte[0];
        byte[] bytes = group.broadcast(mine, 0);
        if (isMain() || bytes.length == 0) {
            return null;
        }
        Path folder = Files.createTempDirectory("fathom-resume");
        Files.write(folder.resolve(RunFolder.CHECKPOINT), bytes);
        return folder;
    }

    /** {@return entries for the config of the run} */
    Map<String, Object> describe() {
        return group == null ? Map.of() : Map.of("processes", group.size(), "engine", group.engine());
    }
}
