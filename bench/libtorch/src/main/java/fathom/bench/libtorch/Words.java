package fathom.bench.libtorch;

import fathom.bench.work.LanguageData;
import fathom.bench.work.LanguageWork.WordVectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Skip-gram with negative sampling, as in the course. */
final class Words extends SequenceNet {
    private static final long NO_REDUCTION = 0;

    private final Tensor center = parameter(torch.randn(LanguageData.VOCABULARY, WordVectors.DIMENSIONS));
    private final Tensor context = parameter(torch.randn(LanguageData.VOCABULARY, WordVectors.DIMENSIONS));
    private final boolean sparse;

    Words(boolean sparse) {
        this.sparse = sparse;
    }

    /** {@return the mean over centre words of the mean loss of their context and noise words} */
    Tensor loss(Tensor centers, Tensor words, Tensor mask, Tensor labels) {
        Tensor logits = look(center, centers).bmm(look(context, words).transpose(1, 2)).squeeze(1);
        Tensor each =
                torch.binary_cross_entropy_with_logits(
                        logits, labels, new TensorOptional(mask), new TensorOptional(), NO_REDUCTION);
        return each.sum(1).div(mask.sum(1)).mean();
    }

    private Tensor look(Tensor table, Tensor index) {
        return torch.embedding(table, index, -1, false, sparse);
    }
}
