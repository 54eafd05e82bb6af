package fathom.text.bert;

import fathom.nn.Block;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Options of {@code fromPretrained}: {@code o -> o.config(c -> c.labels(List.of("bad", "good")))}. */
public final class PretrainedOptions {
    private boolean strict = true;
    private Consumer<Block.LoadReport> report = r -> {};
    private UnaryOperator<BertConfig> change = c -> c;

    PretrainedOptions() {}

    /**
     * Whether weights of the encoder that are missing, and unknown names, are refused rather than reported; true unless
     * set. A head whose weights are all missing is new, and heads of other tasks are ignored, in both cases.
     */
    public PretrainedOptions strict(boolean strict) {
        this.strict = strict;
        return this;
    }

    /**
     * Who receives the names of the weights that are new and of those that were ignored, in Hugging Face's spelling.
     */
    public PretrainedOptions report(Consumer<Block.LoadReport> report) {
        this.report = report;
        return this;
    }

    /** Changes of the configuration, such as other labels or dropout. A head of another size is new. */
    public PretrainedOptions config(Consumer<BertConfig.Options> changes) {
        change = c -> c.with(changes);
        return this;
    }

    /** The classes of a classifier, whose head is new if their number is another. */
    public PretrainedOptions labels(List<String> labels) {
        var before = change;
        change = c -> before.apply(c).with(o -> o.labels(labels));
        return this;
    }

    boolean isStrict() {
        return strict;
    }

    BertConfig changed(BertConfig config) {
        return change.apply(config);
    }

    void tell(Block.LoadReport r) {
        report.accept(r);
    }
}
