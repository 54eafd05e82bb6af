package fathom.train;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.BatchSampler;
import fathom.data.Collate;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.nn.Block;
import fathom.nn.Embedding;
import fathom.nn.Linear;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A task with batches of its own: sequences of different lengths, of which one says what occurs and how long it is. */
final class Sentences {
    private static final int WORDS = 8;

    private Sentences() {}

    /**
     * Sequences.
     *
     * @param words {@code [N, T]}, padded with 0
     * @param length {@code [N]}
     * @param hasOne {@code [N]}: whether word 1 occurs
     */
    record Sentence(Tensor words, Tensor length, Tensor hasOne) {}

    static List<Sentence> examples(int n, long seed) {
        var random = new java.util.Random(seed);
        var examples = new ArrayList<Sentence>();
        for (int i = 0; i < n; i++) {
            long[] words = random.longs(1 + random.nextInt(20), 2, WORDS).toArray();
            if (random.nextBoolean()) {
                words[random.nextInt(words.length)] = 1;
            }
            boolean hasOne = java.util.Arrays.stream(words).anyMatch(w -> w == 1);
            examples.add(
                    new Sentence(
                            Tensors.tensor(words),
                            Tensors.tensor((long) words.length),
                            Tensors.tensor(hasOne ? 1L : 0L)));
        }
        return examples;
    }

    /** Batches of sequences of similar length, padded to multiples of 4. */
    static DataLoader loader(int n, long seed) {
        List<Sentence> examples = examples(n, seed);
        long[] lengths = examples.stream().mapToLong(e -> e.words().size(0)).toArray();
        return DataLoader.of(Dataset.of(examples), 16)
                .batchSampler(BatchSampler.byLength(lengths, 16, false))
                .collate(e -> Collate.pad(e, 0, 4));
    }

    /** Two results for a sequence and its length: no layer. */
    static final class Net extends Block {
        final Embedding embedding = new Embedding(WORDS, 8);
        final Linear occurs = new Linear(8, 2);
        final Linear length = new Linear(8, 1);

        Tensor sums(Tensor words) {
            return embedding.forward(words).mul(words.gt(0).to(Tensors.FLOAT32).unsqueeze(2)).sum(1);
        }
    }

    /** Two losses. */
    static class Reading extends Task<Sentence> {
        /** How often the step ran in Java. */
        static final AtomicInteger RUNS = new AtomicInteger();

        final Net net;
        double lengthWeight = 0.1;

        Reading(Net net) {
            super(net);
            this.net = net;
        }

        @Override
        public Losses step(Sentence s) {
            RUNS.incrementAndGet();
            Tensor sums = net.sums(s.words());
            Tensor scores = net.occurs.forward(sums);
            Tensor lengths = net.length.forward(sums).squeeze(1);
            return Losses.of("occurs", Tensors.crossEntropy(scores, s.hasOne()))
                    .and("length", Tensors.mseLoss(lengths, s.length().to(Tensors.FLOAT32).div(20)).mul(lengthWeight))
                    .output(scores, s.hasOne().view(-1));
        }

        @Override
        public List<Metric> metrics() {
            return List.of(Metrics.accuracy());
        }
    }
}
