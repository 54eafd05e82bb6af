package fathom.text.sentences;

import fathom.text.bert.BertModel;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** BERT, RoBERTa or DistilBERT as the network of an encoder. */
final class PretrainedBert {
    private static final List<String> WEIGHTS =
            List.of(
                    "model.safetensors",
                    "model.safetensors.index.json",
                    "pytorch_model.bin",
                    "pytorch_model.bin.index.json");

    private PretrainedBert() {}

    static boolean hasWeights(Path folder) {
        return WEIGHTS.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    static SentenceFiles.Network of(Path folder) {
        return of(BertModel.fromPretrained(folder));
    }

    /** {@return the network in an ONNX file; null if it is none of this library's, so that its graph is run} */
    static SentenceFiles.@Nullable Network ofOnnx(Path file) {
        try {
            return of(BertModel.fromOnnx(file));
        } catch (UncheckedIOException e) {
            return null;
        }
    }

    private static SentenceFiles.Network of(BertModel bert) {
        boolean hasTypes = bert.config().typeVocabSize() > 1;
        return new SentenceFiles.Network(
                bert,
                batch ->
                        bert.forward(
                                        batch.inputIds(),
                                        i ->
                                                i.types(hasTypes ? batch.tokenTypeIds() : null)
                                                        .mask(batch.attentionMask()))
                                .hidden(),
                OptionalLong.of(bert.config().maxTokens()));
    }
}
