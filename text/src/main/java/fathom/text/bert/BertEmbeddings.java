package fathom.text.bert;

import fathom.DType;
import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Dropout;
import fathom.nn.Embedding;
import fathom.nn.norm.LayerNorm;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The sum of the embeddings of tokens, positions and token types, normalised. */
final class BertEmbeddings extends Block {
    final Embedding wordEmbeddings;
    private final Embedding positionEmbeddings;
    private final @Nullable Embedding tokenTypeEmbeddings;
    private final @Nullable LayerNorm layerNorm;
    private final Dropout dropout;
    private final BertConfig config;

    BertEmbeddings(BertConfig config) {
        this.config = config;
        long pad = config.padTokenId();
        wordEmbeddings =
                pad >= 0 && pad < config.vocabSize()
                        ? new Embedding(config.vocabSize(), config.hiddenSize(), pad)
                        : new Embedding(config.vocabSize(), config.hiddenSize());
        positionEmbeddings =
                config.kind() == BertKind.ROBERTA
                        ? new Embedding(config.maxPositions(), config.hiddenSize(), pad)
                        : new Embedding(config.maxPositions(), config.hiddenSize());
        tokenTypeEmbeddings =
                config.typeVocabSize() > 0 ? new Embedding(config.typeVocabSize(), config.hiddenSize()) : null;
        layerNorm =
                config.embeddingNorm() ? new LayerNorm(config.hiddenSize(), o -> o.eps(config.layerNormEps())) : null;
        dropout = new Dropout(config.hiddenDropout());
    }

    Tensor forward(Tensor ids, @Nullable Tensor types, @Nullable Tensor positions) {
        if (ids.dim() != 2) {
            throw new IllegalArgumentException("BertModel: expected token ids [N, L], got " + ids.shape());
        }
        if (positions == null && ids.size(1) > config.maxTokens()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "BertModel: there are %d tokens, but positions for %d; truncate the texts",
                            ids.size(1),
                            config.maxTokens()));
        }
        BertInputs.check("types", types, ids.size(0), ids.size(1));
        BertInputs.check("positions", positions, ids.size(0), ids.size(1));
        Tensor sum = wordEmbeddings.forward(ids).add(positions(ids, positions));
        if (tokenTypeEmbeddings != null) {
            sum =
                    sum.add(
                            types == null
                                    ? tokenTypeEmbeddings.weight.narrow(0, 0, 1)
                                    : tokenTypeEmbeddings.forward(types));
        } else if (types != null) {
            throw new IllegalArgumentException("BertModel: %s has no token types".formatted(config.kind().modelType()));
        }
        return layerNorm == null ? sum : dropout.forward(layerNorm.forward(sum));
    }

    private Tensor positions(Tensor ids, @Nullable Tensor positions) {
        if (positions != null) {
            return positionEmbeddings.forward(positions);
        }
        if (config.kind() != BertKind.ROBERTA) {
            return positionEmbeddings.weight.narrow(0, 0, ids.size(1));
        }
        Tensor tokens = ids.ne(config.padTokenId()).to(DType.INT64);
        return positionEmbeddings.forward(tokens.cumsum(1).mul(tokens).add(config.padTokenId()));
    }
}
