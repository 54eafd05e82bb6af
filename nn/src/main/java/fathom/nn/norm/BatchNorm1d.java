package fathom.nn.norm;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Batch norm of vectors or sequences: {@code [N, C]} or {@code [N, C, L]} (Ioffe and Szegedy, 2015).
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/batch-norm.html">Dive into Deep Learning, Batch
 *     Normalization</a>
 */
public final class BatchNorm1d extends BatchNorm {
    /** For {@code channels} channels. */
    public BatchNorm1d(int channels) {
        this(channels, o -> {});
    }

    /** With options: {@code new BatchNorm1d(64, o -> o.momentum(0.01))}. */
    public BatchNorm1d(int channels, Consumer<Options> options) {
        super(channels, options);
    }

    @Override
    @Nullable String acceptedShapes(int rank) {
        return rank == 2 || rank == 3 ? null : "[N, C] or [N, C, L]";
    }
}
