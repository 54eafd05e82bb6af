package fathom.train.table;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.TableEncoder;
import fathom.nn.Dropout;
import fathom.nn.Embedding;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import java.util.ArrayList;
import java.util.List;

/**
 * A multilayer perceptron for the rows of a table as a {@link TableEncoder} encodes them: {@code [N, columns]} to
 * {@code [N, outputs]}. The last columns may be indices of categories, each with an embedding; all others, and the
 * embeddings, are concatenated; numbers beyond four standard deviations are limited to these (Guo and Berkhahn, 2016,
 * "Entity Embeddings of Categorical Variables").
 */
public final class TabularMLP extends Layer {
    private static final int MOST_DIMENSIONS = 50;

    /** The number of standard deviations beyond which a number is an outlier, which predictions must not follow. */
    private static final double LIMIT = 4;

    private final List<Embedding> embeddings;
    private final Sequential layers;
    private final int plain;

    /**
     * A perceptron for encoded rows.
     *
     * @param encoder the encoder of the rows
     * @param hidden the units of the hidden layers
     * @param dropout the dropout probability after each hidden layer
     */
    public TabularMLP(TableEncoder encoder, int[] hidden, double dropout) {
        this(
                encoder.width() - encoder.embedded().size(),
                encoder.embedded().stream().mapToInt(f -> f.categories().size() + 1).toArray(),
                encoder.isClassifier() ? encoder.classes().size() : 1,
                hidden,
                dropout);
    }

    /**
     * A perceptron.
     *
     * @param plain the number of columns before the indices
     * @param categories the number of indices of each further column
     * @param outputs the number of outputs
     */
    public TabularMLP(int plain, int[] categories, int outputs, int[] hidden, double dropout) {
        this.plain = plain;
        var tables = new ArrayList<Embedding>();
        int in = plain;
        for (int n : categories) {
            int dimensions = Math.min(MOST_DIMENSIONS, (n + 1) / 2);
            var embedding = new Embedding(n, dimensions);
            Init.normal_(embedding.weight, 0, 0.05);
            tables.add(embedding);
            in += dimensions;
        }
        embeddings = List.copyOf(tables);
        layers = new Sequential();
        for (int units : hidden) {
            layers.add(new Linear(in, units)).add(new ReLU());
            if (dropout > 0) {
                layers.add(new Dropout(dropout));
            }
            in = units;
        }
        layers.add(new Linear(in, outputs));
    }

    @Override
    public Tensor forward(Tensor x) {
        if (embeddings.isEmpty()) {
            return layers.forward(limited(x));
        }
        var parts = new ArrayList<Tensor>();
        parts.add(limited(x.narrow(1, 0, plain)));
        for (int i = 0; i < embeddings.size(); i++) {
            parts.add(embeddings.get(i).forward(x.select(1, plain + i).to(DType.INT64)));
        }
        return layers.forward(Tensors.cat(parts, 1));
    }

    private static Tensor limited(Tensor numbers) {
        return numbers.clamp(-LIMIT, LIMIT);
    }
}
