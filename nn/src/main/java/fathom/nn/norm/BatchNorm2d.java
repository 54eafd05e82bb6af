package fathom.nn.norm;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Batch norm of images: {@code [N, C, H, W]} (Ioffe and Szegedy, 2015).
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/batch-norm.html">Dive into Deep Learning, Batch
 *     Normalization</a>
 */
public final class BatchNorm2d extends BatchNorm {
    /** For {@code channels} channels. */
    public BatchNorm2d(int channels) {
        this(channels, o -> {});
    }

    /** With options: {@code new BatchNorm2d(64, o -> o.momentum(0.01))}. */
    public BatchNorm2d(int channels, Consumer<Options> options) {
        super(channels, options);
    }

    @Override
    @Nullable String acceptedShapes(int rank) {
        return rank == 4 ? null : "[N, C, H, W]";
    }
}
