package fathom.nn.recurrent;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.FailedLayer;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Reprs;
import fathom.nn.WholeState;
import fathom.recurrent.Recurrence;
import fathom.recurrent.RecurrentCell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Base class of {@link RNN}, {@link GRU} and {@link LSTM}: stacked layers of recurrent cells over sequences.
 *
 * <p>Parameters are named as PyTorch names them: {@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code
 * bias_hh_l0}, those of the reverse direction with {@code _reverse}. All are initialised uniformly in {@code [-b, b]},
 * {@code b = 1 / sqrt(H)}. Inputs are {@code [T, B, I]} ({@code [B, T, I]} with {@code batchFirst}), or {@code [T, I]}
 * for a single sequence, whose results then have no batch dimension either.
 *
 * <p>A batch of sequences of different lengths is padded, and given with their {@code lengths}: results are those of
 * PyTorch's packed sequences, in the order of the batch. Final states are those after each sequence's last step, the
 * reverse direction begins there, and outputs behind it are zeros.
 */
@WholeState
public abstract sealed class RecurrentBlock extends Block permits RNN, GRU, LSTM {
    private final transient RecurrentCell cell;
    private final transient Map<String, Tensor> weights = new LinkedHashMap<>();
    private final long inputSize;
    private final long hiddenSize;
    private final RecurrentOptions options;

    RecurrentBlock(RecurrentCell cell, long inputSize, long hiddenSize, RecurrentOptions options) {
        this.cell = cell;
        this.inputSize = inputSize;
        this.hiddenSize = hiddenSize;
        this.options = options;
        long proj = options.projSize();
        if (proj > 0 && (cell != RecurrentCell.LSTM || proj >= hiddenSize)) {
            throw new IllegalArgumentException(
                    cell != RecurrentCell.LSTM
                            ? reprName() + ": projSize is for LSTM only"
                            : String.format(
                                    Locale.ROOT,
                                    "%s: projSize must be less than the hidden size %d, is %d",
                                    reprName(),
                                    hiddenSize,
                                    proj));
        }
        for (int layer = 0; layer < options.numLayers(); layer++) {
            for (int direction = 0; direction < directions(); direction++) {
                addWeights(layer == 0 ? inputSize : outputSize() * directions(), suffix(layer, direction));
            }
        }
    }

    /** {@return the width of hidden states: that of the projection, if there is one} */
    public final long outputSize() {
        return options.projSize() > 0 ? options.projSize() : hiddenSize;
    }

    static RecurrentOptions options(Consumer<RecurrentOptions> options) {
        var o = new RecurrentOptions();
        options.accept(o);
        return o;
    }

    private void addWeights(long inputs, String suffix) {
        long rows = cell.gates() * hiddenSize;
        add("weight_ih" + suffix, rows, inputs);
        add("weight_hh" + suffix, rows, outputSize());
        if (options.bias()) {
            add("bias_ih" + suffix, rows);
            add("bias_hh" + suffix, rows);
        }
        if (options.projSize() > 0) {
            add("weight_hr" + suffix, options.projSize(), hiddenSize);
        }
    }

    private void add(String name, long... shape) {
        double bound = 1 / Math.sqrt((double) hiddenSize);
        weights.put(name, parameter(Init.uniform_(Init.empty(reprName(), shape), -bound, bound)));
    }

    private static String suffix(int layer, int direction) {
        return "_l" + layer + (direction == 0 ? "" : "_reverse");
    }

    @Override
    protected Map<String, Tensor> tensorsByName() {
        return weights;
    }

    /** {@return the number of directions: 2 if bidirectional} */
    public final int directions() {
        return options.bidirectional() ? 2 : 1;
    }

    /** {@return the number of layers} */
    public final int numLayers() {
        return options.numLayers();
    }

    /** {@return the number of input features} */
    public final long inputSize() {
        return inputSize;
    }

    /** {@return the number of hidden units of a layer} */
    public final long hiddenSize() {
        return hiddenSize;
    }

    /**
     * The result of {@link #unroll}.
     *
     * @param output the last layer's hidden states at all steps, {@code [T, B, D H]} with D directions (batch first if
     *     set)
     * @param state the states after the last step
     */
    public record Unrolled(Tensor output, RecurrentState state) {}

    /**
     * {@return the outputs and final states: {@code forward} of all recurrent blocks under one signature}
     *
     * {@snippet :
     * RecurrentBlock rnn = gated ? new GRU(28, 64) : new LSTM(28, 64);
     * RecurrentState state = null;
     * for (Tensor piece : pieces) {
     *     var result = rnn.unroll(piece, state);
     *     state = result.state().detach();
     * }
     * }
     *
     * @param x {@code [T, B, I]}, or {@code [T, I]}
     * @param state the initial states; null for zeros
     */
    public final Unrolled unroll(Tensor x, @Nullable RecurrentState state) {
        return unroll(x, state, null);
    }

    /**
     * {@return the outputs and final states, as {@link #unroll}}
     *
     * @param x {@code [T, B, I]}, or {@code [T, I]}
     * @param state the initial states; null for zeros
     */
    public final Unrolled forward(Tensor x, @Nullable RecurrentState state) {
        return unroll(x, state, null);
    }

    /**
     * {@return the outputs and final states of sequences of different lengths}
     *
     * @param x {@code [T, B, I]} (batch first if set), padded
     * @param state the initial states; null for zeros
     * @param lengths the number of steps of each sequence, at most T, an integer type, {@code [B]}; null for T
     */
    public final Unrolled unroll(Tensor x, @Nullable RecurrentState state, @Nullable Tensor lengths) {
        Tensor cells = state == null ? null : state.cell();
        if (cells != null && !cell.hasCell()) {
            throw new IllegalArgumentException("%s: has no cell state, but one is given".formatted(reprName()));
        }
        return run(x, state == null ? null : state.hidden(), cells, lengths);
    }

    /**
     * {@return a layer of this block's outputs, starting from zeros, for a stack of layers: {@code new Sequential(new
     * Embedding(28, 32), new GRU(32, 64).asLayer(), new Linear(64, 28))}; this block is its child {@code rnn}}
     */
    public final Layer asLayer() {
        return new RecurrentLayer(this);
    }

    /** Runs all layers; a null state means zeros. */
    final Unrolled run(Tensor input, @Nullable Tensor hidden, @Nullable Tensor cells, @Nullable Tensor lengths) {
        try {
            return runLayers(input, hidden, cells, lengths);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    private Unrolled runLayers(
            Tensor input, @Nullable Tensor hidden, @Nullable Tensor cells, @Nullable Tensor lengths) {
        boolean unbatched = input.dim() == 2;
        int batchDim = options.batchFirst() ? 0 : 1;
        if (input.dim() != 2 && input.dim() != 3 || input.size(-1) != inputSize) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: input %s: expected %s with %d features, or [T, %4$d] without a batch",
                            reprName(),
                            input.shape(),
                            options.batchFirst() ? "[B, T, I]" : "[T, B, I]",
                            inputSize));
        }
        Tensor x = unbatched ? input.unsqueeze(batchDim) : input;
        if (x.size(1 - batchDim) == 0) {
            throw new IllegalArgumentException(
                    "%s: input %s has no steps; a sequence has at least one".formatted(reprName(), input.shape()));
        }
        Tensor h = states("hidden state", hidden, x, unbatched, outputSize());
        Tensor c = cell.hasCell() ? states("cell state", cells, x, unbatched, hiddenSize) : null;
        PaddedSteps steps =
                lengths == null
                        ? null
                        : PaddedSteps.of(reprName(), lengths, x.size(1 - batchDim), unbatched ? 0 : x.size(batchDim));
        var lastStates = new ArrayList<Tensor>();
        var lastCells = new ArrayList<Tensor>();
        for (int layer = 0; layer < options.numLayers(); layer++) {
            var outputs = new ArrayList<Tensor>();
            for (int direction = 0; direction < directions(); direction++) {
                int at = layer * directions() + direction;
                Tensor h0 = h.select(0, at);
                Tensor c0 = c == null ? null : c.select(0, at);
                Tensor output;
                if (steps == null) {
                    Tensor[] states = direction(x, layer, direction, h0, c0);
                    output = states[0];
                    long last = direction == 0 ? output.size(0) - 1 : 0;
                    lastStates.add(output.narrow(0, last, 1));
                    if (c0 != null) {
                        lastCells.add(states[1].narrow(0, last, 1));
                    }
                } else {
                    Tensor timeFirst = options.batchFirst() ? x.transpose(0, 1) : x;
                    Tensor in = direction == 1 ? steps.reversed(timeFirst) : timeFirst;
                    Tensor[] states =
                            forwards(options.batchFirst() ? in.transpose(0, 1) : in, suffix(layer, direction), h0, c0);
                    Tensor all = steps.masked(states[0]);
                    output = direction == 1 ? steps.reversed(all) : all;
                    lastStates.add(steps.last(states[0], h0));
                    if (c0 != null) {
                        lastCells.add(steps.last(states[1], c0));
                    }
                }
                outputs.add(options.batchFirst() ? output.transpose(0, 1) : output);
            }
            x = outputs.size() == 1 ? outputs.getFirst() : Tensors.cat(outputs, 2);
            if (layer < options.numLayers() - 1) {
                x = Tensors.dropout(x, options.dropout(), isTraining());
            }
        }
        Tensor hn = joined(lastStates);
        Tensor cn = c == null ? null : joined(lastCells);
        return unbatched
                ? new Unrolled(
                        x.squeeze(batchDim), new RecurrentState(hn.squeeze(1), cn == null ? null : cn.squeeze(1)))
                : new Unrolled(x, new RecurrentState(hn, cn));
    }

    private static Tensor joined(List<Tensor> states) {
        return states.size() == 1 ? states.getFirst() : Tensors.cat(states, 0);
    }

    /** Refuses states whose type differs from the inputs'; in mixed precision one of the two may be a 16-bit type. */
    static void refuseOtherType(String layer, Tensor x, String what, Tensor state) {
        DType a = x.dtype();
        DType b = state.dtype();
        boolean mixed = a.isFloating() && b.isFloating() && Math.max(a.size(), b.size()) == 4;
        if (a != b && !mixed) {
            throw new IllegalArgumentException(
                    "%s: input is %s, but the %s is %s; convert one with to(...)"
                            .formatted(layer, x.dtype(), what, state.dtype()));
        }
    }

    private Tensor states(String what, @Nullable Tensor state, Tensor x, boolean unbatched, long width) {
        long layers = (long) options.numLayers() * directions();
        long batch = x.size(options.batchFirst() ? 0 : 1);
        if (state == null) {
            return x.newZeros(layers, batch, width);
        }
        refuseOtherType(reprName(), x, what, state);
        Tensor s = unbatched && state.dim() == 2 ? state.unsqueeze(1) : state;
        if (s.dim() != 3 || s.size(0) != layers || s.size(1) != batch || s.size(2) != width) {
            throw new IllegalArgumentException(
                    "%s: %s %s: expected %s"
                            .formatted(
                                    reprName(),
                                    what,
                                    state.shape(),
                                    unbatched
                                            ? String.format(Locale.ROOT, "[%d, %d]", layers, width)
                                            : String.format(Locale.ROOT, "[%d, %d, %d]", layers, batch, width)));
        }
        return s;
    }

    /** {@return one layer in one direction: hidden states [T, B, H], and cell states if the cell has them} */
    private Tensor[] direction(Tensor x, int layer, int direction, Tensor h, @Nullable Tensor c) {
        String suffix = suffix(layer, direction);
        return options.projSize() > 0
                ? projected(x, direction == 1, suffix, h, java.util.Objects.requireNonNull(c))
                : unrolled(x, direction == 1, suffix, h, c);
    }

    /** {@return the steps from the first to the last, whatever direction the weights are of} */
    private Tensor[] forwards(Tensor x, String suffix, Tensor h, @Nullable Tensor c) {
        return options.projSize() > 0
                ? projected(x, false, suffix, h, java.util.Objects.requireNonNull(c))
                : unrolled(x, false, suffix, h, c);
    }

    private Tensor[] projected(Tensor x, boolean reverse, String suffix, Tensor h, Tensor c) {
        return ProjectedLstm.unroll(
                reverse,
                options.batchFirst() ? x.transpose(0, 1) : x,
                h,
                c,
                weight("weight_ih" + suffix),
                weight("weight_hh" + suffix),
                weights.get("bias_ih" + suffix),
                weights.get("bias_hh" + suffix),
                weight("weight_hr" + suffix));
    }

    private Tensor[] unrolled(Tensor x, boolean reverse, String suffix, Tensor h, @Nullable Tensor c) {
        return Recurrence.unroll(
                cell,
                reverse,
                options.batchFirst(),
                x,
                h,
                c,
                weight("weight_ih" + suffix),
                weight("weight_hh" + suffix),
                weights.get("bias_ih" + suffix),
                weights.get("bias_hh" + suffix));
    }

    private Tensor weight(String name) {
        return java.util.Objects.requireNonNull(weights.get(name));
    }

    @Override
    protected String extraRepr() {
        var text = new StringBuilder(String.format(Locale.ROOT, "%d, %d", inputSize, hiddenSize));
        if (options.projSize() > 0) {
            text.append(", proj_size=").append(options.projSize());
        }
        if (options.numLayers() != 1) {
            text.append(", num_layers=").append(options.numLayers());
        }
        if (!options.bias()) {
            text.append(", bias=False");
        }
        if (options.batchFirst()) {
            text.append(", batch_first=True");
        }
        if (options.dropout() != 0) {
            text.append(", dropout=").append(Reprs.wholeOrNumber(options.dropout()));
        }
        if (options.bidirectional()) {
            text.append(", bidirectional=True");
        }
        return text.toString();
    }
}
