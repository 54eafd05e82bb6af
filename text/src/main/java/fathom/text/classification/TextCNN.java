package fathom.text.classification;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Embedding;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.ModuleList;
import fathom.nn.attention.SequenceMask;
import fathom.nn.conv.Conv1d;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A classifier of texts by convolutions of several widths over the words, each followed by ReLU and the maximum over
 * time (Kim, "Convolutional Neural Networks for Sentence Classification", 2014). Words have two vectors: one that is
 * trained, and one that is usually a pretrained one that is not.
 *
 * <p>Padding has no part in the result: its vectors are zero, and a window begins at each token but those of the last
 * {@code width - 1}, and at the first token of a text that is shorter than the window.
 *
 * <p>x: int64 {@code [N, T]}, padded at the end -> logits {@code [N, classes]}
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-applications/sentiment-analysis-cnn.html">Dive into
 *     Deep Learning, Sentiment Analysis: Using Convolutional Neural Networks</a>
 */
public final class TextCNN extends Layer {
    private static final double DROPOUT = 0.5;

    private final Embedding embedding;
    private final Embedding constantEmbedding;
    private final ModuleList<Conv1d> convs;
    private final Dropout dropout = new Dropout(DROPOUT);
    private final Linear decoder;
    private final long pad;
    private final int[] widths;

    /**
     * A network with two tables of vectors.
     *
     * @param embedding vectors that are trained
     * @param constantEmbedding vectors that are not, if they are frozen; for as many words
     * @param pad the index of the padding token
     * @param widths the widths of the windows, in words
     * @param channels the number of output channels of each width
     * @param classes the number of classes
     */
    public TextCNN(
            Embedding embedding, Embedding constantEmbedding, long pad, int[] widths, int channels, long classes) {
        if (widths.length == 0 || Arrays.stream(widths).anyMatch(w -> w < 1)) {
            throw new IllegalArgumentException(
                    "TextCNN: expected widths of at least 1, got " + Arrays.toString(widths));
        }
        this.embedding = embedding;
        this.constantEmbedding = constantEmbedding;
        this.pad = pad;
        this.widths = widths.clone();
        long inputs = embedding.weight.size(1) + constantEmbedding.weight.size(1);
        var all = new ArrayList<Conv1d>();
        for (int width : widths) {
            all.add(new Conv1d(Math.toIntExact(inputs), channels, width));
        }
        convs = new ModuleList<>(all);
        decoder = new Linear((long) channels * widths.length, classes);
    }

    @Override
    public Tensor forward(Tensor x) {
        TextChecks.texts("TextCNN", x);
        Tensor isToken = x.ne(pad);
        Tensor lengths = isToken.sum(1);
        Tensor words =
                Tensors.cat(List.of(embedding.call(x), constantEmbedding.call(x)), 2)
                        .where(isToken.unsqueeze(-1), 0)
                        .transpose(1, 2);
        var features = new ArrayList<Tensor>();
        for (int i = 0; i < widths.length; i++) {
            int width = widths[i];
            // a window for each position, the last ones over zeros
            Tensor padded = width == 1 ? words : Tensors.pad(words, 0, width - 1);
            Tensor windows = convs.get(i).call(padded);
            Tensor starts = lengths.sub(width - 1).clampMin(1);
            Tensor isWhole = SequenceMask.of(starts, x.size(1)).unsqueeze(1);
            features.add(windows.where(isWhole, Double.NEGATIVE_INFINITY).amax(-1).relu());
        }
        return decoder.call(dropout.call(Tensors.cat(features, 1)));
    }
}
