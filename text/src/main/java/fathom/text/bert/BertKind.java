package fathom.text.bert;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The members of BERT's family, which differ in embeddings, heads, and the names of their weights. */
public enum BertKind {
    /** Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", 2019. */
    BERT("bert", "BertModel", 1e-12),

    /**
     * Liu et al., "RoBERTa: A Robustly Optimized BERT Pretraining Approach", 2019: positions are counted from the
     * padding index on, and padding has none.
     */
    ROBERTA("roberta", "RobertaModel", 1e-5),

    /** Sanh et al., "DistilBERT, a distilled version of BERT", 2019: without token types and pooler. */
    DISTILBERT("distilbert", "DistilBertModel", 1e-12);

    private final String modelType;
    private final String architecture;
    private final double layerNormEps;

    BertKind(String modelType, String architecture, double layerNormEps) {
        this.modelType = modelType;
        this.architecture = architecture;
        this.layerNormEps = layerNormEps;
    }

    /** {@return the name in {@code config.json}, which is also the prefix of the encoder's weights} */
    public String modelType() {
        return modelType;
    }

    /** {@return the name of Hugging Face's class with a head: "BertForMaskedLM"} */
    String architecture(String head) {
        return architecture.replace("Model", head);
    }

    double layerNormEps() {
        return layerNormEps;
    }

    /**
     * {@return the kind with a {@code model_type}}
     *
     * @throws IllegalArgumentException if there is none; the message lists those that there are
     */
    public static BertKind of(String modelType) {
        String name = modelType.equals("xlm-roberta") || modelType.equals("camembert") ? "roberta" : modelType;
        return Arrays.stream(values())
                .filter(k -> k.modelType.equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "the model_type '%s' is none of BERT's family; supported: %s"
                                        .formatted(
                                                modelType,
                                                Arrays.stream(values())
                                                        .map(BertKind::modelType)
                                                        .collect(Collectors.joining(", ")))));
    }
}
